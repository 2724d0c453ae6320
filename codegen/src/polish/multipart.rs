//! Forms travel through progenitor as bytes ([`crate::lower::operations`]); here they become forms again.

use crate::model::{Body, Model};
use quote::format_ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, File, FnArg, parse_quote};

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_builder(file, model, |function, operation| {
        let Some(Body::Form { component, .. }) = &operation.body else { return 0 };
        let component = format_ident!("{component}");
        let mut form = MultipartForm { count: 0 };
        form.visit_block_mut(&mut function.block);
        function.sig.generics = syn::Generics::default();
        for argument in &mut function.sig.inputs {
            if let FnArg::Typed(argument) = argument
                && matches!(&*argument.pat, syn::Pat::Ident(name) if name.ident == "body")
            {
                *argument.ty = parse_quote!(&types::#component);
            }
        }
        form.count
    })
}

/// `.header(CONTENT_TYPE, …).body(body)` becomes `.multipart(body.form())`, which sets the content type with its boundary.
struct MultipartForm {
    count: usize,
}

impl VisitMut for MultipartForm {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::MethodCall(body) = expression
            && body.method == "body"
            && let Expr::MethodCall(header) = &*body.receiver
        {
            let request = &header.receiver;
            *expression = parse_quote!(#request.multipart(body.form()));
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn a_form_is_sent_as_a_form() {
        let mut file = progenitors(
            r#"impl Client { fn app_files_upload<B: Into<reqwest::Body>>(&self, body: B) {
                Ok(self.client.post(url).header(CONTENT_TYPE, "application/octet-stream").body(body).build()?) } }"#,
        );
        assert_eq!(apply(&mut file, &sample()), 1);
        let form = "impl Client { fn app_files_upload(&self, body: &types::Form) {
            Ok(self.client.post(url).multipart(body.form()).build()?) } }";
        assert_eq!(file, progenitors(form));
        assert_eq!(apply(&mut file, &sample()), 0);
    }
}
