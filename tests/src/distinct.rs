//! Which exchanges of a server show something that no earlier one shows.

use std::collections::BTreeSet;

use contract::{Exchange, Verdict};
use serde_json::Value;

use crate::sse_frames::reference;

/// What the exchanges that were kept show: operations with their outcomes, their events, and the shapes of bodies.
#[derive(Debug, Default)]
pub struct Distinct {
    seen: BTreeSet<String>,
}

impl Distinct {
    /// Whether an exchange shows an outcome, an event or a shape of one that is new; remembers what it shows.
    ///
    /// A shape is the type of each value and the names of the members of each object, so that a body without a member is
    /// another one.
    pub fn is_new(&mut self, exchange: &Exchange, verdict: &Verdict) -> bool {
        let before = self.seen.len();
        self.seen.extend(shown(exchange, verdict));
        self.seen.len() > before
    }
}

/// What an exchange shows, each as a line.
fn shown(exchange: &Exchange, verdict: &Verdict) -> Vec<String> {
    let (request, response) = (&exchange.request, &exchange.response);
    let operation = verdict.operation.as_deref().unwrap_or_default();
    let outcome = format!("{operation} {}", response.status);
    let mut shown = vec![format!("{outcome} {}", response.media_type())];
    if (200..300).contains(&response.status) {
        let names = request.query().into_iter().map(|(name, _)| format!("{outcome} query {name}"));
        shown.extend(names);
        shown.extend(json(&request.bytes()).into_iter().flat_map(|body| shapes(&format!("{outcome} request"), &body)));
    }
    let body = response.bytes();
    if response.media_type() == "text/event-stream" {
        for frame in reference(&body) {
            match json(frame.data.as_bytes()) {
                Some(event) => shown.extend(shapes(&format!("{outcome} {}", event["event"]), &event)),
                None => shown.push(format!("{outcome} {}: {}", frame.event, frame.data)),
            }
        }
    } else if let Some(body) = json(&body) {
        shown.push(format!("{outcome} {}", body["code"]));
        shown.extend(shapes(&outcome, &body));
    }
    shown
}

fn json(text: &[u8]) -> Option<Value> {
    serde_json::from_slice(text).ok()
}

/// The type of each value and the names of the members of each object, by place.
fn shapes(place: &str, value: &Value) -> Vec<String> {
    let mut shapes = Vec::new();
    collect(&mut place.to_owned(), value, &mut shapes);
    shapes
}

fn collect(place: &mut String, value: &Value, shapes: &mut Vec<String>) {
    let length = place.len();
    match value {
        Value::Null => shapes.push(format!("{place} null")),
        Value::Bool(_) => shapes.push(format!("{place} boolean")),
        Value::Number(number) if number.is_f64() => shapes.push(format!("{place} number")),
        Value::Number(_) => shapes.push(format!("{place} integer")),
        Value::String(_) => shapes.push(format!("{place} text")),
        Value::Array(items) => {
            shapes.push(format!("{place} list{}", if items.is_empty() { ", empty" } else { "" }));
            place.push_str("/*");
            items.iter().for_each(|item| collect(place, item, shapes));
        }
        Value::Object(members) => {
            let names: BTreeSet<&str> = members.keys().map(String::as_str).collect();
            shapes.push(format!("{place} {names:?}"));
            for (name, member) in members {
                place.truncate(length);
                place.push('/');
                place.push_str(name);
                collect(place, member, shapes);
            }
        }
    }
    place.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(status: u16, media_type: &str, body: &str) -> Exchange {
        let response = json!({"status": status, "headers": {"Content-Type": media_type}, "body": body});
        serde_json::from_value(json!({"request": {"method": "GET", "path": "/a"}, "response": response})).expect("one")
    }

    #[test]
    fn an_exchange_is_new_by_its_outcome_events_and_shapes() {
        let verdict = Verdict { operation: Some("GET /a".to_owned()), ..Verdict::default() };
        let mut kept = Distinct::default();
        let mut is_new = |exchange: &Exchange| kept.is_new(exchange, &verdict);
        for (body, new) in [
            (r#"{"a": 1, "b": [{"c": "x"}]}"#, true),
            (r#"{"b": [{"c": "y"}], "a": 2}"#, false),
            (r#"{"a": null, "b": [{"c": "y"}]}"#, true),
            (r#"{"a": 1, "b": []}"#, true),
            (r#"{"a": 1}"#, true),
            (r#"{"a": 1.5}"#, true),
            (r#"{"a": 1, "b": [{"c": "x"}, {}]}"#, true),
        ] {
            assert_eq!(is_new(&answer(200, "application/json", body)), new, "{body}");
        }
        assert!(is_new(&answer(400, "application/json", r#"{"code": "x"}"#)));
        assert!(is_new(&answer(400, "application/json", r#"{"code": "y"}"#)));
        assert!(!is_new(&answer(400, "application/json", r#"{"code": "x"}"#)));
        assert!(is_new(&answer(404, "text/html", "<p>")));
        let stream = |events: &str| answer(200, "text/event-stream", events);
        assert!(is_new(&stream("data: {\"event\": \"a\"}\n\n")));
        assert!(is_new(&stream("data: {\"event\": \"a\"}\n\nevent: ping\ndata: x\n\n")));
        assert!(!is_new(&stream("event: ping\ndata: x\n\ndata: {\"event\": \"a\"}\n\n")));
    }
}
