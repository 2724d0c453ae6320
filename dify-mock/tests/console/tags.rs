use reqwest::Method;
use serde_json::json;

use crate::desk::{Desk, NOBODY};

#[tokio::test]
async fn tags_are_made_given_taken_and_deleted_as_recorded() {
    let desk = Desk::new().await;
    let app = desk.make("tagged", "chat").await;
    let (status, tag) = desk.post("/tags", json!({"name": "one", "type": "app"})).await;
    assert_eq!((status, &tag["binding_count"], &tag["type"]), (200, &json!("0"), &json!("app")));
    let id = tag["id"].as_str().expect("an id").to_owned();
    let binding = |target: &str| json!({"tag_ids": [id], "target_id": target, "type": "app"});
    assert_eq!(desk.post("/tag-bindings", binding(&app)).await, (200, json!({"result": "success"})));
    assert_eq!(desk.get("/tags?type=app").await.1[0]["binding_count"], "1");
    let (_, found) = desk.get(&format!("/apps?tag_ids={id}")).await;
    assert_eq!((&found["total"], &found["data"][0]["tags"][0]["name"]), (&json!(1), &json!("one")));
    let key = desk.mint(&app).await;
    assert_eq!(desk.v1(&key, Method::GET, "/info", None).await.1["tags"], json!(["one"]));
    let (status, refused) = desk.post("/tag-bindings", binding(NOBODY)).await;
    let message = "App not found. You have requested this URI [/console/api/tag-bindings] but did you mean \
        /console/api/tag-bindings or /console/api/tag-bindings/remove or /console/api/tags ?";
    assert_eq!((status, &refused["message"]), (404, &json!(message)));

    let path = format!("/tags/{id}");
    let (_, renamed) = desk.send(Method::PATCH, &path, json!({"name": "two", "type": "app"})).await;
    assert_eq!((&renamed["name"], &renamed["binding_count"]), (&json!("two"), &json!("1")));
    let (status, refused) =
        desk.post("/tag-bindings/remove", json!({"tag_id": id, "target_id": app, "type": "app"})).await;
    assert_eq!(status, 400);
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("tag_ids\n  Field required")), "{refused}");
    assert_eq!(desk.post("/tag-bindings/remove", binding(&app)).await.0, 200);
    assert_eq!(desk.get("/tags?type=app&keyword=TW").await.1[0]["binding_count"], "0");
    assert_eq!(desk.order(Method::DELETE, &path).await.0, 204);
    assert_eq!(desk.order(Method::DELETE, &path).await.1["message"], "Tag not found");
    assert_eq!(desk.send(Method::PATCH, &path, json!({"name": "x", "type": "app"})).await.0, 404);
    assert_eq!(desk.get("/tags").await.0, 500);
    let (_, refused) = desk.post("/tags", json!({"name": "x", "type": "zzz"})).await;
    let message = "1 validation error for TagCreatePayload\ntype\n  Input should be 'app', 'knowledge' or 'snippet'";
    assert!(refused["message"].as_str().is_some_and(|text| text.starts_with(message)), "{refused}");
    desk.answers_agree();
}

#[tokio::test]
async fn tags_of_knowledge_are_those_of_its_keys() {
    let desk = Desk::new().await;
    let (_, tag) = desk.post("/tags", json!({"name": "books", "type": "knowledge"})).await;
    let (_, made) = desk.post("/datasets", json!({"name": "Library"})).await;
    let binding = json!({"tag_ids": [tag["id"]], "target_id": made["id"], "type": "knowledge"});
    assert_eq!(desk.post("/tag-bindings", binding).await.0, 200);
    let (_, tags) = desk.v1("dataset-knowledge", Method::GET, "/datasets/tags", None).await;
    assert_eq!((&tags[0]["id"], &tags[0]["binding_count"]), (&tag["id"], &json!("1")));
    assert_eq!(desk.get("/tags?type=knowledge").await.1[0]["binding_count"], "1");
    assert_eq!(desk.get("/tags?type=app").await.1, json!([]));
    desk.all_agree();
}
