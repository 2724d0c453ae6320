//! Exchanges with a secret in them: what would be written of one never shows it.
//!
//! Input: a byte that chooses the media type, one that chooses how the secret is encoded, one that chooses where it is
//! planted, and the body around it.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use dify_record::Unscrubbed;
use dify_record::scrub::Scrubber;
use http::{Request, Response};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const SECRET: &str = "Zq9xPlanted-Secret7w";

const MEDIA_TYPES: [&str; 10] = [
    "application/json",
    "text/event-stream",
    "application/x-ndjson",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "application/yaml",
    "text/plain",
    "text/html; charset=utf-8",
    "application/octet-stream",
    "",
];

/// The secret in one of its encodings.
fn encoded(choice: u8) -> String {
    let hex = |before: &str| SECRET.bytes().map(|byte| format!("{before}{byte:02x}")).collect::<String>();
    let unicode = || SECRET.chars().map(|letter| format!("\\u{:04x}", u32::from(letter))).collect::<String>();
    match choice % 12 {
        0 => SECRET.to_owned(),
        1 => SECRET.to_uppercase(),
        2 => STANDARD.encode(SECRET),
        3 => URL_SAFE_NO_PAD.encode(format!("a:{SECRET}")),
        4 => STANDARD.encode(format!("ab{SECRET}?")),
        5 => hex(""),
        6 => hex("%"),
        7 => hex("%").replace('%', "%25"),
        8 => unicode(),
        9 => unicode().replace('\\', "\\\\"),
        10 => SECRET.replace('-', "%2D"),
        _ => STANDARD.encode(STANDARD.encode(SECRET)),
    }
}

/// The secret below a name that gives it away, in documents within documents.
fn named(choice: u8, text: &str) -> String {
    let document = match choice % 5 {
        0 => json!({"password": SECRET, "a": text}).to_string(),
        1 => json!({"a": [{"name": "api_key", "value": SECRET}], "b": text}).to_string(),
        2 => json!({"credentials": {"x": [SECRET]}, "password": text}).to_string(),
        3 => json!({"a": text, "access_token": {"b": SECRET}}).to_string(),
        _ => format!("kind: app\napp:\n  a: {}\n  api_key: |\n    {SECRET}\n", Value::from(text)),
    };
    match choice / 5 % 4 {
        0 => json!({"inputs": {"a": document}}).to_string(),
        1 => json!({"inputs": {"a": json!({"b": document, "c": text}).to_string()}}).to_string(),
        2 => json!({"inputs": {"a": Value::from(document).to_string()}, text: 1}).to_string(),
        _ => json!({"inputs": text, text: document}).to_string(),
    }
}

/// Everything that a recording shows.
fn shown(recording: &Value) -> String {
    let mut shown = recording.to_string();
    for message in ["request", "response"] {
        if let Some(body) = recording[message]["body_base64"].as_str() {
            shown.push_str(&String::from_utf8_lossy(&STANDARD.decode(body).expect("base64")));
        }
        shown.push_str(recording[message]["body"].as_str().unwrap_or_default());
    }
    shown
}

fn record(request: &Request<Bytes>, response: &Response<Bytes>, secret: &str) {
    // What is refused is not written.
    let Ok(recording) = Unscrubbed::new(request, response).recording(&mut Scrubber::new()) else { return };
    let shown = shown(&serde_json::to_value(recording).expect("JSON"));
    assert!(!shown.contains(secret) && !shown.contains(SECRET), "{secret} is in {shown}");
}

fuzz_target!(|input: &[u8]| {
    let [media_type, encoding, place, rest @ ..] = input else { return };
    let media_type = MEDIA_TYPES[usize::from(*media_type) % MEDIA_TYPES.len()];
    let planted = encoded(*encoding);
    let at = usize::from(*place) * rest.len() / 256;
    let body = [&rest[..at], b" ", planted.as_bytes(), b" ", &rest[at..]].concat();
    let request = Request::post("/v1/workflows/run?user=u").header("content-type", media_type);
    let request = request.header("authorization", format!("Bearer {SECRET}")).body(Bytes::from(body.clone()));
    let response = Response::builder().header("content-type", media_type).header("x-odd", "1").body(Bytes::from(body));
    record(&request.expect("a request"), &response.expect("an answer"), &planted);

    let text = String::from_utf8_lossy(rest);
    let body = named(*encoding, &text);
    let event = format!("event: x\ndata: {}\n\n{text}\n\n", body.replace(",\"", ",\ndata: \""));
    let request = Request::post("/v1/workflows/run").header("content-type", "application/json").body(Bytes::from(body));
    let response = Response::builder().header("content-type", "text/event-stream").body(Bytes::from(event));
    record(&request.expect("a request"), &response.expect("an answer"), SECRET);
});
