//! typify writes every path in full (`::std::option::Option`), to be safe from types of the same name. The linter forbids
//! such names, so people may read `Option`.

use crate::model::Model;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, File, LitStr, Meta, Path, Type};

pub(super) fn apply(file: &mut File, _: &Model) -> usize {
    let mut shorten = Shorten { count: 0 };
    shorten.visit_file_mut(file);
    shorten.count
}

struct Shorten {
    count: usize,
}

/// Types of the prelude, and where typify finds them.
const PRELUDE: [&str; 4] = ["std::option::Option", "std::string::String", "std::vec::Vec", "std::boxed::Box"];

impl VisitMut for Shorten {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if let Type::Path(path) = ty {
            self.shorten(&mut path.path);
        }
    }

    fn visit_attribute_mut(&mut self, attribute: &mut Attribute) {
        let Meta::List(list) = &mut attribute.meta else { return };
        if !list.path.is_ident("serde") {
            return;
        }
        let tokens = std::mem::take(&mut list.tokens);
        list.tokens = tokens
            .into_iter()
            .map(|token| match syn::parse_str::<LitStr>(&token.to_string()) {
                Ok(text) => {
                    let path = text.value();
                    let short = match path.as_str() {
                        "::std::option::Option::is_none" => "Option::is_none",
                        // The trait is not in scope where the struct stands.
                        "::std::option::Option::deserialize" => "serde::Deserialize::deserialize",
                        _ => return token,
                    };
                    self.count += 1;
                    proc_macro2::Literal::string(short).into()
                }
                Err(_) => token,
            })
            .collect();
    }
}

impl Shorten {
    fn shorten(&mut self, path: &mut Path) {
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let full = names.join("::");
        let keep = if PRELUDE.contains(&full.as_str())
            || matches!(names[..], [ref t, _] if t == "types")
            || matches!(names[..], [ref c, ref t, _] if c == "crate" && t == "types")
        {
            1
        } else if path.leading_colon.is_some() {
            names.len()
        } else {
            return;
        };
        let segments = path.segments.iter().skip(names.len() - keep).cloned();
        *path = Path { leading_colon: None, segments: segments.collect() };
        self.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::progenitors;

    #[test]
    fn types_of_the_prelude_and_our_own_are_written_short() {
        let mut file = progenitors(
            r#"struct A { #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            a: ::std::option::Option<::std::vec::Vec<crate::types::B>>, b: &types::C,
            c: ::std::collections::BTreeMap<::std::string::String, ::serde_json::Value>,
            #[serde(rename = "x", deserialize_with = "::std::option::Option::deserialize")] d: ::std::option::Option<i64> }"#,
        );
        assert_eq!(apply(&mut file, &Model::default()), 10);
        let short = r#"struct A { #[serde(skip_serializing_if = "Option::is_none")] a: Option<Vec<B>>, b: &C,
            c: std::collections::BTreeMap<String, serde_json::Value>,
            #[serde(rename = "x", deserialize_with = "serde::Deserialize::deserialize")] d: Option<i64> }"#;
        assert_eq!(file, progenitors(short));
        assert_eq!(apply(&mut file, &Model::default()), 0);
    }
}
