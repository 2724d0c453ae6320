//! Schemas of OpenAPI 3.0 as JSON Schema 2020-12, which validators understand.

use serde_json::{Map, Value, json};

use super::format::FORMATS;

/// Where the translated components live for the validators.
pub(super) const URN: &str = "urn:spec";

/// Where a media type, or its schema, may say what one event of its stream is.
pub(super) const EVENT_KEYS: [&str; 5] =
    ["x-dify-events", "x-sse-event-schema", "x-event-schema", "x-stream-item-schema", "itemSchema"];

const MAPS: [&str; 4] = ["properties", "patternProperties", "definitions", "$defs"];
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
const SINGLES: [&str; 8] = ["items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"];
/// Says nothing about what is valid. `discriminator` is read beforehand, by [`Document::pick`](super::document::Document::pick).
const DROPPED: [&str; 7] = ["example", "examples", "xml", "externalDocs", "discriminator", "deprecated", "nullable"];

/// Which way a body goes: `readOnly` members are not required in requests, `writeOnly` ones not in responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    Request,
    Response,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Translator {
    /// OpenAPI 3.0, whose `nullable` and boolean `exclusiveMinimum` JSON Schema does not know.
    pub(super) is_30: bool,
    pub(super) direction: Direction,
}

impl Translator {
    /// The components a `$ref` may lead to.
    pub(super) fn components(self, document: &Value) -> Value {
        let all = |schemas: Option<&Value>| -> Map<String, Value> {
            let schemas = schemas.and_then(Value::as_object);
            schemas.into_iter().flatten().map(|(name, schema)| (name.clone(), self.schema(schema))).collect()
        };
        json!({
            "components": {"schemas": all(document.pointer("/components/schemas"))},
            "x-bundled": all(document.get("x-bundled")),
        })
    }

    pub(super) fn schema(self, schema: &Value) -> Value {
        let Value::Object(members) = schema else {
            return schema.clone();
        };
        let Some(reference) = members.get("$ref") else {
            return self.plain(members);
        };
        let mut out = Map::new();
        if !self.is_30 {
            let beside = members.iter().filter(|(key, _)| *key != "$ref");
            let beside = beside.map(|(key, value)| (key.clone(), value.clone()));
            if let Value::Object(beside) = self.plain(&beside.collect()) {
                out = beside;
            }
        }
        out.insert("$ref".into(), absolute(reference));
        Value::Object(out)
    }

    fn plain(self, schema: &Map<String, Value>) -> Value {
        let mut out = Map::new();
        for (key, value) in schema {
            let name = key.as_str();
            if DROPPED.contains(&name) || name.starts_with("x-") {
                continue;
            }
            // The reference knows these formats only: any other is a note for readers.
            if name == "format" && !value.as_str().is_some_and(|name| FORMATS.contains(&name)) {
                continue;
            }
            let value = match value {
                Value::Object(schemas) if MAPS.contains(&name) => {
                    schemas.iter().map(|(name, schema)| (name.clone(), self.schema(schema))).collect()
                }
                Value::Array(schemas) if LISTS.contains(&name) => {
                    schemas.iter().map(|schema| self.schema(schema)).collect()
                }
                Value::Object(_) if SINGLES.contains(&name) => self.schema(value),
                value => value.clone(),
            };
            out.insert(key.clone(), value);
        }
        if self.is_30 {
            exclusive_bound(&mut out, "exclusiveMinimum", "minimum");
            exclusive_bound(&mut out, "exclusiveMaximum", "maximum");
            if out.get("type").is_some_and(|kind| kind == "file") {
                out.remove("type");
            }
        }
        let format = schema.get("format").and_then(Value::as_str);
        if matches!(format, Some("binary" | "byte" | "base64")) {
            // Recorded as text, whatever it was.
            out.retain(|key, _| key == "title" || key == "description");
        }
        self.drop_hidden_members(schema, &mut out);
        if self.is_30 && schema.get("nullable") == Some(&Value::Bool(true)) {
            return nullable(out);
        }
        Value::Object(out)
    }

