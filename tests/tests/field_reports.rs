//! Reports of people who use Dify from a program, tried on this client. `docs/FIELD_REPORTS.md` lists all of them, and
//! names the tests that are elsewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use dify_api::{
    App, ErrorKind, Event, RetryPolicy, Upload,
    reqwest::Method,
    types::{
        ChatEvent, ChatRequest, ErrorCode, FileInput, FileType, FileUploadRequest, Segment, WorkflowEvent,
        WorkflowRunReply, WorkflowRunRequest,
    },
};
use dify_mock::Server;
use dify_tests::{
    canned::{Answer as Canned, CannedServer},
    workspace::root,
};
use serde_json::{Value, json};

async fn mock() -> Server {
    Server::builder().start().await.expect("the server starts")
}

fn app(base_url: impl Into<String>, key: &str) -> App {
    App::builder().api_key(key).base_url(base_url).build().expect("a client")
}

/// A stream of the embedded server, as it goes over the wire.
async fn stream(key: &str, route: &str, body: Value) -> String {
    let server = mock().await;
    let reply = app(server.base_url(), key).request(Method::POST, route).json(&body).send().await.expect("a stream");
    String::from_utf8_lossy(&reply).into_owned()
}

async fn chat_stream(key: &str) -> String {
    let body = json!({"query": "Hello", "user": "u", "inputs": {}, "response_mode": "streaming"});
    stream(key, "/chat-messages", body).await
}

async fn workflow_stream() -> String {
    let body = json!({"inputs": {"query": "Hello"}, "user": "u", "response_mode": "streaming"});
    stream("app-workflow", "/workflows/run", body).await
}

/// The names of the events of a chat stream, errors aside.
async fn names(wire: String) -> Vec<String> {
    let server = CannedServer::start(&Canned::stream(wire, Some(7))).await.expect("a server");
    let app = app(server.base_url(), "app-1");
    let mut stream = app.chat().stream(&ChatRequest::new("Hello").user("u")).await.expect("a stream");
    let mut names = Vec::new();
    while let Some(event) = stream.next().await {
        names.extend(event.ok().map(|event| event.name().to_owned()));
    }
    names
}

/// The frames of a stream that carry an event.
fn events(wire: &str) -> impl Iterator<Item = Value> {
    wire.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
}

// Report 1.
#[tokio::test]
async fn bare_pings_between_events_are_no_events() {
    let wire = chat_stream("app-chatflow").await;
    let pinged = format!("event: ping\r\n\r\nevent: ping\n\n{}", wire.replace("\n\n", "\n\nevent: ping\n\n"));
    assert_eq!(names(pinged).await, names(wire).await);
}

// Report 5.
#[tokio::test]
async fn a_new_member_in_every_object_of_an_event_is_taken() {
    fn grow(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(grow),
            Value::Object(members) => {
                members.values_mut().for_each(grow);
                // Text, because some objects are maps of texts.
                members.insert("a_new_member".into(), json!("x"));
            }
            _ => {}
        }
    }

    for mut event in events(&chat_stream("app-chatflow").await) {
        grow(&mut event);
        let read = ChatEvent::from_json(&event.to_string()).expect("an event");
        assert!(!matches!(read, ChatEvent::Unknown { .. }), "{event}");
    }
    for mut event in events(&workflow_stream().await) {
        grow(&mut event);
        let read = WorkflowEvent::from_json(&event.to_string()).expect("an event");
        assert!(!matches!(read, WorkflowEvent::Unknown { .. }), "{event}");
    }
}

// Report 11.
#[test]
fn chunks_of_parallel_nodes_are_told_apart_by_selector() {
    let chunk = |node: &str, text: &str| {
        json!({"event": "text_chunk", "workflow_run_id": "r", "task_id": "t",
            "data": {"text": text, "from_variable_selector": [node, "text"]}})
    };
    let mut texts = BTreeMap::<String, String>::new();
    for event in [chunk("a", "one "), chunk("b", "un "), chunk("a", "two"), chunk("b", "deux")] {
        let WorkflowEvent::TextChunk(event) = WorkflowEvent::from_json(&event.to_string()).expect("an event") else {
            panic!("{event}");
        };
        let selector = serde_json::to_value(&event.data.from_variable_selector).expect("JSON").to_string();
        texts.entry(selector).or_default().push_str(&event.data.text);
    }
    assert_eq!(texts.into_values().collect::<Vec<_>>(), ["one two", "un deux"]);
}

