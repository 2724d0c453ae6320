//! An object that has no members becomes a class.

use serde_json::{Value, json};

use super::Object;

/// A component that allows no members gets `allOf` of any object, which adds no condition.
///
/// openapi-generator takes an object without members for a map, whose class nothing uses, unless it is composed.
pub(super) fn compose_empty_objects(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut).into_iter().flatten();
    for schema in schemas.filter_map(|(_, schema)| schema.as_object_mut()).filter(|schema| is_empty(schema)) {
        schema.insert("allOf".to_owned(), json!([{"type": "object"}]));
    }
}

fn is_empty(schema: &Object) -> bool {
    let members = schema.get("properties").and_then(Value::as_object).is_some_and(|members| !members.is_empty());
    schema.get("additionalProperties") == Some(&Value::Bool(false)) && !members && !schema.contains_key("allOf")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_without_members_is_composed_and_others_stay() {
        let closed = json!({"type": "object", "properties": {"id": {"type": "string"}}, "additionalProperties": false});
        let map = json!({"type": "object", "additionalProperties": true});
        let mut document = json!({"components": {"schemas": {
            "Closed": closed, "Map": map,
            "Empty": {"type": "object", "additionalProperties": false},
            "Nothing": {"type": "object", "properties": {}, "additionalProperties": false},
        }}});
        compose_empty_objects(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!((&schemas["Closed"], &schemas["Map"]), (&closed, &map));
        assert_eq!(
            schemas["Empty"],
            json!({"type": "object", "additionalProperties": false, "allOf": [{"type": "object"}]})
        );
        assert_eq!(schemas["Nothing"]["allOf"], json!([{"type": "object"}]));
    }
}
