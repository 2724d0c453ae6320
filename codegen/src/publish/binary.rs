//! From 3.1 on, bytes and encoded text have words of JSON Schema.

use serde_json::{Value, json};

use super::{Object, places, replaced};

/// Any bytes.
const BYTES: &str = "application/octet-stream";

/// `format: binary` gets `contentMediaType`, that of the body itself where it is named, and `format: byte` becomes
/// `contentEncoding: base64`.
///
/// JSON Schema has no string of bytes, and 3.1 leaves out `type` and `format` for that reason. Generators need both: without
/// them openapi-python-client has no type for a file and uploads nothing.
pub(super) fn describe_bytes_by_their_media_type(document: &mut Value) {
    places::each_body(document, &mut |media, body| {
        if let Some(Value::Object(schema)) = body.get_mut("schema") {
            describe(schema, if media.contains('*') { BYTES } else { media });
        }
    });
    places::each_schema(document, &mut |schema| describe(schema, BYTES));
}

fn describe(schema: &mut Object, media: &str) {
    match schema.get("format").and_then(Value::as_str) {
        Some("binary") if !schema.contains_key("contentMediaType") => {
            replaced(schema, "format", [("format", json!("binary")), ("contentMediaType", json!(media))]);
        }
        Some("byte") => replaced(schema, "format", [("contentEncoding", json!("base64"))]),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // A past bug: without type and format openapi-python-client uploaded nothing.
    #[test]
    fn a_body_of_bytes_is_of_its_own_media_type_and_a_part_of_any() {
        let bytes = || json!({"schema": {"type": "string", "format": "binary"}});
        let mut document = json!({
            "paths": {"/a": {"get": {"responses": {"200": {"content": {"audio/mpeg": bytes(), "*/*": bytes()}}}}}},
            "components": {"schemas": {"Upload": {"properties": {
                "file": {"type": "string", "format": "binary", "description": "The file."},
                "text": {"type": "string", "format": "byte"},
            }}}},
        });
        describe_bytes_by_their_media_type(&mut document);
        let binary = |media: &str| json!({"type": "string", "format": "binary", "contentMediaType": media});
        assert_eq!(
            document["paths"]["/a"]["get"]["responses"]["200"]["content"],
            json!({
                "audio/mpeg": {"schema": binary("audio/mpeg")},
                "*/*": {"schema": binary("application/octet-stream")},
            })
        );
        let mut file = binary("application/octet-stream");
        file["description"] = json!("The file.");
        assert_eq!(
            document["components"]["schemas"]["Upload"]["properties"],
            json!({"file": file, "text": {"type": "string", "contentEncoding": "base64"}})
        );
    }
}
