//! Streams of every kind of application, in the recorded order; stopping, pausing, resuming, reading back.

use std::time::Duration;

use crate::common::{Caller, events, kinds, said};
use dify_mock::Server;
use reqwest::Method;
use serde_json::{Value, json};

fn ask(query: &str, mode: &str) -> Value {
    json!({"query": query, "inputs": {}, "user": "maria", "response_mode": mode})
}

#[tokio::test]
async fn a_chat_streams_pieces_and_an_end_and_blocking_says_the_same() {
    let chat = Caller::new("app-chat").await;
    let stream = chat.stream("/chat-messages", ask("Hello", "streaming")).await;
    assert_eq!(kinds(&stream), ["message", "message_end"]);
    let (status, whole) = chat.post("/chat-messages", ask("Hello", "blocking")).await;
    assert_eq!((status, &whole["mode"]), (200, &json!("chat")));
    assert_eq!(whole["answer"], said(&stream, "message"));
    assert_eq!(stream[0]["from_variable_selector"], json!([]));
    let (status, _) = chat.post("/chat-messages", ask("ERR_RATE please", "blocking")).await;
    assert_eq!(status, 400);
    let failed = chat.stream("/chat-messages", ask("ERR_RATE_MID please", "streaming")).await;
    assert_eq!(kinds(&failed), ["message", "error"]);
    assert_eq!(failed.last().map(|event| &event["code"]), Some(&json!("rate_limit_error")));
    let replaced = chat.stream("/chat-messages", ask("BADWORD", "streaming")).await;
    assert_eq!(kinds(&replaced), ["message", "message_replace", "message_end"]);
    chat.all_agree();
}

#[tokio::test]
async fn an_agent_thinks_calls_a_tool_and_answers_but_never_blocking() {
    let agent = Caller::new("app-agent").await;
    let stream = agent.stream("/chat-messages", ask("What time is it?", "streaming")).await;
    let order = ["agent_thought", "agent_message", "agent_thought", "agent_message", "agent_thought", "message_end"];
    assert_eq!(kinds(&stream), order);
    let thoughts: Vec<&Value> = stream.iter().filter(|event| event["event"] == "agent_thought").collect();
    assert_eq!(thoughts.len(), 5);
    assert_eq!((&thoughts[0]["id"], &thoughts[1]["tool"]), (&thoughts[2]["id"], &json!("current_time")));
    assert!(thoughts[2]["observation"].as_str().is_some_and(|text| text.contains("current_time")));
    let (status, refused) = agent.post("/chat-messages", ask("hi", "blocking")).await;
    assert_eq!((status, &refused["code"]), (400, &json!("invalid_param")));

    let conversation = stream[0]["conversation_id"].as_str().expect("an id");
    let (_, history) = agent.get(&format!("/messages?conversation_id={conversation}&user=maria")).await;
    assert_eq!(history["data"][0]["agent_thoughts"].as_array().map(Vec::len), Some(2));
    agent.all_agree();

    let roster = Caller::new("app-roster").await;
    let stream = roster.stream("/chat-messages", json!({"query": "Hi", "inputs": {}, "user": "maria"})).await;
    assert_eq!(kinds(&stream), ["agent_thought", "agent_message", "message", "message_end"]);
    assert_eq!(said(&stream, "agent_message"), said(&stream, "message"));
    roster.all_agree();
}

#[tokio::test]
async fn a_chatflow_has_a_ping_nodes_pieces_and_two_ends_and_keeps_variables() {
    let chatflow = Caller::new("app-chatflow").await;
    let stream = chatflow.stream("/chat-messages", ask("Hello", "streaming")).await;
    assert_eq!(
        kinds(&stream),
        [
            "ping",
            "workflow_started",
            "node_started",
            "node_finished",
            "node_started",
            "node_finished",
            "node_started",
            "message",
            "node_finished",
            "node_started",
            "node_finished",
            "message_end",
            "workflow_finished",
        ]
    );
    let run = stream[1]["workflow_run_id"].as_str().expect("an id");
    let (_, back) = chatflow.get(&format!("/workflows/run/{run}")).await;
    assert_eq!((&back["status"], &back["total_steps"]), (&json!("succeeded"), &json!(4)));
    let conversation = stream[1]["conversation_id"].as_str().expect("an id");
    let (_, variables) = chatflow.get(&format!("/conversations/{conversation}/variables?user=maria")).await;
    assert_eq!((&variables["data"][0]["value"], &variables["data"][1]["value"]), (&json!("1"), &json!("Hello")));
    let (_, whole) = chatflow.post("/chat-messages", ask("Hello", "blocking")).await;
    assert_eq!(whole["answer"], said(&stream, "message"));
    let (status, failed) = chatflow.post("/chat-messages", ask("ERR_RATE", "blocking")).await;
    assert_eq!(status, 400);
    assert!(failed["message"].as_str().is_some_and(|message| message.starts_with("Run failed: ")));
    chatflow.all_agree();
}

