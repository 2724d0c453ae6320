//! A route that answers JSON or a stream is told which by `response_mode` in the body. The method chooses it, so the body is
//! wrapped in the runtime's `InMode`, which writes the member beside the others.

use crate::model::{Mode, Model};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, File, parse_quote};

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_builder(file, model, |function, operation| {
        let wrapped: Expr = match operation.mode {
            Mode::Only => return 0,
            Mode::Blocking => parse_quote!(&crate::transport::body::InMode::blocking(body)),
            Mode::Streaming => parse_quote!(&crate::transport::body::InMode::streaming(body)),
        };
        let mut wrap = Wrap { wrapped, count: 0 };
        wrap.visit_block_mut(&mut function.block);
        wrap.count
    })
}

struct Wrap {
    wrapped: Expr,
    count: usize,
}

impl VisitMut for Wrap {
    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.method == "json" && matches!(call.args.first(), Some(Expr::Path(body)) if body.path.is_ident("body")) {
            let wrapped = &self.wrapped;
            call.args = parse_quote!(#wrapped);
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn each_half_of_a_route_sends_its_mode_and_other_bodies_go_as_they_are() {
        let source = |blocking: &str, streaming: &str| {
            progenitors(&format!(
                "impl Client {{ fn app_chat_send(&self) {{ r.json({blocking}) }} fn app_chat_stream(&self) {{ r.json({streaming}) }}
                 fn app_chat_stop(&self) {{ r.json(body) }} }}"
            ))
        };
        let mut file = source("body", "body");
        assert_eq!(apply(&mut file, &sample()), 2);
        let wrapped = source(
            "&crate::transport::body::InMode::blocking(body)",
            "&crate::transport::body::InMode::streaming(body)",
        );
        assert_eq!(file, wrapped);
        assert_eq!(apply(&mut file, &sample()), 0);
    }
}
