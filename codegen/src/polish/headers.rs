//! progenitor collects the headers of an operation in a map of its own. Here the runtime takes them one by one.

use crate::model::{Location, Model};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, File, Lit, Stmt, parse_quote};

pub(super) fn wanted(model: &Model) -> bool {
    model.operations.iter().any(|operation| operation.query_parameters().any(|p| p.location == Location::Header))
}

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_builder(file, model, |function, _| {
        let statements = &mut function.block.stmts;
        let headers: Vec<(String, Expr)> = statements.iter().filter_map(appended).collect();
        if headers.is_empty() {
            return 0;
        }
        statements.retain(|statement| appended(statement).is_none() && !is_map(statement));
        OneByOne(&headers).visit_block_mut(&mut function.block);
        headers.len()
    })
}

/// The name and the value of `header_map.append("Name", value.to_string().try_into()?);`, also inside of
/// `if let Some(value) = argument { … }`.
fn appended(statement: &Stmt) -> Option<(String, Expr)> {
    let Stmt::Expr(expression, _) = statement else { return None };
    match expression {
        Expr::MethodCall(call) if call.method == "append" => {
            let Some(Expr::Lit(name)) = call.args.first() else { return None };
            let Lit::Str(name) = &name.lit else { return None };
            let value = innermost(call.args.get(1)?);
            Some((name.value().to_lowercase(), parse_quote!(Some(#value))))
        }
        Expr::If(condition) => {
            let (name, _) = condition.then_branch.stmts.iter().find_map(appended)?;
            let Expr::Let(binding) = &*condition.cond else { return None };
            Some((name, (*binding.expr).clone()))
        }
        _ => None,
    }
}

/// `value` of `value.to_string().try_into()?`.
fn innermost(expression: &Expr) -> &Expr {
    match expression {
        Expr::Try(tried) => innermost(&tried.expr),
        Expr::MethodCall(call) => innermost(&call.receiver),
        other => other,
    }
}

fn is_map(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Local(local) if local.pat.to_token_stream().to_string().ends_with("header_map"))
}

/// `.headers(header_map)` becomes `.header("name", value)` for each of them.
struct OneByOne<'h>(&'h [(String, Expr)]);

impl VisitMut for OneByOne<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::MethodCall(call) = expression
            && call.method == "headers"
        {
            let request = (*call.receiver).clone();
            *expression =
                self.0.iter().fold(request, |request, (name, value)| parse_quote!(#request.header(#name, #value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn each_header_of_an_operation_is_added_by_itself() {
        let method = |rest: &str| progenitors(&format!("impl Client {{ fn app_chat_send(&self) {{ {rest} }} }}"));
        let mut file = method(
            r#"let mut header_map = reqwest::header::HeaderMap::new();
               header_map.append("X-Code", x_code.to_string().try_into()?);
               if let Some(value) = range { header_map.append("Range", value.to_string().try_into()?); }
               request.headers(header_map).build()"#,
        );
        assert_eq!(apply(&mut file, &sample()), 2);
        assert_eq!(file, method(r#"request.header("x-code", Some(x_code)).header("range", range).build()"#));
        assert_eq!(apply(&mut file, &sample()), 0);
    }
}
