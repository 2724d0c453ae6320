//! Rules about operations: what progenitor cannot call.

use super::for_each_operation;
use crate::model::{USER, carried_by_body, text};
use contract::follow;
use serde_json::{Value, json};

/// What marks the path of an operation's second half: OpenAPI allows one operation per path and method.
/// [`crate::polish::stream_marker`] takes it out of the URLs again.
const STREAM_MARKER: &str = "#stream";

/// The four routes that generate take `trace_id` as header, query parameter and member of the body. One is enough, and the
/// member is the one that can be set like everything else.
pub(super) fn drop_parameters_the_body_carries(document: &mut Value) -> usize {
    let whole = document.clone();
    for_each_operation(document, |_, _, operation| {
        let body = operation
            .pointer("/requestBody/content/application~1json/schema")
            .map(|schema| follow(&whole, schema).get("properties").and_then(Value::as_object).cloned());
        let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else {
            return 0;
        };
        let before = parameters.len();
        parameters.retain(|p| !carried_by_body(follow(&whole, p), body.as_ref().map(Option::as_ref)));
        before - parameters.len()
    })
}

/// A client can have a user for all requests, which a request then leaves out: progenitor's builders take an optional one.
pub(super) fn leave_the_user_to_the_client(document: &mut Value) -> usize {
    let whole = document.clone();
    for_each_operation(document, |_, _, operation| {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
        let mut count = 0;
        for parameter in parameters {
            let mut user = follow(&whole, parameter).clone();
            if text(&user, "name") == USER && text(&user, "in") == "query" && user["required"] == true {
                user["required"] = false.into();
                *parameter = user;
                count += 1;
            }
        }
        count
    })
}

/// progenitor takes one media type per success: with JSON beside `text/event-stream` it drops the stream without a word.
/// <https://github.com/oxidecomputer/progenitor/issues/344>, <https://github.com/oxidecomputer/progenitor/issues/950>
pub(super) fn split_json_from_event_stream(document: &mut Value) -> usize {
    let mut halves = Vec::new();
    for_each_operation(document, |path, verb, operation| {
        let Some(stream) = operation.get("x-dify-stream-method").and_then(Value::as_str) else {
            return 0;
        };
        let mut half = operation.clone();
        let id = text(operation, "x-dify-method");
        let group = id.rsplit_once('.').map_or(id, |(group, _)| group);
        half["operationId"] = format!("{group}.{stream}").replace('.', "_").into();
        halves.push((format!("{path}{STREAM_MARKER}"), json!({ verb: half })));
        1
    });
    let count = halves.len();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, half) in halves {
            // The path's own parameters belong to both halves.
            let shared =
                paths.get(path.trim_end_matches(STREAM_MARKER)).and_then(|item| item.get("parameters")).cloned();
            let item = paths.entry(path).or_insert(half);
            if let Some(shared) = shared {
                item["parameters"] = shared;
            }
        }
    }
    count
}

/// progenitor takes one media type per request, and methods send the JSON.
/// <https://github.com/oxidecomputer/progenitor/issues/344>
pub(super) fn drop_text_beside_json(document: &mut Value) -> usize {
    for_each_operation(document, |_, _, operation| {
        let content = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut);
        content.map_or(0, |content| usize::from(content.len() > 1 && content.shift_remove("text/plain").is_some()))
    })
}

/// progenitor refuses multipart bodies. Sent as bytes they pass, and [`crate::polish::multipart`] makes them forms again.
/// <https://github.com/oxidecomputer/progenitor/issues/402>, <https://github.com/oxidecomputer/progenitor/issues/609>,
/// <https://github.com/oxidecomputer/progenitor/issues/1215>
pub(super) fn send_multipart_as_bytes(document: &mut Value) -> usize {
    for_each_operation(document, |_, _, operation| {
        let content = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut);
        let Some(content) = content.filter(|c| c.contains_key("multipart/form-data")) else {
            return 0;
        };
        content.clear();
        let bytes = json!({"schema": {"type": "string", "format": "binary"}});
        content.insert("application/octet-stream".to_owned(), bytes);
        1
    })
}

