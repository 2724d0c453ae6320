//! Structs: progenitor's, with constructors and setters where callers make them.

use super::{Part, Source, ident, rust_type};
use crate::diagnostic::{Finding, Findings};
use crate::model::{Component, Member, Model, Secret, Shape, Type};
use crate::polish::attributes;
use crate::polish::documentation::member_lines;
use crate::polish::wire_name;
use crate::rustdoc;
use quote::{ToTokens, quote};
use serde_json::Value;
use syn::{Expr, Ident, ImplItemFn, Item, ItemStruct, parse_quote};

/// A field of a struct that callers make.
pub(super) struct Field {
    /// The name on the wire.
    pub(super) name: String,
    pub(super) rust: String,
    /// The first sentence of its documentation.
    pub(super) summary: String,
    pub(super) docs: Vec<String>,
    pub(super) required: bool,
    pub(super) nullable: bool,
    pub(super) tristate: bool,
    pub(super) ty: Type,
    /// The type of its value, without `Option`.
    pub(super) plain: syn::Type,
    /// What is sent unless the caller says otherwise (`x-dify-send-default`).
    pub(super) initial: Option<Expr>,
}

/// A component that is an object.
pub(super) fn part(
    component: &Component,
    item: &ItemStruct,
    asked: bool,
    model: &Model,
    findings: &mut Findings,
) -> Part {
    let mut item = item.clone();
    in_order(&mut item, component);
    let mut methods = Vec::new();
    let mut default = None;
    if let (true, Shape::Object(members)) = (asked, &component.shape) {
        let fields: Vec<Field> = members.iter().map(|m| Field::of(m, model)).collect();
        let new = arguments(component, &fields, findings);
        if new.is_empty() && fields.iter().all(|f| f.initial.is_none()) {
            attributes::derive_default(&mut item.attrs);
        } else if new.is_empty() {
            default = Some(default_by_new(&item.ident));
        }
        methods = constructor(&fields, &new, component.extra.is_some(), "a request");
    }
    let name = &item.ident;
    let from_json = from_json();
    let implementation: Item = parse_quote!(impl #name { #(#methods)* #from_json });
    let members = match &component.shape {
        Shape::Object(members) => members.as_slice(),
        _ => &[],
    };
    let facts = members.iter().map(|m| (m.rust.as_str(), m.secret, !m.required || m.nullable));
    let debug = discreet(name, facts);
    if debug.is_some() {
        attributes::derive_no_debug(&mut item.attrs);
    }
    let mut items = vec![Item::Struct(item), implementation];
    items.extend(default);
    items.extend(debug);
    Part { defines: vec![component.name.clone()], group: false, source: Source::Items(items) }
}

/// `Default` of a struct that sends something by itself.
pub(super) fn default_by_new(name: &Ident) -> Item {
    parse_quote! {
        impl Default for #name {
            fn default() -> Self {
                Self::new()
            }
        }
    }
}

