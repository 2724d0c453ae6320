//! progenitor sends `api-version: <info.version>` with every request, a convention of Dropshot servers. To Dify it means
//! nothing.

use crate::model::Model;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, File, Stmt, parse_quote};

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_builder(file, model, |function, _| {
        let statements = &mut function.block.stmts;
        let before = statements.len();
        statements.retain(|s| !s.to_token_stream().to_string().contains("\"api-version\""));
        if statements.len() == before {
            return 0;
        }
        let others = statements
            .iter()
            .any(|s| matches!(s, Stmt::Expr(..)) && s.to_token_stream().to_string().contains("header_map . append"));
        for statement in statements.iter_mut() {
            if let Stmt::Local(local) = statement
                && matches!(&local.pat, syn::Pat::Ident(name) if name.ident == "header_map")
                && let Some(init) = &mut local.init
            {
                init.expr = parse_quote!(reqwest::header::HeaderMap::new());
            }
        }
        if !others {
            statements.retain(
                |s| !matches!(s, Stmt::Local(l) if matches!(&l.pat, syn::Pat::Ident(name) if name.ident == "header_map")),
            );
            NoHeaders.visit_block_mut(&mut function.block);
        }
        1
    })
}

/// Take out `.headers(header_map)`.
struct NoHeaders;

impl VisitMut for NoHeaders {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::MethodCall(call) = expression
            && call.method == "headers"
        {
            *expression = (*call.receiver).clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    fn method(rest: &str) -> String {
        format!("impl Client {{ fn app_chat_send(&self) {{ {rest} }} }}")
    }

    #[test]
    fn a_request_without_headers_of_its_own_has_none() {
        let mut file = progenitors(&method(
            r#"let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
               header_map.append(HeaderName::from_static("api-version"), x);
               Ok(self.client.get(url).headers(header_map).build()?)"#,
        ));
        assert_eq!(apply(&mut file, &sample()), 1);
        assert_eq!(file, progenitors(&method("Ok(self.client.get(url).build()?)")));
        assert_eq!(apply(&mut file, &sample()), 0);
    }

    #[test]
    fn headers_of_the_operation_stay() {
        let mut file = progenitors(&method(
            r#"let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
               header_map.append(HeaderName::from_static("api-version"), x);
               if let Some(value) = range { header_map.append("Range", value.to_string().try_into()?); }
               Ok(self.client.get(url).headers(header_map).build()?)"#,
        ));
        assert_eq!(apply(&mut file, &sample()), 1);
        let kept = method(
            r#"let mut header_map = reqwest::header::HeaderMap::new();
               if let Some(value) = range { header_map.append("Range", value.to_string().try_into()?); }
               Ok(self.client.get(url).headers(header_map).build()?)"#,
        );
        assert_eq!(file, progenitors(&kept));
    }
}
