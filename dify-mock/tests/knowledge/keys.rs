use serde_json::json;

use super::library::{librarian, text};
use crate::common::{Caller, read};

#[tokio::test]
async fn a_key_of_an_application_opens_no_knowledge_and_the_other_way_round() {
    for (key, path) in [
        ("app-chat", "/datasets"),
        ("app-chat", "/workspaces/current/models/model-types/llm"),
        ("dataset-knowledge", "/info"),
        ("dataset-invalid", "/datasets"),
    ] {
        let caller = Caller::new(key).await;
        let (status, refused) = caller.get(path).await;
        assert_eq!((status, &refused["message"]), (401, &json!("Access token is invalid")), "{key} {path}");
        caller.answers_agree();
    }
    let (status, refused) = Caller::new("dataset-disabled").await.get("/datasets").await;
    assert_eq!((status, &refused["message"]), (403, &json!("Dataset api access is not enabled.")));
    assert!(dify_mock::KEYS.iter().any(|(key, _)| *key == "dataset-knowledge"));
}

#[tokio::test]
async fn every_key_of_knowledge_reaches_the_same() {
    let caller = librarian().await;
    let path = caller.dataset("Shared").await;
    let url = format!("{}{path}", caller.server.base_url());
    let other = caller.http.get(url).bearer_auth("dataset-other").send().await.expect("answered");
    assert_eq!(text(&read(other).await.1["name"]), "Shared");
}

#[tokio::test]
async fn requests_are_counted_by_operation() {
    let caller = librarian().await;
    let path = caller.dataset("Counted").await;
    for number in 0..3 {
        caller.document(&path, &format!("{number}.txt"), "words").await;
    }
    let requests = caller.server.requests();
    let made = requests.iter().filter(|request| {
        request.operation.as_deref() == Some("knowledge_documents_create_by_text") && request.status == 200
    });
    assert_eq!(made.count(), 3);
    caller.all_agree();
}
