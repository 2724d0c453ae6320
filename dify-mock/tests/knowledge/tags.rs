use reqwest::Method;
use serde_json::json;

use crate::library::{NOBODY, all, librarian, text};

#[tokio::test]
async fn tags_are_made_bound_counted_and_taken_away() {
    let caller = librarian().await;
    let (one, two) = (caller.dataset("One").await, caller.dataset("Two").await);
    let id = |path: &str| path.trim_start_matches("/datasets/").to_owned();
    let (_, red) = caller.post("/datasets/tags", json!({"name": "red"})).await;
    let (_, blue) = caller.post("/datasets/tags", json!({"name": "blue"})).await;
    assert_eq!(red["binding_count"], "0");
    let (status, refused) = caller.post("/datasets/tags", json!({"name": "red"})).await;
    assert_eq!((status, text(&refused["message"])), (400, "Tag name already exists"));

    let bind = json!({"tag_ids": [red["id"], blue["id"]], "target_id": id(&one)});
    assert_eq!(caller.post("/datasets/tags/binding", bind.clone()).await.0, 204);
    assert_eq!(caller.post("/datasets/tags/binding", bind).await.0, 204);
    let bind = json!({"tag_ids": [red["id"]], "target_id": id(&two)});
    assert_eq!(caller.post("/datasets/tags/binding", bind).await.0, 204);
    let (_, tags) = caller.get("/datasets/tags").await;
    let counts: Vec<&str> = tags.as_array().expect("a list").iter().map(|tag| text(&tag["binding_count"])).collect();
    assert_eq!(counts, ["1", "2"]);
    let (_, bound) = caller.get(&format!("{one}/tags")).await;
    assert_eq!((all(&bound, "name"), &bound["total"]), (vec![&json!("red"), &json!("blue")], &json!(2)));
    let both = format!("/datasets?tag_ids={}&tag_ids={}", text(&red["id"]), text(&blue["id"]));
    assert_eq!(all(&caller.get(&both).await.1, "name"), ["One"]);
    assert_eq!(caller.get("/datasets?tag_ids=a").await.0, 500);

    let rename = json!({"tag_id": red["id"], "name": "crimson"});
    assert_eq!(caller.send(Method::PATCH, "/datasets/tags", rename).await.1["binding_count"], "2");
    let unbind = json!({"tag_id": red["id"], "target_id": id(&one)});
    assert_eq!(caller.post("/datasets/tags/unbinding", unbind).await.0, 204);
    assert_eq!(caller.get(&one).await.1["tags"][0]["name"], "blue");
    let delete = async || caller.send(Method::DELETE, "/datasets/tags", json!({"tag_id": blue["id"]})).await.0;
    assert_eq!([delete().await, delete().await], [204, 404]);
    assert_eq!(caller.get(&one).await.1["tags"], json!([]));
    let lost = json!({"tag_ids": [red["id"]], "target_id": NOBODY});
    let (status, refused) = caller.post("/datasets/tags/binding", lost).await;
    assert_eq!(status, 404);
    assert!(text(&refused["message"]).ends_with("/v1/datasets/tags/unbinding or /v1/datasets/tags ?"));
    caller.all_agree();
}
