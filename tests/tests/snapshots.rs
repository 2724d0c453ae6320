//! What a change of the source means to people who use the crate, as a diff to be read: the public interface, what the
//! generator is given, and what events decode into. `INSTA_UPDATE=always cargo test -p dify-tests --test all snapshots`
//! takes the new state.

use std::collections::BTreeSet;

use codegen::bindings::GeneratedFile;
use dify_tests::{
    Clients,
    canned::{Answer, CannedServer},
    corpus,
    replay::{Seen, read},
    workspace::{self, documents, root},
};
use serde_json::Value;

/// One snapshot each, in files named for what they hold.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn the_public_interface_of_each_group_is_as_it_was() {
    // As they are checked in: `cargo xtask codegen --check` holds them against the description.
    let folder = root().join("dify-api/src/generated");
    let files = workspace::files(&folder).expect("the bindings").into_iter();
    let bindings: Vec<_> = files
        .map(|file| GeneratedFile {
            contents: std::fs::read_to_string(&file).expect("text"),
            path: file.strip_prefix(root()).expect("below the root").to_owned(),
        })
        .collect();
    let api = codegen::bindings::public_api(&bindings);
    assert!(api.len() > 10, "{:?}", api.keys());
    settings().bind(|| {
        for (group, text) in api {
            insta::assert_snapshot!(format!("api-{}", group.replace('/', "-")), text);
        }
    });
}

#[test]
fn the_document_that_the_generator_is_given_is_as_it_was() {
    let lowered = codegen::bindings::lowered(&documents()).unwrap_or_else(|findings| panic!("{findings}"));
    settings().bind(|| {
        for path in ["/chat-messages", "/files/upload", "/conversations", "/datasets"] {
            // What answers and streams is two operations by now, on paths of their own.
            let of_path: serde_json::Map<String, Value> = lowered["paths"]
                .as_object()
                .expect("paths")
                .iter()
                .filter(|(name, _)| name.strip_prefix(path).is_some_and(|rest| !rest.contains('/')))
                .map(|(name, item)| (name.clone(), shape(item)))
                .collect();
            assert!(!of_path.is_empty(), "{path} is not there");
            let text = serde_json::to_string_pretty(&of_path).expect("JSON");
            insta::assert_snapshot!(format!("lowered{}", path.replace('/', "-")), text);
        }
    });
}

/// Without the words for people, whose changes show elsewhere. A property that has one of their names stays.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let words = ["description", "summary", "example"];
            let kept =
                members.iter().filter(|(name, value)| !words.contains(&name.as_str()) || value.get("type").is_some());
            Value::Object(kept.map(|(name, value)| (name.clone(), shape(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(shape).collect()),
        other => other.clone(),
    }
}

/// Recordings whose events are shown: the server, and how the name of the recording ends.
const STREAMS: &[(&str, &str, &str)] = &[
    ("chat", "dify-main-20260815", "chat/015-chatMessages-stream-auto-generate-name-false.json"),
    ("agent", "dify-1.13.0", "agent/004-chatMessages-agent-stream-continue.json"),
    ("workflow", "dify-main-20260815", "workflow/010-runWorkflow-stream-llm.json"),
    ("human-input", "dify-main-20260815", "human_input/079-getWorkflowEvents-paused-snapshot.json"),
    ("failed", "dify-main-20260815", "chat/074-chatMessages-stream-llm-err_rate_mid.json"),
];

#[tokio::test]
async fn recorded_events_decode_into_what_they_did() {
    let server = CannedServer::start(&Answer::stream("", None)).await.expect("a server");
    let clients = Clients::at(&server.base_url());
    for (name, version, file) in STREAMS {
        let mut cases = corpus().cases.iter();
        let case = cases.find(|case| case.recording.server == *version && case.recording.file == *file);
        let (operation, body) = case.and_then(|case| case.stream()).unwrap_or_else(|| panic!("no stream {file}"));
        server.answer(&Answer::stream(body, None));
        let seen = read(&clients, operation).await;
        settings().bind(|| insta::assert_snapshot!(format!("events-{name}"), shown(&seen)));
    }
}

/// The order of all events, then the first of each kind in full.
fn shown(seen: &[Seen]) -> String {
    let mut order: Vec<(String, usize)> = Vec::new();
    let (mut kinds, mut whole) = (BTreeSet::new(), String::new());
    for seen in seen {
        let (name, text) = match seen {
            Seen::Event { name, shown, .. } => (name.clone(), shown.clone()),
            Seen::RunFailed(failed) => ("Err".to_owned(), format!("{failed:#}")),
            Seen::NoEnd => ("Err".to_owned(), "the end is missing".to_owned()),
            Seen::Trouble(trouble) => ("Err".to_owned(), trouble.clone()),
        };
        match order.last_mut() {
            Some((last, count)) if *last == name => *count += 1,
            _ => order.push((name.clone(), 1)),
        }
        if kinds.insert(name.clone()) {
            whole.push_str(&format!("\n{name}: {text}\n"));
        }
    }
    let order: Vec<String> = order.into_iter().map(|(name, count)| format!("{name} ×{count}")).collect();
    format!("{}\n{whole}", order.join("\n"))
}