#[tokio::test]
async fn a_workflow_runs_node_by_node_and_can_be_read_back() {
    let workflow = Caller::new("app-workflow").await;
    let body = |mode: &str, query: &str| json!({"inputs": {"query": query}, "user": "maria", "response_mode": mode});
    let stream = workflow.stream("/workflows/run", body("streaming", "tea")).await;
    assert_eq!(
        kinds(&stream),
        [
            "ping",
            "workflow_started",
            "node_started",
            "node_finished",
            "node_started",
            "text_chunk",
            "node_finished",
            "node_started",
            "node_finished",
            "workflow_finished",
        ]
    );
    let (_, whole) = workflow.post("/workflows/run", body("blocking", "tea")).await;
    assert_eq!(whole["data"]["outputs"]["text"], said(&stream, "text_chunk"));
    let id = whole["workflow_run_id"].as_str().expect("an id");
    let (status, back) = workflow.get(&format!("/workflows/run/{id}")).await;
    assert_eq!((status, &back["status"]), (200, &json!("succeeded")));
    assert!(back["inputs"].as_str().is_some_and(|text| text.starts_with("{\"query\": \"tea\"")));

    let version = whole["data"]["workflow_id"].as_str().expect("an id");
    let (status, _) = workflow.post(&format!("/workflows/{version}/run"), body("blocking", "tea")).await;
    assert_eq!(status, 200);
    let (_, failed) = workflow.post("/workflows/run", body("blocking", "ERR_SERVER")).await;
    assert_eq!(failed["data"]["status"], "failed");
    let (_, logs) = workflow.get("/workflows/logs?limit=3&status=succeeded").await;
    assert_eq!((&logs["total"], &logs["has_more"]), (&json!(3), &json!(false)));
    let (_, logs) = workflow.get("/workflows/logs?limit=2&page=2").await;
    assert_eq!((logs["data"].as_array().map(Vec::len), &logs["total"]), (Some(2), &json!(4)));

    let response = workflow.call(Method::GET, &format!("/workflow/{id}/events?user=maria")).send().await;
    let stream = events(&response.expect("answered").text().await.expect("read"));
    assert_eq!((kinds(&stream), &stream[0]["task_id"]), (vec!["workflow_finished".to_owned()], &json!(id)));
    let (status, _) = workflow.get(&format!("/workflow/{id}/events?user=otto")).await;
    assert_eq!(status, 404);
    workflow.all_agree();
}

#[tokio::test]
async fn stopping_ends_a_chat_with_zero_usage_and_a_workflow_as_stopped() {
    let slow = || Server::builder().pace(Duration::from_millis(40));
    for (key, path, stop, body) in [
        ("app-chat", "/chat-messages", "/chat-messages", ask("Hello", "streaming")),
        (
            "app-completion",
            "/completion-messages",
            "/completion-messages",
            json!({"inputs": {"query": "tea"}, "user": "maria", "response_mode": "streaming"}),
        ),
        ("app-chatflow", "/chat-messages", "/chat-messages", ask("Hello", "streaming")),
        (
            "app-workflow",
            "/workflows/run",
            "/workflows/tasks",
            json!({"inputs": {"query": "tea"}, "user": "maria", "response_mode": "streaming"}),
        ),
    ] {
        let caller = Caller::of(slow(), key).await;
        let mut response = caller.call(Method::POST, path).json(&body).send().await.expect("answered");
        let mut text = String::new();
        // A piece of the answer is under way when the task is stopped.
        while !text.contains("\"answer\"") && !text.contains("text_chunk") {
            let chunk = response.chunk().await.expect("read").expect("more");
            text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
        }
        let (_, tail) = text.split_once("\"task_id\":\"").expect("a task");
        let task = &tail[..36];
        let (status, answer) = caller.post(&format!("{stop}/{task}/stop"), json!({"user": "maria"})).await;
        assert_eq!((status, answer), (200, json!({"result": "success"})));
        text.push_str(&response.text().await.expect("the stream ends"));
        let last = events(&text).pop().expect("an event");
        if key == "app-chat" || key == "app-completion" {
            assert_eq!(last["event"], "message_end");
            assert_eq!(last["metadata"]["usage"]["total_price"], "0E-7");
        } else {
            assert_eq!((&last["event"], &last["data"]["status"]), (&json!("workflow_finished"), &json!("stopped")));
        }
        caller.all_agree();
    }
}

