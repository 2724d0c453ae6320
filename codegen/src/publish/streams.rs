//! From 3.2 on OpenAPI itself defines one event of a stream.

use serde_json::{Value, json};

use super::{places, replaced};
use crate::language::Language;

/// The schema of a stream's event becomes `itemSchema`.
///
/// For OpenAPI an item of `text/event-stream` is the event with its fields, all of them text; Dify's JSON is what the field
/// `data` contains. The example shows the event the same way, and as it travels.
pub(super) fn describe_the_events_of_streams(document: &mut Value) {
    let summary = Language::of(document).event_example();
    places::each_body(document, &mut |_, body| {
        if body.get("x-dify-framing").and_then(Value::as_str) != Some("sse") {
            return;
        }
        if let Some(schema) = body.get("schema").cloned() {
            let data = json!({"type": "string", "contentMediaType": "application/json", "contentSchema": schema});
            let item = json!({"type": "object", "required": ["data"], "properties": {"data": data}});
            replaced(body, "schema", [("itemSchema", item)]);
        }
        let whole = body.shift_remove("x-dify-stream-examples").unwrap_or_default();
        if let Some(example) = body.get("example") {
            let data = example.to_string();
            let event = json!({
                "summary": summary,
                "dataValue": [{"data": data}],
                "serializedValue": format!("data: {data}\n\n"),
            });
            let mut examples = json!({"event": event});
            for (name, stream) in whole.as_object().into_iter().flatten() {
                examples[name] = json!({"summary": stream["summary"], "serializedValue": stream["text"]});
            }
            replaced(body, "example", [("examples", examples)]);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_described_by_its_events_and_other_bodies_stay() {
        let reference = json!({"$ref": "#/components/schemas/Event"});
        let plain = json!({"schema": reference, "example": {"event": "ping"}});
        let mut document = json!({"paths": {"/a": {"get": {"responses": {"200": {"content": {
            "application/json": plain,
            "text/event-stream": {"schema": reference, "x-dify-framing": "sse", "example": {"event": "tea"}},
        }}}}}}});
        describe_the_events_of_streams(&mut document);
        let content = &document["paths"]["/a"]["get"]["responses"]["200"]["content"];
        assert_eq!(content["application/json"], plain);
        assert_eq!(
            content["text/event-stream"],
            json!({
                "itemSchema": {"type": "object", "required": ["data"], "properties": {"data": {
                    "type": "string", "contentMediaType": "application/json", "contentSchema": reference,
                }}},
                "x-dify-framing": "sse",
                "examples": {"event": {
                    "summary": "One event of the stream.",
                    "dataValue": [{"data": "{\"event\":\"tea\"}"}],
                    "serializedValue": "data: {\"event\":\"tea\"}\n\n",
                }},
            })
        );
    }
}