// Report 17.
#[tokio::test]
async fn the_marks_of_gateways_end_no_stream() {
    let wire = chat_stream("app-chat").await;
    let marked = wire.replace("\n\n", "\n\ndata: [DONE]\n\nevent: ping\ndata: ping\n\n");
    assert_eq!(names(marked).await, names(wire).await);
}

// Report 20.
#[tokio::test]
async fn empty_deltas_and_pings_do_not_end_an_answer() {
    let wire = chat_stream("app-agent").await;
    let delta = events(&wire).find(|event| event["event"] == "agent_message").expect("a delta");
    let mut empty = delta.clone();
    empty["answer"] = json!("");
    let empty = format!("data: {empty}\n\nevent: ping\n\n").repeat(500);
    let (begin, end) =
        wire.split_at(wire.find("data: {\"event\":\"agent_message\"").or(wire.find("data: ")).unwrap_or(0));
    let text = |wire: String| async {
        let server = CannedServer::start(&Canned::stream(wire, None)).await.expect("a server");
        let app = app(server.base_url(), "app-1");
        let stream = app.chat().stream(&ChatRequest::new("Hello").user("u")).await.expect("a stream");
        stream.into_answer().await.expect("an answer").text
    };
    assert_eq!(text(format!("{begin}{empty}{end}")).await, text(wire.clone()).await);
}

// Report 25.
#[test]
fn empty_null_and_absent_outputs_differ() {
    let reply = |outputs: Value| {
        let text = json!({"task_id": "t", "workflow_run_id": "r", "data": {
            "id": "r", "workflow_id": "w", "status": "succeeded", "outputs": outputs, "error": null,
            "elapsed_time": 1.0, "total_tokens": 0, "total_steps": 1, "created_at": 1, "finished_at": 2,
        }});
        let reply = WorkflowRunReply::from_json(&text.to_string()).expect("a reply");
        serde_json::to_value(&reply.data).expect("JSON")["outputs"].clone()
    };
    for outputs in [json!({"text": ""}), json!({}), Value::Null] {
        assert_eq!(reply(outputs.clone()), outputs);
    }
}

// Report 26.
#[test]
fn keywords_of_a_segment_are_null_or_a_list() {
    let segment = |keywords: Value| {
        let text = json!({
            "id": "s", "position": 1, "document_id": "d", "content": "c", "sign_content": "c", "answer": null,
            "word_count": 1, "tokens": 1, "keywords": keywords, "index_node_id": "i", "index_node_hash": "h",
            "hit_count": 0, "enabled": true, "disabled_at": null, "disabled_by": null, "status": "completed",
            "created_by": "a", "created_at": 1, "updated_at": 1, "updated_by": null, "indexing_at": 1,
            "completed_at": 1, "error": null, "stopped_at": null, "child_chunks": [], "attachments": [], "summary": null,
        });
        Segment::from_json(&text.to_string()).expect("a segment").keywords.unwrap_or_default()
    };
    assert!(segment(Value::Null).is_empty());
    assert!(segment(json!([])).is_empty());
    assert_eq!(segment(json!(["a"])), ["a"]);
}

// Report 29.
#[test]
fn the_inputs_of_later_turns_are_documented_as_ignored() {
    let path = root().join("spec/published/dify-service-3.0.json");
    let document: Value = serde_json::from_str(&fs::read_to_string(path).expect("the document")).expect("JSON");
    let inputs = &document["components"]["schemas"]["ChatRequest"]["properties"]["inputs"];
    assert!(inputs.to_string().contains("values of its first message"), "{inputs}");
}