#[tokio::test]
async fn a_run_waits_for_a_person_and_goes_on_where_it_was() {
    for (key, path, body) in [
        (
            "app-human",
            "/workflows/run",
            json!({"inputs": {"query": "the plan"}, "user": "maria", "response_mode": "streaming"}),
        ),
        ("app-chatflow-human", "/chat-messages", ask("the plan", "streaming")),
    ] {
        let caller = Caller::new(key).await;
        let stream = caller.stream(path, body.clone()).await;
        let paused = stream.last().expect("an event");
        assert_eq!(paused["event"], "workflow_paused");
        let run = paused["workflow_run_id"].as_str().expect("an id").to_owned();
        let token = paused["data"]["reasons"][0]["form_token"].as_str().expect("a token").to_owned();
        let (_, back) = caller.get(&format!("/workflows/run/{run}")).await;
        assert_eq!(back["status"], "paused");

        let form = format!("/form/human_input/{token}");
        let (status, shown) = caller.get(&form).await;
        assert_eq!((status, &shown["user_actions"][0]["id"]), (200, &json!("approve")));
        let answer = |action: &str| json!({"inputs": {"comment": "Fine."}, "action": action, "user": "otto"});
        let (status, refused) = caller.post(&form, answer("dance")).await;
        assert_eq!((status, &refused["code"]), (400, &json!("invalid_form_data")));

        // One that follows with a snapshot and through the pause, and one that gets the snapshot only.
        let events_at = format!("/workflow/{run}/events?user=maria&include_state_snapshot=true");
        let only = caller.call(Method::GET, &events_at).send().await.expect("answered").text().await.expect("ends");
        assert_eq!(events(&only).last().map(|event| &event["event"]), Some(&json!("workflow_paused")));
        let follow = caller.call(Method::GET, &format!("{events_at}&continue_on_pause=true")).send().await;
        let (status, done) = caller.post(&form, answer("approve")).await;
        assert_eq!((status, done), (200, json!({})));
        let live = events(&follow.expect("answered").text().await.expect("ends"));
        let reasons: Vec<&Value> =
            live.iter().map(|event| &event["data"]["reason"]).filter(|r| r.is_string()).collect();
        assert_eq!(reasons, [&json!("initial"), &json!("resumption")]);
        assert_eq!(live.last().map(|event| &event["data"]["status"]), Some(&json!("succeeded")));

        let (status, again) = caller.post(&form, answer("approve")).await;
        assert_eq!((status, &again["code"]), (412, &json!("human_input_form_submitted")));
        caller.all_agree();

        let mut blocking = body;
        blocking["response_mode"] = json!("blocking");
        let (status, paused) = caller.post(path, blocking).await;
        assert_eq!((status, &paused["data"]["status"]), (200, &json!("paused")));
        caller.all_agree();
    }
}

#[tokio::test]
async fn a_quiet_stream_is_kept_up_by_pings() {
    let builder = Server::builder().pace(Duration::from_millis(60)).ping_every(Duration::from_millis(20));
    let chat = Caller::of(builder, "app-chat").await;
    let stream = chat.stream("/chat-messages", ask("Hello", "streaming")).await;
    let pings = stream.iter().filter(|event| event["event"] == "ping").count();
    let messages = stream.iter().filter(|event| event["event"] == "message").count();
    assert!(pings > messages && stream[0]["event"] == "ping", "{pings} pings, {messages} messages");
}

#[tokio::test]
async fn a_chat_that_nobody_hears_is_stored_empty_and_a_workflow_goes_on() {
    let asked = |key| Caller::of(Server::builder().pace(Duration::from_millis(5)), key);
    async fn first(caller: &Caller, path: &str, body: Value) -> Value {
        let mut response = caller.call(Method::POST, path).json(&body).send().await.expect("answered");
        let mut text = String::new();
        while !text.contains("\"message_id\"") && !text.contains("\"workflow_run_id\"") {
            text += &String::from_utf8_lossy(&response.chunk().await.expect("a chunk").expect("an event"));
        }
        events(&text).into_iter().find(|event| event["event"] != "ping").expect("an event")
    }
    let caller = asked("app-chat").await;
    let event = first(&caller, "/chat-messages", ask("Hello", "streaming")).await;
    let conversation = event["conversation_id"].as_str().expect("a conversation").to_owned();
    tokio::time::sleep(Duration::from_millis(400)).await;
    let (_, messages) = caller.get(&format!("/messages?conversation_id={conversation}&user=maria")).await;
    assert_eq!((&messages["data"][0]["query"], &messages["data"][0]["answer"]), (&json!("Hello"), &json!("")));
    caller.all_agree();

    let caller = asked("app-workflow").await;
    let body = json!({"inputs": {"city": "Beijing"}, "user": "user-1", "response_mode": "streaming"});
    let event = first(&caller, "/workflows/run", body).await;
    let run = event["workflow_run_id"].as_str().expect("a run").to_owned();
    tokio::time::sleep(Duration::from_millis(400)).await;
    let (_, run) = caller.get(&format!("/workflows/run/{run}")).await;
    assert_eq!(run["status"], "succeeded");
    assert!(run["outputs"]["text"].is_string());
}
