//! JSON Schema has a word for the only value that is taken.

use serde_json::Value;

use super::{places, replaced};

/// `enum` of one value becomes `const`.
pub(super) fn make_lone_values_constants(document: &mut Value) {
    places::each_schema(document, &mut |schema| {
        let only = match schema.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => only.clone(),
            _ => return,
        };
        replaced(schema, "enum", [("const", only)]);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_value_becomes_a_constant_and_several_stay() {
        let mut document = json!({"components": {"schemas": {
            "One": {"type": "string", "enum": ["a"], "example": "a"}, "Two": {"enum": ["a", "b"]},
        }}});
        make_lone_values_constants(&mut document);
        assert_eq!(
            document["components"]["schemas"].to_string(),
            json!({"One": {"type": "string", "const": "a", "example": "a"}, "Two": {"enum": ["a", "b"]}}).to_string()
        );
    }
}
