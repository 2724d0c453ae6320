//! What the operations of the console need. It is made by raw requests, which say what they send.

use dify_api::{
    Error, Upload,
    reqwest::Method,
    types::{ChatRequest, CompletionRequest, ConsoleFileUpload, WorkflowRunRequest},
};
use serde_json::{Value, json};

use super::USER;
use crate::clients::Clients;

/// A whole definition; the example in the document is cut short.
const DEFINITION: &str = include_str!("../../../dify-api/examples/deploy_app/assistant.yml");

/// The application of the embedded server that has what the operation asks for; none where a new one does.
pub(super) fn key(operation: &str) -> Option<&'static str> {
    let name = operation.trim_start_matches("console_");
    Some(match name {
        "logs_completion_conversations" | "logs_completion_conversation" => "app-completion",
        "logs_chatflow_runs" => "app-chatflow",
        "logs_workflow_runs"
        | "logs_workflow_run"
        | "logs_count_runs"
        | "logs_node_executions"
        | "logs_workflow_logs"
        | "statistics_daily_runs" => "app-workflow",
        _ if name.starts_with("logs") || name.starts_with("statistics") => "app-chat",
        _ => return None,
    })
}

async fn post(clients: &Clients, path: &str, body: Value) -> Result<Value, Error> {
    clients.console.request(Method::POST, path).json(&body).decode().await
}

async fn get(clients: &Clients, path: &str) -> Result<Value, Error> {
    clients.console.request(Method::GET, path).decode().await
}

/// The parameters and the places in the body that name what exists: made by calls, for each operation anew, since some
/// delete it.
pub(super) async fn made(clients: &Clients, operation: &str) -> Result<Vec<(&'static str, Value)>, Error> {
    let name = operation.trim_start_matches("console_");
    // Whoever renews a session must have one.
    clients.console.account().profile().await?;
    let mut made = vec![("/email", json!(dify_mock::CONSOLE_EMAIL)), ("/yaml_content", json!(DEFINITION))];
    // Lists begin at their beginning; a provider shows the credential in use.
    made.extend(["first_id", "last_id", "credential_id"].map(|parameter| (parameter, Value::Null)));
    if name == "definitions_confirm_import" {
        let text = DEFINITION.replace("version: 0.7.0", "version: 99.0.0");
        let held = post(clients, "/apps/imports", json!({"mode": "yaml-content", "yaml_content": text})).await?;
        made.push(("import_id", held["id"].clone()));
    }
    if ["apps_", "workflows_", "definitions_", "api_keys_", "tags_"].iter().any(|group| name.starts_with(group)) {
        let mode = if name.starts_with("workflows_") { "workflow" } else { "chat" };
        let app = post(clients, "/apps", json!({"name": name, "mode": mode})).await?["id"].clone();
        let id = app.as_str().unwrap_or_default().to_owned();
        made.extend([("app_id", app.clone()), ("/target_id", app)]);
        if mode == "workflow" {
            made.extend(versions(clients, &id).await?);
        }
        if name == "api_keys_delete_for_app" {
            made.push(("api_key_id", json!(clients.console.api_keys().create_for_app(&id).await?.id)));
        }
    }
    if let Some(key) = key(operation) {
        made.extend(used(clients, key).await?);
    }
    if name == "api_keys_delete_for_datasets" {
        made.push(("api_key_id", json!(clients.console.api_keys().create_for_datasets().await?.id)));
    }
    if ["datasets_", "documents_", "api_keys_set_dataset_api"].iter().any(|group| name.starts_with(group)) {
        made.extend(dataset(clients, name).await?);
    }
    if name.starts_with("tags_") {
        let tag = post(clients, "/tags", json!({"name": name, "type": "app"})).await?["id"].clone();
        made.extend([("tag_id", tag.clone()), ("/tag_ids", json!([tag]))]);
    }
    Ok(made)
}

/// A draft, and two versions of it.
async fn versions(clients: &Clients, app: &str) -> Result<Vec<(&'static str, Value)>, Error> {
    let path = format!("/apps/{app}/workflows/draft");
    let start = json!({"id": "start", "data": {"type": "start", "title": "Start", "variables": []}});
    post(clients, &path, json!({"graph": {"nodes": [start], "edges": []}, "features": {}})).await?;
    for number in 1..=2 {
        let words = json!({"marked_name": format!("v{number}"), "marked_comment": ""});
        post(clients, &format!("/apps/{app}/workflows/publish"), words).await?;
    }
    let draft = get(clients, &path).await?;
    let published = get(clients, &format!("/apps/{app}/workflows")).await?;
    let oldest = published["items"].as_array().and_then(|items| items.last()).map(|version| version["id"].clone());
    Ok(vec![("/hash", draft["hash"].clone()), ("workflow_id", json!(oldest))])
}

/// An application that was used, by its key, and what its logs tell of.
async fn used(clients: &Clients, key: &str) -> Result<Vec<(&'static str, Value)>, Error> {
    let mut made = Vec::new();
    match key {
        "app-completion" => {
            clients.app.completion().send(&CompletionRequest::new([("query", "Good morning")], USER)).await?;
        }
        "app-workflow" => {
            let run = clients.app.workflows().run(&WorkflowRunRequest::new([("city", "Beijing")], USER)).await?;
            made.push(("run_id", json!(run.workflow_run_id)));
        }
        _ => {
            let reply = clients.app.chat().send(&ChatRequest::new("What is worth seeing here?", USER)).await?;
            made.extend([("conversation_id", json!(reply.conversation_id)), ("message_id", json!(reply.message_id))]);
        }
    }
    let name = key.trim_start_matches("app-");
    let apps = get(clients, &format!("/apps?limit=100&name={name}")).await?;
    let app = apps["data"].as_array().into_iter().flatten().find(|app| app["name"] == *name);
    let id = app.map(|app| app["id"].clone()).unwrap_or_default();
    if key == "app-completion" {
        let path = format!("/apps/{}/completion-conversations", id.as_str().unwrap_or_default());
        made.push(("conversation_id", get(clients, &path).await?["data"][0]["id"].clone()));
    }
    made.push(("app_id", id));
    Ok(made)
}

/// A knowledge base with a document.
async fn dataset(clients: &Clients, name: &str) -> Result<Vec<(&'static str, Value)>, Error> {
    let form = ConsoleFileUpload::new(Upload::bytes("notes.txt", "Three sights and a tea house."));
    let file = clients.console.files().upload(&form).await?.id;
    let short: String = name.chars().take(30).collect();
    let dataset = post(clients, "/datasets", json!({"name": format!("console {short}")})).await?["id"].clone();
    let source = json!({"info_list": {"data_source_type": "upload_file", "file_info_list": {"file_ids": [file]}}});
    let request = json!({
        "data_source": source, "indexing_technique": "economy", "process_rule": {"mode": "automatic", "rules": {}},
        "doc_form": "text_model", "doc_language": "English",
    });
    let path = format!("/datasets/{}/documents", dataset.as_str().unwrap_or_default());
    let added = post(clients, &path, request).await?;
    Ok(vec![
        ("dataset_id", dataset),
        ("batch", added["batch"].clone()),
        ("document_id", added["documents"][0]["id"].clone()),
        ("/name", json!(format!("renamed {short}"))),
        ("/data_source/info_list/file_info_list/file_ids", json!([file])),
        ("/info_list/file_info_list/file_ids", json!([file])),
    ])
}
