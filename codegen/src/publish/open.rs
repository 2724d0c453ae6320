//! A map with values of any kind is marked by `true`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Object, places};

const COMPONENTS: &str = "#/components/schemas/";

/// Members of a schema that describe a value without a constraint, as those that begin with `x-`.
const NOTES: [&str; 5] = ["title", "description", "example", "deprecated", "externalDocs"];

/// `additionalProperties` that refers to a component without any condition becomes `true`, which takes the same bodies.
///
/// The name is for the bindings, which have a type of their own for such values. Other generators support `true`, but make
/// the named members of the object have the type of that name, as orval does:
/// <https://github.com/orval-labs/orval/issues/3321>.
pub(super) fn say_true_of_maps_of_anything(document: &mut Value) {
    let free = free_components(document);
    places::each_schema(document, &mut |schema| {
        if let Some(values) = schema.get_mut("additionalProperties") {
            let refers = values.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix(COMPONENTS));
            if refers.is_some_and(|name| free.contains(name)) {
                *values = Value::Bool(true);
            }
        }
    });
}

/// The names of the components that take any value.
fn free_components(document: &Value) -> BTreeSet<String> {
    let components = document.pointer("/components/schemas").and_then(Value::as_object);
    let free = |schema: &Object| schema.keys().all(|key| NOTES.contains(&key.as_str()) || key.starts_with("x-"));
    components
        .into_iter()
        .flatten()
        .filter(|(_, schema)| schema.as_object().is_some_and(free))
        .map(|(name, _)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map_of(values: Value) -> Value {
        json!({"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": values})
    }

    #[test]
    fn a_map_of_anything_is_open_and_other_maps_and_members_keep_their_reference() {
        let any = json!({"$ref": "#/components/schemas/Any"});
        let tea = json!({"$ref": "#/components/schemas/Tea"});
        let mut document = json!({"components": {"schemas": {
            "Any": {"description": "Any JSON value.", "example": 42, "x-dify-new": []},
            "Tea": {"description": "Tea.", "type": "string"},
            "OfAny": map_of(any.clone()),
            "OfTea": map_of(tea.clone()),
            "Member": {"type": "object", "properties": {"additionalProperties": any.clone()}},
        }}});
        let mut expected = document.clone();
        expected["components"]["schemas"]["OfAny"] = map_of(json!(true));
        say_true_of_maps_of_anything(&mut document);
        assert_eq!(document, expected);
    }

    #[test]
    fn a_map_within_a_body_is_found() {
        let mut document = json!({
            "paths": {"/tea": {"post": {"requestBody": {"content": {"application/json": {
                "schema": {"type": "array", "items": map_of(json!({"$ref": "#/components/schemas/Any"}))},
            }}}}}},
            "components": {"schemas": {"Any": {}}},
        });
        say_true_of_maps_of_anything(&mut document);
        let items = document.pointer("/paths/~1tea/post/requestBody/content/application~1json/schema/items");
        assert_eq!(items, Some(&map_of(json!(true))));
    }
}
