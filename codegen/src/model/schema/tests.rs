use super::*;
use serde_json::json;

#[test]
fn a_nullable_reference_is_the_type_it_refers_to() {
    let schema = json!({"type": "object", "nullable": true, "allOf": [{"$ref": "#/components/schemas/Usage"}]});
    assert_eq!(Type::read(&schema), Type::Named("Usage".to_owned()));
}

#[test]
fn lists_maps_and_open_objects_have_their_own_types() {
    let list = json!({"type": "array", "items": {"type": "string", "nullable": true}});
    assert_eq!(Type::read(&list).rust(), "Vec<Option<String>>");
    let map = json!({"type": "object", "additionalProperties": {"$ref": "#/components/schemas/AnyValue"}});
    assert_eq!(Type::read(&map).rust(), "std::collections::BTreeMap<String, crate::RawJson>");
    let open = json!({"type": "object", "additionalProperties": true});
    assert_eq!(Type::read(&open), Type::Open);
}

#[test]
fn a_member_named_like_a_keyword_gets_an_underscore() {
    assert_eq!(rust_name("type"), "type_");
    assert_eq!(rust_name("file-upload"), "file_upload");
    assert_eq!(rust_name("X-Trace-Id"), "x_trace_id");
}
