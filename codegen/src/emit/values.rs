//! Values of the document as expressions: what requests send by default.

use super::{ident, rust_type};
use crate::model::{Component, Member, Model, Shape, Type};
use quote::quote;
use serde_json::Value;
use syn::{Expr, parse_quote};

/// A JSON value as an expression of the type: objects are made by their constructors and setters.
pub(super) fn value_of(ty: &Type, value: &Value, model: &Model) -> Expr {
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
