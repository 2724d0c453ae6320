//! What releases were recorded to answer differently, from a server that plays them.

mod logins;

use std::time::Duration;

use crate::common::{Caller, events, kinds, read, said};
use dify_mock::{Error, Server};
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

async fn playing(release: &str, key: &'static str) -> Caller {
    Caller::of(Server::builder().release(release).indexing_time(Duration::ZERO), key).await
}

fn ask(query: &str, mode: &str) -> Value {
    json!({"query": query, "inputs": {}, "user": "maria", "response_mode": mode})
}

#[tokio::test]
async fn a_release_is_one_from_1_0_0_to_the_described_one() {
    for release in ["1.0.0", "1.5.9", "1.9.2", "1.16.1"] {
        let caller = playing(release, "app-chat").await;
        assert_eq!(caller.server.release(), release);
        let response = caller.call(Method::GET, "/info").send().await.expect("answered");
        assert_eq!(response.headers()["x-version"], release);
    }
    for release in ["0.15.8", "1.16.2", "1.17.0", "1.9", "1.9.2-rc1", "01.9.2", "1.9.2 ", "main", "latest"] {
        let error = Server::builder().release(release).start().await.expect_err("no release");
        assert!(matches!(error, Error::Release { .. }), "{release}: {error}");
        let text = error.to_string();
        assert!(text.contains(release) && text.contains("from 1.0.0 to 1.16.1"), "{text}");
    }
}

#[tokio::test]
async fn a_route_of_a_later_release_is_a_page_or_another_method() {
    let metadata = format!("/datasets/{NOBODY}/metadata");
    let dataset = format!("/datasets/{NOBODY}");
    let end_user = format!("/end-users/{NOBODY}");
    for (release, method, path, status, media) in [
        ("1.0.1", Method::GET, metadata.as_str(), 404, "text/html; charset=utf-8"),
        ("1.0.1", Method::POST, "/apps/annotations", 404, "text/html; charset=utf-8"),
        ("1.0.1", Method::GET, &dataset, 405, "application/json"),
        ("1.9.2", Method::GET, &end_user, 404, "text/html; charset=utf-8"),
        ("1.9.2", Method::POST, "/datasets/pipeline/file-upload", 404, "text/html; charset=utf-8"),
        ("1.16.1", Method::GET, &end_user, 404, "application/json"),
        ("1.7.2", Method::GET, "/", 200, "application/json"),
        ("1.8.1", Method::GET, "/", 404, "text/html; charset=utf-8"),
    ] {
        let caller = playing(release, "app-chat").await;
        let response = caller.call(method, path).send().await.expect("answered");
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (status, &media.parse().expect("text"))
        );
        assert_eq!(response.headers().contains_key("vary"), release == "1.16.1", "{release}");
    }
}

#[tokio::test]
async fn a_deletion_is_reported_as_the_release_reports_it() {
    let success = || json!({"result": "success"});
    let nothing = || json!("");
    for (release, conversation, again, dataset) in [
        ("1.0.1", (200, success()), 404, (204, nothing())),
        ("1.3.1", (204, nothing()), 404, (204, nothing())),
        ("1.9.2", (204, nothing()), 204, (200, json!(204))),
        ("1.12.1", (204, nothing()), 204, (200, json!(204))),
        ("1.16.1", (204, nothing()), 404, (204, nothing())),
    ] {
        let mut caller = playing(release, "app-chat").await;
        let (_, answer) = caller.post("/chat-messages", ask("Hello", "blocking")).await;
        let path = format!("/conversations/{}", answer["conversation_id"].as_str().expect("an id"));
        let user = || json!({"user": "maria"});
        assert_eq!(caller.send(Method::DELETE, &path, user()).await, conversation, "{release}");
        assert_eq!(caller.send(Method::DELETE, &path, user()).await.0, again, "{release}");
        caller.key = "dataset-key";
        let (_, made) = caller.post("/datasets", json!({"name": "Sights"})).await;
        let path = format!("/datasets/{}", made["id"].as_str().expect("an id"));
        let response = caller.call(Method::DELETE, &path).send().await.expect("answered");
        assert_eq!(read(response).await, dataset, "{release}");
        caller.all_agree();
    }
}

