//! Unions with a tag: the tag is read first, then the one right struct.

use super::enums::variant_name;
use super::{ItemSource, Part, ident};
use crate::model::{Component, Model, Shape, Variant};
use crate::rustdoc;
use quote::quote;
use syn::{Item, parse_quote};

pub(super) fn part(component: &Component, tag: &str, variants: &[Variant], finals: &[String], model: &Model) -> Part {
    let name = ident(&component.name);
    let docs = rustdoc::attrs(&rustdoc::lines(&component.description));
    let known = variants.iter().map(|variant| {
        let (variant_ident, inner) = (ident(&variant_name(&variant.value)), ident(&variant.component));
        let docs = rustdoc::attrs(&variant_lines(variant, model));
        quote!(#(#docs)* #variant_ident(Box<#inner>))
    });
    let idents: Vec<syn::Ident> = variants.iter().map(|v| ident(&variant_name(&v.value))).collect();
    let inners = variants.iter().map(|v| ident(&v.component));
    let values: Vec<&String> = variants.iter().map(|v| &v.value).collect();
    let mut items: Vec<Item> = vec![
        parse_quote! {
            #(#docs)*
            #[derive(Clone, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #(#known,)*
                /// An event that this version of the crate does not define, or cannot decode.
                Unknown {
                    /// The name that the server sent.
                    event: String,
                    /// The whole JSON object, as the server sent it; a JSON string of the text where that is no JSON.
                    data: crate::RawJson,
                    /// Why an event of a defined name could not be decoded; `None` for other names.
                    error: Option<Box<crate::DecodeError>>,
                },
            }
        },
        parse_quote! {
            impl std::fmt::Debug for #name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    match self {
                        #(Self::#idents(event) => f.debug_tuple(stringify!(#idents)).field(event).finish(),)*
                        Self::Unknown { event, data, error } => f
                            .debug_struct("Unknown")
                            .field("event", &crate::Shown::new(event))
                            .field("data", &crate::values::shown::Size(data.as_str().len()))
                            .field("error", error)
                            .finish(),
                    }
                }
            }
        },
        parse_quote! {
            impl crate::stream::event::Sealed for #name {}
        },
        parse_quote! {
            impl crate::Event for #name {
                const FINAL: &'static [&'static str] = &[#(#finals),*];

                fn name(&self) -> &str {
                    match self {
                        #(Self::#idents(_) => #values,)*
                        Self::Unknown { event, .. } => event,
                    }
                }

                fn decode_error(&self) -> Option<&crate::DecodeError> {
                    match self {
                        Self::Unknown { error, .. } => error.as_deref(),
                        _ => None,
                    }
                }

                fn undecoded(event: String, data: crate::RawJson, error: crate::DecodeError) -> Self {
                    Self::Unknown { event, data, error: Some(Box::new(error)) }
                }

                // Inlined, the decoders of all events would be compiled in each program.
                #[inline(never)]
                fn blank(name: &str) -> Self {
                    match name {
                        #(#values => Self::#idents(Box::new(decode::Decode::blank())),)*
                        _ => Self::Unknown { event: name.to_owned(), data: decode::Decode::blank(), error: None },
                    }
                }

                #[inline(never)]
                fn content(&mut self) -> &mut dyn decode::Decode {
                    match self {
                        #(Self::#idents(event) => &mut **event,)*
                        Self::Unknown { data, .. } => data,
                    }
                }
            }
        },
        parse_quote! {
            #[cfg(feature = "serialize")]
            impl serde::Serialize for #name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        #(Self::#idents(event) => event.serialize(serializer),)*
                        Self::Unknown { data, .. } => data.serialize(serializer),
                    }
                }
            }
        },
        parse_quote! {
            #[cfg(feature = "schemars")]
            impl schemars::JsonSchema for #name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!(#name).into()
                }

                fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    crate::stream::event::schema(#tag, &[#((#values, generator.subschema_for::<#inners>())),*])
                }
            }
        },
        parse_quote! {
            impl #name {
                /// Reads the value from JSON text; its tag selects the variant.
                pub fn from_json(text: &str) -> serde_json::Result<Self> {
                    crate::stream::event::from_json(text, #tag)
                }
            }
        },
    ];
    items.extend(text_method(&name, variants));
    Part::of_type(&component.name, ItemSource::Items(items))
}

/// The events with text for the reader, and its member.
const TEXTS: [(&str, &[&str]); 3] =
    [("message", &["answer"]), ("agent_message", &["answer"]), ("text_chunk", &["data", "text"])];

/// What callers who join the pieces must take account of.
const REPEATED: [&str; 4] = [
    "",
    "`message_replace` replaces the text so far, and an application of mode `agent` ends with a `message`",
    "that repeats the whole answer. [`EventStream::into_answer`](crate::EventStream::into_answer) handles",
    "both.",
];

/// The method that returns the text of an event, for unions with events that bring text.
fn text_method(name: &syn::Ident, variants: &[Variant]) -> Option<Item> {
    let (mut arms, mut names) = (Vec::new(), Vec::new());
    for variant in variants {
        if let Some((event, path)) = TEXTS.iter().find(|(event, _)| *event == variant.value) {
            let (variant, path) = (ident(&variant_name(&variant.value)), path.iter().map(|member| ident(member)));
            arms.push(quote!(Self::#variant(event) => Some(&event #(.#path)*)));
            names.push(format!("`{event}`"));
        }
    }
    if arms.is_empty() {
        return None;
    }
    let mut docs = vec![
        "Returns the text that this event adds to the output; `None` for events that add none.".to_owned(),
        String::new(),
        format!("Events that add text: {}.", names.join(", ")),
    ];
    if variants.iter().any(|variant| variant.value == "message_replace") {
        docs.extend(REPEATED.map(str::to_owned));
    }
    let docs = rustdoc::attrs(&docs);
    Some(parse_quote! {
        impl #name {
            #(#docs)*
            pub fn text(&self) -> Option<&str> {
                match self {
                    #(#arms,)*
                    _ => None,
                }
            }
        }
    })
}

/// The documentation of a variant: the first sentence of its content.
fn variant_lines(variant: &Variant, model: &Model) -> Vec<String> {
    let inner = model.components.get(&variant.component);
    let sentence = inner
        .filter(|c| matches!(c.shape, Shape::Object(_)))
        .map(|c| rustdoc::first_sentence(&c.description))
        .filter(|s| !s.is_empty())
        .unwrap_or_else(|| format!("`{}`.", variant.value));
    rustdoc::lines(&sentence)
}
