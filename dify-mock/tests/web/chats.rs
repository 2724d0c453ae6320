//! Talking on a page.

use std::time::Duration;

use dify_mock::Server;
use reqwest::Method;
use serde_json::{Value, json};

use super::page::Page;
use crate::common::{events, kinds, said};

fn ask(query: &str) -> Value {
    json!({"query": query, "inputs": {}, "response_mode": "streaming"})
}

#[tokio::test]
async fn a_page_hears_the_answer_but_not_what_it_cost() {
    let page = Page::new("app-chat").await;
    let stream = page.stream("/chat-messages", ask("Hello")).await;
    assert_eq!(kinds(&stream), ["message", "message_end"]);
    let end = stream.last().expect("an event");
    assert_eq!(end["metadata"], json!({"retriever_resources": [], "reasoning": {}}));
    let whole = page.talk("Hello", "").await;
    assert_eq!((&whole["answer"], &whole["metadata"]), (&json!(said(&stream, "message")), &end["metadata"]));
    assert_eq!(whole["mode"], "chat");
    let failed = page.stream("/chat-messages", ask("ERR_RATE_MID please")).await;
    assert_eq!(failed.last().map(|event| &event["code"]), Some(&json!("rate_limit_error")));
    page.all_agree();
}

#[tokio::test]
async fn agents_show_their_thoughts_and_only_stream() {
    let page = Page::new("app-agent").await;
    let stream = page.stream("/chat-messages", ask("What time is it?")).await;
    assert_eq!(kinds(&stream)[..2], ["agent_thought", "agent_message"]);
    assert_eq!(stream.last().map(|end| &end["metadata"]["usage"]), Some(&Value::Null));
    let (status, _) = page.post("/chat-messages", json!({"query": "hi", "inputs": {}})).await;
    assert_eq!(status, 400);
    page.all_agree();
    let roster = Page::new("app-roster").await;
    let stream = roster.stream("/chat-messages", ask("Hi")).await;
    assert_eq!(kinds(&stream), ["agent_thought", "agent_message", "message", "message_end"]);
    roster.all_agree();
}

#[tokio::test]
async fn the_nodes_of_a_chatflow_are_told_in_brief() {
    let page = Page::new("app-chatflow").await;
    let stream = page.stream("/chat-messages", ask("Hello")).await;
    assert_eq!(kinds(&stream)[..3], ["ping", "workflow_started", "node_started"]);
    let nodes = stream.iter().filter(|event| event["event"] == "node_finished");
    for data in nodes.map(|event| &event["data"]) {
        assert_eq!(
            (&data["inputs"], &data["outputs"], &data["status"]),
            (&Value::Null, &Value::Null, &json!("succeeded"))
        );
        assert!(data.get("inputs_truncated").is_none() && data["execution_metadata"].is_null());
    }
    let end = stream.iter().find(|event| event["event"] == "message_end").expect("an end");
    assert!(end["metadata"]["usage"]["total_tokens"].is_u64());
    let whole = page.talk("Hello", "").await;
    assert_eq!(whole["metadata"].get("usage"), None);
    page.all_agree();
}

#[tokio::test]
async fn a_turn_follows_only_the_message_that_it_names() {
    let page = Page::new("app-chat").await;
    let first = page.talk("One", "").await;
    let conversation = first["conversation_id"].as_str().expect("an id");
    let alone = page.talk("Two", conversation).await;
    assert!(alone["answer"].as_str().is_some_and(|text| text.contains("answer 1 of")), "{alone}");
    let following = |parent: &Value| json!({"query": "Three", "inputs": {}, "conversation_id": conversation, "parent_message_id": parent});
    let (_, third) = page.post("/chat-messages", following(&first["id"])).await;
    assert!(third["answer"].as_str().is_some_and(|text| text.contains("answer 2 of")), "{third}");
    let (status, _) = page.post("/chat-messages", following(&json!("no id"))).await;
    assert_eq!(status, 400);
    let (_, list) = page.get(&format!("/messages?conversation_id={conversation}")).await;
    let parents: Vec<&Value> =
        list["data"].as_array().into_iter().flatten().map(|message| &message["parent_message_id"]).collect();
    assert_eq!(parents, [&Value::Null, &Value::Null, &first["id"]]);
    page.all_agree();
}

#[tokio::test]
async fn wrong_bodies_and_wrong_applications_are_refused_in_the_words_of_the_page() {
    let page = Page::new("app-chat").await;
    let (status, refused) = page.post("/chat-messages", json!({"inputs": {}})).await;
    let message = "1 validation error for ChatMessagePayload\nquery\n  Field required [type=missing, \
                   input_value={'inputs': {}}, input_type=dict]\n    For further information visit \
                   https://errors.pydantic.dev/2.12/v/missing";
    assert_eq!((status, refused), (400, json!({"code": "invalid_param", "message": message, "status": 400})));
    let refusal = async |key: &'static str, path: &str, body: Value| {
        let (status, refused) = Page::new(key).await.post(path, body).await;
        (status, refused["code"].as_str().unwrap_or_default().to_owned(), refused["message"].clone())
    };
    let wrong = |code: &str, kind: &str| {
        let message = format!("Please check if your {kind} app mode matches the right API route.");
        (400, code.to_owned(), json!(message))
    };
    let run = json!({"inputs": {}});
    assert_eq!(refusal("app-chat", "/workflows/run", run.clone()).await, wrong("not_workflow_app", "Workflow"));
    assert_eq!(refusal("app-chat", "/completion-messages", run).await, wrong("not_completion_app", "Completion"));
    assert_eq!(refusal("app-workflow", "/chat-messages", ask("q")).await, wrong("not_chat_app", "Chat"));
    page.answers_agree();
}

#[tokio::test]
async fn a_visitor_stops_an_answer_and_another_visitor_cannot() {
    let page = Page::of(Server::builder().pace(Duration::from_millis(40)), "app-chat").await;
    let request = page.call(Method::POST, "/chat-messages").json(&ask("Hello"));
    let mut response = request.send().await.expect("answered");
    let first = response.chunk().await.expect("read").expect("a piece");
    let mut text = String::from_utf8(first.to_vec()).expect("UTF-8");
    let task = text.split_once("\"task_id\":\"").expect("a task").1[..36].to_owned();
    let stop = format!("/chat-messages/{task}/stop");
    let other = page.somebody_else().await;
    let foreign = page.bare(Method::POST, &stop).header("X-App-Code", &page.code).header("X-App-Passport", other);
    assert_eq!(foreign.send().await.expect("answered").status(), 200);
    let second = response.chunk().await.expect("read").expect("it goes on");
    text.push_str(std::str::from_utf8(&second).expect("UTF-8"));
    assert_eq!(page.ask(Method::POST, &stop).await, (200, json!({"result": "success"})));
    text.push_str(&response.text().await.expect("the stream ends"));
    assert_eq!(events(&text).last().map(|event| &event["event"]), Some(&json!("message_end")));
    assert!(!text.contains("the same answer"));
    page.all_agree();
}
