//! One of several types with no tag: the kind of JSON tells which, for the linter allows one branch of each kind.
//!
//! typify makes an enum that serde reads through a buffer, trying one after the other. A buffer has no raw JSON to give, and
//! says nothing about what did not fit.

use super::structs::from_json;
use super::{Part, Source, ident, rust_type};
use crate::model::{Component, Model, Shape, Type};
use crate::polish::attributes;
use crate::rustdoc;
use quote::quote;
use syn::{Expr, Ident, Item, parse_quote};

pub(super) fn part(component: &Component, choices: &[(Type, String)], null: bool, model: &Model) -> Part {
    let name = ident(&component.name);
    let docs = rustdoc::attrs(&rustdoc::lines(&component.description));
    let mut attributes = attributes::of_a_type();
    attributes::derive_no_deserialize(&mut attributes);
    let variants = choices.iter().map(|(ty, description)| {
        let text = match (ty, description.as_str()) {
            (Type::Named(name), "") => model.components.get(name).map_or("", |c| c.description.as_str()),
            (_, description) => description,
        };
        let mut text = rustdoc::first_sentence(text);
        if text.is_empty() {
            text = format!("`{}`.", ty.rust());
        }
        let docs = rustdoc::attrs(&rustdoc::lines(&text));
        let (variant, ty) = (ident(&variant_name(ty)), rust_type(&ty.rust()));
        quote!(#(#docs)* #variant(#ty))
    });
    let null = null.then(|| {
        quote! {
            /// JSON `null`.
            Null
        }
    });
    let from_json = from_json();
    let conversions = choices.iter().flat_map(|(ty, _)| conversions(&name, ty));
    let mut items: Vec<Item> = vec![
        parse_quote! {
            #(#docs)*
            #(#attributes)*
            #[serde(untagged)]
            pub enum #name { #(#variants,)* #null }
        },
        parse_quote!(impl #name { #from_json }),
        deserialize(&name, choices, null.is_some(), model),
    ];
    items.extend(conversions);
    Part { defines: vec![component.name.clone()], group: false, source: Source::Items(items) }
}

/// Reads the value as it stands, and gives it to the one type of its kind.
fn deserialize(name: &Ident, choices: &[(Type, String)], null: bool, model: &Model) -> Item {
    let arms = choices.iter().map(|(ty, _)| {
        let (kind, variant) = (kind(ty, model), ident(&variant_name(ty)));
        quote!(#kind => json.get().map(Self::#variant),)
    });
    let null = null.then(|| quote!(crate::values::raw_json::Kind::Null => Ok(Self::Null),));
    let text = name.to_string();
    parse_quote! {
        impl<'de> serde::Deserialize<'de> for #name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = <crate::RawJson as serde::Deserialize>::deserialize(deserializer)?;
                let read: serde_json::Result<Self> = match json.kind() {
                    #(#arms)*
                    #null
                    other => Err(other.unexpected(#text)),
                };
                read.map_err(serde::de::Error::custom)
            }
        }
    }
}

/// The kind of JSON that a type is read from, as a pattern.
fn kind(ty: &Type, model: &Model) -> syn::Pat {
    match ty {
        Type::Text => parse_quote!(crate::values::raw_json::Kind::Text),
        Type::Integer | Type::Number => parse_quote!(crate::values::raw_json::Kind::Number),
        Type::Boolean => parse_quote!(crate::values::raw_json::Kind::Boolean),
        Type::List(_) => parse_quote!(crate::values::raw_json::Kind::List),
        Type::Named(name) => match model.components.get(name).map(|component| &component.shape) {
            Some(Shape::Enum(_)) => parse_quote!(crate::values::raw_json::Kind::Text),
            Some(Shape::Alias(inner)) => kind(inner, model),
            _ => parse_quote!(crate::values::raw_json::Kind::Object),
        },
        _ => parse_quote!(crate::values::raw_json::Kind::Object),
    }
}

/// So that setters take what stands in a variant as it is.
fn conversions(name: &Ident, ty: &Type) -> Vec<Item> {
    let variant = ident(&variant_name(ty));
    let from = |from: syn::Type, value: Expr| -> Item {
        parse_quote! {
            impl From<#from> for #name {
                fn from(value: #from) -> Self {
                    Self::#variant(#value)
                }
            }
        }
    };
    let own = from(rust_type(&ty.rust()), parse_quote!(value));
    match ty {
        Type::Text => vec![own, from(parse_quote!(&str), parse_quote!(value.to_owned()))],
        _ => vec![own],
    }
}

fn variant_name(ty: &Type) -> String {
    match ty {
        Type::Text => "Text".to_owned(),
        Type::Integer => "Integer".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Boolean => "Boolean".to_owned(),
        Type::Named(name) => name.clone(),
        Type::List(inner) => format!("{}List", variant_name(inner)),
        _ => "Json".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_named_after_their_types() {
        assert_eq!(variant_name(&Type::List(Box::new(Type::Text))), "TextList");
        assert_eq!(variant_name(&Type::Named("Icon".to_owned())), "Icon");
    }
}
