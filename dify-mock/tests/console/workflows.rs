use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{Desk, NOBODY};

fn draft(title: &str, hash: Value) -> Value {
    let start = json!({"id": "start", "type": "custom", "data": {"type": "start", "title": title, "variables": []}});
    json!({
        "graph": {"nodes": [start], "edges": []}, "features": {"opening_statement": ""}, "hash": hash,
        "conversation_variables": [],
    })
}

#[tokio::test]
async fn a_draft_is_synced_by_its_hash_and_refused_when_somebody_was_faster() {
    let desk = Desk::new().await;
    let app = desk.make("w", "workflow").await;
    let path = format!("/apps/{app}/workflows/draft");
    let (status, refused) = desk.get(&path).await;
    assert_eq!((status, &refused["code"]), (404, &json!("draft_workflow_not_exist")));
    let message = refused["message"].as_str().expect("a message");
    assert!(message.starts_with("Draft workflow need to be initialized. You have requested this URI"), "{message}");
    let (status, first) = desk.post(&path, draft("One", Value::Null)).await;
    assert_eq!((status, &first["result"]), (200, &json!("success")));
    let (_, known) = desk.get(&path).await;
    assert_eq!((&known["hash"], &known["version"]), (&first["hash"], &json!("draft")));
    assert_eq!((&known["updated_by"], &known["created_by"]["name"]), (&Value::Null, &json!("Admin")));
    let (status, refused) = desk.post(&path, draft("Two", json!("bad"))).await;
    assert_eq!((status, &refused["code"]), (409, &json!("draft_workflow_not_sync")));
    let (_, second) = desk.post(&path, draft("Two", first["hash"].clone())).await;
    assert_ne!(second["hash"], first["hash"]);
    // A page that is being closed sends plain text.
    let body = draft("Three", second["hash"].clone()).to_string();
    let plain = desk.call(Method::POST, &path).header("content-type", "text/plain;charset=UTF-8").body(body);
    assert_eq!(plain.send().await.expect("answered").status(), 200);

    let chat = desk.make("c", "chat").await;
    let (status, refused) = desk.post(&format!("/apps/{chat}/workflows/draft"), draft("x", Value::Null)).await;
    assert_eq!((status, &refused["code"]), (404, &json!("app_not_found")));
    let message = refused["message"].as_str().expect("a message");
    assert!(
        message.starts_with("App mode is not in the supported list: {'workflow', 'advanced-chat'}. You"),
        "{message}"
    );
    desk.answers_agree();
}

#[tokio::test]
async fn environment_variables_are_replaced_and_secrets_masked() {
    let desk = Desk::new().await;
    let app = desk.make("w", "workflow").await;
    let path = format!("/apps/{app}/workflows/draft");
    let variable = |id: &str, name: &str, value: &str, kind: &str| json!({"id": id, "name": name, "value": value, "value_type": kind, "description": ""});
    let (one, two) = ("11111111-1111-4111-8111-111111111111", "11111111-1111-4111-8111-111111111112");
    let both = json!([variable(one, "BASE", "http://x", "string"), variable(two, "KEY", "s3cret", "secret")]);
    // 1.16.1 ignores the patch, which comes with 1.17.0: dify-1.16.1/live-apps/570 and 573.
    let mut body = draft("One", Value::Null);
    body["environment_variable_patch"] = json!({"environment_variables": both, "deleted_environment_variable_ids": []});
    let (status, made) = desk.post(&path, body).await;
    assert_eq!((status, &desk.get(&path).await.1["environment_variables"]), (200, &json!([])));
    let mut body = draft("One", made["hash"].clone());
    body["environment_variables"] = both;
    assert_eq!(desk.post(&path, body).await.0, 200);
    let (_, shown) = desk.get(&path).await;
    let values = ["http://x", "********************"];
    assert_eq!([0, 1].map(|place| shown["environment_variables"][place]["value"].clone()), values);
    desk.answers_agree();
}

#[tokio::test]
async fn the_last_published_version_runs() {
    let desk = Desk::new().await;
    let app = desk.make("w", "workflow").await;
    let base = format!("/apps/{app}/workflows");
    assert_eq!(desk.get(&format!("{base}/publish")).await, (200, Value::Null));
    let (status, refused) = desk.post(&format!("{base}/publish"), json!({})).await;
    assert_eq!((status, &refused["message"]), (400, &json!("No valid workflow found.")));
    let (mut hash, mut published) = (Value::Null, Vec::new());
    for title in ["One", "Two"] {
        hash = desk.post(&format!("{base}/draft"), draft(title, hash)).await.1["hash"].clone();
        let words = json!({"marked_name": title, "marked_comment": "c"});
        assert_eq!(desk.post(&format!("{base}/publish"), words).await.0, 200);
        let (_, version) = desk.get(&format!("{base}/publish")).await;
        assert_eq!((&version["marked_name"], &version["hash"]), (&json!(title), &hash));
        published.push(version["id"].as_str().expect("an id").to_owned());
    }
    let (status, refused) = desk.post(&format!("{base}/publish"), json!({"marked_name": "x".repeat(21)})).await;
    let message = "1 validation error for PublishWorkflowPayload\nmarked_name";
    assert!(status == 400 && refused["message"].as_str().is_some_and(|text| text.starts_with(message)), "{refused}");

    let key = desk.mint(&app).await;
    let run = async |version: &str| {
        let body = json!({"inputs": {}, "user": "maria", "response_mode": "blocking"});
        desk.v1(&key, Method::POST, &format!("/workflows/{version}run"), Some(body)).await
    };
    assert_eq!(run("").await.1["data"]["workflow_id"], json!(published[1]));
    assert_eq!(run(&format!("{}/", published[0])).await.0, 200);
    let head = desk.get(&format!("{base}/draft")).await.1["id"].as_str().expect("an id").to_owned();
    let (status, refused) = run(&format!("{head}/")).await;
    assert_eq!(status, 400);
    assert!(refused["message"].as_str().is_some_and(|text| text.starts_with("Cannot use draft workflow version.")));
    assert_eq!(run(&format!("{NOBODY}/")).await.0, 404);
    desk.answers_agree();
}

#[tokio::test]
async fn a_drawn_form_makes_runs_wait_for_a_person() {
    let desk = Desk::new().await;
    let app = desk.make("asks", "advanced-chat").await;
    let mut body = draft("Start", Value::Null);
    let review = json!({"id": "review", "type": "custom", "data": {"type": "human-input", "title": "Review"}});
    body["graph"]["nodes"].as_array_mut().expect("nodes").push(review);
    desk.post(&format!("/apps/{app}/workflows/draft"), body).await;
    desk.post(&format!("/apps/{app}/workflows/publish"), json!({})).await;
    let key = desk.mint(&app).await;
    let ask = json!({"query": "Hi", "inputs": {}, "user": "maria", "response_mode": "blocking"});
    let (status, paused) = desk.v1(&key, Method::POST, "/chat-messages", Some(ask)).await;
    assert_eq!((status, &paused["event"]), (200, &json!("workflow_paused")));
    desk.all_agree();
}
