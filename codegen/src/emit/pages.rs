//! Answers that are pages of a list: how the runtime walks them.

use super::{ident, rust_type};
use crate::diagnostic::{Finding, Findings};
use crate::model::{Answer, Component, Cursor, Model, Operation, Paging, Shape, Type, rust_name};
use contract::escape;
use syn::{Expr, ImplItemFn, Item, parse_quote};

/// `impl Page`, when an operation pages through answers of this component.
pub(super) fn item(component: &Component, model: &Model, findings: &mut Findings) -> Option<Item> {
    let answers: Vec<&Operation> = model
        .operations
        .iter()
        .filter(|operation| matches!(&operation.answer, Answer::Json(Type::Named(name)) if *name == component.name))
        .collect();
    let paging = answers.iter().find_map(|operation| operation.paging.as_ref())?;
    for operation in answers.iter().filter(|operation| operation.paging.as_ref() != Some(paging)) {
        findings.push(Finding::in_document(
            format!("#/paths/{}/{}", escape(&operation.path), operation.verb),
            format!("answers `{}`, which another operation pages through in another way", component.name),
            "give both the same `x-dify-paging`, or the answers different names",
        ));
    }
    let implementation = implementation(component, paging, model);
    if implementation.is_none() {
        findings.push(Finding::in_document(
            format!("#/components/schemas/{}", component.name),
            "the members that `x-dify-paging` names must be required and not nullable, the items a list",
            "correct `required` or the names",
        ));
    }
    implementation
}

fn implementation(component: &Component, paging: &Paging, model: &Model) -> Option<Item> {
    let Shape::Object(members) = &component.shape else { return None };
    let member = |name: &String| members.iter().find(|m| m.name == *name && m.required && !m.nullable);
    let items = member(&paging.items)?;
    let Type::List(item) = &items.ty else { return None };
    let listed = match &**item {
        Type::Named(name) => model.object(name).unwrap_or_default(),
        _ => &[],
    };
    let (name, field, item) = (ident(&component.name), ident(&items.rust), rust_type(&item.rust()));
    let parameter = &paging.parameter;
    let kind: Expr = match &paging.cursor {
        Some(Cursor { first: true, .. }) => parse_quote!(crate::Paging::Before(#parameter)),
        Some(Cursor { first: false, .. }) => parse_quote!(crate::Paging::After(#parameter)),
        None => parse_quote!(crate::Paging::Number(#parameter)),
    };
    let mut methods: Vec<ImplItemFn> = Vec::new();
    // What some release does not send is optional already.
    let reported = |name: &String| -> Option<Expr> {
        let member = members.iter().find(|m| m.name == *name && !m.nullable && (m.required || m.comes_or_goes()))?;
        let field = ident(&member.rust);
        Some(if member.required { parse_quote!(Some(self.#field)) } else { parse_quote!(self.#field) })
    };
    if let Some(more) = &paging.more {
        let more = reported(more)?;
        methods.push(parse_quote! {
            fn more(&self) -> Option<bool> {
                #more
            }
        });
    }
    if let Some(total) = &paging.total {
        let total = reported(total)?;
        methods.push(parse_quote! {
            fn total(&self) -> Option<i64> {
                #total
            }
        });
    }
    let id = paging.cursor.as_ref().map_or("id", |cursor| &cursor.id);
    if listed.iter().any(|m| m.name == *id && m.required && !m.nullable && m.ty == Type::Text) {
        let id = ident(&rust_name(id));
        methods.push(parse_quote! {
            fn id(item: &Self::Item) -> Option<&str> {
                Some(&item.#id)
            }
        });
    } else if paging.cursor.is_some() {
        return None;
    }
    let order = paging.cursor.iter().flat_map(|cursor| &cursor.order);
    let equal: Vec<Expr> = order
        .map(|time| {
            let time = ident(&listed.iter().find(|m| m.name == *time)?.rust);
            Some(parse_quote!(one.#time == other.#time))
        })
        .collect::<Option<_>>()?;
    if !equal.is_empty() {
        methods.push(parse_quote! {
            fn tied(one: &Self::Item, other: &Self::Item) -> bool {
                #(#equal)||*
            }
        });
    }
    Some(parse_quote! {
        impl crate::Page for #name {
            type Item = #item;

            const PAGING: crate::Paging = #kind;

            fn into_items(self) -> Vec<Self::Item> {
                self.#field
            }

            fn items(&self) -> &[Self::Item] {
                &self.#field
            }

            #(#methods)*
        }
    })
}
