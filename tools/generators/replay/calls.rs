//! The calls of openapi-generator's Rust client for the Service API: an upload, and a refusal.

use std::env;

use openapi::apis::configuration::Configuration;
use openapi::apis::messages_api::AppMessagesListError;
use openapi::apis::{Error, files_api, messages_api};
use serde_json::{Value, json};

pub async fn report(base_path: String) -> [Value; 2] {
    let bearer_access_token = env::var("DIFY_API_KEY").ok();
    let client = Configuration { base_path, bearer_access_token, ..Configuration::default() };
    [json!({"upload": upload(&client).await}), json!({"refusal": refusal(&client).await})]
}

async fn upload(client: &Configuration) -> Value {
    let file = env::var("REPLAY_FILE").unwrap_or_default().into();
    match files_api::app_files_upload(client, file, Some("replay")).await {
        Ok(uploaded) => json!(uploaded),
        Err(Error::ResponseError(refused)) => json!({"error": refused.content}),
        Err(error) => json!({"error": error.to_string()}),
    }
}

/// No server has this conversation.
async fn refusal(client: &Configuration) -> Value {
    let id = "00000000-0000-4000-8000-000000000000";
    match messages_api::app_messages_list(client, id, Some("replay"), None, None).await {
        Err(Error::ResponseError(refused)) => match refused.entity {
            // The variants are of one type, and the first that fits is taken.
            Some(AppMessagesListError::Status400(body)) => json!({"status": refused.status.as_u16(), "code": body.code}),
            other => json!({"error": format!("{other:?}")}),
        },
        other => json!({"error": format!("{other:?}")}),
    }
}
