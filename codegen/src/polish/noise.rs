//! progenitor prints a whole client: types, constructors, hooks, a prelude. Only the methods are used; the rest is ours,
//! the runtime's, or has no use.

use crate::model::Model;
use syn::{File, ImplItem, Item};

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    let before = file.items.len();
    file.items.retain_mut(|item| match item {
        Item::Impl(block) => {
            block.attrs.clear();
            block
                .items
                .retain(|item| matches!(item, ImplItem::Fn(f) if model.operations.iter().any(|o| f.sig.ident == o.id)));
            block.trait_.is_none() && !block.items.is_empty()
        }
        _ => false,
    });
    before - file.items.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn only_the_methods_of_operations_stay() {
        let source = "pub mod types { pub struct A { a: i64 } impl Default for A {} pub mod error {} }
            pub struct Client {} impl Client { pub fn new() {} } impl Hooks for &Client {} pub mod prelude {}
            impl Client { /// Sends.
                pub async fn app_chat_send() {} }";
        let mut file = progenitors(source);
        assert_eq!(apply(&mut file, &sample()), 5);
        assert_eq!(file.items.len(), 1);
        assert_eq!(apply(&mut file, &sample()), 0);
    }
}
