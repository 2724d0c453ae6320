//! Events read the same in the order of servers and in any other, whole and damaged, into new memory and into used memory.

use dify_api::{Event, types};
use dify_tests::{Case, corpus, generated, sse_frames::reference};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The events of each streaming operation: of each recorded shape one.
fn recorded() -> BTreeMap<&'static str, Vec<Value>> {
    let mut seen = BTreeSet::new();
    let mut events: BTreeMap<_, Vec<Value>> = BTreeMap::new();
    for (operation, body) in corpus().cases.iter().filter_map(Case::stream) {
        for frame in reference(body.as_bytes()) {
            let Ok(event @ Value::Object(_)) = serde_json::from_str(&frame.data) else { continue };
            if seen.insert((operation, event["event"].to_string(), shape(&event, 2))) {
                events.entry(operation).or_default().push(event);
            }
        }
    }
    assert!(seen.len() > 100, "{}", seen.len());
    events
}

/// The names and kinds of the members, so many levels deep.
fn shape(value: &Value, depth: usize) -> String {
    match value {
        Value::Object(members) if depth > 0 => {
            members.iter().map(|(name, value)| format!("{name}:{},", shape(value, depth - 1))).collect()
        }
        Value::Object(_) | Value::Array(_) => "more".to_owned(),
        Value::Null => "null".to_owned(),
        _ => "scalar".to_owned(),
    }
}

/// Writes a value with its members turned round, the tag somewhere among them, and with space where JSON allows it.
fn turned(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev().map(|(name, value)| format!("{}\t:\n{}", json!(name), turned(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(" ,"))
        }
        Value::Array(items) => format!("[ {} ]", items.iter().map(turned).collect::<Vec<_>>().join(" , ")),
        scalar => scalar.to_string(),
    }
}

/// The event without a member, with null or with another kind in its place; of the event and of its data.
fn damaged(event: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for place in ["", "/data", "/metadata"] {
        let Some(members) = event.pointer(place).and_then(Value::as_object) else { continue };
        for name in members.keys() {
            for damage in [None, Some(json!(null)), Some(json!([7]))] {
                let mut event = event.clone();
                let Some(members) = event.pointer_mut(place).and_then(Value::as_object_mut) else { continue };
                match damage {
                    None => drop(members.remove(name)),
                    Some(value) => drop(members.insert(name.clone(), value)),
                }
                found.push(event);
            }
        }
    }
    found
}

#[test]
fn events_read_the_same_whatever_the_order_of_their_members() {
    for (operation, events) in recorded() {
        let through = generated::event(operation).expect("a stream");
        let substitutions = generated::event_substitutions(operation).expect("a stream");
        let lacking = |text: &str| substitutions(text).ok().map(BTreeSet::from_iter);
        for event in events.iter().flat_map(|event| [vec![event.clone()], damaged(event)].concat()) {
            let (text, turned) = (event.to_string(), turned(&event));
            match (through(&text), through(&turned)) {
                (Ok(one), Ok(other)) => assert_eq!(one, other, "{operation}: {text}"),
                (Err(_), Err(_)) => {}
                (one, other) => panic!("{operation}: {text}: {one:?}, {other:?}"),
            }
            assert_eq!(lacking(&text), lacking(&turned), "{operation}: {text}");
        }
    }
}

/// Reads events one after the other into the memory of the one before, and each into new memory.
fn reread<E: Event + PartialEq>(events: &[Value]) {
    let mut used = None;
    let mut read = |text: &str| {
        let again = dify_api::__private::decode_again::<E>(&mut used, text);
        match (E::from_json(text), again) {
            (Ok(new), Ok(again)) => {
                assert_eq!(new, again, "{text}");
                used = Some(again);
            }
            (Err(new), Err(again)) => assert_eq!(new.to_string(), again.to_string(), "{text}"),
            (new, again) => panic!("{text}: {new:?}, {again:?}"),
        }
    };
    for event in events {
        let whole = event.to_string();
        for damaged in damaged(event) {
            read(&whole);
            read(&damaged.to_string());
        }
        read(&whole);
    }
}

#[test]
fn events_read_the_same_into_the_memory_of_others() {
    let mut read = 0;
    for (operation, events) in recorded() {
        match operation {
            "app_chat_stream" => reread::<types::ChatEvent>(&events),
            "app_completion_stream" => reread::<types::CompletionEvent>(&events),
            "app_workflows_run_stream" => reread::<types::WorkflowEvent>(&events),
            "app_workflows_events" => reread::<types::RunEvent>(&events),
            "knowledge_pipeline_run_stream" => reread::<types::PipelineEvent>(&events),
            "web_chat_stream" => reread::<types::WebChatEvent>(&events),
            "web_completion_stream" => reread::<types::WebCompletionEvent>(&events),
            "web_workflows_run_stream" => reread::<types::WebWorkflowEvent>(&events),
            _ => continue,
        }
        read += 1;
    }
    assert!(read >= 6, "{read}");
}
