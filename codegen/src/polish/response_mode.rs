//! `response_mode` in the body selects JSON or a stream. The method chooses it: the runtime
//! writes the member beside the others.

use crate::model::{Model, ReplyMode};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, File, parse_quote};

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_builder(file, model, |function, operation| {
        let mode = match operation.mode {
            ReplyMode::Only => return 0,
            ReplyMode::Blocking => "blocking",
            ReplyMode::Streaming => "streaming",
        };
        let mut body = InMode { mode, count: 0 };
        body.visit_block_mut(&mut function.block);
        body.count
    })
}

struct InMode {
    mode: &'static str,
    count: usize,
}

impl VisitMut for InMode {
    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.method == "json" && matches!(call.args.first(), Some(Expr::Path(body)) if body.path.is_ident("body")) {
            let mode = self.mode;
            call.method = parse_quote!(json_in_mode);
            call.args = parse_quote!(body, #mode);
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
                "impl Client {{ fn app_chat_send(&self) {{ r.{blocking} }} fn app_chat_stream(&self) {{ r.{streaming} }}
                 fn app_chat_stop(&self) {{ r.json(body) }} }}"
            ))
        };
        let mut file = source("json(body)", "json(body)");
        assert_eq!(apply(&mut file, &sample()), 2);
        let told = source(r#"json_in_mode(body, "blocking")"#, r#"json_in_mode(body, "streaming")"#);
        assert_eq!(file, told);
        assert_eq!(apply(&mut file, &sample()), 0);
    }
}
