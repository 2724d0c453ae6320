//! Query structs: the query and header parameters of an operation, in one argument that can grow.

use super::structs::{Field, constructor, discreet};
use super::{ItemSource, Part, ident, rust_type};
use crate::model::{Model, Operation, Parameter, rust_name};
use crate::rustdoc;
use quote::quote;
use syn::{Item, parse_quote};

/// The query struct of an operation, when it has such parameters.
pub(super) fn part(operation: &Operation, name: &str, model: &Model) -> Option<Part> {
    let parameters: Vec<&Parameter> = operation.query_parameters().collect();
    if parameters.is_empty() {
        return None;
    }
    let fields: Vec<Field> = parameters.iter().map(|p| field(p, model)).collect();
    let declared = fields.iter().map(|field| {
        let docs = rustdoc::attrs(&field.docs);
        let (name, ty) = (ident(&field.rust), field.declared());
        quote!(#(#docs)* pub #name: #ty)
    });
    let docs =
        rustdoc::attrs(&[format!("Query parameters of `{} {}`.", operation.verb.to_uppercase(), operation.path)]);
    let struct_name = ident(name);
    let default = fields.iter().all(|f| !f.required).then(|| quote!(Default,));
    let new: Vec<String> = fields.iter().filter(|f| f.required).map(|f| f.name.clone()).collect();
    let methods = constructor(&fields, &new, false, "a query");
    let debug = discreet(
        &struct_name,
        parameters
            .iter()
            .zip(&fields)
            .map(|(parameter, field)| (field.rust.as_str(), parameter.secret, !field.required)),
    );
    let derived = debug.is_none().then(|| quote!(Debug,));
    let mut items: Vec<Item> = vec![
        parse_quote! {
            #(#docs)*
            #[derive(Clone, #derived #default PartialEq)]
            #[non_exhaustive]
            pub struct #struct_name { #(#declared),* }
        },
        parse_quote!(impl #struct_name { #(#methods)* }),
    ];
    items.extend(debug);
    Some(Part::of_type(name, ItemSource::Items(items)))
}

fn field(parameter: &Parameter, model: &Model) -> Field {
    let mut text = parameter.description.clone();
    if text.is_empty() {
        let mut names = Vec::new();
        parameter.ty.names(&mut names);
        text = names
            .first()
            .and_then(|name| model.components.get(name))
            .map(|c| rustdoc::first_sentence(&c.description))
            .unwrap_or_default();
    }
    let mut docs = rustdoc::lines(&text);
    docs.extend(rustdoc::versions(parameter.since.as_deref(), None));
    Field {
        name: parameter.name.clone(),
        rust: rust_name(&parameter.name),
        summary: rustdoc::first_sentence(&text),
        docs,
        required: parameter.required,
        written_null: false,
        nullable: false,
        tristate: false,
        plain: rust_type(&parameter.ty.rust()),
        ty: parameter.ty.clone(),
        initial: None,
    }
}
