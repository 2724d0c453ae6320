//! The answer: status, media type, body, events.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    document::Document,
    exchange::Exchange,
    judge::Operation,
    media,
    translate::{Direction, EVENT_KEYS},
    validator::BrokenSchema,
    verdict::Verdict,
};

/// Judges the answer; tells whether a schema stood behind its body.
pub(super) fn judge(
    operation: &Operation<'_>,
    exchange: &Exchange,
    media_type: &str,
    verdict: &mut Verdict,
) -> Result<bool, BrokenSchema> {
    let (name, status, body) = (&operation.name, exchange.status, &exchange.response.body);
    let Some(response) = documented(operation, status) else {
        let place = format!("{name} {status}");
        verdict.add("status_undocumented", place, body.error_member("code"));
        return Ok(false);
    };
    if status == 204 && !body.is_empty() {
        verdict.add("body_on_204", name.clone(), String::new());
    }
    if body.is_empty() || matches!(status, 204 | 304) {
        return Ok(true);
    }
    let content = response.get("content").filter(|content| content.as_object().is_some_and(|map| !map.is_empty()));
    if content.is_none() {
        let place = format!("{name} {status}");
        verdict.add("body_undocumented", place, media_type.to_owned());
        return Ok(false);
    }
    let Some(entry) = media::find(content, media_type) else {
        let documented: Vec<&str> =
            content.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        verdict.add(
            "media_undocumented",
            format!("{name} {status} {media_type}"),
            format!("documented: {}", documented.join(", ")),
        );
        return Ok(false);
    };
    if media_type == "text/event-stream" {
        return events(operation, entry, body.text().unwrap_or_default(), verdict);
    }
    if !media::is_json(media_type) {
        return Ok(entry.get("schema").is_some_and(|schema| !schema.is_null()));
    }
    json(operation, exchange, entry, verdict)
}

/// What the document says about a status: exactly, by class, or by default.
fn documented<'d>(operation: &Operation<'d>, status: i64) -> Option<&'d Value> {
    let responses = operation.value.get("responses")?;
    let class = status / 100;
    [status.to_string(), format!("{class}XX"), format!("{class}xx"), "default".to_owned()]
        .iter()
        .filter_map(|key| responses.get(key))
        .find(|response| response.as_object().is_some_and(|said| !said.is_empty()))
        .map(|response| operation.document.deref(response))
}

fn json(
    operation: &Operation<'_>,
    exchange: &Exchange,
    entry: &Value,
    verdict: &mut Verdict,
) -> Result<bool, BrokenSchema> {
    let here = format!("{} {}", operation.name, exchange.status);
    let value = match exchange.response.body.json() {
        Ok(value) => Some(value),
        Err(error) => {
            verdict.add("body_not_json", here.clone(), error.to_string());
            None
        }
    };
    let schema = entry.get("schema").filter(|schema| !schema.is_null());
    let (Some(value), Some(schema)) = (value, schema) else {
        verdict.add("response_schema_missing", here, String::new());
        return Ok(false);
    };
    let document = operation.document;
    for problem in document.problems(schema, &value, Direction::Response)? {
        verdict.add(format!("body_{}", problem.kind), format!("{here} {}", problem.path), problem.message);
    }
    for path in document.undocumented(schema, &value) {
        verdict.add("extra_field", format!("{here} {path}"), String::new());
    }
    Ok(true)
}

/// Judges every event of a stream by the schema of one event; a problem is told once for each kind of event.
fn events(operation: &Operation<'_>, entry: &Value, body: &str, verdict: &mut Verdict) -> Result<bool, BrokenSchema> {
    let (document, name) = (operation.document, &operation.name);
    let schema = event_schema(document, entry);
    if schema.is_none() {
        verdict.add("sse_schema_missing", name.clone(), String::new());
    }
    let mut told = HashSet::new();
    let mut tell = |verdict: &mut Verdict, kind: String, place: String, message: String| {
        if told.insert((kind.clone(), place.clone())) {
            verdict.add(kind, place, message);
        }
    };
    for frame in frames(body) {
        let Some(data) = frame.data else {
            let event = format!("(bare) {}", frame.event.unwrap_or_else(|| "None".into()));
            *verdict.events.entry(event).or_default() += 1;
            continue;
        };
        if data.trim() == "[DONE]" {
            *verdict.events.entry("[DONE]".into()).or_default() += 1;
            continue;
        }
        let Ok(value) = serde_json::from_str::<Value>(&data) else {
            let start = data.chars().take(120).collect();
            verdict.add("sse_data_not_json", name.clone(), start);
            continue;
        };
        let event = event_name(&value);
        *verdict.events.entry(event.clone()).or_default() += 1;
        let Some(schema) = schema else { continue };
        for problem in document.problems(schema, &value, Direction::Response)? {
            let place = format!("{name} {event}{}", problem.path);
            tell(verdict, format!("sse_{}", problem.kind), place, problem.message);
        }
        for path in document.undocumented(schema, &value) {
            let place = format!("{name} {event}{path}");
            tell(verdict, "sse_extra_field".into(), place, String::new());
        }
    }
    Ok(schema.is_some())
}

