//! `text()` of the events of a stream.

use dify_api::App;
use dify_api::types::{ChatEvent, ChatRequest, CompletionEvent, RunEvent, WebChatEvent, WorkflowEvent};
use dify_mock::Server;

/// What the README's ten lines print.
async fn printed(key: &str) -> String {
    let server = Server::builder().start().await.expect("the server starts");
    let app = App::builder().api_key(key).base_url(server.base_url()).build().expect("a client");
    let mut stream = app.chat().stream(&ChatRequest::new("What is Dify?").user("user-1")).await.expect("a stream");
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        text.push_str(event.expect("an event").text().unwrap_or_default());
    }
    text
}

// A past bug: the ten lines printed nothing for an agent, whose text comes as `agent_message`.
#[tokio::test]
async fn the_ten_lines_print_something_in_every_chat_mode() {
    for key in ["app-chat", "app-agent", "app-chatflow", "app-roster"] {
        assert!(!printed(key).await.trim().is_empty(), "{key}");
    }
}

#[test]
fn text_is_that_of_message_agent_message_and_text_chunk() {
    let message = |event: &str| {
        format!(
            r#"{{"event":"{event}","conversation_id":"c","message_id":"m","created_at":0,"task_id":"t","id":"m",
            "answer":"Hi","from_variable_selector":null}}"#
        )
    };
    let chunk = r#"{"event":"text_chunk","workflow_run_id":"r","task_id":"t",
                    "data":{"text":"Hi","from_variable_selector":["n","text"]}}"#;
    assert_eq!(ChatEvent::from_json(&message("message")).expect("an event").text(), Some("Hi"));
    assert_eq!(ChatEvent::from_json(&message("agent_message")).expect("an event").text(), Some("Hi"));
    assert_eq!(WebChatEvent::from_json(&message("agent_message")).expect("an event").text(), Some("Hi"));
    assert_eq!(CompletionEvent::from_json(&message("message")).expect("an event").text(), Some("Hi"));
    assert_eq!(WorkflowEvent::from_json(chunk).expect("an event").text(), Some("Hi"));
    assert_eq!(RunEvent::from_json(chunk).expect("an event").text(), Some("Hi"));
}

#[test]
fn an_event_of_another_kind_has_no_text() {
    let event = ChatEvent::from_json(r#"{"event":"brand_new","answer":"Hi"}"#).expect("unknown events are no errors");
    assert_eq!(event.text(), None);
}