#[tokio::test]
async fn a_run_is_read_back_as_the_release_writes_it() {
    for (release, dates_are_text, outputs_are_text) in
        [("1.0.1", true, true), ("1.2.0", false, true), ("1.12.1", false, true), ("1.13.0", false, false)]
    {
        let caller = playing(release, "app-workflow").await;
        let body = json!({"inputs": {"query": "q"}, "user": "maria", "response_mode": "blocking"});
        let (_, run) = caller.post("/workflows/run", body).await;
        assert!(run["data"]["outputs"].is_object() && run["data"]["created_at"].is_i64(), "{release}: {run}");
        let id = run["workflow_run_id"].as_str().expect("an id");
        let (_, read) = caller.get(&format!("/workflows/run/{id}")).await;
        for name in ["created_at", "finished_at"] {
            let text = read[name].as_str().is_some_and(|text| text.ends_with(" -0000") && text.contains(", "));
            assert_eq!((text, read[name].is_i64()), (dates_are_text, !dates_are_text), "{release}: {read}");
        }
        let outputs = read["outputs"].as_str().map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
        assert_eq!(outputs.is_some(), outputs_are_text, "{release}: {read}");
        assert_eq!(outputs.as_ref().unwrap_or(&read["outputs"]), &run["data"]["outputs"]);
        let (status, unknown) = caller.get(&format!("/workflows/run/{NOBODY}")).await;
        assert_eq!((status, &unknown["id"]), (if outputs_are_text { 200 } else { 404 }, &Value::Null), "{release}");
        assert_eq!(read["error"], Value::Null, "{release}");
        assert_eq!(run["data"]["error"], Value::Null, "{release}");
        caller.all_agree();
    }
    let chatflow = playing("1.2.0", "app-chatflow").await;
    let (status, refused) = chatflow.get(&format!("/workflows/run/{NOBODY}")).await;
    assert_eq!((status, &refused["code"]), (400, &json!("not_workflow_app")));
}

#[tokio::test]
async fn a_chatflow_ends_as_the_release_ends_it() {
    let (message, workflow, error) = ("message_end", "workflow_finished", "error");
    for (release, succeeded, failed, stopped) in [
        ("1.0.1", [workflow, message], [workflow, error], [workflow, message]),
        ("1.9.2", [workflow, message], [workflow, error], [workflow, message]),
        ("1.10.1", [workflow, message], [workflow, error], [workflow, error]),
        ("1.12.1", [workflow, message], [workflow, error], [workflow, error]),
        ("1.13.3", [message, workflow], ["node_finished", workflow], ["message", workflow]),
        ("1.16.1", [message, workflow], ["node_finished", workflow], ["message", workflow]),
    ] {
        let caller = playing(release, "app-chatflow").await;
        for (query, ends) in [("Hello", succeeded), ("ERR_RATE", failed)] {
            let stream = caller.stream("/chat-messages", ask(query, "streaming")).await;
            let kinds = kinds(&stream);
            assert_eq!(kinds[kinds.len() - 2..], ends, "{release}: {kinds:?}");
            assert_eq!(kinds[0] == "ping", release.starts_with("1.13") || release.starts_with("1.16"), "{release}");
        }
        let response = caller.call(Method::POST, "/chat-messages").json(&ask("SLOW5", "streaming")).send().await;
        let mut pieces = response.expect("answered").bytes_stream();
        let mut text = String::new();
        while let Some(piece) = pieces.next().await {
            text.push_str(std::str::from_utf8(&piece.expect("a piece")).expect("text"));
            if text.contains("\"event\":\"message\"") && !text.contains(workflow) {
                let task = text.split_once("\"task_id\":\"").expect("a task").1.split('"').next().expect("an id");
                caller.post(&format!("/chat-messages/{task}/stop"), json!({"user": "maria"})).await;
            }
        }
        let stream = events(&text);
        let kinds = kinds(&stream);
        assert_eq!(kinds[kinds.len() - 2..], stopped, "{release}: {kinds:?}");
        caller.all_agree();
    }
}

#[tokio::test]
async fn an_answer_about_a_file_comes_as_the_release_names_it() {
    for (release, kind) in [
        ("1.9.2", "message"),
        ("1.11.1", "message"),
        ("1.11.2", "message_file"),
        ("1.12.1", "message_file"),
        ("1.13.0", "message"),
    ] {
        let caller = playing(release, "app-chat").await;
        let part = reqwest::multipart::Part::bytes(b"GIF89a".to_vec()).file_name("a.gif").mime_str("image/gif");
        let form = reqwest::multipart::Form::new().text("user", "maria").part("file", part.expect("a part"));
        let upload = caller.call(Method::POST, "/files/upload").multipart(form).send().await.expect("answered");
        let (_, file) = read(upload).await;
        let mut body = ask("What is it?", "streaming");
        body["files"] = json!([{"type": "image", "transfer_method": "local_file", "upload_file_id": file["id"]}]);
        let stream = caller.stream("/chat-messages", body).await;
        assert_eq!(kinds(&stream), [kind, "message_end"], "{release}");
        assert!(!said(&stream, kind).is_empty());
        let plain = caller.stream("/chat-messages", ask("Hello", "streaming")).await;
        assert_eq!(kinds(&plain), ["message", "message_end"], "{release}");
        caller.all_agree();
    }
}

