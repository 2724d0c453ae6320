//! progenitor's methods send and read the answer without limits, losing status and headers of what they cannot decode. Here
//! each is cut down to the part that builds the request; the transport does the rest.

use crate::model::Model;
use quote::format_ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, File, GenericParam, Generics, Stmt, TypeReference, parse_quote};

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_builder(file, model, |function, _| {
        let request = function.block.stmts.iter().position(is_request);
        let Some((position, Stmt::Local(local))) = request.map(|p| (p, &function.block.stmts[p])) else {
            return 0;
        };
        let Some(built) = local.init.as_ref().map(|init| init.expr.clone()) else {
            return 0;
        };
        function.block.stmts.truncate(position);
        let Expr::Try(built) = *built else { return 0 };
        function.block.stmts.push(Stmt::Expr(*built.expr, None));
        function.attrs.clear();
        function.vis = parse_quote!(pub(crate));
        function.sig.asyncness = None;
        let generics = std::mem::take(&mut function.sig.generics.params);
        let types = generics.into_iter().filter(|p| !matches!(p, GenericParam::Lifetime(_)));
        function.sig.generics = types.fold(Generics::default(), |mut generics, parameter| {
            generics.params.push(parameter);
            generics
        });
        function.sig.output = parse_quote!(-> crate::transport::Built);
        Elide.visit_signature_mut(&mut function.sig);
        Draft.visit_block_mut(&mut function.block);
        1
    })
}

/// `let mut request = … .build()?;`
fn is_request(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Local(local) if matches!(&local.pat, syn::Pat::Ident(name) if name.ident == "request"))
}

/// Nothing is awaited any more: no lifetime needs a name.
struct Elide;

impl VisitMut for Elide {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime = None;
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_receiver_mut(&mut self, receiver: &mut syn::Receiver) {
        *receiver = parse_quote!(&self);
    }
}

/// The runtime's draft of a request replaces that of the HTTP client.
struct Draft;

impl VisitMut for Draft {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::MethodCall(call) = expression
            && matches!(&*call.receiver, Expr::Field(field) if matches!(&field.member, syn::Member::Named(name) if name == "client"))
        {
            let method = format_ident!("{}", call.method.to_string().to_uppercase());
            let url = &call.args;
            *expression = parse_quote!(crate::transport::Draft::new(reqwest::Method::#method, #url));
        }
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        // `body` is a reference already.
        if call.method == "json"
            && let Some(Expr::Reference(reference)) = call.args.first()
        {
            let inner = &reference.expr;
            call.args = parse_quote!(#inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn a_method_ends_where_its_request_is_built() {
        let mut file = progenitors(
            "impl Client {
                /// Sends.
                pub async fn app_chat_send<'a>(&'a self, body: &'a types::Ask) -> Result<ResponseValue<()>, Error<()>> {
                    let url = 1;
                    #[allow(unused_mut)]
                    let mut request = self.client.post(url).json(&body).build()?;
                    let result = self.exec(request, &info).await;
                    result
                }
            }",
        );
        assert_eq!(apply(&mut file, &sample()), 1);
        assert_eq!(
            file,
            progenitors(
                "impl Client {
                    pub(crate) fn app_chat_send(&self, body: &types::Ask) -> crate::transport::Built {
                        let url = 1;
                        crate::transport::Draft::new(reqwest::Method::POST, url).json(body).build()
                    }
                }"
            )
        );
        assert_eq!(apply(&mut file, &sample()), 0);
    }
}
