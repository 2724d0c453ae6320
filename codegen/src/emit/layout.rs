//! Which file each thing is in, and under which features.
//!
//! A group has a file of its own, which its client's feature gates. A type is in the file that is named like the one of the
//! source that describes it, and is gated by itself: by the features of the clients that reach it. What describes refusals
//! is always there.

use crate::files::Homes;
use crate::model::{Group, Model};
use std::collections::{BTreeMap, BTreeSet};

/// A file.
#[derive(Clone, Debug)]
pub(crate) struct Module {
    /// Its name, without `.rs`.
    pub(crate) name: String,
    /// Its content, for its first lines.
    pub(crate) title: String,
    pub(crate) kind: ModuleKind,
}

/// The content of a file.
#[derive(Clone, Debug)]
pub(crate) enum ModuleKind {
    /// The accessors of all clients.
    Clients,
    /// A group, and the parameters of its operations.
    Group(Group),
    /// Components, in the order of the source.
    Types(Vec<String>),
}

impl Module {
    /// Its path below the folder of generated files, without `.rs`.
    pub(crate) fn path(&self) -> String {
        match self.kind {
            ModuleKind::Clients => self.name.clone(),
            ModuleKind::Group(_) => format!("groups/{}", self.name),
            ModuleKind::Types(_) => format!("types/{}", self.name),
        }
    }
}

/// The files to write.
pub(super) fn modules(model: &Model, homes: &Homes) -> Vec<Module> {
    let accessors = "Accessors of the resource groups, by client.".to_owned();
    let mut modules = vec![Module { name: "clients".to_owned(), title: accessors, kind: ModuleKind::Clients }];
    modules.extend(model.groups.iter().map(|group| Module {
        name: module_name(group, model),
        title: group.description.clone(),
        kind: ModuleKind::Group(group.clone()),
    }));
    let mut files: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for name in features(model).into_keys() {
        let (file, at) = homes.get(&name).cloned().unwrap_or_else(|| (NO_FILE.to_owned(), 0));
        files.entry(file).or_default().push((at, name));
    }
    modules.extend(files.into_iter().map(|(name, mut components)| {
        components.sort();
        let title = match name.strip_suffix(EVENTS) {
            Some(name) => format!("Types of `spec/**/events/{name}.yaml`."),
            None => format!("Types of `spec/**/schemas/{name}.yaml`."),
        };
        let components = components.into_iter().map(|(_, component)| component).collect();
        Module { name, title, kind: ModuleKind::Types(components) }
    }));
    modules
}

/// Ends the name of a file of types that streams carry.
pub(crate) const EVENTS: &str = "_events";

/// The file of types that are in no file of a source: of documents that were made otherwise.
const NO_FILE: &str = "shared";

/// The clients that reach each component, by name; none in particular where it describes refusals.
pub(super) fn features(model: &Model) -> BTreeMap<String, BTreeSet<String>> {
    let mut features: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in &model.operations {
        for root in operation.roots() {
            model
                .walk(&root, &mut |name| features.entry(name.to_owned()).or_default().insert(operation.client.clone()));
        }
    }
    for root in model.operations.iter().flat_map(|operation| &operation.refusals) {
        let mut seen = BTreeSet::new();
        model.walk(root, &mut |name| {
            features.insert(name.to_owned(), BTreeSet::new());
            seen.insert(name.to_owned())
        });
    }
    features
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
