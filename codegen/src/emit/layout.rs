//! Which file each thing stands in, and under which features.
//!
//! A type that one group alone reaches stands with the group; one that only events reach, with the events; the rest is
//! shared. What describes refusals is always there. So a file is gated as a whole, and each client can be built alone.

use crate::model::{Body, Group, Model, Shape, Type};
use std::collections::{BTreeMap, BTreeSet};

/// The files to write.
pub(crate) struct Layout {
    pub(crate) modules: Vec<Module>,
    /// The components that callers make: bodies of requests, and what those hold.
    pub(crate) requests: BTreeSet<String>,
}

/// A file.
#[derive(Clone)]
pub(crate) struct Module {
    /// Its name, without `.rs`.
    pub(crate) name: String,
    /// What it holds, for its first lines.
    pub(crate) title: String,
    pub(crate) kind: ModuleKind,
    /// The components it defines, in the order in which the operations meet them.
    pub(crate) components: Vec<String>,
    /// The clients that need it; nobody in particular when empty.
    pub(crate) features: BTreeSet<String>,
}

/// What a file holds beside components.
#[derive(Clone)]
pub(crate) enum ModuleKind {
    Group(Group),
    /// The accessors of a client.
    Client(String),
    Types,
}

/// How the operations reach a component.
#[derive(Default)]
struct Reach {
    /// The groups whose operations name it, at some depth, outside of events.
    directly: BTreeSet<(String, String)>,
    /// The groups whose events name it.
    by_events: BTreeSet<(String, String)>,
}

impl Layout {
    pub(crate) fn of(model: &Model) -> Self {
        let mut order = Vec::new();
        let mut reach: BTreeMap<String, Reach> = BTreeMap::new();
        let mut refusals = BTreeSet::new();
        for operation in &model.operations {
            let group = (operation.client.clone(), operation.group.clone());
            for root in operation.roots() {
                walk(model, &root, false, &mut |name, by_events| {
                    let found = reach.entry(name.to_owned()).or_insert_with(|| {
                        order.push(name.to_owned());
                        Reach::default()
                    });
                    let groups = if by_events { &mut found.by_events } else { &mut found.directly };
                    groups.insert(group.clone())
                });
            }
            for root in &operation.refusals {
                walk(model, root, false, &mut |name, _| refusals.insert(name.to_owned()));
            }
        }

        let mut modules = Vec::new();
        for client in clients(model) {
            modules.push(Module {
                name: client.clone(),
                title: format!("Accessors of the resource groups of `{}`.", client_type(&client)),
                kind: ModuleKind::Client(client.clone()),
                components: Vec::new(),
                features: [client].into(),
            });
        }
        for group in &model.groups {
            modules.push(Module {
                name: module_name(group, model),
                title: group.description.clone(),
                kind: ModuleKind::Group(group.clone()),
                components: Vec::new(),
                features: [group.client.clone()].into(),
            });
        }
        for name in order.iter().filter(|n| !refusals.contains(*n)) {
            let Some(found) = reach.get(name) else { continue };
            let all: BTreeSet<_> = found.directly.union(&found.by_events).cloned().collect();
            let features: BTreeSet<String> = all.iter().map(|(client, _)| client.clone()).collect();
            let only = all.first().filter(|_| all.len() == 1 && !found.directly.is_empty());
            let module = match only {
                Some((client, group)) => model
                    .groups
                    .iter()
                    .find(|g| g.client == *client && g.name == *group)
                    .map(|g| module_name(g, model))
                    .unwrap_or_default(),
                None if found.directly.is_empty() => gated("events", &features),
                None => gated("shared", &features),
            };
            put(&mut modules, &module, name, &features);
        }
        for name in &refusals {
            put(&mut modules, "errors", name, &BTreeSet::new());
        }
        Self { modules, requests: requests(model) }
    }
}

/// Visit a component and those it names, each once per way of reaching it; `visit` says whether it was new.
fn walk(model: &Model, name: &str, by_events: bool, visit: &mut dyn FnMut(&str, bool) -> bool) {
    let Some(component) = model.components.get(name) else { return };
    let union = matches!(component.shape, Shape::Union { .. });
    let by_events = by_events || union;
    if matches!(component.shape, Shape::Alias(_) | Shape::Runtime(_)) || !visit(name, by_events) {
        return;
    }
    let mut next = Vec::new();
    match &component.shape {
        Shape::Object(members) | Shape::Form(members) => members.iter().for_each(|m| m.ty.names(&mut next)),
        Shape::Union { variants, .. } => next.extend(variants.iter().map(|v| v.component.clone())),
        Shape::Choice { choices, .. } => choices.iter().for_each(|(ty, _)| ty.names(&mut next)),
        Shape::Enum(_) | Shape::Alias(_) | Shape::Runtime(_) => {}
    }
    for name in next {
        walk(model, &name, by_events, visit);
    }
}

/// The components that bodies of requests are made of.
fn requests(model: &Model) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for operation in &model.operations {
        if let Some(Body::Json(Type::Named(name)) | Body::Form { component: name, .. }) = &operation.body {
            walk(model, name, false, &mut |name, _| found.insert(name.to_owned()));
        }
    }
    found
}

fn put(modules: &mut Vec<Module>, module: &str, component: &str, features: &BTreeSet<String>) {
    let at = modules.iter().position(|m| m.name == module).unwrap_or_else(|| {
        let title = match module.split('_').next() {
            Some("events") => "Events of streams, and the types that only events contain.",
            Some("errors") => "Error bodies and error codes.",
            _ => "Types that several resource groups use.",
        };
        modules.push(Module {
            name: module.to_owned(),
            title: title.to_owned(),
            kind: ModuleKind::Types,
            components: Vec::new(),
            features: features.clone(),
        });
        modules.len() - 1
    });
    if let Some(module) = modules.get_mut(at) {
        module.components.push(component.to_owned());
    }
}

/// A file for what exactly these clients need. The first client's needs no suffix.
fn gated(name: &str, features: &BTreeSet<String>) -> String {
    if features.iter().all(|f| f == "app") {
        return name.to_owned();
    }
    let features: Vec<&str> = features.iter().map(String::as_str).collect();
    format!("{name}_{}", features.join("_"))
}

/// The file of a group: its name, after the client's where an earlier client has a group of that name.
pub(super) fn module_name(group: &Group, model: &Model) -> String {
    let first = model.groups.iter().find(|g| g.name == group.name);
    match first {
        Some(first) if first.client != group.client => format!("{}_{}", group.client, group.name),
        _ => group.name.clone(),
    }
}

/// The clients, in the order of their groups.
pub(super) fn clients(model: &Model) -> Vec<String> {
    let mut clients: Vec<String> = Vec::new();
    for group in &model.groups {
        if !clients.contains(&group.client) {
            clients.push(group.client.clone());
        }
    }
    clients
}

/// The runtime's type of a client.
pub(super) fn client_type(client: &str) -> &'static str {
    match client {
        "app" => "App",
        "knowledge" => "Knowledge",
        "web" => "WebApp",
        _ => "Console",
    }
}
