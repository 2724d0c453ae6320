//! `#[inline]` on every generated function.
//!
//! Without it each of them is compiled into `dify-api` itself, used or not, with the decoders of all types it speaks of:
//! 53 of the 72 CPU seconds of a release build. With it a program compiles those it calls.

use super::{ItemSource, Written};
use syn::visit_mut::{self, VisitMut};
use syn::{ImplItemFn, parse_quote};

/// Mark all functions of all files.
pub(crate) fn mark(modules: &mut [Written]) {
    for part in modules.iter_mut().flat_map(|written| &mut written.parts) {
        if let ItemSource::Items(items) = &mut part.source {
            items.iter_mut().for_each(|item| Mark.visit_item_mut(item));
        }
    }
}

struct Mark;

impl VisitMut for Mark {
    fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
        if !function.attrs.iter().any(|attribute| attribute.path().is_ident("inline")) {
            function.attrs.push(parse_quote!(#[inline]));
        }
        visit_mut::visit_impl_item_fn_mut(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::Item;

    #[test]
    fn every_function_is_marked_once() {
        let mut item: Item = parse_quote! {
            impl Chat {
                /// Documented.
                fn plain() {}
                #[inline]
                fn marked() {}
            }
        };
        Mark.visit_item_mut(&mut item);
        let expected: Item = parse_quote! {
            impl Chat {
                /// Documented.
                #[inline]
                fn plain() {}
                #[inline]
                fn marked() {}
            }
        };
        assert_eq!(item, expected);
    }
}
