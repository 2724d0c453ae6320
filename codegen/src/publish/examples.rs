//! A schema of JSON Schema has a list of examples.

use serde_json::{Value, json};

use super::{places, replaced};

/// A schema's `example` becomes the one item of `examples`. Bodies and parameters keep theirs: there it is OpenAPI's word.
pub(super) fn list_examples(document: &mut Value) {
    places::each_schema(document, &mut |schema| {
        if let Some(example) = schema.get("example").cloned() {
            replaced(schema, "example", [("examples", json!([example]))]);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_list_their_example_and_bodies_keep_theirs() {
        let mut document = json!({
            "paths": {"/a": {"post": {"requestBody": {"content": {"application/json": {
                "schema": {"type": "integer", "example": 1}, "example": 2,
            }}}}}},
            "components": {"schemas": {"A": {"properties": {"example": {"type": "string", "example": null}}}}},
        });
        list_examples(&mut document);
        assert_eq!(
            document,
            json!({
                "paths": {"/a": {"post": {"requestBody": {"content": {"application/json": {
                    "schema": {"type": "integer", "examples": [1]}, "example": 2,
                }}}}}},
                "components": {"schemas": {"A": {"properties": {"example": {"type": "string", "examples": [null]}}}}},
            })
        );
    }
}