    /// A member that does not travel in this direction is not required in it.
    fn drop_hidden_members(self, schema: &Map<String, Value>, out: &mut Map<String, Value>) {
        let hidden = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        let (Some(members), Some(Value::Array(required))) =
            (schema.get("properties").and_then(Value::as_object), out.get_mut("required"))
        else {
            return;
        };
        required.retain(|name| {
            let member = name.as_str().and_then(|name| members.get(name));
            member.and_then(|member| member.get(hidden)) != Some(&Value::Bool(true))
        });
        if required.is_empty() {
            out.shift_remove("required");
        }
    }
}

/// `#/components/…` as a reference into the registered components.
fn absolute(reference: &Value) -> Value {
    match reference.as_str() {
        Some(pointer) if pointer.starts_with('#') => Value::String(format!("{URN}{pointer}")),
        _ => reference.clone(),
    }
}

fn exclusive_bound(schema: &mut Map<String, Value>, flag: &str, bound: &str) {
    let Some(Value::Bool(exclusive)) = schema.get(flag) else {
        return;
    };
    let exclusive = *exclusive;
    schema.shift_remove(flag);
    if exclusive && let Some(limit) = schema.shift_remove(bound) {
        schema.insert(flag.to_owned(), limit);
    }
}

/// null as well, also where an enum or a composition would refuse it.
fn nullable(mut schema: Map<String, Value>) -> Value {
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    let kind = schema.get("type").cloned();
    let composed = ["allOf", "anyOf", "oneOf"].iter().any(|key| schema.contains_key(*key));
    if let Some(Value::String(_)) = &kind {
        schema.insert("type".into(), json!([kind, "null"]));
    }
    match kind {
        Some(Value::String(_)) if !composed => Value::Object(schema),
        Some(Value::String(_)) | None => json!({"anyOf": [schema, {"type": "null"}]}),
        Some(_) => Value::Object(schema),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(schema: Value) -> Value {
        let translator = Translator { is_30: true, direction: Direction::Response };
        translator.schema(&schema)
    }

    #[test]
    fn a_nullable_scalar_takes_null_as_a_type_and_in_its_enum() {
        assert_eq!(
            translated(json!({"type": "string", "nullable": true, "enum": ["a"]})),
            json!({"type": ["string", "null"], "enum": ["a", null]})
        );
    }

    #[test]
    fn a_nullable_reference_is_that_or_null() {
        assert_eq!(
            translated(json!({"type": "object", "nullable": true, "allOf": [{"$ref": "#/components/schemas/A"}]})),
            json!({"anyOf": [
                {"type": ["object", "null"], "allOf": [{"$ref": "urn:spec#/components/schemas/A"}]},
                {"type": "null"},
            ]})
        );
        assert_eq!(translated(json!({"nullable": true})), json!({"anyOf": [{}, {"type": "null"}]}));
    }

    #[test]
    fn siblings_of_a_reference_count_in_31_only() {
        let schema = json!({"$ref": "#/components/schemas/A", "maxLength": 3});
        assert_eq!(translated(schema.clone()), json!({"$ref": "urn:spec#/components/schemas/A"}));
        let translator = Translator { is_30: false, direction: Direction::Response };
        assert_eq!(translator.schema(&schema), json!({"$ref": "urn:spec#/components/schemas/A", "maxLength": 3}));
    }

    #[test]
    fn an_exclusive_flag_becomes_a_bound() {
        assert_eq!(
            translated(json!({"minimum": 1, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false})),
            json!({"maximum": 9, "exclusiveMinimum": 1})
        );
    }

    #[test]
    fn a_write_only_member_is_not_required_in_a_response() {
        let schema = json!({"properties": {"secret": {"writeOnly": true}}, "required": ["secret"]});
        assert_eq!(translated(schema.clone()), json!({"properties": {"secret": {"writeOnly": true}}}));
        let request = Translator { is_30: true, direction: Direction::Request };
        assert_eq!(request.schema(&schema), schema);
    }

    #[test]
    fn notes_and_unknown_formats_are_dropped_but_a_member_named_example_stays() {
        assert_eq!(
            translated(json!({
                "x-dify-new": [], "example": 1, "format": "email",
                "properties": {"example": {"type": "string", "format": "uuid"}},
            })),
            json!({"properties": {"example": {"type": "string", "format": "uuid"}}})
        );
    }

    #[test]
    fn a_binary_body_takes_anything() {
        assert_eq!(translated(json!({"type": "string", "format": "binary"})), json!({}));
    }
}
