//! Every type may grow (`#[non_exhaustive]`) and has a JSON Schema under the feature of that name. Derives come in one order.

use crate::model::Model;
use quote::ToTokens;
use syn::{Attribute, File, parse_quote};

pub(super) fn apply(file: &mut File, _: &Model) -> usize {
    super::for_each_struct(file, |item| {
        item.attrs.retain(|a| a.path().is_ident("doc"));
        item.attrs.extend(of_a_type());
        1
    })
}

/// Add `Default` to the derives, in its alphabetical place.
pub(crate) fn derive_default(attributes: &mut [Attribute]) {
    if let Some(derive) = attributes.iter_mut().find(|a| a.path().is_ident("derive")) {
        *derive = parse_quote!(#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]);
    }
}

/// Take `Debug` out of the derives: one is written out.
pub(crate) fn derive_no_debug(attributes: &mut [Attribute]) {
    for attribute in attributes.iter_mut().filter(|a| a.path().is_ident("derive")) {
        let default = attribute.to_token_stream().to_string().contains("Default");
        *attribute = if default {
            parse_quote!(#[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)])
        } else {
            parse_quote!(#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)])
        };
    }
}

/// Take `Deserialize` out of the derives: it is written out.
pub(crate) fn derive_no_deserialize(attributes: &mut [Attribute]) {
    if let Some(derive) = attributes.iter_mut().find(|a| a.path().is_ident("derive")) {
        *derive = parse_quote!(#[derive(Clone, Debug, PartialEq, serde::Serialize)]);
    }
}

/// What stands above every generated type.
pub(crate) fn of_a_type() -> [Attribute; 3] {
    [
        parse_quote!(#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]),
        parse_quote!(#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]),
        parse_quote!(#[non_exhaustive]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::progenitors;

    #[test]
    fn every_struct_may_grow_and_has_a_schema() {
        let mut file = progenitors("#[derive(::serde::Serialize, Clone)] struct A { a: i64 }");
        assert_eq!(apply(&mut file, &Model::default()), 1);
        let decorated = r#"#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
            #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))] #[non_exhaustive] struct A { a: i64 }"#;
        assert_eq!(file, progenitors(decorated));
        assert_eq!(apply(&mut progenitors(""), &Model::default()), 0);
    }
}
