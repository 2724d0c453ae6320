//! Text, also where a server sends other JSON in its place.

use crate::RawJson;
use serde::{Deserialize, Deserializer};

/// Reads text as it is, and any other JSON as the text of that JSON. Null is none.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let json = Option::<RawJson>::deserialize(deserializer)?.filter(|json| !json.is_null());
    Ok(json.map(|json| serde_json::from_str(json.as_str()).unwrap_or_else(|_| json.as_str().to_owned())))
}

#[cfg(test)]
mod tests {
    use crate::types::ConversationVariablePage;

    /// Guards a fault: one variable that was no text made all of them undecodable.
    #[test]
    fn a_variable_of_any_type_leaves_the_others_readable() {
        let values = [r#""text""#, "42", "1.50", "true", "null", r#"["a", "b"]"#, r#"{"k": [1]}"#];
        let variables = values.map(|value| {
            format!(
                r#"{{"id":"v","name":"n","value_type":"x","value":{value},"description":null,"created_at":1,"updated_at":1}}"#
            )
        });
        let page = format!(r#"{{"limit":20,"has_more":false,"data":[{}]}}"#, variables.join(","));
        let page = ConversationVariablePage::from_json(&page).expect("a page");
        let read: Vec<_> = page.data.iter().map(|variable| variable.value.as_deref()).collect();
        let expected = [Some("text"), Some("42"), Some("1.50"), Some("true"), None, Some(values[5]), Some(values[6])];
        assert_eq!(read, expected);
        let without = r#"{"limit":20,"has_more":false,"data":[{"id":"v","name":"n","value_type":"x","description":null,"created_at":1,"updated_at":1}]}"#;
        assert!(ConversationVariablePage::from_json(without).is_err());
    }
}
