//! typify writes every path in full (`::std::option::Option`), to be safe from types of the same name. The linter forbids
//! such names, so people may read `Option`.

use crate::model::Model;
use syn::visit_mut::{self, VisitMut};
use syn::{File, Path, Type};

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
            "fn f(a: ::std::option::Option<::std::vec::Vec<crate::types::B>>, b: &types::C,
            c: ::std::collections::BTreeMap<::std::string::String, ::serde_json::Value>) {}",
        );
        assert_eq!(apply(&mut file, &Model::default()), 7);
        let short = "fn f(a: Option<Vec<B>>, b: &C, c: std::collections::BTreeMap<String, serde_json::Value>) {}";
        assert_eq!(file, progenitors(short));
        assert_eq!(apply(&mut file, &Model::default()), 0);
    }
}
