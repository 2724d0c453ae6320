//! The public API of generated files as text, for snapshots: what a change of the spec means to callers.

use crate::files::{DIRECTORY, GeneratedFile};
use std::collections::BTreeMap;
use syn::{Attribute, ImplItem, Item, ItemEnum, Visibility};

/// By file name without `.rs`, such as `groups/chat`: types with their members, methods with their signatures, without documentation and bodies.
pub(crate) fn public_api(files: &[GeneratedFile]) -> BTreeMap<String, String> {
    let mut api = BTreeMap::new();
    for file in files.iter().filter(|f| f.path.starts_with(DIRECTORY)) {
        let path = file.path.strip_prefix(DIRECTORY).unwrap_or(&file.path).with_extension("");
        if path.ends_with("mod") {
            continue;
        }
        let name = path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        let Ok(mut parsed) = syn::parse_file(&file.contents) else { continue };
        parsed.attrs.clear();
        parsed.items = parsed.items.into_iter().filter_map(public).collect();
        api.insert(name, prettyplease::unparse(&parsed));
    }
    api
}

/// An item without what callers do not see.
fn public(item: Item) -> Option<Item> {
    match item {
        Item::Struct(mut item) if visible(&item.vis) => {
            strip(&mut item.attrs);
            item.fields = match item.fields {
                syn::Fields::Named(mut fields) => {
                    fields.named = fields.named.into_iter().filter(|f| visible(&f.vis)).collect();
                    fields.named.iter_mut().for_each(|f| strip(&mut f.attrs));
                    syn::Fields::Named(fields)
                }
                other => other,
            };
            Some(Item::Struct(item))
        }
        Item::Enum(item) => Some(Item::Enum(bare(item))),
        // `open_enum! { pub enum … }`
        Item::Macro(item) => Some(Item::Enum(bare(syn::parse2(item.mac.tokens).ok()?))),
        Item::Impl(mut item) => {
            item.items = item.items.into_iter().filter_map(signature).collect();
            (item.trait_.is_some() || !item.items.is_empty()).then_some(Item::Impl(item))
        }
        _ => None,
    }
}

fn bare(mut item: ItemEnum) -> ItemEnum {
    strip(&mut item.attrs);
    for variant in &mut item.variants {
        strip(&mut variant.attrs);
        variant.fields.iter_mut().for_each(|f| strip(&mut f.attrs));
    }
    item
}

/// A public function without its body.
fn signature(item: ImplItem) -> Option<ImplItem> {
    let ImplItem::Fn(mut function) = item else { return None };
    if !visible(&function.vis) {
        return None;
    }
    strip(&mut function.attrs);
    function.block.stmts.clear();
    Some(ImplItem::Fn(function))
}

fn visible(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Keeps only the parts that matter to callers.
fn strip(attributes: &mut Vec<Attribute>) {
    attributes.retain(|a| a.path().is_ident("deprecated") || a.path().is_ident("non_exhaustive"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_what_callers_see_and_nothing_else() {
        let contents = "//! Doc.\n/// A.\n#[derive(Clone)]\n#[non_exhaustive]\npub struct A { /// a\n pub a: i64, b: i64 }\n\
            impl A { /// x\n pub fn a(self) -> Self { self } fn b() {} }\nstatic X: i64 = 1;\n\
            crate::open_enum! { /// E.\n pub enum E { /// One.\n One = \"one\", } }";
        let file = GeneratedFile { path: "dify-api/src/generated/types/chat.rs".into(), contents: contents.to_owned() };
        let api = public_api(&[file]);
        let expected = "#[non_exhaustive]\npub struct A {\n    pub a: i64,\n}\nimpl A {\n    pub fn a(self) -> Self {}\n}\n\
            pub enum E {\n    One = \"one\",\n}\n";
        assert_eq!(api["types/chat"], expected);
    }
}
