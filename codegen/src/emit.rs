//! What progenitor cannot write, written by us: resource groups, request constructors, queries, forms, open enums, unions;
//! and the decision which file each item is in.

mod api_page;
mod builders;
mod choices;
mod decoding;
mod enums;
mod examples;
mod forms;
mod groups;
mod harness;
mod inline;
mod layout;
mod operation;
mod pages;
mod queries;
mod structs;
mod unions;
mod values;

use crate::diagnostic::Findings;
use crate::files::Homes;
use crate::model::{Component, Model, Shape};
use std::collections::BTreeSet;
use syn::{File, Item};

pub(crate) use api_page::page as api_page;
pub(crate) use examples::samples;
pub(crate) use layout::{EVENTS, Module, ModuleKind};

/// The generated code, before it is written to files.
pub(crate) struct Code {
    /// The files.
    pub(crate) modules: Vec<Written>,
    /// The table of operations and types that the tests walk through.
    pub(crate) harness: Vec<Item>,
}

/// A file to be.
pub(crate) struct Written {
    pub(crate) module: Module,
    /// Its parts from top to bottom.
    pub(crate) parts: Vec<Part>,
}

/// A part of a file.
pub(crate) struct Part {
    /// The public names it defines.
    pub(crate) defines: Vec<String>,
    /// Whether the names are resource groups rather than types.
    pub(crate) group: bool,
    /// The features of which one must be on for it to be compiled, where the file itself is not gated.
    pub(crate) features: BTreeSet<String>,
    pub(crate) source: ItemSource,
}

impl Part {
    /// What defines a type.
    fn of_type(name: &str, source: ItemSource) -> Self {
        Self { defines: vec![name.to_owned()], ..Self::beside(source) }
    }

    /// What defines nothing.
    fn beside(source: ItemSource) -> Self {
        Self { defines: Vec::new(), group: false, features: BTreeSet::new(), source }
    }
}

/// The text of a part.
pub(crate) enum ItemSource {
    Items(Vec<Item>),
    /// What prettyplease would print badly: the insides of a macro.
    Text(String),
}

/// Make all parts and put each into its file.
pub(crate) fn emit(file: File, model: &Model, homes: &Homes) -> Result<Code, Findings> {
    let mut findings = Findings::new();
    let builders = builders::of(file, model, &mut findings);
    let features = layout::features(model);
    let mut modules = Vec::new();
    for module in layout::modules(model, homes) {
        let parts = match &module.kind {
            ModuleKind::Clients => {
                let accessors =
                    |client: String| Part { features: [client.clone()].into(), ..groups::accessors(&client, model) };
                layout::clients(model).into_iter().map(accessors).collect()
            }
            ModuleKind::Group(group) => groups::parts(group, model, &builders, &mut findings),
            ModuleKind::Types(components) => {
                let components = components.iter().filter_map(|name| model.components.get(name));
                let gated = components.flat_map(|component| {
                    let mut parts = parts(component, model, &mut findings);
                    let features = features.get(&component.name).cloned().unwrap_or_default();
                    parts.iter_mut().for_each(|part| part.features.clone_from(&features));
                    parts
                });
                gated.collect()
            }
        };
        modules.push(Written { module, parts });
    }
    inline::mark(&mut modules);
    findings.none().map(|()| Code { modules, harness: harness::items(model) })
}

/// What a component becomes.
fn parts(component: &Component, model: &Model, findings: &mut Findings) -> Vec<Part> {
    match &component.shape {
        Shape::Object(members) => structs::parts(component, members, model, findings),
        Shape::Form(members) => vec![forms::part(component, members, model, findings)],
        Shape::Enum(values) => enums::part(component, values),
        Shape::Union { tag, variants, finals } => vec![unions::part(component, tag, variants, finals, model)],
        Shape::Choice { choices, null } => choices::part(component, choices, *null, model),
        Shape::Alias(_) | Shape::Runtime(_) => Vec::new(),
    }
}

/// A type written in the model's words, as syntax. The words are ours, so this cannot fail on good input; bad input shows
/// as the unit type, which does not compile at that place.
fn rust_type(text: &str) -> syn::Type {
    syn::parse_str(text).unwrap_or_else(|_| syn::parse_quote!(()))
}

/// An identifier.
fn ident(name: &str) -> syn::Ident {
    syn::Ident::new(name, proc_macro2::Span::call_site())
}
