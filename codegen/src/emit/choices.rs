//! One of several types without a tag: the kind of JSON decides, because the linter allows one branch of each kind.

use super::structs::{attributes, from_json, serde};
use super::{ItemSource, Part, decoding, ident, rust_type};
use crate::model::{Component, Model, Shape, Type};
use crate::rustdoc;
use quote::quote;
use syn::{Expr, Ident, Item, parse_quote};

pub(super) fn part(component: &Component, choices: &[(Type, String)], null: bool, model: &Model) -> Vec<Part> {
    let name = ident(&component.name);
    let docs = rustdoc::attrs(&rustdoc::lines(&component.description));
    let asked = model.requests.contains(&component.name);
    let (attributes, untagged) = (attributes(asked, true, false), serde(&[quote!(untagged)], asked));
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
            #untagged
            pub enum #name { #(#variants,)* #null }
        },
        parse_quote!(impl #name { #from_json }),
        decode(&name, choices, null.is_some(), model),
    ];
    items.extend(conversions);
    let beside = Part::beside(ItemSource::Text(decoding::named("named", component)));
    vec![Part::of_type(&component.name, ItemSource::Items(items)), beside]
}

/// Reads the value as the one type of its kind.
fn decode(name: &Ident, choices: &[(Type, String)], null: bool, model: &Model) -> Item {
    let arms = choices.iter().map(|(ty, _)| {
        let (kind, variant) = (kind(ty, model), ident(&variant_name(ty)));
        quote!(Some(decode::Kind::#kind) => Self::#variant(reader.value()?),)
    });
    let (null, blank): (_, Option<Expr>) = match (null, choices.first()) {
        (true, _) => (Some(quote!(_ if reader.null()? => Self::Null,)), Some(parse_quote!(Self::Null))),
        (false, Some((ty, _))) => {
            let first = ident(&variant_name(ty));
            (None, Some(parse_quote!(Self::#first(decode::Decode::blank()))))
        }
        (false, None) => (None, None),
    };
    let expected = format!("`{name}`");
    parse_quote! {
        impl decode::Decode for #name {
            fn blank() -> Self {
                #blank
            }

            #[inline(never)]
            fn read(&mut self, reader: &mut decode::Reader<'_>) -> decode::Read {
                *self = match reader.kind() {
                    #(#arms)*
                    #null
                    _ => return Err(reader.unexpected(#expected)),
                };
                Ok(())
            }
        }
    }
}

/// The kind of JSON that a type is read from.
fn kind(ty: &Type, model: &Model) -> Ident {
    let kind = match ty {
        Type::Text => "Text",
        Type::Integer | Type::Number => "Number",
        Type::Boolean => "Boolean",
        Type::List(_) => "List",
        Type::Named(name) => match model.components.get(name).map(|component| &component.shape) {
            Some(Shape::Enum(_)) => "Text",
            Some(Shape::Alias(inner)) => return self::kind(inner, model),
            _ => "Object",
        },
        _ => "Object",
    };
    ident(kind)
}

/// So that setters take the content of a variant as it is.
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
        // Literals and Unix times, which are far below the integers that a double cannot represent.
        Type::Number => vec![
            own,
            from(parse_quote!(i32), parse_quote!(value.into())),
            from(parse_quote!(i64), parse_quote!(value as f64)),
        ],
        Type::List(item) if **item == Type::Text => vec![
            own,
            parse_quote! {
                impl<T: Into<String>, const LENGTH: usize> From<[T; LENGTH]> for #name {
                    fn from(value: [T; LENGTH]) -> Self {
                        Self::#variant(value.into_iter().map(Into::into).collect())
                    }
                }
            },
        ],
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
