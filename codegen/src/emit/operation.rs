//! The constant facts of each operation, for the transport.

use super::ident;
use crate::model::{Credential, Model, Operation};
use heck::ToShoutySnakeCase;
use quote::quote;
use syn::{Expr, Item, parse_quote};

/// `static SEND: Operation = …`: the transport's facts about an operation.
pub(super) fn description(operation: &Operation, model: &Model) -> Item {
    let name = static_name(operation);
    let (id, path, errors) = (&operation.id, &operation.path, &operation.errors);
    let (idempotent, cacheable) = (operation.idempotent, operation.cacheable);
    let states = &operation.states;
    let method = ident(&operation.verb.to_uppercase());
    let credential = ident(match &operation.credential {
        Credential::None => "None",
        Credential::Scheme(scheme) => match scheme.as_str() {
            "appKey" => "App",
            "datasetKey" => "Knowledge",
            "passport" => "WebApp",
            _ => "Console",
        },
    });
    let some = |release: &Option<String>| -> Expr {
        match release {
            Some(release) => parse_quote!(Some(#release)),
            None => parse_quote!(None),
        }
    };
    let (since, until) = (some(&operation.since), some(&operation.until));
    let later = operation.later(model).into_iter().map(|(member, since)| quote!((#member, #since)));
    parse_quote! {
        static #name: crate::Operation = crate::Operation {
            id: #id,
            method: reqwest::Method::#method,
            path: #path,
            credential: crate::Credential::#credential,
            idempotent: #idempotent,
            cacheable: #cacheable,
            errors: &[#(#errors),*],
            states: &[#(#states),*],
            since: #since,
            until: #until,
            later: &[#(#later),*],
        };
    }
}

pub(super) fn static_name(operation: &Operation) -> syn::Ident {
    ident(&operation.method.to_shouty_snake_case())
}
