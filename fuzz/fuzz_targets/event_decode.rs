//! The event unions: nothing panics, and what was decoded can be encoded and decoded again without a change.

#![no_main]

use std::fmt::Debug;

use dify_api::Event;
use dify_api::types::{ChatEvent, CompletionEvent, RunEvent, WorkflowEvent};
use libfuzzer_sys::fuzz_target;

fn check<E: Event + serde::Serialize + PartialEq + Debug>(text: &str) {
    let Ok(event) = E::from_json(text) else { return };
    let encoded = serde_json::to_string(&event).expect("what was decoded can be encoded");
    let again = E::from_json(&encoded).expect("what was encoded can be decoded");
    assert_eq!(again, event, "{encoded}");
    assert_eq!(again.name(), event.name());
}

fuzz_target!(|text: &str| {
    check::<ChatEvent>(text);
    check::<CompletionEvent>(text);
    check::<WorkflowEvent>(text);
    check::<RunEvent>(text);
});
