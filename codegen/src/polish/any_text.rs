//! The value of a conversation variable is text on every recorded release. Servers that send it as JSON of its own type
//! are reported (langgenius/dify#14382), and one such variable must not make the list of all undecodable.

use crate::model::Model;
use syn::{File, parse_quote};

const STRUCT: &str = "ConversationVariable";
const MEMBER: &str = "value";

pub(super) fn apply(file: &mut File, _: &Model) -> usize {
    super::for_each_struct(file, |item| {
        if item.ident != STRUCT {
            return 0;
        }
        let mut count = 0;
        for field in item.fields.iter_mut().filter(|field| field.ident.as_ref().is_some_and(|name| name == MEMBER)) {
            field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
            field.attrs.push(parse_quote!(#[serde(deserialize_with = "crate::values::any_text::deserialize")]));
            count += 1;
        }
        count
    })
}

/// Whether the document has such variables.
pub(super) fn wanted(model: &Model) -> bool {
    model.object(STRUCT).is_some_and(|members| members.iter().any(|member| member.name == MEMBER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn the_value_of_a_variable_is_read_from_any_json() {
        let mut file = progenitors(
            r#"struct ConversationVariable { name: String, #[serde(deserialize_with = "x")] value: Option<String> }
               struct Other { value: String }"#,
        );
        assert_eq!(apply(&mut file, &sample()), 1);
        let patched = r#"struct ConversationVariable { name: String,
            #[serde(deserialize_with = "crate::values::any_text::deserialize")] value: Option<String> }
            struct Other { value: String }"#;
        assert_eq!(file, progenitors(patched));
    }
}
