//! The content of the bundled document, read once: the operations and components of the later steps.
//!
//! The model is made from the *rich* document, not from the lowered one, which progenitor alone is given.

mod later;
mod need;
mod operation;
mod paging;
mod schema;
mod short;
mod ty;
mod user;

use crate::diagnostic::{Finding, Findings};
use contract::escape;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) use need::{Need, OLDEST};
pub(crate) use operation::{
    Answer, Body, Credential, Location, Operation, Parameter, ReplyMode, carried_by_body, chosen_by_method,
};
pub(crate) use paging::{Cursor, Paging};
pub(crate) use schema::{Component, EnumValue, Member, Secret, Shape, Variant, rust_name};
pub(crate) use ty::Type;
pub(crate) use user::USER;

/// On an operation or a tag of several documents put together: the API of its document.
pub(crate) const API: &str = "x-dify-api";

/// Begins the suffix of a path that distinguishes it from an equal one: that of another document, or of the other half of an
/// operation. No path of ours has it.
pub(crate) const MARK: char = '#';

/// A path as the server has it.
pub(crate) fn unmarked(path: &str) -> &str {
    path.split(MARK).next().unwrap_or(path)
}

/// The HTTP methods a path item may have, in the order progenitor meets them.
pub(crate) const VERBS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// A resource group of a client: a tag of the document.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// The client whose group it is, such as `app`.
    pub(crate) client: String,
    /// The group, such as `chat`.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) description: String,
}

/// The content of the document, by operation and by component.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// The groups in the order of the document's tags.
    pub(crate) groups: Vec<Group>,
    /// The methods of the bindings: an operation that answers JSON or a stream is here twice.
    pub(crate) operations: Vec<Operation>,
    /// The components by name.
    pub(crate) components: BTreeMap<String, Component>,
    /// The components that callers make: bodies of requests, and their components.
    pub(crate) requests: BTreeSet<String>,
    /// The components that servers make: answers, events and refusals, and their components.
    pub(crate) answers: BTreeSet<String>,
}

impl Model {
    /// Read a bundled document.
    pub(crate) fn read(document: &Value) -> Result<Self, Findings> {
        let mut findings = Findings::new();
        let mut model = Self::default();
        for (name, schema) in members(document.pointer("/components/schemas")) {
            model.components.insert(name.clone(), Component::read(document, name, schema, &mut findings));
        }
        for (path, item) in members(document.get("paths")) {
            for verb in VERBS {
                if let Some(operation) = item.get(verb) {
                    model.operations.extend(Operation::read(document, path, item, verb, operation, &mut findings));
                }
            }
        }
        model.resolve_aliases();
        model.find_forms();
        model.drop_members_the_method_chooses();
        model.find_reach();
        user::leave_to_the_client(&mut model);
        need::decide(&mut model);
        short::decide(&mut model);
        model.find_groups(document, &mut findings);
        findings.none().map(|()| model)
    }

    /// The component of this name, when it is an object with members.
    pub(crate) fn object(&self, name: &str) -> Option<&[Member]> {
        match &self.components.get(name)?.shape {
            Shape::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The members of an object or a form of this name.
    pub(crate) fn members(&self, name: &str) -> &[Member] {
        match self.components.get(name).map(|component| &component.shape) {
            Some(Shape::Object(members) | Shape::Form(members)) => members,
            _ => &[],
        }
    }

    /// The operations of a group, in the document's order.
    pub(crate) fn operations_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Operation> {
        self.operations.iter().filter(move |o| o.client == group.client && o.group == group.name)
    }

    /// A named map is the map itself in Rust. A member without a text of its own keeps the component's.
    fn resolve_aliases(&mut self) {
        let mut aliases = BTreeMap::new();
        let mut words = BTreeMap::new();
        for component in self.components.values() {
            if let Shape::Alias(ty) = &component.shape {
                aliases.insert(component.name.clone(), ty.clone());
                words.insert(component.name.clone(), component.description.clone());
            }
        }
        for component in self.components.values_mut() {
            match &mut component.shape {
                Shape::Object(members) => {
                    for member in members {
                        if let (Type::Named(name), true) = (&member.ty, member.description.is_empty()) {
                            member.description = words.get(name).cloned().unwrap_or_default();
                        }
                        member.ty.resolve(&aliases);
                    }
                }
                Shape::Choice { choices, .. } => {
                    for (ty, description) in choices {
                        if let (Type::Named(name), true) = (&*ty, description.is_empty()) {
                            *description = words.get(name).cloned().unwrap_or_default();
                        }
                        ty.resolve(&aliases);
                    }
                }
                _ => {}
            }
        }
        for operation in &mut self.operations {
            operation.parameters.iter_mut().for_each(|p| p.ty.resolve(&aliases));
            if let Some(Body::Json(ty)) = &mut operation.body {
                ty.resolve(&aliases);
            }
            if let Answer::Json(ty) = &mut operation.answer {
                ty.resolve(&aliases);
            }
        }
    }

    /// A component that is the schema of a multipart body is a form, and nothing else.
    fn find_forms(&mut self) {
        for operation in &self.operations {
            let Some(Body::Form { component, audio }) = &operation.body else {
                continue;
            };
            if let Some(component) = self.components.get_mut(component)
                && let Shape::Object(members) = &mut component.shape
            {
                for member in members.iter_mut() {
                    member.audio = audio.contains(&member.name);
                }
                component.shape = Shape::Form(std::mem::take(members));
            }
        }
    }

    /// `response_mode` is no member of the Rust types: `send` and `stream` choose it.
    fn drop_members_the_method_chooses(&mut self) {
        for operation in &self.operations {
            let (ReplyMode::Blocking | ReplyMode::Streaming, Some(Body::Json(Type::Named(name)))) =
                (operation.mode, &operation.body)
            else {
                continue;
            };
            if let Some(component) = self.components.get_mut(name)
                && let Shape::Object(members) = &mut component.shape
            {
                members.retain(|m| !chosen_by_method(&m.name));
            }
        }
    }

    fn find_groups(&mut self, document: &Value, findings: &mut Findings) {
        let tags = document.get("tags").and_then(Value::as_array);
        let mut clients: Vec<&str> = Vec::new();
        for operation in &self.operations {
            if !clients.contains(&operation.client.as_str()) {
                clients.push(&operation.client);
            }
        }
        let mut groups = Vec::new();
        for client in clients {
            for tag in tags.into_iter().flatten() {
                let (name, api) = (text(tag, "name"), text(tag, API));
                if self.operations.iter().any(|o| o.client == client && o.group == name && o.api == api) {
                    groups.push(Group {
                        client: client.to_owned(),
                        name: name.to_owned(),
                        description: text(tag, "description").to_owned(),
                    });
                }
            }
        }
        for operation in &self.operations {
            if !groups.iter().any(|g| g.client == operation.client && g.name == operation.group) {
                findings.push(Finding::in_document(
                    format!("#/paths/{}/{}", escape(&operation.path), operation.verb),
                    format!("the group `{}` of `x-dify-method` is no tag", operation.group),
                    "add it to the document's `tags`, with a description",
                ));
            }
        }
        self.groups = groups;
    }
}

/// The members of an object, or nothing.
pub(crate) fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// A string member, or the empty text.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The strings of an array member.
pub(crate) fn texts(value: &Value, name: &str) -> Vec<String> {
    let array = value.get(name).and_then(Value::as_array);
    array.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
