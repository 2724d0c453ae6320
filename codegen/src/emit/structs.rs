//! Structs: what callers make has constructors and setters, what servers send a table for the decoder.

use super::{ItemSource, Part, decoding, ident, rust_type, values::value_of};
use crate::diagnostic::{Finding, Findings};
use crate::model::{Component, Member, Model, Operation, Secret, Type};
use crate::rustdoc;
use quote::quote;
use syn::{Attribute, Expr, Ident, ImplItemFn, Item, parse_quote};

/// A field of a struct that callers make.
pub(super) struct Field {
    /// The name on the wire.
    pub(super) name: String,
    pub(super) rust: String,
    /// The first sentence of its documentation.
    pub(super) summary: String,
    pub(super) docs: Vec<String>,
    pub(super) required: bool,
    pub(super) written_null: bool,
    pub(super) nullable: bool,
    pub(super) tristate: bool,
    pub(super) ty: Type,
    /// The type of its value, without `Option`.
    pub(super) plain: syn::Type,
    /// The value that is sent by default (`x-dify-send-default`).
    pub(super) initial: Option<Expr>,
}

/// A component that is an object.
pub(super) fn parts(component: &Component, members: &[Member], model: &Model, findings: &mut Findings) -> Vec<Part> {
    let asked = model.requests.contains(&component.name);
    let fields: Vec<Field> = members.iter().map(|m| Field::of(m, model)).collect();
    let name = ident(&component.name);
    let (mut methods, mut default, mut derives_default) = (Vec::new(), None, false);
    if asked {
        let new = arguments(component, &fields, findings);
        derives_default = new.is_empty() && fields.iter().all(|f| f.initial.is_none());
        default = (new.is_empty() && !derives_default).then(|| default_by_new(&name));
        // Its constructors are `dify-api/src/files/file_input.rs`.
        if component.name != "FileInput" {
            methods = constructor(&fields, &new, component.extra.is_some(), "a request");
        }
    }
    let facts = members.iter().map(|m| (m.rust.as_str(), m.secret, !m.required || m.nullable));
    let debug = discreet(&name, facts);
    let attributes = attributes(asked, debug.is_none(), derives_default);
    let docs = rustdoc::attrs(&rustdoc::lines(&component.description));
    let declared = fields.iter().map(|field| {
        let docs = rustdoc::attrs(&field.docs);
        let (name, ty, serde) = (ident(&field.rust), field.declared(), field.serde(asked));
        quote!(#(#docs)* #serde pub #name: #ty)
    });
    let extra = component.extra.as_ref().map(|ty| {
        let (ty, serde) = (rust_type(&ty.rust()), serde(&[quote!(flatten)], asked));
        quote! {
            /// Members that the OpenAPI description does not define.
            #serde
            pub extra: #ty,
        }
    });
    let from_json = from_json();
    let mut items: Vec<Item> = vec![
        parse_quote! {
            #(#docs)*
            #(#attributes)*
            pub struct #name { #(#declared,)* #extra }
        },
        parse_quote!(impl #name { #(#methods)* #from_json }),
    ];
    items.extend(of_user(component, model));
    items.extend(default);
    items.extend(debug);
    items.extend(super::pages::item(component, model, findings));
    let text = decoding::object(component, members, model);
    vec![Part::of_type(&component.name, ItemSource::Items(items)), Part::beside(ItemSource::Text(text))]
}

/// What every generated type that is JSON has above it. Answers are written by those who store them: the feature
/// `serialize` spares the others the code.
pub(super) fn attributes(asked: bool, debug: bool, default: bool) -> Vec<Attribute> {
    let debug = debug.then(|| quote!(Debug,));
    let default = default.then(|| quote!(Default,));
    let serialize = asked.then(|| quote!(, serde::Serialize));
    let mut attributes: Vec<Attribute> = vec![parse_quote!(#[derive(Clone, #debug #default PartialEq #serialize)])];
    if !asked {
        attributes.push(parse_quote!(#[cfg_attr(feature = "serialize", derive(serde::Serialize))]));
    }
    attributes.push(parse_quote!(#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]));
    attributes.push(parse_quote!(#[non_exhaustive]));
    attributes
}

/// `#[serde(…)]`, where a derive takes it.
pub(super) fn serde(words: &[proc_macro2::TokenStream], asked: bool) -> Option<Attribute> {
    match (words, asked) {
        ([], _) => None,
        (_, true) => Some(parse_quote!(#[serde(#(#words),*)])),
        (_, false) => {
            Some(parse_quote!(#[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(#(#words),*))]))
        }
    }
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

/// A request that names an end user, for clients that fill it in.
pub(super) fn of_user(component: &Component, model: &Model) -> Option<Item> {
    let is_its_request = |operation: &Operation| operation.request() == Some(&component.name);
    let user = model.operations.iter().find(|operation| is_its_request(operation))?.user_in_body(model)?;
    let (name, user) = (ident(&component.name), ident(&user.rust));
    Some(parse_quote! {
        impl crate::values::OfUser for #name {
            fn user(&mut self) -> &mut Option<String> {
                &mut self.#user
            }
        }
    })
}

/// How callers make a response in their tests: the struct may grow, so it cannot be written down.
pub(super) fn from_json() -> ImplItemFn {
    parse_quote! {
        /// Reads the value from JSON text.
        pub fn from_json(text: &str) -> serde_json::Result<Self> {
            decode::from_json(text)
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
    let inputs = Type::Named("Inputs".to_owned());
    methods.extend(fields.iter().filter(|field| field.ty == inputs).map(one_input));
    methods
}

/// The setter of one of the inputs.
fn one_input(field: &Field) -> ImplItemFn {
    let name = ident(&field.rust);
    let inputs: Expr = match field.optional() {
        true => parse_quote!(self.#name.get_or_insert_default()),
        false => parse_quote!(self.#name),
    };
    parse_quote! {
        #[doc = " Adds one value to `inputs`: text, a number, a boolean, JSON or a file."]
        #[must_use]
        pub fn input(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
            #inputs.extend([(name, value)]);
            self
        }
    }
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
            written_null: member.written_null,
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

    fn serde(&self, asked: bool) -> Option<Attribute> {
        let mut words = Vec::new();
        if self.rust != self.name {
            let name = &self.name;
            words.push(quote!(rename = #name));
        }
        if !self.required && !self.written_null {
            let absent = if self.tristate { "crate::Patch::is_absent" } else { "Option::is_none" };
            words.push(quote!(skip_serializing_if = #absent));
        }
        serde(&words, asked)
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
            Type::List(item) if **item == Type::Text => {
                parse_quote!(#name: impl IntoIterator<Item = impl Into<String>>)
            }
            Type::List(item) => {
                let item = rust_type(&item.rust());
                parse_quote!(#name: impl IntoIterator<Item = #item>)
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
            Type::List(item) if **item == Type::Text => parse_quote!(#name.into_iter().map(Into::into).collect()),
            Type::List(_) => parse_quote!(#name.into_iter().collect()),
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
}

/// The documentation of a member: its own text, or that of its component; and the servers that have it.
fn member_lines(member: &Member, model: &Model) -> Vec<String> {
    let mut text = member.description.clone();
    if text.is_empty() {
        let mut names = Vec::new();
        member.ty.names(&mut names);
        let component = names.first().and_then(|name| model.components.get(name));
        text = component.map(|c| rustdoc::first_sentence(&c.description)).unwrap_or_default();
    }
    if text.is_empty() {
        text = format!("`{}`.", member.name);
    }
    let mut lines = rustdoc::lines(&text);
    lines.extend(rustdoc::versions(member.since.as_deref(), member.until.as_deref()));
    lines
}