// Report 30.
#[tokio::test]
async fn a_conversation_of_another_user_is_not_found() {
    let server = mock().await;
    let app = app(server.base_url(), "app-chat");
    let first = app.chat().send(&ChatRequest::new("Hello").user("maria")).await.expect("an answer");
    let other = ChatRequest::new("And then?").user("paul").conversation_id(&*first.conversation_id);
    let error = app.chat().send(&other).await.expect_err("it is that of another");
    assert_eq!(error.code(), Some(&ErrorCode::NotFound), "{error}");
    // To start anew, send without the id.
    let anew = app.chat().send(&ChatRequest::new("And then?").user("paul")).await.expect("an answer");
    assert_ne!(anew.conversation_id, first.conversation_id);
}

// Report 34.
#[tokio::test]
async fn a_file_of_another_user_is_refused_with_invalid_param() {
    let server = mock().await;
    let app = app(server.base_url(), "app-chat");
    let upload = FileUploadRequest::new(Upload::bytes("a.png", "x")).user("maria");
    let file = app.files().upload(&upload).await.expect("an upload");
    let input = FileInput::upload(FileType::Image, file.id);
    let request = ChatRequest::new("What is this?").user("paul").files(vec![input]);
    let error = app.chat().send(&request).await.expect_err("it is that of another");
    assert_eq!(error.code(), Some(&ErrorCode::InvalidParam), "{error}");
}

// Report 35.
#[tokio::test]
async fn a_file_is_a_value_of_inputs_too() {
    let server = mock().await;
    let app = app(server.base_url(), "app-workflow");
    let input = FileInput::upload(FileType::Document, "f-1");
    let file = serde_json::to_value(&input).expect("JSON");
    let request = WorkflowRunRequest::new([("file", file.clone()), ("files", json!([file]))]).user("u");
    let _ = app.workflows().run(&request).await;
    let sent = server.requests().pop().expect("a request");
    let sent: Value = serde_json::from_slice(&sent.body).expect("JSON");
    let wire = json!({"type": "document", "transfer_method": "local_file", "upload_file_id": "f-1"});
    assert_eq!(sent["inputs"], json!({"file": wire, "files": [wire]}));
}

// Report 39.
#[tokio::test]
async fn a_429_page_of_an_edge_is_an_http_error() {
    let page = Canned {
        status: 429,
        headers: vec![("Content-Type".into(), "text/html".into())],
        body: b"<html>error code: 1015</html>".to_vec(),
        chunk: None,
    };
    let server = CannedServer::start(&page).await.expect("a server");
    let app = app(server.base_url(), "app-1");
    let error =
        app.chat().send(&ChatRequest::new("Hello").user("u")).retry(RetryPolicy::none()).await.expect_err("a page");
    assert!(
        matches!(error.kind(), ErrorKind::Http(_)) && error.status().is_some_and(|status| status == 429),
        "{error}"
    );
    assert!(!error.may_have_acted(), "{error}");
}

/// The places of the table's last column, `path::name`.
fn named_tests(table: &str) -> Vec<(String, String)> {
    let cells = table.lines().filter(|line| line.starts_with("| ")).filter_map(|line| line.rsplit('|').nth(1));
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).collect::<Vec<_>>());
    names.filter_map(|name| name.split_once("::")).map(|(path, name)| (path.to_owned(), name.to_owned())).collect()
}

#[test]
fn every_test_of_the_table_exists() {
    let table = fs::read_to_string(root().join("docs/FIELD_REPORTS.md")).expect("the table");
    let mut missing = Vec::new();
    for (path, name) in named_tests(&table) {
        let text = fs::read_to_string(root().join(&path)).unwrap_or_default();
        let declared = text.contains(&format!("fn {name}("));
        if !declared {
            missing.push(format!("{path}::{name}"));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_report_has_a_row_with_a_test_or_a_refusal() {
    let table = fs::read_to_string(root().join("docs/FIELD_REPORTS.md")).expect("the table");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| {
            line.starts_with("| ") && line.split('|').nth(1).is_some_and(|cell| cell.trim().parse::<u8>().is_ok())
        })
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let numbers: BTreeSet<&str> = rows.iter().map(|row| row[1]).collect();
    assert_eq!((rows.len(), numbers.len()), (45, 45));
    for row in &rows {
        assert!(row[4].contains("::") || row[3].starts_with("Refused: "), "{row:?}");
    }
}
