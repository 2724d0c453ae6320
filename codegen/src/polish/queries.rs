//! progenitor serializes each parameter of a query by a type of its own client crate. Here the runtime adds the pairs: text,
//! numbers, enums by their wire value, and lists once for each value.

use crate::model::Model;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, File, FnArg, Pat, parse_quote};

pub(super) fn wanted(model: &Model) -> bool {
    model.operations.iter().any(|operation| operation.query_parameters().next().is_some())
}

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_builder(file, model, |function, _| {
        let arguments = function.sig.inputs.iter().filter_map(|argument| match argument {
            FnArg::Typed(argument) => match &*argument.pat {
                Pat::Ident(name) => Some((name.ident.to_string(), spelled(&argument.ty))),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        });
        let mut queries = Queries { arguments: arguments.collect(), count: 0 };
        queries.visit_block_mut(&mut function.block);
        queries.count
    })
}

fn spelled(ty: &syn::Type) -> String {
    ty.to_token_stream().to_string().replace(' ', "").replace("'a", "").replace("::std::option::", "")
}

struct Queries {
    /// The names of the arguments, and their types.
    arguments: Vec<(String, String)>,
    count: usize,
}

impl VisitMut for Queries {
    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        let Some((wire, value)) = parameter(call) else { return };
        let name = value.to_token_stream().to_string();
        let ty = self.arguments.iter().find(|(known, _)| *known == name).map_or("", |(_, ty)| ty);
        let optional = ty.starts_with("Option<");
        let ty = ty.trim_start_matches("Option<");
        if ty.contains("Vec<") {
            let text: Expr = match ty.contains("String>") {
                true => parse_quote!(String::as_str),
                false => parse_quote!(|value| value.as_str()),
            };
            let values: Expr = match optional {
                true => parse_quote!(#value.into_iter().flatten()),
                false => parse_quote!(#value.iter()),
            };
            call.method = parse_quote!(queries);
            call.args = parse_quote!(#wire, #values.map(#text));
        } else {
            let is_enum = ty.contains("types::");
            let value: Expr = match (optional, is_enum) {
                (true, true) => parse_quote!(#value.map(|value| value.as_str())),
                (true, false) => value,
                (false, true) => parse_quote!(Some(#value.as_str())),
                (false, false) => parse_quote!(Some(#value)),
            };
            call.args = parse_quote!(#wire, #value);
        }
        self.count += 1;
    }
}

/// The name and the value of `.query(&…QueryParam::new("name", &value))`.
fn parameter(call: &ExprMethodCall) -> Option<(Expr, Expr)> {
    let Some(Expr::Reference(reference)) = call.args.first().filter(|_| call.method == "query") else { return None };
    let Expr::Call(new) = &*reference.expr else { return None };
    match (new.args.first(), new.args.get(1)) {
        (Some(name), Some(Expr::Reference(value))) => Some((name.clone(), (*value.expr).clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn each_parameter_of_a_query_is_added_by_its_type() {
        let method = |queries: &str| {
            progenitors(&format!(
                "impl Client {{ fn app_chat_send<'a>(&'a self, a: Option<i64>, b: &'a str, c: Option<&'a types::Kind>,
                    d: &'a types::Kind, e: Option<&'a ::std::vec::Vec<::std::string::String>>,
                    f: Option<&'a ::std::vec::Vec<types::Kind>>) {{ r{queries} }} }}"
            ))
        };
        let printed = |name| format!(r#".query(&progenitor_client::QueryParam::new("{name}", &{name}))"#);
        let mut file = method(&["a", "b", "c", "d", "e", "f"].map(printed).concat());
        assert_eq!(apply(&mut file, &sample()), 6);
        let expected = r#".query("a", a).query("b", Some(b)).query("c", c.map(|value| value.as_str()))
            .query("d", Some(d.as_str())).queries("e", e.into_iter().flatten().map(String::as_str))
            .queries("f", f.into_iter().flatten().map(|value| value.as_str()))"#;
        assert_eq!(file, method(expected));
        assert_eq!(apply(&mut file, &sample()), 0);
    }
}