/// `Debug` of a struct with secrets, which shows whether they are there and nothing more; of a signed URL, where it leads.
/// It is given the name of each field, what of it is secret, and whether it is optional.
pub(super) fn discreet<'f>(
    name: &Ident,
    fields: impl Iterator<Item = (&'f str, Secret, bool)> + Clone,
) -> Option<Item> {
    if fields.clone().all(|(_, secret, _)| secret == Secret::No) {
        return None;
    }
    let text = name.to_string();
    let fields = fields.map(|(shown, secret, optional)| {
        let field = ident(shown);
        match (secret, optional) {
            (Secret::No, _) => quote!(.field(#shown, &self.#field)),
            (Secret::Value | Secret::Content, false) => quote!(.field(#shown, &format_args!("…"))),
            (Secret::Value | Secret::Content, true) => {
                quote!(.field(#shown, &self.#field.as_ref().map(|_| format_args!("…"))))
            }
            (Secret::Query, false) => quote!(.field(#shown, &crate::values::location::Place(&self.#field))),
            (Secret::Query, true) => {
                quote!(.field(#shown, &self.#field.as_deref().map(crate::values::location::Place)))
            }
        }
    });
    Some(parse_quote! {
        impl std::fmt::Debug for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(#text)#(#fields)*.finish_non_exhaustive()
            }
        }
    })
}

/// typify sorts members by name; people and JSON read better in the order of the source.
fn in_order(item: &mut ItemStruct, component: &Component) {
    let (syn::Fields::Named(fields), Shape::Object(members)) = (&mut item.fields, &component.shape) else {
        return;
    };
    let mut sorted: Vec<_> = std::mem::take(&mut fields.named).into_iter().collect();
    sorted.sort_by_key(|field| members.iter().position(|m| m.name == wire_name(field)));
    fields.named = sorted.into_iter().collect();
}

/// How callers make a response in their tests: the struct may grow, so it cannot be written down.
pub(super) fn from_json() -> ImplItemFn {
    parse_quote! {
        /// Reads the value from JSON text.
        #[inline]
        pub fn from_json(text: &str) -> serde_json::Result<Self> {
            serde_json::from_str(text)
        }
    }
}

/// The wire names of the constructor's arguments.
pub(super) fn arguments(component: &Component, fields: &[Field], findings: &mut Findings) -> Vec<String> {
    let required = |f: &&Field| f.required && f.initial.is_none();
    let Some(new) = &component.new else {
        return fields.iter().filter(required).map(|f| f.name.clone()).collect();
    };
    let place = format!("#/components/schemas/{}", component.name);
    for name in new.iter().filter(|n| !fields.iter().any(|f| f.name == **n)) {
        findings.push(Finding::in_document(
            place.clone(),
            format!("`x-dify-new` names `{name}`, which is no member"),
            "name members only",
        ));
    }
    for field in fields.iter().filter(required) {
        if !new.contains(&field.name) && !field.nullable {
            findings.push(Finding::in_document(
                place.clone(),
                format!("`x-dify-new` leaves out `{}`, which is required", field.name),
                "name it, or give it `x-dify-send-default`",
            ));
        }
    }
    new.clone()
}

/// `new` and the setters of a struct.
pub(super) fn constructor(fields: &[Field], new: &[String], extra: bool, what: &str) -> Vec<ImplItemFn> {
    let given: Vec<&Field> = new.iter().filter_map(|n| fields.iter().find(|f| f.name == *n)).collect();
    let arguments = given.iter().map(|f| f.argument());
    let values = fields.iter().map(|field| {
        let name = ident(&field.rust);
        let value = if new.contains(&field.name) { field.wrapped() } else { field.initial() };
        // `user: user` reads worse than `user`.
        if value == parse_quote!(#name) { quote!(#name) } else { quote!(#name: #value) }
    });
    // Members without a name, beside those with one.
    let values = values.chain(extra.then(|| quote!(extra: Default::default())));
    let doc = if given.is_empty() {
        format!(" Creates {what} with its default values.")
    } else {
        format!(" Creates {what} from its required fields.")
    };
    let default = given.is_empty() && fields.iter().all(|f| f.initial.is_none());
    let body = if default { quote!(Self::default()) } else { quote!(Self { #(#values),* }) };
    let mut methods: Vec<ImplItemFn> = vec![parse_quote! {
        #[doc = #doc]
        pub fn new(#(#arguments),*) -> Self { #body }
    }];
    for field in fields.iter().filter(|f| !new.contains(&f.name)) {
        let (name, argument, value) = (ident(&field.rust), field.argument(), field.wrapped());
        let docs = rustdoc::attrs(&rustdoc::lines(&format!("Sets `{}`: {}", field.name, field.summary)));
        methods.push(parse_quote! {
            #(#docs)*
            #[must_use]
            pub fn #name(mut self, #argument) -> Self {
                self.#name = #value;
                self
            }
        });
    }
    methods
}

impl Field {
    pub(super) fn of(member: &Member, model: &Model) -> Self {
        let docs = member_lines(member, model);
        let text = docs.iter().take_while(|l| !l.is_empty()).cloned().collect::<Vec<_>>().join(" ");
        Self {
            name: member.name.clone(),
            rust: member.rust.clone(),
            summary: rustdoc::first_sentence(&text),
            docs,
            required: member.required,
            nullable: member.nullable,
            tristate: member.tristate,
            plain: rust_type(&member.ty.rust()),
            ty: member.ty.clone(),
            initial: member.send_default.as_ref().map(|value| value_of(&member.ty, value, model)),
        }
    }

    /// The type of the field.
    pub(super) fn declared(&self) -> syn::Type {
        let plain = &self.plain;
        if self.tristate {
            parse_quote!(crate::Patch<#plain>)
        } else if self.optional() {
            parse_quote!(Option<#plain>)
        } else {
            plain.clone()
        }
    }

    fn optional(&self) -> bool {
        !self.required || self.nullable
    }

    /// The field as an argument: anything that converts.
    fn argument(&self) -> syn::FnArg {
        let (name, plain) = (ident(&self.rust), &self.plain);
        match &self.ty {
            _ if self.tristate => parse_quote!(#name: impl Into<crate::Patch<#plain>>),
            Type::Boolean => parse_quote!(#name: bool),
            _ if self.pairs() => {
                parse_quote!(#name: impl IntoIterator<Item = (impl Into<String>, impl Into<serde_json::Value>)>)
            }
            _ => parse_quote!(#name: impl Into<#plain>),
        }
    }

    /// The argument as the field's value.
    fn wrapped(&self) -> Expr {
        let name = ident(&self.rust);
        let value: Expr = match &self.ty {
            _ if self.tristate => return parse_quote!(#name.into()),
            Type::Boolean => parse_quote!(#name),
            _ if self.pairs() => {
                parse_quote!(#name.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
            }
            _ => parse_quote!(#name.into()),
        };
        if self.optional() { parse_quote!(Some(#value)) } else { value }
    }

    /// The value of a field that the constructor is not given.
    fn initial(&self) -> Expr {
        match &self.initial {
            Some(value) if self.optional() => parse_quote!(Some(#value)),
            Some(value) => value.clone(),
            None if self.tristate => parse_quote!(crate::Patch::Absent),
            None => parse_quote!(None),
        }
    }

    /// Whether the field is a map of names to any JSON, which is pleasant to give as pairs.
    fn pairs(&self) -> bool {
        self.plain.to_token_stream().to_string().replace(' ', "") == "serde_json::Map<String,serde_json::Value>"
    }
}

/// A JSON value as an expression of the type: objects are made by their constructors and setters.
fn value_of(ty: &Type, value: &Value, model: &Model) -> Expr {
    let number =
        |number: &serde_json::Number| -> proc_macro2::TokenStream { number.to_string().parse().unwrap_or_default() };
    match (ty, value) {
        (_, Value::String(text)) => parse_quote!(#text.into()),
        (_, Value::Bool(value)) => parse_quote!(#value),
        (_, Value::Number(value)) => {
            let value = number(value);
            parse_quote!(#value)
        }
        (Type::List(ty), Value::Array(items)) => {
            let items = items.iter().map(|item| value_of(ty, item, model));
            parse_quote!(vec![#(#items),*])
        }
        (Type::Named(name), Value::Object(given)) => match model.components.get(name) {
            Some(Component { shape: Shape::Object(members), new, .. }) => {
                made_of(name, members, new.as_deref(), given, model)
            }
            _ => parse_quote!(Default::default()),
        },
        _ => parse_quote!(Default::default()),
    }
}

fn made_of(
    name: &str,
    members: &[Member],
    new: Option<&[String]>,
    given: &serde_json::Map<String, Value>,
    model: &Model,
) -> Expr {
    let argument = |member: &&Member| match new {
        Some(new) => new.contains(&member.name),
        None => member.required && member.send_default.is_none(),
    };
    // What the constructor sets by itself need not be set again.
    let given = |member: &Member| given.get(&member.name).filter(|value| member.send_default.as_ref() != Some(*value));
    // Arguments are `impl Into`.
    let value = |member: &Member| -> Option<Expr> {
        given(member).map(|value| match value {
            Value::String(text) => parse_quote!(#text),
            other => value_of(&member.ty, other, model),
        })
    };
    let arguments = members.iter().filter(argument).filter_map(value);
    let setters = members.iter().filter(|member| !argument(member)).filter_map(|member| {
        let (setter, value): (_, Expr) = (ident(&member.rust), value(member)?);
        Some(quote!(.#setter(#value)))
    });
    let ty = rust_type(&Type::Named(name.to_owned()).rust());
    parse_quote!(#ty::new(#(#arguments),*)#(#setters)*)
}
