//! Rules about schemas: what typify makes into something other than Dify means.

use super::for_each_schema;
use crate::model::{chosen_by_method, members, texts};
use serde_json::Value;

/// `response_mode` is no member of the Rust type: `send` and `stream` choose it, so that a wrong combination cannot be
/// written. [`crate::polish::response_mode`] sends it.
pub(super) fn drop_members_the_method_chooses(document: &mut Value) -> usize {
    let mut bodies = Vec::new();
    for (_, item) in members(document.get("paths")) {
        for verb in crate::model::VERBS {
            let Some(operation) = item.get(verb) else { continue };
            let body = operation.pointer("/requestBody/content/application~1json/schema/$ref");
            if let (Some(body), true) = (body.and_then(Value::as_str), operation.get("x-dify-stream-method").is_some())
            {
                bodies.push(body.trim_start_matches('#').to_owned());
            }
        }
    }
    bodies.sort();
    bodies.dedup();
    let mut count = 0;
    for body in bodies {
        let properties = document.pointer_mut(&format!("{body}/properties")).and_then(Value::as_object_mut);
        if let Some(properties) = properties {
            let before = properties.len();
            properties.retain(|name, _| !chosen_by_method(name));
            count += before - properties.len();
        }
        // typify would make a member of any type out of a name that is only required.
        let required = document.pointer_mut(&format!("{body}/required")).and_then(Value::as_array_mut);
        if let Some(required) = required {
            required.retain(|name| !name.as_str().is_some_and(chosen_by_method));
        }
    }
    count
}

/// typify makes an optional array or map `#[serde(default)] Vec<T>`: null is then an error, and an empty one vanishes on
/// writing. Said to be nullable, it becomes `Option<Vec<T>>`, which keeps all three apart but null and absent.
pub(super) fn make_optional_lists_nullable(document: &mut Value) -> usize {
    for_each_schema(document, |schema| {
        let required = texts(&Value::Object(schema.clone()), "required");
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            return 0;
        };
        let mut count = 0;
        for (name, property) in properties.iter_mut() {
            let Some(property) = property.as_object_mut() else { continue };
            let list = property.get("type").is_some_and(|t| t == "array");
            let map = property.get("type").is_some_and(|t| t == "object") && !property.contains_key("allOf");
            if (list || map) && !required.contains(name) && !property.contains_key("nullable") {
                property.insert("nullable".to_owned(), true.into());
                count += 1;
            }
        }
        count
    })
}

/// typify makes `minimum: 1` a `NonZeroU64` and `minimum: 0` a `u64`: a server that sends -1 once would break every reader,
/// and a caller would have to wrap each number. The bounds stay in the published document.
pub(super) fn drop_integer_bounds(document: &mut Value) -> usize {
    for_each_schema(document, |schema| {
        ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
            .iter()
            .filter(|bound| schema.shift_remove(**bound).is_some())
            .count()
    })
}

/// typify makes `uuid` and `date-time` types of two further crates, which refuse what Dify sends: empty ids and times
/// without a zone. `binary` is no member type either.
pub(super) fn drop_string_formats(document: &mut Value) -> usize {
    for_each_schema(document, |schema| {
        let string = schema.get("type").is_some_and(|t| t == "string");
        usize::from(string && schema.shift_remove("format").is_some())
    })
}

/// typify makes a string with a limit on its length or a pattern a type of its own, and `pattern` needs a further crate. The
/// limits stay in the published document; the server holds callers to them.
pub(super) fn drop_string_limits(document: &mut Value) -> usize {
    for_each_schema(document, |schema| {
        ["minLength", "maxLength", "pattern"].iter().filter(|limit| schema.shift_remove(**limit).is_some()).count()
    })
}

/// typify makes a member with a `default` no `Option` and always sends it, which is not what leaving it out means to Dify.
pub(super) fn drop_defaults(document: &mut Value) -> usize {
    for_each_schema(document, |schema| usize::from(schema.shift_remove("default").is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn component(schema: Value) -> Value {
        json!({"paths": {}, "components": {"schemas": {"T": schema}}})
    }

    #[test]
    fn a_member_the_method_chooses_leaves_the_bodies_of_routes_that_can_stream() {
        let body = |stream| {
            let mut post = json!({"requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/T"}}}}});
            if stream {
                post["x-dify-stream-method"] = "stream".into();
            }
            let mut document = component(json!({"required": ["response_mode"],
                "properties": {"response_mode": {}, "query": {}}}));
            document["paths"] = json!({"/x": {"post": post}});
            document
        };
        let mut streaming = body(true);
        assert_eq!(drop_members_the_method_chooses(&mut streaming), 1);
        assert_eq!(streaming["components"]["schemas"]["T"], json!({"required": [], "properties": {"query": {}}}));
        assert_eq!(drop_members_the_method_chooses(&mut body(false)), 0);
    }

    #[test]
    fn optional_lists_and_maps_become_nullable_and_required_ones_do_not() {
        let mut document = component(json!({"required": ["b"], "properties": {
            "a": {"type": "array"}, "b": {"type": "array"}, "c": {"type": "object"}, "d": {"type": "string"},
            "e": {"type": "object", "allOf": []},
        }}));
        assert_eq!(make_optional_lists_nullable(&mut document), 2);
        let properties = &document["components"]["schemas"]["T"]["properties"];
        assert_eq!(properties["a"]["nullable"], true);
        assert_eq!(properties["c"]["nullable"], true);
        assert!(properties["b"].get("nullable").is_none());
        assert_eq!(make_optional_lists_nullable(&mut document), 0);
    }

    #[test]
    fn integers_lose_their_bounds() {
        let mut document = component(json!({"type": "integer", "minimum": 1, "maximum": 9}));
        assert_eq!(drop_integer_bounds(&mut document), 2);
        assert_eq!(document["components"]["schemas"]["T"], json!({"type": "integer"}));
        assert_eq!(drop_integer_bounds(&mut document), 0);
    }

    #[test]
    fn strings_lose_their_formats_and_numbers_keep_them() {
        let mut document = component(json!({"properties": {
            "a": {"type": "string", "format": "uuid"}, "b": {"type": "integer", "format": "int64"},
        }}));
        document["paths"] = json!({"/x": {"get": {"parameters": [{"schema": {"type": "string", "format": "uuid"}}]}}});
        assert_eq!(drop_string_formats(&mut document), 2);
        assert_eq!(document["components"]["schemas"]["T"]["properties"]["b"]["format"], "int64");
        assert_eq!(drop_string_formats(&mut document), 0);
    }

    #[test]
    fn strings_lose_their_limits() {
        let mut document = component(json!({"type": "string", "minLength": 1, "maxLength": 9, "pattern": "a"}));
        assert_eq!(drop_string_limits(&mut document), 3);
        assert_eq!(document["components"]["schemas"]["T"], json!({"type": "string"}));
        assert_eq!(drop_string_limits(&mut document), 0);
    }

    #[test]
    fn defaults_leave_members_and_parameters() {
        let mut document = component(json!({"type": "integer", "default": 20}));
        document["components"]["parameters"] = json!({"L": {"schema": {"type": "integer", "default": 1}}});
        assert_eq!(drop_defaults(&mut document), 2);
        assert_eq!(drop_defaults(&mut document), 0);
    }
}
