//! The places of schemas and bodies in a document.

use serde_json::Value;

use super::Object;
use super::reached::parts_mut;

/// Maps from free names to schemas.
const MAPS: [&str; 3] = ["properties", "patternProperties", "$defs"];
const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const SINGLES: [&str; 3] = ["items", "additionalProperties", "not"];

/// Calls with every schema of the document, those within a schema before that.
pub(super) fn each_schema(document: &mut Value, visit: &mut impl FnMut(&mut Object)) {
    each_part(document, &mut |key, value| {
        if key == "schema" {
            schema(value, visit);
        }
    });
    for value in map(document.pointer_mut("/components/schemas")) {
        schema(value, visit);
    }
}

/// Calls with the media type and the description of every body of the document.
pub(super) fn each_body(document: &mut Value, visit: &mut impl FnMut(&str, &mut Object)) {
    each_part(document, &mut |key, value| {
        if key == "content" {
            for (media, body) in value.as_object_mut().into_iter().flatten() {
                if let Value::Object(body) = body {
                    visit(media, body);
                }
            }
        }
    });
}

/// Calls with every object of the document whose names are words of OpenAPI, the outer one first.
pub(super) fn each_object(document: &mut Value, visit: &mut impl FnMut(&mut Object)) {
    object(document, false, visit);
}

fn object(value: &mut Value, free: bool, visit: &mut impl FnMut(&mut Object)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| object(item, false, visit)),
        Value::Object(members) => {
            if !free {
                visit(members);
            }
            parts_mut(free, members).for_each(|(_, value, names_are_free)| object(value, names_are_free, visit));
        }
        _ => {}
    }
}

fn map(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_object_mut).into_iter().flat_map(|members| members.values_mut())
}

/// Calls with every member below the paths and the components, but not within schemas, which are another language, nor
/// within data.
fn each_part(document: &mut Value, visit: &mut impl FnMut(&str, &mut Value)) {
    for item in map(document.get_mut("paths")) {
        part(item, visit);
    }
    for (section, components) in document.get_mut("components").and_then(Value::as_object_mut).into_iter().flatten() {
        if section != "schemas" {
            map(Some(components)).for_each(|component| part(component, visit));
        }
    }
}

fn part(value: &mut Value, visit: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(members) => {
            for (key, value) in members.iter_mut() {
                visit(key, value);
                let data = matches!(key.as_str(), "schema" | "example" | "examples") || key.starts_with("x-");
                if !data {
                    part(value, visit);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| part(item, visit)),
        _ => {}
    }
}

fn schema(value: &mut Value, visit: &mut impl FnMut(&mut Object)) {
    let Value::Object(members) = value else {
        return;
    };
    for (key, value) in members.iter_mut() {
        match (key.as_str(), value) {
            (key, value) if MAPS.contains(&key) => map(Some(value)).for_each(|value| schema(value, visit)),
            (key, Value::Array(items)) if LISTS.contains(&key) => items.iter_mut().for_each(|item| schema(item, visit)),
            (key, value) if SINGLES.contains(&key) => schema(value, visit),
            ("x-dify-earlier", Value::Array(entries)) => {
                entries.iter_mut().filter_map(|entry| entry.get_mut("schema")).for_each(|value| schema(value, visit));
            }
            _ => {}
        }
    }
    visit(members);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "paths": {"/tea": {
                "parameters": [{"name": "kind", "schema": {"type": "1"}, "example": {"schema": {"type": "data"}}}],
                "post": {
                    "requestBody": {"content": {"application/json": {"schema": {"type": "2", "items": {"type": "3"}}}}},
                    "responses": {"200": {"content": {"text/plain": {"schema": {"type": "4"}, "x-note": {"schema": {}}}}}},
                },
            }},
            "components": {
                "parameters": {"schema": {"name": "a", "schema": {"type": "5"}}},
                "schemas": {"A": {
                    "type": "6",
                    "properties": {"example": {"type": "7"}, "properties": {"type": "8", "additionalProperties": false}},
                    "oneOf": [{"type": "9"}, {"$ref": "#/components/schemas/A"}],
                    "example": {"properties": {"type": "data"}},
                    "x-dify-earlier": [{"until": "1.0.0", "schema": {"items": {"type": "a"}}}],
                }},
            },
        })
    }

    #[test]
    fn every_schema_is_found_and_no_data() {
        let mut found = Vec::new();
        each_schema(&mut document(), &mut |schema| {
            found.extend(schema.get("type").and_then(Value::as_str).map(str::to_owned));
        });
        found.sort();
        assert_eq!(found, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "a"]);
    }

    #[test]
    fn what_is_within_a_schema_comes_before_it() {
        let mut found = Vec::new();
        each_schema(&mut document(), &mut |schema| found.extend(schema.get("type").cloned()));
        let place = |name: &str| found.iter().position(|found| found == name);
        assert!(place("3") < place("2") && place("7") < place("6") && place("9") < place("6"));
    }

    #[test]
    fn bodies_come_with_their_media_type() {
        let mut found = Vec::new();
        each_body(&mut document(), &mut |media, body| found.push((media.to_owned(), body.contains_key("schema"))));
        assert_eq!(found, [("application/json".to_owned(), true), ("text/plain".to_owned(), true)]);
    }
}
