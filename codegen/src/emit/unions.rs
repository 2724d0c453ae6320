//! Unions told apart by a tag: the tag is read first, then the one right struct.
//!
//! typify makes them untagged, which tries every struct and loses the cause of an error.
//! <https://github.com/oxidecomputer/typify/issues/498>

use super::enums::variant_name;
use super::{Part, Source, ident};
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
    let values: Vec<&String> = variants.iter().map(|v| &v.value).collect();
    let items: Vec<Item> = vec![
        parse_quote! {
            #(#docs)*
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #(#known,)*
                /// One that this version of the crate does not know.
                Unknown {
                    /// Its name on the wire.
                    event: String,
                    /// All of it, as the server wrote it.
                    data: crate::RawJson,
                },
            }
        },
        parse_quote! {
            impl crate::event::Sealed for #name {}
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

                fn decode(name: &str, data: &str) -> serde_json::Result<Self> {
                    Ok(match name {
                        #(#values => Self::#idents(Box::new(serde_json::from_str(data)?)),)*
                        _ => Self::Unknown { event: name.to_owned(), data: serde_json::from_str(data)? },
                    })
                }
            }
        },
        parse_quote! {
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
            impl #name {
                /// Read one from JSON text; its tag tells which.
                pub fn from_json(text: &str) -> serde_json::Result<Self> {
                    crate::Event::decode(&crate::event::peek(text, #tag)?, text)
                }
            }
        },
    ];
    Part { defines: vec![component.name.clone()], group: false, source: Source::Items(items) }
}

/// What a variant says: the first sentence of what it holds.
fn variant_lines(variant: &Variant, model: &Model) -> Vec<String> {
    let inner = model.components.get(&variant.component);
    let sentence = inner
        .filter(|c| matches!(c.shape, Shape::Object(_)))
        .map(|c| rustdoc::first_sentence(&c.description))
        .filter(|s| !s.is_empty())
        .unwrap_or_else(|| format!("`{}`.", variant.value));
    rustdoc::lines(&sentence)
}
