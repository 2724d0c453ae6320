use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{Desk, NOBODY};

#[tokio::test]
async fn a_minted_key_opens_its_application_at_once_and_a_deleted_one_nothing() {
    let desk = Desk::new().await;
    let id = desk.make("mine", "chat").await;
    let keys = format!("/apps/{id}/api-keys");
    assert_eq!(desk.get(&keys).await, (200, json!({"data": []})));
    let (one, two) = (desk.mint(&id).await, desk.mint(&id).await);
    let (_, info) = desk.v1(&one, Method::GET, "/info", None).await;
    assert_eq!((&info["name"], &info["mode"]), (&json!("mine"), &json!("chat")));
    let ask = json!({"query": "Hello", "inputs": {}, "user": "maria"});
    let (status, _) = desk.v1(&one, Method::POST, "/chat-messages", Some(ask)).await;
    assert_eq!(status, 200);
    // Both keys are the same application's.
    let (_, conversations) = desk.v1(&two, Method::GET, "/conversations?user=maria", None).await;
    assert_eq!(conversations["data"].as_array().map(Vec::len), Some(1));
    let (_, list) = desk.get(&keys).await;
    assert_eq!((&list["data"][0]["token"], &list["data"][0]["type"]), (&json!(one), &json!("app")));
    assert!(list["data"][0]["last_used_at"].is_i64());

    let key = format!("{keys}/{}", list["data"][0]["id"].as_str().expect("an id"));
    assert_eq!(desk.order(Method::DELETE, &key).await.0, 204);
    assert_eq!(desk.order(Method::DELETE, &key).await, (404, json!({"message": "API key not found"})));
    let (status, refused) = desk.v1(&one, Method::GET, "/info", None).await;
    assert_eq!((status, &refused["message"]), (401, &json!("Access token is invalid")));
    assert_eq!(desk.v1(&two, Method::GET, "/info", None).await.0, 200);
    assert_eq!(desk.order(Method::DELETE, &format!("/apps/{id}")).await.0, 204);
    assert_eq!(desk.v1(&two, Method::GET, "/info", None).await.0, 401);
    desk.answers_agree();
}

#[tokio::test]
async fn the_eleventh_key_is_refused_as_recorded() {
    let desk = Desk::new().await;
    let id = desk.make("many", "workflow").await;
    for _ in 0..10 {
        desk.mint(&id).await;
    }
    let keys = format!("/apps/{id}/api-keys");
    let refusal = json!({"custom": "max_keys_exceeded", "message": "Cannot create more than 10 API keys for this resource type."});
    assert_eq!(desk.order(Method::POST, &keys).await, (400, refusal));
    let (status, refused) = desk.order(Method::POST, &format!("/apps/{NOBODY}/api-keys")).await;
    assert_eq!((status, refused.get("code")), (404, None));
    let message = refused["message"].as_str().expect("a message");
    assert!(message.starts_with("App not found. You have requested this URI [/console/api/apps/0"), "{message}");
    desk.answers_agree();
}

#[tokio::test]
async fn the_first_key_of_an_application_can_be_taken_away() {
    let desk = Desk::new().await;
    let (_, page) = desk.get("/apps?name=completion").await;
    let id = page["data"][0]["id"].as_str().expect("an id").to_owned();
    let minted = desk.mint(&id).await;
    let (_, list) = desk.get(&format!("/apps/{id}/api-keys")).await;
    assert_eq!(list["data"][0]["token"], "app-completion");
    let key = list["data"][0]["id"].as_str().expect("an id");
    assert_eq!(desk.order(Method::DELETE, &format!("/apps/{id}/api-keys/{key}")).await.0, 204);
    assert_eq!(desk.v1("app-completion", Method::GET, "/info", None).await.0, 401);
    assert_eq!(desk.v1(&minted, Method::GET, "/info", None).await.1["name"], "completion");
    desk.all_agree();
}

#[tokio::test]
async fn an_api_is_closed_and_opened_again() {
    let desk = Desk::new().await;
    let id = desk.make("mine", "chat").await;
    let key = desk.mint(&id).await;
    let switch = async |on: Value| desk.post(&format!("/apps/{id}/api-enable"), json!({"enable_api": on})).await;
    assert_eq!(switch(json!(false)).await.1["enable_api"], false);
    let (status, refused) = desk.v1(&key, Method::GET, "/info", None).await;
    assert_eq!((status, &refused["message"]), (403, &json!("The app's API service has been disabled.")));
    switch(json!(true)).await;
    assert_eq!(desk.v1(&key, Method::GET, "/info", None).await.0, 200);
    let (status, refused) = desk.post(&format!("/apps/{NOBODY}/api-enable"), json!({"enable_api": true})).await;
    let path = format!("/console/api/apps/{NOBODY}/api-enable");
    let message = format!(
        "App not found. You have requested this URI [{path}] but did you mean \
         /console/api/apps/<uuid:app_id>/api-enable ?"
    );
    assert_eq!((status, &refused["message"]), (404, &json!(message)));
    assert_eq!(desk.post(&format!("/apps/{id}/api-enable"), json!({})).await.0, 400);
    desk.answers_agree();
}
