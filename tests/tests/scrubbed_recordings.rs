//! The recorder on what was recorded: a recording without secrets keeps what the documents describe.

use bytes::Bytes;
use contract::{Exchange, Verdict};
use dify_record::{Unscrubbed, scrub::Scrubber};
use dify_tests::corpus;
use http::{Request, Response};
use serde_json::{Map, Value};

/// Every so many recordings are scrubbed: all of them take half a minute.
const STEP: usize = 4;

fn headers(headers: &Map<String, Value>) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    for (name, value) in headers {
        let one = std::slice::from_ref(value);
        let values = value.as_array().map_or(one, Vec::as_slice);
        pairs.extend(values.iter().filter_map(Value::as_str).map(|value| (name.as_str(), value)));
    }
    pairs
}

fn exchange(recording: &Exchange) -> Unscrubbed {
    let (asked, answer) = (&recording.request, &recording.response);
    let query = if asked.query.is_empty() { String::new() } else { format!("?{}", asked.query) };
    let mut request = Request::builder().method(asked.method.as_str()).uri(format!("{}{query}", asked.path));
    for (name, value) in headers(&asked.headers) {
        request = request.header(name, value);
    }
    let mut response = Response::builder().status(answer.status);
    for (name, value) in headers(&answer.headers) {
        response = response.header(name, value);
    }
    let request = request.body(Bytes::from(asked.bytes().into_owned())).expect("a request");
    Unscrubbed::new(&request, &response.body(Bytes::from(answer.bytes().into_owned())).expect("an answer"))
}

/// What is wrong with an exchange, by rule and place.
fn findings(verdict: &Verdict) -> Vec<(&str, &str)> {
    verdict.violations.iter().map(|violation| (violation.kind.as_str(), violation.place.as_str())).collect()
}

/// Names and JSON types.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), shape(member))).collect(),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(_) => "text".into(),
        Value::Number(_) => 0.into(),
        other => other.clone(),
    }
}

#[test]
fn scrubbed_recordings_keep_verdict_shape_and_values() {
    let corpus = corpus();
    let mut scrubber = Scrubber::new();
    let (mut all, mut same) = (0, 0);
    for case in corpus.cases.iter().step_by(STEP) {
        let recording = &case.recording;
        // A body that was left out of the recording cannot be scrubbed.
        if recording.exchange.request.body_note.is_some() {
            continue;
        }
        let scrubbed = exchange(&recording.exchange).recording(&mut scrubber).expect("no secret is left");
        let verdict = corpus.judge(&recording.server).exchange(&recording.file, &scrubbed);
        assert_eq!(findings(&verdict), findings(&case.verdict), "{recording}");
        let json = |exchange: &Exchange| exchange.response.body.as_deref().map(serde_json::from_str::<Value>);
        if let (Some(Ok(before)), Some(Ok(after))) = (json(&recording.exchange), json(&scrubbed)) {
            assert_eq!(shape(&before), shape(&after), "{recording}");
        }
        let again = exchange(&scrubbed).recording(&mut Scrubber::new()).expect("no secret is left");
        let kept = |recorded: &Exchange| {
            let Exchange { request: asked, response: answer, .. } = recorded.clone();
            (asked.path, asked.query, asked.headers, asked.body, answer.body)
        };
        assert_eq!(kept(&again), kept(&scrubbed), "{recording}");
        let kept = scrubbed.request.body == recording.exchange.request.body;
        all += 1;
        same += usize::from(kept && scrubbed.response.body == recording.exchange.response.body);
    }
    // The others hold signed addresses, passwords, forms with files, or what the documents do not describe.
    assert!(all > 400 && same * 100 > all * 80, "{same} of {all} kept every value");
}
