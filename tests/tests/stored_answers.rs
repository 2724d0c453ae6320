//! The text that is gathered from recorded streams is what their servers stored.

use std::collections::BTreeMap;

use dify_api::{
    AccumulateInto, Answer, RunStatus,
    types::{ChatEvent, CompletionEvent, WebChatEvent, WebCompletionEvent},
};
use dify_tests::{corpus, replay::expected};
use serde_json::Value;

/// Streams whose stored message is recorded too, today.
const PAIRS: usize = 22;

/// Collects the stored messages in a body, by id.
fn collect(value: &Value, stored: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            if let (Some(id), Some(answer), Some(_)) =
                (value["id"].as_str(), value["answer"].as_str(), members.get("query"))
            {
                stored.insert(id.to_owned(), answer.to_owned());
            }
            members.values().for_each(|value| collect(value, stored));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, stored)),
        _ => {}
    }
}

/// A text without what each reading of it signs anew.
fn unsigned(text: &str) -> String {
    let mut parts = text.split("?timestamp=");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([')', ' ', '"', '\n']).unwrap_or(part.len());
        whole.push_str(&part[end..]);
    }
    whole
}

fn gathered<E: AccumulateInto<Answer>>(events: &[(String, Value)]) -> Answer {
    let mut answer = Answer::default();
    for (_, data) in events {
        // The client yields as unknown what it cannot decode.
        if let Ok(event) = E::from_json(&data.to_string()) {
            answer.apply(&event);
        }
    }
    answer
}

#[test]
fn gathered_text_is_what_the_server_stored() {
    let mut stored = BTreeMap::new();
    for case in &corpus().cases {
        if let Some(reply) = case.recording.reply().and_then(|reply| serde_json::from_str(reply).ok()) {
            collect(&reply, &mut stored);
        }
    }
    let mut pairs = 0;
    for (case, (operation, body)) in corpus().cases.iter().filter_map(|case| Some((case, case.stream()?))) {
        let events = expected(body.as_bytes());
        let answer = match operation {
            "app_chat_stream" => gathered::<ChatEvent>(&events),
            "app_completion_stream" => gathered::<CompletionEvent>(&events),
            "web_chat_stream" => gathered::<WebChatEvent>(&events),
            "web_completion_stream" => gathered::<WebCompletionEvent>(&events),
            _ => continue,
        };
        // A run that failed, or pauses, has not stored what it said.
        let whole = answer.complete && !matches!(answer.status, RunStatus::Failed | RunStatus::Paused);
        // Where a stored answer links files, 1.16.1 signs the links anew on each reading and may drop the text between two.
        let whole = whole && !answer.text.contains("/files/");
        let Some(kept) = answer.message_id.as_ref().filter(|_| whole).and_then(|id| stored.get(id)) else { continue };
        assert_eq!(unsigned(&answer.text), unsigned(kept), "{}", case.recording);
        pairs += 1;
    }
    assert!(pairs >= PAIRS, "{pairs} pairs");
}
