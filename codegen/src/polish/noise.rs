//! progenitor prints a whole client: constructors, hooks, a prelude, conversion errors, `Default` and `From`. Only the
//! structs and the methods are used; the rest is the runtime's or has no use.

use crate::model::Model;
use syn::{File, ImplItem, Item};

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    let before = file.items.len();
    file.items.retain_mut(|item| match item {
        Item::Mod(module) => module.ident == "types",
        Item::Impl(block) => {
            block.attrs.clear();
            block
                .items
                .retain(|item| matches!(item, ImplItem::Fn(f) if model.operations.iter().any(|o| f.sig.ident == o.id)));
            block.trait_.is_none() && !block.items.is_empty()
        }
        _ => false,
    });
    let mut dropped = before - file.items.len();
    for item in &mut file.items {
        if let Item::Mod(module) = item
            && let Some((_, items)) = &mut module.content
        {
            module.attrs.clear();
            let before = items.len();
            items.retain(|item| matches!(item, Item::Struct(_)));
            dropped += before - items.len();
        }
    }
    dropped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::progenitors;

    #[test]
    fn only_structs_and_the_methods_of_operations_stay() {
        let source = "pub mod types { pub struct A { a: i64 } impl Default for A {} pub mod error {} }
            pub struct Client {} impl Client { pub fn new() {} } impl Hooks for &Client {} pub mod prelude {}";
        let mut file = progenitors(source);
        assert_eq!(apply(&mut file, &Model::default()), 6);
        assert_eq!(file, progenitors("pub mod types { pub struct A { a: i64 } }"));
        assert_eq!(apply(&mut file, &Model::default()), 0);
    }
}
