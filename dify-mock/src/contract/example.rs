//! A value that fits a schema, for operations whose document gives no example.

use serde_json::{Map, Value, json};

use super::schema::{Schema, resolve};

/// The schema's own example, or the plainest value that fits.
pub(crate) fn of(schema: &Schema) -> Value {
    made(schema.document(), schema.root(), 0)
}

fn made(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = resolve(document, schema);
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if depth > 12 || schema["nullable"] == true {
        return Value::Null;
    }
    if let Some(first) = schema["enum"].get(0).or_else(|| schema["x-extensible-enum"][0].get("value")) {
        return first.clone();
    }
    if let Some(part) = ["allOf", "oneOf", "anyOf"].iter().find_map(|name| schema[name].get(0)) {
        return made(document, part, depth + 1);
    }
    match schema["type"].as_str() {
        Some("string") => json!(""),
        Some("integer") => json!(0),
        Some("number") => json!(0.0),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        _ => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let member = |name: &str| (name.to_owned(), made(document, &schema["properties"][name], depth + 1));
            Value::Object(required.map(member).collect::<Map<_, _>>())
        }
    }
}
