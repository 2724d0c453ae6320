//! The request builders that progenitor made, each compared with its operation.

use crate::diagnostic::{Finding, Findings};
use crate::model::{Model, Operation, rust_name};
use contract::escape;
use quote::ToTokens;
use std::collections::BTreeMap;
use syn::{File, ImplItem, ImplItemFn, Item};

/// The builders by operation; a parameter that one lacks, or takes as another type, is a finding.
pub(super) fn of(file: File, model: &Model, findings: &mut Findings) -> BTreeMap<String, ImplItemFn> {
    let mut builders = BTreeMap::new();
    for item in file.items {
        let Item::Impl(block) = item else { continue };
        for item in block.items {
            if let ImplItem::Fn(function) = item {
                builders.insert(function.sig.ident.to_string(), function);
            }
        }
    }
    for operation in &model.operations {
        if let Some(builder) = builders.get(&operation.id) {
            compare(operation, builder, findings);
        }
    }
    builders
}

fn compare(operation: &Operation, builder: &ImplItemFn, findings: &mut Findings) {
    for parameter in &operation.parameters {
        let name = rust_name(&parameter.name);
        let argument = builder.sig.inputs.iter().find_map(|argument| match argument {
            syn::FnArg::Typed(typed) if typed.pat.to_token_stream().to_string() == name => {
                Some(typed.ty.to_token_stream().to_string().replace(' ', ""))
            }
            _ => None,
        });
        let plain = match parameter.ty.rust().replace(' ', "").as_str() {
            "String" => "&str".to_owned(),
            scalar @ ("i64" | "f64" | "bool") => scalar.to_owned(),
            other => format!("&{other}"),
        };
        let expected = if parameter.required { plain } else { format!("Option<{plain}>") };
        if argument.as_ref() != Some(&expected) {
            findings.push(Finding::in_document(
                format!("#/paths/{}/{}", escape(&operation.path), operation.verb),
                format!(
                    "the parameter `{}` of `{}` is to be `{expected}`, but the request builder takes `{}`",
                    parameter.name,
                    operation.id,
                    argument.unwrap_or_else(|| "nothing".to_owned())
                ),
                "a lowering rule is missing, or another parameter's name comes out the same in Rust",
            ));
        }
    }
}
