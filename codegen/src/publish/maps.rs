//! A component that is only a map is written out where it is used.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Object, places};

const COMPONENTS: &str = "#/components/schemas/";

/// A reference to a component that is only a map becomes that map, and the component goes.
///
/// Generators have no class for such a component. That of Ruby looks for one nevertheless, as a branch of a union.
pub(super) fn write_maps_in_place(document: &mut Value) {
    loop {
        let maps = maps(document);
        if maps.is_empty() {
            return;
        }
        places::each_schema(document, &mut |schema| write_in_place(schema, &maps));
        if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
            schemas.retain(|name, _| !maps.contains_key(name));
        }
    }
}

/// The components that are only maps and refer to no other such component.
///
/// A map of maps follows when those are written out; one of itself keeps its name.
fn maps(document: &Value) -> Object {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
    let maps: Object =
        schemas.filter(|(_, schema)| is_map(schema)).map(|(name, schema)| (name.clone(), schema.clone())).collect();
    let names: BTreeSet<String> = maps.keys().map(|name| format!("{COMPONENTS}{name}")).collect();
    maps.into_iter().filter(|(_, map)| !refers(map, &names)).collect()
}

fn is_map(schema: &Value) -> bool {
    let values = schema.get("additionalProperties");
    let other = ["properties", "required", "allOf", "anyOf", "oneOf", "x-dify-earlier"];
    values.is_some_and(|values| *values != Value::Bool(false)) && other.iter().all(|name| schema.get(name).is_none())
}

fn refers(value: &Value, names: &BTreeSet<String>) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| match value {
            Value::String(reference) => name == "$ref" && names.contains(reference),
            value => refers(value, names),
        }),
        Value::Array(items) => items.iter().any(|item| refers(item, names)),
        _ => false,
    }
}

/// The members beside the reference take precedence. Within `allOf` the reference is written out already.
fn write_in_place(schema: &mut Object, maps: &Object) {
    let map = match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => maps.values().find(|map| *map == only),
        _ => {
            let reference = schema.get("$ref").and_then(Value::as_str);
            reference.and_then(|reference| maps.get(reference.strip_prefix(COMPONENTS)?))
        }
    };
    if let Some(Value::Object(map)) = map {
        schema.retain(|name, _| name != "$ref" && name != "allOf");
        for (name, value) in map {
            schema.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("{COMPONENTS}{name}")})
    }

    #[test]
    fn a_reference_to_a_map_becomes_the_map_and_the_component_goes() {
        let labels = json!({"type": "object", "description": "Labels.", "additionalProperties": {"type": "string"}});
        let nullable =
            json!({"type": "object", "nullable": true, "description": "Null if old.", "allOf": [reference("Labels")]});
        let cup = json!({"type": "object", "properties": {"a": reference("Labels"), "b": nullable}, "additionalProperties": true});
        let mut document = json!({"components": {"schemas": {"Labels": labels, "Cup": cup}}});
        write_maps_in_place(&mut document);
        let cup = json!({"type": "object", "additionalProperties": true, "properties": {"a": labels, "b": {
            "type": "object", "nullable": true, "description": "Null if old.", "additionalProperties": {"type": "string"},
        }}});
        assert_eq!(document, json!({"components": {"schemas": {"Cup": cup}}}));
    }

    #[test]
    fn a_map_of_maps_is_written_out_whole_and_one_of_itself_keeps_its_name() {
        let of = |values: Value| json!({"type": "object", "additionalProperties": values});
        let mut document = json!({
            "paths": {"/tea": {"get": {"responses": {"200": {"content": {"application/json": {"schema": reference("Outer")}}}}}}},
            "components": {"schemas": {
                "Outer": of(reference("Inner")), "Inner": of(json!({"type": "string"})), "Tree": of(reference("Tree")),
            }},
        });
        write_maps_in_place(&mut document);
        let body = document.pointer("/paths/~1tea/get/responses/200/content/application~1json/schema");
        assert_eq!(body, Some(&of(of(json!({"type": "string"})))));
        assert_eq!(document["components"]["schemas"], json!({"Tree": of(reference("Tree"))}));
    }

    #[test]
    fn what_is_no_map_alone_keeps_its_name() {
        let closed = json!({"type": "object", "additionalProperties": false});
        let open = json!({"type": "object", "properties": {}, "additionalProperties": true});
        let list = json!({"type": "array", "items": reference("Closed")});
        let mut document = json!({"components": {"schemas": {"Closed": closed, "Open": open, "List": list}}});
        let expected = document.clone();
        write_maps_in_place(&mut document);
        assert_eq!(document, expected);
    }
}
