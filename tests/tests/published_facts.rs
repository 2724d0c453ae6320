//! What the published documents say of themselves, and what is written about their extensions.

use std::{collections::BTreeSet, fs};

use dify_tests::{
    corpus,
    workspace::{APIS, published_in, root},
};
use serde_json::Value;

/// Every extension that a document uses.
fn extensions(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if key.starts_with("x-") {
                    found.insert(key.clone());
                } else if !matches!(key.as_str(), "example" | "examples" | "default" | "enum") {
                    extensions(value, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| extensions(item, found)),
        _ => {}
    }
}

#[test]
fn every_extension_in_use_is_explained_and_every_one_explained_is_in_use() {
    // Only editions in other languages have this one, which are not checked in.
    let mut used = BTreeSet::from(["x-dify-language".to_owned()]);
    APIS.iter().for_each(|api| extensions(&published_in(api, "3.0"), &mut used));
    let text = fs::read_to_string(root().join("spec/EXTENSIONS.md")).expect("spec/EXTENSIONS.md can be read");
    let headings = text.lines().filter_map(|line| line.strip_prefix("## ")).flat_map(|line| line.split(", "));
    let explained: BTreeSet<String> =
        headings.filter_map(|name| Some(name.strip_prefix('`')?.strip_suffix('`')?.to_owned())).collect();
    assert_eq!(used, explained);
}

#[test]
fn every_document_tells_its_licence_its_contact_its_version_and_what_it_was_checked_on() {
    for api in APIS {
        for version in ["3.0", "3.1", "3.2"] {
            let info = published_in(api, version)["info"].take();
            assert_eq!(info["license"]["name"], "MIT OR Apache-2.0");
            assert!(info["contact"]["url"].is_string() && info["version"].is_string());
            let said = format!("{} {}", info["summary"].as_str().unwrap_or_default(), info["description"]);
            for release in info["x-dify-checked"].as_array().expect("releases").iter().filter_map(Value::as_str) {
                assert!(said.contains(release), "{api} {version} does not say {release}");
            }
            assert_eq!(info["summary"].is_string(), version != "3.0");
        }
    }
}

#[test]
fn the_version_of_the_crate_carries_that_of_the_documents() {
    let version = published_in("service", "3.0")["info"]["version"].take();
    let crate_version = env!("CARGO_PKG_VERSION");
    assert_eq!(crate_version.split_once("+dify.").map(|(_, dify)| dify), version.as_str(), "{crate_version}");
}

#[test]
fn recorded_events_come_from_the_modes_that_the_documents_name() {
    // The recordings of chats hold some of an application whose model uses tools.
    let modes = |folder: &str| -> &[&str] {
        match folder {
            "agent" => &["agent-chat"],
            "agent_app" => &["agent"],
            "chat" => &["chat", "agent-chat"],
            "chatflow" => &["advanced-chat"],
            "completion" => &["completion"],
            "workflow" => &["workflow"],
            _ => &[],
        }
    };
    let document = published_in("service", "3.0");
    let schemas = &document["components"]["schemas"];
    let mut held = 0;
    for case in &corpus().cases {
        let modes = modes(case.recording.file.split('/').next().unwrap_or_default());
        let (Some((operation, stream)), false) = (case.stream(), modes.is_empty()) else { continue };
        let union = match operation {
            "app_chat_stream" => "ChatEvent",
            "app_completion_stream" => "CompletionEvent",
            "app_workflows_run_stream" => "WorkflowEvent",
            _ => continue,
        };
        let mapping = &schemas[union]["discriminator"]["mapping"];
        for data in stream.lines().filter_map(|line| line.strip_prefix("data: ")) {
            let Ok(event) = serde_json::from_str::<Value>(data) else { continue };
            let name = event["event"].as_str().unwrap_or_default();
            let component = mapping[name].as_str().and_then(|pointer| pointer.rsplit('/').next()).unwrap_or_default();
            let own = schemas[component].get("x-dify-modes").unwrap_or(&schemas[union]["x-dify-modes"]);
            let named =
                own.as_array().into_iter().flatten().filter_map(Value::as_str).any(|mode| modes.contains(&mode));
            assert!(named, "{}: `{name}` comes from {modes:?}, and {component} says {own}", case.recording);
            held += 1;
        }
    }
    assert!(held > 200, "only {held} events were held against the documents");
}

#[test]
fn no_document_has_what_is_documented_only() {
    for api in APIS {
        for version in ["3.0", "3.1", "3.2"] {
            let text = published_in(api, version).to_string();
            assert!(!text.contains("\"documented\"") && !text.contains("Documented by Dify, not recorded."), "{api}");
            assert!(!text.contains("ifpkg\"") && !text.contains("trigger_workflow_service_mode_unavailable"), "{api}");
        }
    }
    let code = dify_api::types::ErrorCode::from("trigger_workflow_service_mode_unavailable");
    assert_eq!(code, dify_api::types::ErrorCode::TriggerWorkflowServiceModeUnavailable);
}

/// The component that a reference names, or the value itself.
fn followed<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let target = value["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(value)
}

#[test]
fn a_malformed_id_in_a_path_gets_a_described_page() {
    let mut tried = 0;
    for (api, version) in APIS.iter().flat_map(|api| ["3.0", "3.1", "3.2"].map(|version| (api, version))) {
        let document = published_in(api, version);
        let uuid = |holder: &Value| {
            let own = holder["parameters"].as_array().into_iter().flatten();
            own.map(|parameter| followed(&document, parameter))
                .any(|parameter| parameter["in"] == "path" && parameter["schema"]["format"] == "uuid")
        };
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            let operations = item.as_object().into_iter().flatten().filter(|(_, value)| value["responses"].is_object());
            for (method, operation) in operations {
                let missing = followed(&document, &operation["responses"]["404"]);
                let page = missing["content"]["text/html"]["schema"]["type"] == "string";
                let expected = uuid(item) || uuid(operation);
                // Another route takes its place in that release.
                assert!(page == expected || path == "/", "{api} {version} {method} {path}: {missing}");
                tried += usize::from(expected);
            }
        }
    }
    assert!(tried > 200, "only {tried} operations have such an id");
}
