//! Rules about schemas: parameters that typify makes into something other than Dify means.

use super::for_each_schema;
use serde_json::Value;

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
/// limits stay in the published document; the server enforces them.
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