/// progenitor panics on two successes or two refusals of differing types (`response_types.len() <= 1`), reads bodies without
/// limit, and loses status and headers of what it cannot decode. So it receives no answer at all: the inner layer only
/// builds requests, and the transport reads the answers.
/// <https://github.com/oxidecomputer/progenitor/issues/344>, <https://github.com/oxidecomputer/progenitor/issues/950>
pub(super) fn answer_raw(document: &mut Value) -> usize {
    for_each_operation(document, |_, _, operation| {
        operation["responses"] = json!({});
        1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generating() -> Value {
        json!({
            "paths": {"/chat": {
                "parameters": [{"name": "a", "in": "header", "schema": {"type": "string"}}],
                "post": {
                    "operationId": "app_chat_send", "x-dify-method": "app.chat.send", "x-dify-stream-method": "stream",
                    "parameters": [
                        {"name": "trace_id", "in": "query", "schema": {"type": "string"}},
                        {"name": "X-Trace-Id", "in": "header", "schema": {"type": "string"}},
                        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                    ],
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ask"}}}},
                    "responses": {"200": {"content": {}}, "400": {"content": {}}},
                },
            }},
            "components": {"schemas": {"Ask": {"type": "object", "properties": {"trace_id": {"type": "string"}}}}},
        })
    }

    #[test]
    fn a_parameter_that_the_body_carries_leaves_and_others_stay() {
        let mut document = generating();
        assert_eq!(drop_parameters_the_body_carries(&mut document), 2);
        let left = document.pointer("/paths/~1chat/post/parameters").unwrap();
        assert_eq!(left.as_array().unwrap().len(), 1);
        assert_eq!(left[0]["name"], "limit");
        assert_eq!(drop_parameters_the_body_carries(&mut document), 0);
    }

    #[test]
    fn a_route_with_two_ways_of_answering_becomes_two_operations() {
        let mut document = generating();
        assert_eq!(split_json_from_event_stream(&mut document), 1);
        let half = &document["paths"]["/chat#stream"];
        assert_eq!(half["post"]["operationId"], "app_chat_stream");
        assert_eq!(half["parameters"][0]["name"], "a");
        assert_eq!(document["paths"]["/chat"]["post"]["operationId"], "app_chat_send");
    }

    #[test]
    fn a_route_with_one_way_of_answering_stays_one_operation() {
        let mut document = json!({"paths": {"/x": {"get": {"operationId": "x"}}}});
        assert_eq!(split_json_from_event_stream(&mut document), 0);
        assert_eq!(document["paths"].as_object().unwrap().len(), 1);
    }

    #[test]
    fn a_form_travels_as_bytes_and_json_stays_json() {
        let mut document = json!({"paths": {
            "/up": {"post": {"requestBody": {"content": {"multipart/form-data": {"schema": {"$ref": "#/f"}}}}}},
            "/json": {"post": {"requestBody": {"content": {"application/json": {}}}}},
        }});
        assert_eq!(send_multipart_as_bytes(&mut document), 1);
        let content = |path| format!("/paths/~1{path}/post/requestBody/content");
        assert!(document.pointer(&content("up")).unwrap().get("application/octet-stream").is_some());
        assert!(document.pointer(&content("json")).unwrap().get("application/json").is_some());
        assert_eq!(send_multipart_as_bytes(&mut document), 0);
    }

    #[test]
    fn no_answer_is_described_any_more() {
        let mut document = generating();
        assert_eq!(answer_raw(&mut document), 1);
        assert_eq!(document.pointer("/paths/~1chat/post/responses"), Some(&json!({})));
        assert_eq!(answer_raw(&mut json!({"paths": {}})), 0);
    }
}
