//! What the operations of the console need. It is made by raw requests, which show what they send.

use dify_api::{
    Error,
    reqwest::Method,
    types::{DatasetCreateRequest, IndexingTechnique},
};
use serde_json::{Value, json};

use crate::clients::Clients;

/// A whole definition; the example in the document is cut short.
const DEFINITION: &str = include_str!("../../../dify-api/examples/deploy_app/assistant.yml");

async fn post(clients: &Clients, path: &str, body: Value) -> Result<Value, Error> {
    clients.console.request(Method::POST, path).json(&body).decode().await
}

/// The parameters and the places in the body that name what exists: made by calls, for each operation anew, since some
/// delete it. Most operations answer with the example of the document, whatever is asked for.
pub(super) async fn made(clients: &Clients, operation: &str) -> Result<Vec<(&'static str, Value)>, Error> {
    let name = operation.trim_start_matches("console_");
    // Whoever renews a session must have one.
    clients.console.account().profile().await?;
    let mut made = vec![("/email", json!(dify_mock::CONSOLE_EMAIL)), ("/yaml_content", json!(DEFINITION))];
    // The example has the password in Base64.
    let version = clients.console.server_version();
    if contract::before(&version.unwrap_or_default(), Some(&json!("1.11.2"))) {
        made.push(("/password", json!(dify_mock::CONSOLE_PASSWORD)));
    }
    if name == "definitions_confirm_import" {
        let text = DEFINITION.replace("version: 0.7.0", "version: 99.0.0");
        let held = post(clients, "/apps/imports", json!({"mode": "yaml-content", "yaml_content": text})).await?;
        made.push(("import_id", held["id"].clone()));
    }
    if ["apps_", "workflows_", "definitions_", "api_keys_", "logs_"].iter().any(|group| name.starts_with(group)) {
        let mode = if name.starts_with("workflows_") { "workflow" } else { "chat" };
        let app = post(clients, "/apps", json!({"name": name, "mode": mode})).await?["id"].clone();
        let id = app.as_str().unwrap_or_default().to_owned();
        made.push(("app_id", app));
        if mode == "workflow" {
            let start = json!({"id": "start", "data": {"type": "start", "title": "Start", "variables": []}});
            let draft = json!({"graph": {"nodes": [start], "edges": []}, "features": {}});
            made.push(("/hash", post(clients, &format!("/apps/{id}/workflows/draft"), draft).await?["hash"].clone()));
        }
        if name == "api_keys_delete_for_app" {
            made.push(("api_key_id", json!(clients.console.api_keys().create_for_app(&id).await?.id)));
        }
    }
    if name.starts_with("datasets_") {
        // The knowledge bases are those of the Service API: no two have one name.
        made.push(("/name", json!(format!("{name}, new"))));
        let request =
            DatasetCreateRequest::new(format!("console {name}")).indexing_technique(IndexingTechnique::HighQuality);
        made.push(("dataset_id", json!(clients.knowledge.datasets().create(&request).await?.id)));
    }
    Ok(made)
}
