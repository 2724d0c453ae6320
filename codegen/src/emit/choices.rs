//! One of several types with no tag: whichever fits first.
//!
//! typify makes the same, but names it after the types it finds and forgets the descriptions.

use super::structs::from_json;
use super::{Part, Source, ident, rust_type};
use crate::model::{Component, Model, Type};
use crate::polish::attributes;
use crate::rustdoc;
use quote::quote;
use syn::{Expr, Ident, Item, parse_quote};

pub(super) fn part(component: &Component, choices: &[(Type, String)], null: bool, model: &Model) -> Part {
    let name = ident(&component.name);
    let docs = rustdoc::attrs(&rustdoc::lines(&component.description));
    let attributes = attributes::of_a_type();
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
    ];
    items.extend(conversions);
    Part { defines: vec![component.name.clone()], group: false, source: Source::Items(items) }
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
