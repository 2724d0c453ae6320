//! What the operations of an application need.

use dify_api::{
    App, Error,
    types::{
        AnnotationInput, AnnotationReplyAction, AnnotationReplySettings, ChatRequest, ConversationsVariablesQuery,
        FileInput, FileUploadRequest, UploadedFile, WorkflowEvent, WorkflowRunRequest,
    },
};
use serde_json::{Map, Value, json};

use super::{USER, text_file};

/// The groups, and the kind of application that each is tried on.
pub(super) const GROUPS: &[(&str, &str)] = &[
    ("chat", "app-chat"),
    ("completion", "app-completion"),
    ("workflows", "app-workflow"),
    ("human_input", "app-human"),
    ("conversations", "app-chat"),
    ("messages", "app-chat"),
    ("files", "app-chat"),
    ("audio", "app-chat"),
    ("info", "app-chat"),
    ("end_users", "app-chat"),
    ("annotations", "app-chat"),
];

/// The parameters that name what exists: made by calls, for each operation anew, since some delete it.
pub(super) async fn made(app: &App, operation: &str) -> Result<Vec<(&'static str, Value)>, Error> {
    let rest = operation.trim_start_matches("app_");
    let group = GROUPS.iter().map(|(group, _)| *group).find(|group| rest.starts_with(group)).unwrap_or_default();
    Ok(match group {
        "conversations" | "messages" => {
            let first = app.chat().send(&ChatRequest::new("What is worth seeing here?").user(USER)).await?;
            let next = ChatRequest::new("And there?").user(USER).conversation_id(&first.conversation_id);
            let next = app.chat().send(&next).await?;
            // The list of conversations continues after one, the list of variables after another kind of id.
            let last = if operation == "app_conversations_list" { json!(first.conversation_id) } else { Value::Null };
            let mut made = vec![
                ("conversation_id", json!(first.conversation_id)),
                ("message_id", json!(next.message_id)),
                ("first_id", json!(next.message_id)),
                ("last_id", last),
            ];
            if operation == "app_conversations_update_variable" {
                let query = ConversationsVariablesQuery::new().user(USER);
                let variables = app.conversations().variables(&first.conversation_id, &query).await?;
                // The example sets a list.
                let list = variables.data.iter().find(|variable| variable.value_type.as_str().starts_with("array"));
                made.push(("variable_id", json!(list.map(|variable| &variable.id))));
            }
            made
        }
        "files" => {
            let file = uploaded(app).await?;
            let used = FileInput::uploaded(&file);
            app.chat().send(&ChatRequest::new("What does it say?").user(USER).files(vec![used])).await?;
            vec![("file_id", json!(file.id))]
        }
        "end_users" => vec![("end_user_id", json!(uploaded(app).await?.created_by))],
        "annotations" => {
            let input = AnnotationInput::new("Do you sell gift cards?", "Yes.");
            let annotation = app.annotations().create(&input).await?;
            let settings = AnnotationReplySettings::new(0.8, "langgenius/openai/openai", "text-embedding-3-small");
            let job = app.annotations().set_reply(&AnnotationReplyAction::Enable, &settings).await?;
            vec![("annotation_id", json!(annotation.id)), ("job_id", json!(job.job_id))]
        }
        "workflows" => {
            let reply = app.workflows().run(&run()).await?;
            vec![
                ("workflow_run_id", json!(reply.workflow_run_id)),
                ("workflow_id", json!(reply.data.workflow_id)),
                ("task_id", json!(reply.task_id)),
            ]
        }
        "human_input" => {
            let mut token = Value::Null;
            let mut stream = app.workflows().run_stream(&run()).await?;
            while let Some(event) = stream.next().await {
                if let WorkflowEvent::HumanInputRequired(required) = event? {
                    token = json!(required.data.form_token);
                }
            }
            vec![("form_token", token)]
        }
        _ => Vec::new(),
    })
}

fn run() -> WorkflowRunRequest {
    WorkflowRunRequest::new(Map::from_iter([("city".to_owned(), json!("Beijing"))])).user(USER)
}

async fn uploaded(app: &App) -> Result<UploadedFile, Error> {
    app.files().upload(&FileUploadRequest::new(text_file()).user(USER)).await
}