#[tokio::test]
async fn a_refused_body_is_worded_as_the_release_words_it() {
    let missing = "Missing required parameter in the JSON body";
    let query = "Missing required parameter in the query string";
    let validation = "Input payload validation failed";
    for (release, body, listed, raised) in [
        (
            "1.7.2",
            json!({"code": "invalid_param", "message": missing, "params": "query"}),
            json!({"code": "invalid_param", "message": query, "params": "conversation_id"}),
            json!({"message": "Internal Server Error", "code": "unknown"}),
        ),
        (
            "1.9.2",
            json!({"errors": {"query": missing}, "message": validation}),
            json!({"errors": {"conversation_id": query}, "message": validation}),
            json!({"message": "Internal Server Error", "code": "unknown", "status": 500}),
        ),
    ] {
        let caller = playing(release, "app-chat").await;
        assert_eq!(caller.post("/chat-messages", json!({"inputs": {}, "user": "maria"})).await, (400, body));
        assert_eq!(caller.get("/messages?user=maria").await, (400, listed));
        assert_eq!(caller.post("/chat-messages", json!([1])).await, (500, raised));
        for request in caller.server.requests() {
            assert_eq!(request.answer_problems, Vec::<String>::new(), "{release}");
        }
    }
    let (_, refused) =
        playing("1.11.4", "app-chat").await.post("/chat-messages", json!({"inputs": {}, "user": "m"})).await;
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("query\n  Field required")), "{refused}");
}

/// What a stream sends up to its end, or with nothing but pings up to the third.
async fn begun(caller: &Caller, path: &str, body: &Value) -> (u16, String) {
    let response = caller.call(Method::POST, path).json(body).send().await.expect("answered");
    let status = response.status().as_u16();
    let (mut pieces, mut text) = (response.bytes_stream(), String::new());
    while text.contains("data:") || text.matches("event: ping").count() < 3 {
        let Some(piece) = pieces.next().await else { break };
        text.push_str(std::str::from_utf8(&piece.expect("a piece")).expect("text"));
    }
    (status, text)
}

#[tokio::test]
async fn a_run_that_cannot_begin_fails_as_the_release_fails() {
    let mut lost = ask("Hello", "streaming");
    lost["conversation_id"] = json!(NOBODY);
    let long = json!({"inputs": {"query": "q".repeat(2001)}, "user": "maria", "response_mode": "streaming"});
    let (json, pings, ends) = ("{\"code\"", "event: ping\n\nevent: ping\n\nevent: ping\n\n", "workflow_finished");
    for (release, conversation, input) in [
        ("1.9.2", (404, json), (400, json)),
        ("1.12.1", (404, json), (400, json)),
        ("1.13.3", (200, pings), (200, pings)),
        ("1.14.2", (200, pings), (200, pings)),
        ("1.15.0", (200, ends), (200, ends)),
        ("1.16.1", (404, json), (200, ends)),
    ] {
        for (key, path, body, (expected, part)) in
            [("app-chatflow", "/chat-messages", &lost, conversation), ("app-workflow", "/workflows/run", &long, input)]
        {
            let builder = Server::builder().release(release).ping_every(Duration::from_millis(20));
            let caller = Caller::of(builder, key).await;
            let (status, text) = begun(&caller, path, body).await;
            assert!(status == expected && text.contains(part), "{release} {key}: {status} {text}");
            assert_eq!(text.contains("data:"), part == ends, "{release} {key}: {text}");
        }
    }
}

#[tokio::test]
async fn a_workflow_pauses_from_1_13_0_on() {
    for (release, pauses) in [("1.0.1", false), ("1.12.1", false), ("1.13.0", true), ("1.16.1", true)] {
        let caller = playing(release, "app-human").await;
        let body = json!({"inputs": {"query": "q"}, "user": "maria", "response_mode": "streaming"});
        let stream = caller.stream("/workflows/run", body).await;
        let last = if pauses { "workflow_paused" } else { "workflow_finished" };
        assert_eq!(kinds(&stream).last().map(String::as_str), Some(last), "{release}");
        caller.all_agree();
    }
}

