use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{Desk, NOBODY};

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
async fn environment_variables_are_replaced_and_shown_as_recorded() {
    let desk = Desk::new().await;
    let app = desk.make("w", "workflow").await;
    let path = format!("/apps/{app}/workflows/draft");
    let variable = |id: &str, name: &str, value: &str, kind: &str| json!({"id": id, "name": name, "value": value, "value_type": kind, "description": ""});
    let (one, two) = ("11111111-1111-4111-8111-111111111111", "11111111-1111-4111-8111-111111111112");
    let both = json!([variable(one, "BASE", "http://x", "string"), variable(two, "KEY", "s3cret", "secret")]);
    let variables = format!("{path}/environment-variables");
    // 1.16.1 passes over the patch, which comes with 1.17.0: dify-1.16.1/live-apps/570 and 573.
    let mut body = draft("One", Value::Null);
    body["environment_variable_patch"] = json!({"environment_variables": both, "deleted_environment_variable_ids": []});
    let (status, made) = desk.post(&path, body).await;
    assert_eq!((status, desk.get(&variables).await.1), (200, json!({"items": []})));
    let mut body = draft("One", made["hash"].clone());
    body["environment_variables"] = both;
    assert_eq!(desk.post(&path, body).await.0, 200);
    let (_, list) = desk.get(&variables).await;
    assert_eq!((&list["items"][1]["value"], &list["items"][1]["selector"]), (&json!("s3cret"), &json!(["env", "KEY"])));
    let (_, shown) = desk.get(&path).await;
    assert_eq!(shown["environment_variables"][1]["value"], "********************");

    // `patch: true` replaces the whole list: dify-1.16.1/live-apps/577.
    let set = json!({"patch": true, "environment_variables": [variable(two, "KEY", "new", "secret")]});
    assert_eq!(desk.post(&variables, set).await, (200, json!({"result": "success"})));
    assert_eq!(desk.get(&variables).await.1["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(desk.post(&variables, json!({})).await.0, 400);
    desk.answers_agree();
}

#[tokio::test]
async fn versions_are_published_named_restored_and_deleted_and_the_last_one_runs() {
    let desk = Desk::new().await;
    let app = desk.make("w", "workflow").await;
    let base = format!("/apps/{app}/workflows");
    assert_eq!(desk.get(&format!("{base}/publish")).await, (200, Value::Null));
    let (status, refused) = desk.post(&format!("{base}/publish"), json!({})).await;
    assert_eq!((status, &refused["message"]), (400, &json!("No valid workflow found.")));
    let mut hash = Value::Null;
    for title in ["One", "Two"] {
        hash = desk.post(&format!("{base}/draft"), draft(title, hash)).await.1["hash"].clone();
        let (status, _) =
            desk.post(&format!("{base}/publish"), json!({"marked_name": title, "marked_comment": "c"})).await;
        assert_eq!(status, 200);
    }
    let (status, refused) = desk.post(&format!("{base}/publish"), json!({"marked_name": "x".repeat(21)})).await;
    assert_eq!(status, 400);
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("1 validation error for PublishWorkflowPayload\nmarked_name"))
    );

    let (_, page) = desk.get(&format!("{base}?page=1&limit=10")).await;
    let seen: Vec<&Value> = page["items"].as_array().expect("a list").iter().map(|item| &item["marked_name"]).collect();
    assert_eq!(seen, ["", "Two", "One"]);
    let at = |place: usize| page["items"][place]["id"].as_str().expect("an id").to_owned();
    let (head, running, old) = (at(0), at(1), at(2));
    let (_, first) = desk.get(&format!("{base}?limit=1&page=2")).await;
    assert_eq!((&first["items"][0]["id"], &first["has_more"]), (&json!(running), &json!(true)));

    let (_, named) = desk.send(Method::PATCH, &format!("{base}/{old}"), json!({"marked_name": "first"})).await;
    assert_eq!((&named["marked_name"], &named["marked_comment"]), (&json!("first"), &json!("c")));
    assert_eq!(desk.send(Method::PATCH, &format!("{base}/{NOBODY}"), json!({"marked_name": "x"})).await.0, 404);
    let (status, refused) = desk.order(Method::POST, &format!("{base}/{head}/restore")).await;
    assert_eq!((status, &refused["message"]), (400, &json!("source workflow must be published")));
    let (_, restored) = desk.order(Method::POST, &format!("{base}/{old}/restore")).await;
    assert_eq!(restored["hash"], named["hash"]);
    assert_eq!(desk.get(&format!("{base}/draft")).await.1["graph"]["nodes"][0]["data"]["title"], "One");
    let delete = async |id: &str| desk.order(Method::DELETE, &format!("{base}/{id}")).await;
    assert_eq!(delete(&head).await.1["message"], "Cannot delete draft workflow versions");
    assert_eq!(delete(&running).await.0, 400);

    let key = desk.mint(&app).await;
    let run = async |version: &str| {
        let body = json!({"inputs": {}, "user": "maria", "response_mode": "blocking"});
        desk.v1(&key, Method::POST, &format!("/workflows/{version}/run"), Some(body)).await
    };
    assert_eq!(run(&running).await.1["data"]["workflow_id"], json!(running));
    assert_eq!(run(&old).await.0, 200);
    let (status, refused) = run(&head).await;
    assert_eq!(status, 400);
    assert!(refused["message"].as_str().is_some_and(|text| text.starts_with("Cannot use draft workflow version.")));
    assert_eq!(delete(&old).await.0, 204);
    let (status, refused) = delete(&old).await;
    assert_eq!((status, &refused["message"]), (404, &json!(format!("Workflow with ID {old} not found"))));
    assert_eq!(run(&old).await.0, 404);
    let (status, _) = desk.get(&format!("{base}?limit=101")).await;
    assert_eq!(status, 400);
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
