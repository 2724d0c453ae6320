//! What progenitor cannot write, written by us: resource groups, request constructors, queries, forms, open enums, unions;
//! and the decision which file each thing stands in.

mod api_page;
mod choices;
mod enums;
mod examples;
mod forms;
mod groups;
mod harness;
mod inline;
mod layout;
mod pages;
mod queries;
mod structs;
mod unions;

use crate::diagnostic::Findings;
use crate::model::{Model, Shape};
use std::collections::BTreeMap;
use syn::{File, ImplItem, ImplItemFn, Item, ItemStruct};

pub(crate) use api_page::page as api_page;
pub(crate) use layout::{Layout, Module, ModuleKind};

/// The generated code, before it is written to files.
pub(crate) struct Code {
    /// The structs that progenitor made, by name; [`crate::prove`] compares them.
    pub(crate) structs: BTreeMap<String, ItemStruct>,
    /// The request builders, by operation.
    pub(crate) builders: BTreeMap<String, ImplItemFn>,
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
    pub(crate) source: Source,
}

/// The text of a part.
pub(crate) enum Source {
    Items(Vec<Item>),
    /// What prettyplease would print badly: the insides of a macro.
    Text(String),
}

/// Make all parts and put each into its file.
pub(crate) fn emit(file: File, model: &Model) -> Result<Code, Findings> {
    let (structs, builders) = taken_apart(file);
    let layout = Layout::of(model);
    let harness = harness::items(model, &layout);
    let mut findings = Findings::new();
    let mut modules = Vec::new();
    for module in layout.modules {
        let mut parts = Vec::new();
        match &module.kind {
            ModuleKind::Group(group) => parts.extend(groups::parts(group, model, &builders, &mut findings)),
            ModuleKind::Client(client) => parts.extend(groups::accessors(client, model)),
            ModuleKind::Types => {}
        }
        for name in &module.components {
            let Some(component) = model.components.get(name) else { continue };
            match &component.shape {
                Shape::Object(_) => {
                    if let Some(item) = structs.get(name) {
                        let asked = layout.requests.contains(name);
                        let mut part = structs::part(component, item, asked, model, &mut findings);
                        if let (Some(page), Source::Items(items)) =
                            (pages::item(component, model, &mut findings), &mut part.source)
                        {
                            items.push(page);
                        }
                        parts.push(part);
                    }
                }
                Shape::Form(members) => parts.push(forms::part(component, members, model, &mut findings)),
                Shape::Enum(values) => parts.push(enums::part(component, values)),
                Shape::Union { tag, variants, finals } => {
                    parts.push(unions::part(component, tag, variants, finals, model));
                }
                Shape::Choice { choices, null } => {
                    parts.push(choices::part(component, choices, *null, model));
                }
                Shape::Alias(_) | Shape::Runtime(_) => {}
            }
        }
        modules.push(Written { module, parts });
    }
    inline::mark(&mut modules);
    findings.none().map(|()| Code { structs, builders, modules, harness })
}

/// The structs and the request builders of progenitor's file.
fn taken_apart(file: File) -> (BTreeMap<String, ItemStruct>, BTreeMap<String, ImplItemFn>) {
    let mut structs = BTreeMap::new();
    let mut builders = BTreeMap::new();
    for item in file.items {
        match item {
            Item::Mod(module) => {
                for item in module.content.into_iter().flat_map(|(_, items)| items) {
                    if let Item::Struct(item) = item {
                        structs.insert(item.ident.to_string(), item);
                    }
                }
            }
            Item::Impl(block) => {
                for item in block.items {
                    if let ImplItem::Fn(function) = item {
                        builders.insert(function.sig.ident.to_string(), function);
                    }
                }
            }
            _ => {}
        }
    }
    (structs, builders)
}

/// A type written in the model's words, as syntax. The words are ours, so this cannot fail on good input; bad input shows
/// as the unit type, which does not compile where it stands.
fn rust_type(text: &str) -> syn::Type {
    syn::parse_str(text).unwrap_or_else(|_| syn::parse_quote!(()))
}

/// An identifier.
fn ident(name: &str) -> syn::Ident {
    syn::Ident::new(name, proc_macro2::Span::call_site())
}
