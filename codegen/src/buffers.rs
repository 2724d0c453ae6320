//! No generated type is read through serde's buffer.
//!
//! serde reads enums without a tag or with an inner one, and flattened members, into a buffer first. `RawJson` cannot be
//! read from it, at any depth below, and numbers lose digits in it.

use crate::diagnostic::{Finding, Findings};
use crate::emit::{Code, Source};
use quote::ToTokens;
use syn::{Attribute, Item, Meta, Token, punctuated::Punctuated};

/// Each type that serde would buffer.
pub(crate) fn unbuffered(code: &Code) -> Findings {
    let parts = code.modules.iter().flat_map(|module| &module.parts);
    let items = parts.flat_map(|part| match &part.source {
        Source::Items(items) => items.as_slice(),
        Source::Text(_) => &[],
    });
    items.filter_map(buffered).collect()
}

fn buffered(item: &Item) -> Option<Finding> {
    let (name, why) = match item {
        Item::Enum(item) if derives_deserialize(&item.attrs) => {
            let tagged =
                says(&item.attrs, &["untagged", "tag"]) || item.variants.iter().any(|v| says(&v.attrs, &["untagged"]));
            (&item.ident, tagged.then_some("an enum that is untagged or tagged inside")?)
        }
        Item::Struct(item) if derives_deserialize(&item.attrs) => {
            // A tree of JSON values is the one thing that a buffer can give.
            let tree = |ty: &syn::Type| {
                ty.to_token_stream().to_string().replace(' ', "").ends_with("Map<String,serde_json::Value>")
            };
            let flat = item.fields.iter().any(|field| says(&field.attrs, &["flatten"]) && !tree(&field.ty));
            (&item.ident, flat.then_some("a flattened member that is no tree of JSON values")?)
        }
        _ => return None,
    };
    Some(Finding::in_document(
        format!("#/components/schemas/{name}"),
        format!("serde reads `{name}` through a buffer, out of which no `RawJson` can be read: it is {why}"),
        "write its `Deserialize`, as codegen/src/emit/choices.rs does; beside `properties`, write `additionalProperties: {}`",
    ))
}

fn derives_deserialize(attributes: &[Attribute]) -> bool {
    let derive = attributes.iter().filter(|a| a.path().is_ident("derive"));
    derive.map(|a| a.to_token_stream().to_string()).any(|text| text.contains("Deserialize"))
}

/// Whether a `#[serde(…)]` has one of these words.
fn says(attributes: &[Attribute], words: &[&str]) -> bool {
    attributes.iter().filter(|a| a.path().is_ident("serde")).any(|attribute| {
        let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        metas.is_ok_and(|metas| metas.iter().any(|meta| words.iter().any(|word| meta.path().is_ident(word))))
    })
}

#[cfg(test)]
mod tests {
    use super::buffered;
    use syn::parse_quote;

    #[test]
    fn types_that_serde_buffers_are_findings() {
        for item in [
            parse_quote! { #[derive(serde::Deserialize)] #[serde(untagged)] pub enum A { B(B), C(String) } },
            parse_quote! { #[derive(Clone, serde::Deserialize)] #[serde(rename_all = "snake_case", tag = "type")] enum A { B(B) } },
            parse_quote! { #[derive(serde::Deserialize)] enum A { B, #[serde(untagged)] C(String) } },
            parse_quote! { #[derive(serde::Deserialize)] struct A { #[serde(flatten)] b: B } },
            parse_quote! { #[derive(serde::Deserialize)] struct A { #[serde(flatten)] b: BTreeMap<String, crate::RawJson> } },
        ] {
            assert!(buffered(&item).is_some());
        }
    }

    #[test]
    fn types_that_serde_reads_at_once_are_none() {
        for item in [
            parse_quote! { #[derive(serde::Serialize)] #[serde(untagged)] pub enum A { B(B), C(String) } },
            parse_quote! { #[derive(serde::Deserialize)] enum A { #[serde(rename = "untagged")] B } },
            parse_quote! {
                #[derive(serde::Deserialize)]
                struct A { #[serde(rename = "type")] b: B, #[serde(flatten)] c: serde_json::Map<String, serde_json::Value> }
            },
        ] {
            assert!(buffered(&item).is_none());
        }
    }
}
