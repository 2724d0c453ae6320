//! Whether a recorded answer is what an operation documents: status, media type, body, events.

use serde_json::Value;

use crate::{
    frames::frames,
    media::{Body, is_json},
    operation::Operation,
    schema::Side,
    verdict::Verdict,
};

/// Judges an answer; returns whether a schema describes its body.
pub(crate) fn judge(
    operation: Operation<'_>,
    status: u16,
    media_type: &str,
    body: &str,
    verdict: &mut Verdict,
) -> bool {
    let name = operation.name();
    let here = format!("{name} {status}");
    let Some(answer) = operation.answer(status) else {
        let refusal: Value = serde_json::from_str(body).unwrap_or_default();
        verdict.add("status_undocumented", here, refusal["code"].as_str().unwrap_or_default());
        return false;
    };
    if status == 204 && !body.is_empty() {
        verdict.add("body_on_204", name.clone(), "");
    }
    if body.is_empty() || matches!(status, 204 | 304) {
        return true;
    }
    let documented: Vec<&str> = answer.bodies().map(|(media_type, _)| media_type).collect();
    if documented.is_empty() {
        verdict.add("body_undocumented", here, media_type);
        return false;
    }
    let Some(described) = answer.body(media_type) else {
        let message = format!("documented: {}", documented.join(", "));
        verdict.add("media_undocumented", format!("{here} {media_type}"), message);
        return false;
    };
    if media_type == "text/event-stream" {
        return judge_events(&name, described, body, verdict);
    }
    if !is_json(media_type) {
        return described.schema().is_some();
    }
    let value: Value = match serde_json::from_str(body) {
        Ok(value) => value,
        Err(error) => {
            verdict.add("body_not_json", here, error.to_string());
            return false;
        }
    };
    let Some(schema) = described.schema() else {
        verdict.add("response_schema_missing", here, "");
        return false;
    };
    for problem in schema.problems(&value, Side::Answer) {
        verdict.add(format!("body_{}", problem.kind()), format!("{here} {}", problem.path), problem.message);
    }
    for path in schema.undocumented(&value, Side::Answer) {
        verdict.add("extra_field", format!("{here} {path}"), "");
    }
    true
}

/// Judges every event of a stream by the schema of one event.
fn judge_events(name: &str, described: Body<'_>, body: &str, verdict: &mut Verdict) -> bool {
    let schema = described.schema();
    if schema.is_none() {
        verdict.add("sse_schema_missing", name.to_owned(), "");
    }
    let count = |verdict: &mut Verdict, event: String| *verdict.events.entry(event).or_default() += 1;
    for frame in frames(body) {
        let Some(data) = frame.data else {
            count(verdict, format!("(bare) {}", frame.event.unwrap_or_else(|| "None".into())));
            continue;
        };
        if data.trim() == "[DONE]" {
            count(verdict, "[DONE]".into());
            continue;
        }
        let Ok(value) = serde_json::from_str::<Value>(&data) else {
            verdict.add("sse_data_not_json", name.to_owned(), data.chars().take(120).collect::<String>());
            continue;
        };
        let event = match value.get("event") {
            None => "?".to_owned(),
            Some(Value::String(event)) => event.clone(),
            Some(other) => other.to_string(),
        };
        if let Some(schema) = schema {
            for problem in schema.problems(&value, Side::Answer) {
                let place = format!("{name} {event}{}", problem.path);
                verdict.add(format!("sse_{}", problem.kind()), place, problem.message);
            }
            for path in schema.undocumented(&value, Side::Answer) {
                verdict.add("sse_extra_field", format!("{name} {event}{path}"), "");
            }
        }
        count(verdict, event);
    }
    schema.is_some()
}
