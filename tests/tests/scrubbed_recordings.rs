//! The recorder on what was recorded: a recording without secrets keeps what the documents describe.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use codegen::verify::Verdict;
use dify_record::{Exchange, scrub::Scrubber};
use dify_tests::corpus::{corpus, judge_one};
use http::{Request, Response};
use serde_json::Value;

/// Every so many recordings are scrubbed: all of them take half a minute.
const STEP: usize = 4;

fn body(message: &Value) -> Bytes {
    match (message["body"].as_str(), message["body_base64"].as_str()) {
        (Some(text), _) => Bytes::copy_from_slice(text.as_bytes()),
        (None, Some(encoded)) => STANDARD.decode(encoded).expect("base64").into(),
        (None, None) => Bytes::new(),
    }
}

fn headers(message: &Value) -> Vec<(&str, &str)> {
    let mut headers = Vec::new();
    for (name, value) in message["headers"].as_object().into_iter().flatten() {
        let one = std::slice::from_ref(value);
        let values = value.as_array().map_or(one, Vec::as_slice);
        headers.extend(values.iter().filter_map(Value::as_str).map(|value| (name.as_str(), value)));
    }
    headers
}

fn exchange(recording: &Value) -> Exchange {
    let (asked, answer) = (&recording["request"], &recording["response"]);
    let text = |name: &str| asked[name].as_str().unwrap_or_default();
    let query = if text("query").is_empty() { String::new() } else { format!("?{}", text("query")) };
    let mut request = Request::builder().method(text("method")).uri(format!("{}{query}", text("path")));
    for (name, value) in headers(asked) {
        request = request.header(name, value);
    }
    let status = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status");
    let mut response = Response::builder().status(status);
    for (name, value) in headers(answer) {
        response = response.header(name, value);
    }
    Exchange::new(&request.body(body(asked)).expect("a request"), &response.body(body(answer)).expect("an answer"))
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
        if recording.exchange["request"].get("body_note").is_some() {
            continue;
        }
        let scrubbed = exchange(&recording.exchange).to_json(&mut scrubber).expect("no secret is left");
        let verdict = judge_one(corpus.judge(&recording.server), &recording.file, &scrubbed);
        assert_eq!(findings(&verdict), findings(&case.verdict), "{recording}");
        let json = |exchange: &Value| exchange["response"]["body"].as_str().map(serde_json::from_str::<Value>);
        if let (Some(Ok(before)), Some(Ok(after))) = (json(&recording.exchange), json(&scrubbed)) {
            assert_eq!(shape(&before), shape(&after), "{recording}");
        }
        let again = exchange(&scrubbed).to_json(&mut Scrubber::new()).expect("no secret is left");
        for part in ["path", "query", "headers", "body"] {
            assert_eq!(again["request"][part], scrubbed["request"][part], "{recording}");
        }
        assert_eq!(again["response"]["body"], scrubbed["response"]["body"], "{recording}");
        let kept = |part: &str| scrubbed["request"][part] == recording.exchange["request"][part];
        all += 1;
        same += usize::from(kept("body") && scrubbed["response"]["body"] == recording.exchange["response"]["body"]);
    }
    // The others hold signed addresses, passwords, forms with files, or what the documents do not describe.
    assert!(all > 400 && same * 100 > all * 80, "{same} of {all} kept every value");
}
