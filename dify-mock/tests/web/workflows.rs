//! Workflows on a page.

use std::time::Duration;

use dify_mock::Server;
use reqwest::Method;
use serde_json::{Value, json};

use super::page::Page;
use crate::common::{events, kinds};

#[tokio::test]
async fn a_run_streams_whatever_is_asked_and_tells_its_nodes_in_brief() {
    let page = Page::new("app-workflow").await;
    let stream = page.stream("/workflows/run", json!({"inputs": {"query": "tea"}, "response_mode": "blocking"})).await;
    assert_eq!(kinds(&stream).first().map(String::as_str), Some("ping"));
    let end = stream.last().expect("an event");
    assert_eq!((&end["event"], &end["data"]["status"]), (&json!("workflow_finished"), &json!("succeeded")));
    let started = stream.iter().find(|event| event["event"] == "node_started").expect("a node");
    assert!(started["data"].get("agent_strategy").is_none() && started["data"].get("inputs_truncated").is_none());
    page.answers_agree();

    let run = end["workflow_run_id"].as_str().expect("an id");
    let after = page.call(Method::GET, &format!("/workflow/{run}/events")).send().await.expect("answered");
    assert_eq!(after.headers()["cache-control"], "no-cache");
    let after = events(&after.text().await.expect("read"));
    assert_eq!((kinds(&after), &after[0]["task_id"]), (vec!["workflow_finished".to_owned()], &json!(run)));
    let other = page.somebody_else().await;
    let foreign = page.bare(Method::GET, &format!("/workflow/{run}/events")).header("X-App-Passport", other);
    assert_eq!(foreign.send().await.expect("answered").status(), 404);
    let nobody = "00000000-0000-4000-8000-000000000000";
    let (status, refused) = page.get(&format!("/workflow/{nobody}/events")).await;
    assert_eq!((status, &refused["message"]), (404, &json!(format!("WorkflowRun not found, id={nobody}"))));
    assert_eq!(page.get("/workflow/abc/events").await.0, 500);

    let (_, logs) = page.caller.get("/workflows/logs").await;
    let log = &logs["data"][0];
    assert_eq!((&log["workflow_run"]["id"], &log["created_from"]), (&json!(run), &json!("web-app")));
    page.answers_agree();
}

#[tokio::test]
async fn a_stopped_run_ends_as_stopped() {
    let page = Page::of(Server::builder().pace(Duration::from_millis(40)), "app-workflow").await;
    let request = page.call(Method::POST, "/workflows/run").json(&json!({"inputs": {"query": "tea"}}));
    let mut response = request.send().await.expect("answered");
    let mut text = String::new();
    while !text.contains("text_chunk") {
        let chunk = response.chunk().await.expect("read").expect("more");
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    let task = text.split_once("\"task_id\":\"").expect("a task").1[..36].to_owned();
    let (status, answer) = page.ask(Method::POST, &format!("/workflows/tasks/{task}/stop")).await;
    assert_eq!((status, answer), (200, json!({"result": "success"})));
    text.push_str(&response.text().await.expect("the stream ends"));
    assert_eq!(events(&text).last().map(|event| &event["data"]["status"]), Some(&json!("stopped")));
    page.all_agree();
}

#[tokio::test]
async fn a_paused_run_is_followed_with_and_without_what_was_before() {
    for (key, path, body) in [
        ("app-human", "/workflows/run", json!({"inputs": {"query": "the plan"}})),
        (
            "app-chatflow-human",
            "/chat-messages",
            json!({"query": "the plan", "inputs": {}, "response_mode": "streaming"}),
        ),
    ] {
        let page = Page::new(key).await;
        let stream = page.stream(path, body).await;
        let paused = stream.last().expect("an event");
        assert_eq!(paused["event"], "workflow_paused");
        assert_eq!(paused["data"]["reasons"][0]["approval_channels"], json!([]));
        let asked = stream.iter().find(|event| event["event"] == "human_input_required").expect("a form");
        assert_eq!(asked["data"]["approval_channels"], json!([]));
        let run = paused["workflow_run_id"].as_str().expect("an id").to_owned();
        let token = asked["data"]["form_token"].as_str().expect("a token").to_owned();

        let follow = format!("/workflow/{run}/events");
        let before = page.call(Method::GET, &format!("{follow}?include_state_snapshot=true")).send().await;
        let before = events(&before.expect("answered").text().await.expect("read"));
        assert_eq!(before.last().map(|event| &event["event"]), Some(&json!("workflow_paused")));
        let live = page.call(Method::GET, &follow).send().await.expect("answered");
        let answer = json!({"inputs": {"comment": "Fine."}, "action": "approve"});
        assert_eq!(page.post(&format!("/form/human_input/{token}"), answer).await, (200, json!({})));
        let live = events(&live.text().await.expect("the stream ends"));
        let nodes = live.iter().filter(|event| event["event"] == "node_finished");
        assert!(nodes.map(|event| &event["data"]["outputs"]).all(Value::is_null));
        assert_eq!(live.last().map(|event| &event["data"]["status"]), Some(&json!("succeeded")));
        page.all_agree();
    }
}

#[tokio::test]
async fn a_blocking_chatflow_that_waits_says_for_what() {
    let page = Page::new("app-chatflow-human").await;
    let paused = page.talk("the plan", "").await;
    assert_eq!((&paused["event"], &paused["data"]["status"]), (&json!("workflow_paused"), &json!("paused")));
    assert_eq!(paused["data"]["metadata"].get("usage"), None);
    assert_eq!(paused["data"]["reasons"][0]["approval_channels"], json!([]));
    page.all_agree();
}
