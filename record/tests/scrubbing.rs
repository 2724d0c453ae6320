//! What recordings have instead of secrets: every test plants one and looks for it in what would be written.

mod addresses;
mod bodies;
mod headers;
mod kept;
mod nested;
mod session;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use dify_record::Unscrubbed;
use dify_record::scrub::Scrubber;
use http::{Request, Response};
use serde_json::Value;

/// The secret that most tests plant: nothing about its looks gives it away.
const SECRET: &str = "correct horse battery staple";

/// The same without spaces.
const WORD: &str = "Tr0ub4dor-and-3";

const JSON: &str = "application/json";

/// A recording of a GET of `path` with an answer.
fn answered(path: &str, media_type: &str, body: impl Into<Bytes>) -> Value {
    let request = Request::get(path).body(Bytes::new()).expect("a request");
    recorded(&request, &Response::builder().header("content-type", media_type).body(body.into()).expect("an answer"))
}

/// A recording of a POST of a body.
fn posted(path: &str, media_type: &str, body: impl Into<Bytes>) -> Value {
    let request = Request::post(path).header("content-type", media_type).body(body.into()).expect("a request");
    recorded(&request, &Response::new(Bytes::new()))
}

fn recorded(request: &Request<Bytes>, response: &Response<Bytes>) -> Value {
    written(&Unscrubbed::new(request, response), &mut Scrubber::new())
}

/// What would be written of an exchange.
fn written(exchange: &Unscrubbed, scrubber: &mut Scrubber) -> Value {
    let recording = exchange.recording(scrubber).expect("no secret is left");
    serde_json::to_value(recording).expect("JSON")
}

/// The text of a request's or an answer's body.
fn body(recording: &Value, message: &str) -> String {
    recording[message]["body"].as_str().unwrap_or_default().to_owned()
}

/// Fails where a recording shows a secret, as it is or in Base64.
#[track_caller]
fn assert_hidden(recording: &Value, secret: &str) {
    let mut shown = recording.to_string();
    for message in ["request", "response"] {
        if let Some(encoded) = recording[message]["body_base64"].as_str() {
            shown.push_str(&String::from_utf8_lossy(&STANDARD.decode(encoded).expect("base64")));
        }
    }
    assert!(!shown.to_lowercase().contains(&secret.to_lowercase()), "{secret} is in {shown}");
}

/// Fails where the body of an answer is not left out with a note.
#[track_caller]
fn assert_left_out(recording: &Value, message: &str) {
    assert_eq!(recording[message].get("body"), None, "{recording}");
    assert!(recording[message]["body_note"].as_str().is_some_and(|note| note.contains("left out")), "{recording}");
}
