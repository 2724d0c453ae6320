//! What the operations of a web page need.

use dify_api::{
    Error, WebApp,
    types::{WebChatRequest, WebCompletionRequest, WebWorkflowEvent, WebWorkflowRunRequest},
};
use serde_json::{Map, Value, json};

/// The groups, and the kind of application whose page each is tried on.
pub(super) const GROUPS: &[(&str, &str)] = &[
    ("messages_more_like_this", "app-completion"),
    ("session", "app-chat"),
    ("chat", "app-chat"),
    ("completion", "app-completion"),
    ("workflows", "app-workflow"),
    ("human_input", "app-human"),
    ("conversations", "app-chat"),
    ("messages", "app-chat"),
    ("saved_messages", "app-completion"),
    ("files", "app-chat"),
    ("audio", "app-chat"),
    ("info", "app-chat"),
    ("system", "app-chat"),
];

/// The parameters and the places in the body that name what exists: made by calls, for each operation anew, since some
/// delete it.
pub(super) async fn made(page: &WebApp, code: &str, operation: &str) -> Result<Vec<(&'static str, Value)>, Error> {
    let name = operation.trim_start_matches("web_");
    let mut made = vec![("X-App-Code", json!(code)), ("app_code", json!(code)), ("appCode", json!(code))];
    if name.starts_with("conversations") || (name.starts_with("messages") && !name.contains("more_like_this")) {
        let first = page.chat().send(&WebChatRequest::new("What is worth seeing here?")).await?;
        let next = WebChatRequest::new("And there?").conversation_id(&first.conversation_id);
        let next = page.chat().send(&next.parent_message_id(&first.message_id)).await?;
        // The example asks for what is pinned.
        page.conversations().pin(&first.conversation_id).await?;
        made.extend([
            ("conversation_id", json!(first.conversation_id)),
            ("message_id", json!(next.message_id)),
            ("first_id", json!(next.message_id)),
            ("last_id", json!(first.conversation_id)),
        ]);
    }
    if name.starts_with("saved_messages") || name.contains("more_like_this") {
        let text = page.completion().send(&WebCompletionRequest::new([("query", "Good morning")])).await?;
        let message = json!(text.message_id);
        made.extend([("message_id", message.clone()), ("/message_id", message), ("last_id", Value::Null)]);
        if name == "saved_messages_delete" {
            let request = dify_api::types::SavedMessageRequest::new(&text.message_id);
            page.saved_messages().save(&request).await?;
        }
    }
    if name.starts_with("workflows") || name.starts_with("human_input") {
        let run = WebWorkflowRunRequest::new(Map::from_iter([("city".to_owned(), json!("Beijing"))]));
        let mut stream = page.workflows().run_stream(&run).await?;
        while let Some(event) = stream.next().await {
            match event? {
                WebWorkflowEvent::WorkflowStarted(started) => made
                    .extend([("workflow_run_id", json!(started.workflow_run_id)), ("task_id", json!(started.task_id))]),
                WebWorkflowEvent::HumanInputRequired(required) => {
                    let token = json!(required.data.form_token);
                    made.push(("form_token", token));
                }
                _ => {}
            }
        }
    }
    Ok(made)
}