/// The event's name as the reference prints it.
fn event_name(event: &Value) -> String {
    match event.get("event") {
        None => "?".into(),
        Some(Value::String(name)) => name.clone(),
        Some(Value::Null) => "None".into(),
        Some(Value::Bool(true)) => "True".into(),
        Some(Value::Bool(false)) => "False".into(),
        Some(other) => other.to_string(),
    }
}

/// The schema of one event: named by an extension, the items of a list, or the schema itself if it is structured.
fn event_schema<'d>(document: &'d Document, entry: &'d Value) -> Option<&'d Value> {
    let schema = entry.get("schema");
    let mut found = None;
    for key in EVENT_KEYS {
        let at =
            |holder: Option<&'d Value>| holder.and_then(|holder| holder.get(key)).filter(|schema| schema.is_object());
        let named = || entry.get(key).and_then(Value::as_str).and_then(|reference| document.target(reference));
        found = at(Some(entry)).or_else(|| at(schema)).or_else(named).or(found);
    }
    if found.is_some() {
        return found;
    }
    let schema = schema.filter(|schema| schema.is_object())?;
    let target = document.deref(schema);
    let kind = target.get("type").and_then(Value::as_str);
    let items = target.get("items").filter(|items| items.is_object());
    match (kind, items) {
        (Some("array"), Some(items)) => Some(items),
        (Some("string"), _) => None,
        _ => Some(schema),
    }
}

/// One block of a recorded stream.
#[derive(Debug, PartialEq, Eq)]
struct Frame {
    event: Option<String>,
    data: Option<String>,
}