#[tokio::test]
async fn a_form_that_is_answered_resumes_the_run_as_the_release_does() {
    for (release, filled, status) in [
        ("1.14.2", true, "succeeded"),
        ("1.15.0", true, "succeeded"),
        ("1.16.0", false, "stopped"),
        ("1.16.1", false, "stopped"),
    ] {
        let caller = playing(release, "app-human").await;
        let body = json!({"inputs": {"query": "q"}, "user": "maria", "response_mode": "streaming"});
        let paused = caller.stream("/workflows/run", body).await;
        let form = paused.iter().find(|event| event["event"] == "human_input_required").expect("a form");
        let token = form["data"]["form_token"].as_str().expect("a token");
        let run = form["workflow_run_id"].as_str().expect("a run");
        let follow = format!("/workflow/{run}/events?user=maria&continue_on_pause=true&include_state_snapshot=true");
        let followed = caller.call(Method::GET, &follow).send().await.expect("answered");
        let answer = json!({"inputs": {"comment": "Fine."}, "action": "approve", "user": "maria"});
        assert_eq!(caller.post(&format!("/form/human_input/{token}"), answer).await.0, 200, "{release}");
        let stream = events(&followed.text().await.expect("read"));
        let kinds = kinds(&stream);
        assert_eq!(kinds.iter().any(|kind| kind == "human_input_form_filled"), filled, "{release}: {kinds:?}");
        assert_eq!(stream.last().map(|event| &event["data"]["status"]), Some(&json!(status)), "{release}");
        caller.all_agree();
    }
}

#[tokio::test]
async fn an_unknown_version_of_a_chatflow_is_ignored_up_to_1_7_1() {
    for (release, status) in [("1.4.3", 200), ("1.7.1", 200), ("1.7.2", 404), ("1.16.1", 404)] {
        let caller = playing(release, "app-chatflow").await;
        let mut body = ask("Hello", "blocking");
        body["workflow_id"] = json!(NOBODY);
        assert_eq!(caller.post("/chat-messages", body).await.0, status, "{release}");
    }
}

#[tokio::test]
async fn events_have_the_members_of_their_release() {
    for (release, sequence, parallel, reason) in [
        ("1.0.1", true, true, false),
        ("1.8.1", false, true, false),
        ("1.9.2", false, false, false),
        ("1.16.1", false, false, true),
    ] {
        let caller = playing(release, "app-workflow").await;
        let body = json!({"inputs": {"query": "q"}, "user": "maria", "response_mode": "streaming"});
        let stream = caller.stream("/workflows/run", body).await;
        let data = |kind: &str| &stream.iter().find(|event| event["event"] == kind).expect("an event")["data"];
        assert_eq!(data("workflow_started").get("sequence_number").is_some(), sequence, "{release}");
        assert_eq!(data("workflow_finished").get("sequence_number").is_some(), sequence, "{release}");
        assert_eq!(data("node_started").get("parallel_id").is_some(), parallel, "{release}");
        assert_eq!(data("workflow_started").get("reason").is_some(), reason, "{release}");
        caller.all_agree();
    }
}

#[tokio::test]
async fn what_a_release_breaks_is_broken() {
    let body = json!({"question": "q", "answer": "a"});
    let refused =
        json!({"code": "invalid_param", "message": "current_user must be an Account instance", "status": 400});
    for (release, status) in [("1.7.2", 200), ("1.8.1", 201), ("1.9.2", 400), ("1.10.1", 201)] {
        let caller = playing(release, "app-chat").await;
        let (answered, made) = caller.post("/apps/annotations", body.clone()).await;
        assert_eq!((answered, made == refused), (status, status == 400), "{release}");
        assert_eq!(caller.get("/apps/annotations").await.0, if status == 400 { 400 } else { 200 }, "{release}");
        caller.all_agree();
    }
    for (release, made, listed) in
        [("1.8.1", 200, 200), ("1.9.2", 404, 404), ("1.12.1", 400, 400), ("1.15.0", 200, 200)]
    {
        let caller = playing(release, "dataset-key").await;
        assert_eq!(caller.post("/datasets/tags", json!({"name": "sights"})).await.0, made, "{release}");
        assert_eq!(caller.get("/datasets/tags").await.0, listed, "{release}");
        caller.all_agree();
    }
}
