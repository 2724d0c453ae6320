//! An empty path argument makes another route of the URL, and `.` or `..` one level up: deleting the conversation `""` would
//! ask for the list. progenitor encodes whatever it is given; here the runtime refuses those first, naming the argument.

use crate::model::{Model, Operation, Type};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, File, Macro, Stmt, Token, parse_quote};

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_builder(file, model, |function, operation| {
        let mut check = Check { operation, checks: Vec::new() };
        check.visit_block_mut(&mut function.block);
        let count = check.checks.len();
        function.block.stmts.splice(0..0, check.checks);
        count
    })
}

struct Check<'a> {
    operation: &'a Operation,
    /// The statements to begin with.
    checks: Vec<Stmt>,
}

impl VisitMut for Check<'_> {
    fn visit_macro_mut(&mut self, invocation: &mut Macro) {
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(arguments) = parser.parse2(invocation.tokens.clone()) {
            let mut arguments: Vec<Expr> = arguments.into_iter().collect();
            arguments.iter_mut().for_each(|a| self.visit_expr_mut(a));
            invocation.tokens = quote::quote!(#(#arguments),*);
        }
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        let Some(name) = encoded(expression) else { return };
        let Some(parameter) = self.operation.path_parameters().find(|p| name == crate::model::rust_name(&p.name))
        else {
            return;
        };
        let wire = &parameter.name;
        let text: Expr = match parameter.ty {
            Type::Text => parse_quote!(#name),
            _ => parse_quote!(#name.as_str()),
        };
        self.checks.push(parse_quote!(let #name = crate::path::segment(#wire, #text)?;));
        *expression = parse_quote!(progenitor_client::encode_path(#name));
    }
}

/// The argument of `encode_path(&argument.to_string())`.
fn encoded(expression: &Expr) -> Option<syn::Ident> {
    let Expr::Call(call) = expression else { return None };
    let Expr::Path(function) = &*call.func else { return None };
    let Some(Expr::Reference(reference)) = call.args.first() else { return None };
    let Expr::MethodCall(to_string) = &*reference.expr else { return None };
    let Expr::Path(argument) = &*to_string.receiver else { return None };
    function.path.is_ident("encode_path").then(|| argument.path.get_ident().cloned())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn a_path_argument_is_checked_before_it_is_encoded() {
        let method = |check: &str, argument: &str| {
            format!(
                r#"impl Client {{ fn app_chat_stop(&self) {{ {check} format!("{{}}/{{}}", self.baseurl, {argument}) }} }}"#
            )
        };
        let mut file = progenitors(&method("", "encode_path(&task_id.to_string())"));
        assert_eq!(apply(&mut file, &sample()), 1);
        let checked = method(
            r#"let task_id = crate::path::segment("task_id", task_id)?;"#,
            "progenitor_client::encode_path(task_id)",
        );
        assert_eq!(file, progenitors(&checked));
        assert_eq!(apply(&mut file, &sample()), 0);
    }
}
