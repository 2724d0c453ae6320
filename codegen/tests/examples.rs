//! The examples of the published documents are what servers sent: each error body, and each event of each stream.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use contract::{Document, Side, corpora, events};
use serde_json::Value;

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn published(api: &str) -> Value {
    let path = workspace(&format!("spec/published/dify-{api}-3.1.json"));
    serde_json::from_str(&fs::read_to_string(path).expect("readable")).expect("JSON")
}

const APIS: [&str; 3] = ["service", "web", "console"];

/// The body of an error: release, code, status and message.
type ErrorBody = (String, String, u64, String);

/// The bodies of errors, and streams by the name of their recording.
fn recorded() -> (BTreeSet<ErrorBody>, BTreeMap<String, String>) {
    let (mut errors, mut streams) = (BTreeSet::new(), BTreeMap::new());
    for corpus in corpora(&workspace("tests/recordings")).expect("the recordings are readable") {
        let release = corpus.release().expect("a release");
        for (name, exchange) in &corpus.recordings {
            let Some(body) = exchange.response.body.as_deref() else { continue };
            if exchange.response.media_type() == "text/event-stream" {
                streams.insert(format!("dify-{release}/{name}"), body.to_owned());
            } else if let Ok(error) = serde_json::from_str::<Value>(body)
                && let (Some(code), Some(message)) = (error["code"].as_str(), error["message"].as_str())
            {
                let status = error["status"].as_u64().unwrap_or_default();
                errors.insert((release.clone(), code.to_owned(), status, message.to_owned()));
            }
        }
    }
    (errors, streams)
}

#[test]
fn examples_of_errors_and_streams_were_recorded() {
    let (errors, recordings) = recorded();
    let (mut judged, mut streams) = (0, 0);
    for api in APIS {
        let document = published(api);
        let judge = Document::new(document.clone(), "").expect("references lead somewhere");
        let body = judge.component("ApiErrorBody").expect("the body of errors");
        for (code, example) in document["components"]["examples"].as_object().expect("examples") {
            let value = &example["value"];
            assert_eq!(&value["code"], code);
            assert!(body.accepts(value, Side::Answer), "{api} {code}");
            let from = example["description"].as_str().expect("an origin");
            if let Some(release) = from.strip_prefix("Recorded on Dify ").and_then(|rest| rest.strip_suffix('.')) {
                let message = value["message"].as_str().expect("a message").to_owned();
                let status = value["status"].as_u64().expect("a status");
                let body = (release.to_owned(), code.clone(), status, message);
                assert!(errors.contains(&body), "{api}: no recording has {body:?}");
                judged += 1;
            } else {
                assert!(from.starts_with("From the source of Dify "), "{api} {code}: {from}");
            }
        }
        for (place, body) in bodies(&document) {
            for (name, stream) in body["x-dify-stream-examples"].as_object().into_iter().flatten() {
                let text = stream["text"].as_str().expect("a text");
                let whole = &recordings[stream["recorded"].as_str().expect("a recording")];
                let mut rest = events(whole).into_iter();
                for event in events(text) {
                    let event_of = judge.schema_at(&format!("{place}/schema")).expect("a schema");
                    assert!(event_of.accepts(&event, Side::Answer), "{api} {name}: {event}");
                    assert!(rest.any(|recorded| recorded == event), "{api} {name}: not recorded there: {event}");
                }
                assert!(events(text).len() > 2 && text.lines().count() <= 60, "{api} {name}");
                streams += 1;
            }
        }
    }
    assert!(judged >= 60 && streams == 10, "{judged} errors, {streams} streams");
}

#[test]
fn each_code_of_an_operation_has_its_example() {
    for api in APIS {
        let document = published(api);
        let examples = document["components"]["examples"].as_object().expect("examples");
        for operation in operations(&document) {
            for code in operation["x-dify-errors"].as_array().expect("codes").iter().filter_map(Value::as_str) {
                let Some(example) = examples.get(code) else { continue };
                let response = &operation["responses"][example["value"]["status"].to_string()];
                let body = &contract::follow(&document, response)["content"]["application/json"];
                if body["schema"].to_string().contains("/ApiErrorBody\"") {
                    assert!(body["examples"].get(code).is_some(), "{api} {}: {code}", operation["operationId"]);
                }
            }
        }
    }
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let items = document["paths"].as_object().into_iter().flat_map(|paths| paths.values());
    items.flat_map(|item| contract::METHODS.iter().filter_map(|method| item.get(method)))
}

/// The bodies of responses that are written in place, with their JSON pointers.
fn bodies(document: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    let escape = |text: &str| text.replace('~', "~0").replace('/', "~1");
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in contract::METHODS {
            for (status, response) in item[method]["responses"].as_object().into_iter().flatten() {
                for (media, body) in response["content"].as_object().into_iter().flatten() {
                    let place =
                        format!("/paths/{}/{method}/responses/{status}/content/{}", escape(path), escape(media));
                    found.push((place, body));
                }
            }
        }
    }
    found
}
