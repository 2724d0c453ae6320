//! progenitor formats a URL as text and encodes path parameters by a set of its own, which lets a backslash through: URL
//! parsers read it as a slash, so the request leaves its route. It also sends an empty parameter, and `.` and `..`. Here the
//! runtime makes the URL, from the template and the values.

use crate::model::{Model, Operation, Type, rust_name};
use quote::format_ident;
use syn::{Expr, File, Pat, Stmt, parse_quote};

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_builder(file, model, |function, operation| {
        let url = function.block.stmts.iter_mut().find_map(formatted);
        url.map(|url| *url = made(operation)).iter().count()
    })
}

/// The value of `let url = format!(…)`; of `_url`, where a parameter is called `url`.
fn formatted(statement: &mut Stmt) -> Option<&mut Expr> {
    let Stmt::Local(local) = statement else { return None };
    let is_url = matches!(&local.pat, Pat::Ident(name) if name.ident == "url" || name.ident == "_url");
    let value = &mut *local.init.as_mut().filter(|_| is_url)?.expr;
    matches!(value, Expr::Macro(invocation) if invocation.mac.path.is_ident("format")).then_some(value)
}

fn made(operation: &Operation) -> Expr {
    // The values come in the order of the template, whatever the order of the parameters.
    let names = operation.path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    let values = names.filter_map(|wire| operation.path_parameters().find(|p| p.name == wire)).map(|p| -> Expr {
        let name = format_ident!("{}", rust_name(&p.name));
        match p.ty {
            Type::Text => parse_quote!(#name),
            _ => parse_quote!(#name.as_str()),
        }
    });
    let template = operation.path_parameters().filter(|parameter| parameter.uri).fold(
        operation.path.clone(),
        // The notation of RFC 6570 for values that keep their slashes.
        |template, parameter| template.replace(&format!("{{{}}}", parameter.name), &format!("{{+{}}}", parameter.name)),
    );
    parse_quote!(self.url(#template, &[#(#values),*]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn a_url_is_made_of_the_template_and_its_values() {
        let method = |url: &str| {
            format!("impl Client {{ fn app_chat_stop(&self) {{ let url = {url}; self.client.post(url) }} }}")
        };
        let text = r#"format!("{}/stop/{}", self.baseurl, encode_path(&task_id.to_string()),)"#;
        let mut file = progenitors(&method(text));
        assert_eq!(apply(&mut file, &sample()), 1);
        let made = r#"self.url("/stop/{task_id}", &[task_id])"#;
        assert_eq!(file, progenitors(&method(made)));
        assert_eq!(apply(&mut file, &sample()), 0);
    }
}
