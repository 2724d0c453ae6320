//! Paths that would be equal carry a mark: that of an operation's second half, because OpenAPI allows one operation per
//! path and method ([`crate::lower::operations`]), and that of another document's operation. It must not reach the URL.

use crate::model::{MARK, Model, unmarked};
use proc_macro2::{Literal, TokenStream, TokenTree};
use syn::visit_mut::VisitMut;
use syn::{File, Macro};

pub(super) fn apply(file: &mut File, _: &Model) -> usize {
    let mut unmark = Unmark { count: 0 };
    unmark.visit_file_mut(file);
    unmark.count
}

struct Unmark {
    count: usize,
}

impl VisitMut for Unmark {
    fn visit_macro_mut(&mut self, invocation: &mut Macro) {
        let tokens = std::mem::take(&mut invocation.tokens);
        invocation.tokens = tokens
            .into_iter()
            .map(|token| match &token {
                TokenTree::Literal(literal) => match syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    Ok(text) if text.value().contains(MARK) => {
                        self.count += 1;
                        Literal::string(unmarked(&text.value())).into()
                    }
                    _ => token,
                },
                _ => token,
            })
            .collect::<TokenStream>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::progenitors;

    #[test]
    fn the_marker_does_not_reach_the_url() {
        let mut file = progenitors(r#"fn f() { let url = format!("{}/chat#stream", self.baseurl,); }"#);
        assert_eq!(apply(&mut file, &Model::default()), 1);
        let clean = r#"fn f() { let url = format!("{}/chat", self.baseurl,); }"#;
        assert_eq!(file, progenitors(clean));
        assert_eq!(apply(&mut file, &Model::default()), 0);
    }
}