/// Takes a recorded stream apart; comments are dropped. The end of the recording ends a block as well.
fn frames(text: &str) -> Vec<Frame> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut frames = Vec::new();
    for block in text.split("\n\n") {
        let (mut event, mut data, mut any) = (None, None::<String>, false);
        for line in block.split('\n') {
            if line.is_empty() || line.starts_with(':') {
                continue;
            }
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "event" => event = Some(value.to_owned()),
                "data" => match &mut data {
                    Some(data) => {
                        data.push('\n');
                        data.push_str(value);
                    }
                    None => data = Some(value.to_owned()),
                },
                "id" | "retry" => {}
                _ => continue,
            }
            any = true;
        }
        if any {
            frames.push(Frame { event, data });
        }
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::super::judge::Judge;
    use super::*;
    use serde_json::json;

    fn verdict(response: Value, media_type: &str, body: &str) -> Verdict {
        let judge = Judge::new(vec![json!({
            "openapi": "3.0.3",
            "paths": {"/a": {"get": {"responses": {"200": response}}}},
            "components": {"schemas": {
                "Event": {
                    "oneOf": [{"$ref": "#/components/schemas/Message"}],
                    "discriminator": {"propertyName": "event", "mapping": {"message": "#/components/schemas/Message"}},
                },
                "Message": {"type": "object", "required": ["answer"], "properties": {"event": {"type": "string"}, "answer": {"type": "string"}}},
            }},
        })], "1.16.1")
        .unwrap();
        status_verdict(&judge, 200, media_type, body)
    }

    fn status_verdict(judge: &Judge, status: i64, media_type: &str, body: &str) -> Verdict {
        let exchange = json!({
            "request": {"path": "/a"},
            "response": {"status": status, "headers": {"Content-Type": media_type}, "body": body},
        });
        judge.exchange("a.json", &Exchange::try_from(&exchange).unwrap())
    }

    fn violations(verdict: &Verdict) -> Vec<(&str, &str)> {
        let violations = verdict.violations.iter();
        violations.map(|violation| (violation.kind.as_str(), violation.place.as_str())).collect()
    }

    fn stream() -> Value {
        json!({"content": {"text/event-stream": {"schema": {"$ref": "#/components/schemas/Event"}}}})
    }

    #[test]
    fn a_status_is_documented_exactly_or_by_its_class() {
        let said = json!({"description": "said"});
        let judge = Judge::new(
            vec![json!({"paths": {"/a": {"get": {"responses": {"200": said, "4XX": said, "204": said}}}}})],
            "1.16.1",
        )
        .unwrap();
        let kinds = |status, body| {
            let verdict = status_verdict(&judge, status, "application/json", body);
            let kinds: Vec<_> = verdict.violations.iter().map(|v| v.kind.clone()).collect();
            kinds.join(" ")
        };
        assert_eq!(kinds(200, ""), "");
        assert_eq!(kinds(404, ""), "");
        assert_eq!(kinds(500, ""), "status_undocumented");
        assert_eq!(kinds(200, "{}"), "body_undocumented");
        assert_eq!(kinds(204, "{}"), "body_on_204");
    }

    #[test]
    fn a_media_type_that_is_not_documented_is_told() {
        let verdict = verdict(stream(), "text/html; charset=utf-8", "<p>");
        assert_eq!(violations(&verdict), [("media_undocumented", "GET /a 200 text/html")]);
        assert_eq!(verdict.checked, Some(false));
    }

    #[test]
    fn a_body_that_is_no_json_is_told() {
        let response = json!({"content": {"application/json": {"schema": {}}}});
        let verdict = verdict(response, "application/json", "<p>");
        assert_eq!(violations(&verdict), [("body_not_json", "GET /a 200"), ("response_schema_missing", "GET /a 200")]);
    }

    #[test]
    fn every_event_is_judged_and_a_problem_told_once() {
        let body = "event: ping\n\ndata: {\"event\": \"message\", \"answer\": \"a\"}\n\ndata: {\"event\": \"message\"}\n\n\
                    data: {\"event\": \"message\", \"x\": 1}\n\ndata: {\"event\": \"new\"}\n\ndata: [DONE]\n\ndata: {";
        let verdict = verdict(stream(), "text/event-stream", body);
        assert_eq!(
            violations(&verdict),
            [
                ("sse_required", "GET /a message/answer"),
                ("sse_extra_field", "GET /a message/x"),
                ("sse_discriminator", "GET /a new"),
                ("sse_data_not_json", "GET /a"),
            ]
        );
        assert_eq!(verdict.events.get("message"), Some(&3));
        assert_eq!(verdict.events.get("(bare) ping"), Some(&1));
        assert_eq!(verdict.checked, Some(true));
    }

    #[test]
    fn a_stream_that_is_only_text_is_not_checked() {
        let response = json!({"content": {"text/event-stream": {"schema": {"type": "string"}}}});
        let verdict = verdict(response, "text/event-stream", "data: {}\n\n");
        assert_eq!(violations(&verdict), [("sse_schema_missing", "GET /a")]);
        assert_eq!(verdict.checked, Some(false));
    }

    #[test]
    fn the_schema_of_one_event_may_stand_in_several_places() {
        let message = json!({"$ref": "#/components/schemas/Message"});
        for entry in [
            json!({"itemSchema": message}),
            json!({"schema": {"type": "array", "items": message}}),
            json!({"schema": {"type": "string", "x-dify-events": message}}),
            json!({"x-event-schema": "#/components/schemas/Message"}),
        ] {
            let response = json!({"content": {"text/event-stream": entry}});
            let verdict = verdict(response, "text/event-stream", "data: {}\n\n");
            assert_eq!(violations(&verdict), [("sse_required", "GET /a ?/answer")]);
        }
    }

    #[test]
    fn lines_end_in_any_way_and_data_may_have_several() {
        assert_eq!(
            frames("event: a\r\ndata: 1\r\ndata:2\r\n\r\n: comment\r\rid: 1\n\n\n\nother: x"),
            [Frame { event: Some("a".into()), data: Some("1\n2".into()) }, Frame { event: None, data: None },]
        );
    }
}
