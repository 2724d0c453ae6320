//! Multipart forms: structs like those of JSON bodies, which make the runtime's form.

use super::structs::{Field, arguments, constructor, default_by_new, of_user};
use super::{ItemSource, Part, ident};
use crate::diagnostic::{Finding, Findings};
use crate::model::{Component, Member, Model, Shape, Type};
use crate::rustdoc;
use quote::quote;
use syn::{Item, Stmt, parse_quote};

pub(super) fn part(component: &Component, members: &[Member], model: &Model, findings: &mut Findings) -> Part {
    let fields: Vec<Field> = members.iter().map(|m| Field::of(m, model)).collect();
    let new = arguments(component, &fields, findings);
    let declared = fields.iter().map(|field| {
        let docs = rustdoc::attrs(&field.docs);
        let (name, ty) = (ident(&field.rust), field.declared());
        quote!(#(#docs)* pub #name: #ty)
    });
    let mut statements = Vec::new();
    for member in members {
        match added(member, model) {
            Some(statement) => statements.push(statement),
            None => findings.push(Finding::in_document(
                format!("#/components/schemas/{}", component.name),
                format!("the form's member `{}` is neither a file, a scalar nor an object", member.name),
                "make it text, a number, a boolean, an enum, an object, or `format: binary`",
            )),
        }
    }
    let name = ident(&component.name);
    let docs = rustdoc::attrs(&rustdoc::lines(&component.description));
    let methods = constructor(&fields, &new, false, "a form");
    let default = new.is_empty() && fields.iter().all(|field| field.initial.is_none());
    let derived = default.then(|| quote!(Default,));
    let mut items: Vec<Item> = vec![
        parse_quote! {
            #(#docs)*
            #[derive(Clone, Debug, #derived)]
            #[non_exhaustive]
            pub struct #name { #(#declared),* }
        },
        parse_quote! {
            impl #name {
                #(#methods)*

                pub(crate) fn form(&self) -> Result<crate::files::Form, String> {
                    let mut form = crate::files::Form::default();
                    #(#statements)*
                    Ok(form)
                }
            }
        },
    ];
    items.extend(of_user(component, model));
    items.extend((new.is_empty() && !default).then(|| default_by_new(&name)));
    Part::of_type(&component.name, ItemSource::Items(items))
}

/// The statement that adds a member to the form.
fn added(member: &Member, model: &Model) -> Option<Stmt> {
    let (name, field) = (&member.name, ident(&member.rust));
    let json = |name: &String| matches!(model.components.get(name).map(|c| &c.shape), Some(Shape::Object(_)));
    let enumeration = |name: &String| matches!(model.components.get(name).map(|c| &c.shape), Some(Shape::Enum(_)));
    let optional = !member.required || member.nullable;
    let value: syn::Expr = if optional { parse_quote!(#field) } else { parse_quote!(self.#field) };
    let borrowed: syn::Expr = if optional { parse_quote!(#field) } else { parse_quote!(&self.#field) };
    let form: syn::Expr = match &member.ty {
        // `mime_guess` says `audio/mpeg` of an MP3, which Dify refuses; the runtime knows the types it takes.
        Type::Binary if member.audio => parse_quote!(form.speech(#name, #borrowed)),
        Type::Binary => parse_quote!(form.file(#name, #borrowed)),
        Type::Text => parse_quote!(form.text(#name, #borrowed)),
        Type::Integer | Type::Number | Type::Boolean => parse_quote!(form.text(#name, #value.to_string())),
        Type::Named(component) if enumeration(component) => {
            parse_quote!(form.text(#name, #value.as_str()))
        }
        // JSON travels as text beside the file.
        Type::Named(component) if json(component) => parse_quote!(form.json(#name, #borrowed)?),
        _ => return None,
    };
    Some(if optional { parse_quote!(if let Some(#field) = &self.#field { #form; }) } else { parse_quote!(#form;) })
}
