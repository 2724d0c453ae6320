//! typify hands descriptions on as they are: what stands in brackets becomes a broken link, an indented block a doctest, and
//! a member that only refers to a component has none. Here all are written anew from the document.

use crate::model::{Member, Model};
use crate::rustdoc;
use syn::File;

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_struct(file, |item| {
        let Some(component) = model.components.get(&item.ident.to_string()) else {
            return 0;
        };
        let Some(members) = model.object(&component.name) else {
            return 0;
        };
        rustdoc::document(&mut item.attrs, &rustdoc::lines(&component.description));
        let mut count = 1;
        for field in &mut item.fields {
            let name = super::wire_name(field);
            if let Some(member) = members.iter().find(|m| m.name == name) {
                rustdoc::document(&mut field.attrs, &member_lines(member, model));
                count += 1;
            } else if component.extra.is_some() {
                let line = "Members that the OpenAPI description does not define.".to_owned();
                rustdoc::document(&mut field.attrs, &[line]);
            }
        }
        count
    })
}

/// What a member's documentation says: its own words, or what the component it refers to is; and which servers have it.
pub(crate) fn member_lines(member: &Member, model: &Model) -> Vec<String> {
    let mut text = member.description.clone();
    if text.is_empty() {
        let mut names = Vec::new();
        member.ty.names(&mut names);
        let component = names.first().and_then(|name| model.components.get(name));
        text = component.map(|c| rustdoc::first_sentence(&c.description)).unwrap_or_default();
    }
    if text.is_empty() {
        text = format!("`{}`.", member.name);
    }
    let mut lines = rustdoc::lines(&text);
    lines.extend(rustdoc::versions(member.since.as_deref(), member.until.as_deref()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn structs_and_fields_say_what_the_document_says() {
        let mut file = progenitors("/**x*/ struct Ask { a: Option<String> }");
        assert_eq!(apply(&mut file, &sample()), 2);
        let documented =
            "#[doc = \" A question, \\\\[so to say\\\\].\"] struct Ask { #[doc = \" First.\"] a: Option<String> }";
        assert_eq!(file, progenitors(documented));
        assert_eq!(apply(&mut progenitors(""), &sample()), 0);
    }
}
