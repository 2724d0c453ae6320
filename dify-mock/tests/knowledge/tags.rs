use reqwest::Method;
use serde_json::json;

use super::library::{NOBODY, all, librarian, text};

#[tokio::test]
async fn tags_are_made_renamed_and_deleted() {
    let caller = librarian().await;
    let one = caller.dataset("One").await;
    let (_, red) = caller.post("/datasets/tags", json!({"name": "red"})).await;
    let (_, blue) = caller.post("/datasets/tags", json!({"name": "blue"})).await;
    assert_eq!(red["binding_count"], "0");
    let (status, refused) = caller.post("/datasets/tags", json!({"name": "red"})).await;
    assert_eq!((status, text(&refused["message"])), (400, "Tag name already exists"));

    let bind = json!({"tag_ids": [red["id"], blue["id"]], "target_id": one.trim_start_matches("/datasets/")});
    assert_eq!(caller.post("/datasets/tags/binding", bind.clone()).await.0, 204);
    assert_eq!(caller.post("/datasets/tags/unbinding", bind).await.0, 204);
    assert_eq!(all(&caller.get("/datasets?keyword=one").await.1, "name"), ["One"]);
    assert_eq!(caller.get("/datasets?tag_ids=a").await.0, 500);

    let rename = json!({"tag_id": red["id"], "name": "crimson"});
    assert_eq!(caller.send(Method::PATCH, "/datasets/tags", rename).await.1["name"], "crimson");
    let names: Vec<String> = all(&json!({"data": caller.get("/datasets/tags").await.1}), "name")
        .into_iter()
        .map(|name| text(name).to_owned())
        .collect();
    assert_eq!(names, ["blue", "crimson"]);
    let delete = async || caller.send(Method::DELETE, "/datasets/tags", json!({"tag_id": blue["id"]})).await.0;
    assert_eq!([delete().await, delete().await], [204, 404]);
    let lost = json!({"tag_ids": [red["id"]], "target_id": NOBODY});
    let (status, refused) = caller.post("/datasets/tags/binding", lost).await;
    assert_eq!(status, 404);
    assert!(text(&refused["message"]).ends_with("/v1/datasets/tags/unbinding or /v1/datasets/tags ?"));
    caller.all_agree();
}
