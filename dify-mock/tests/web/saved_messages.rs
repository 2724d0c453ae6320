//! Texts that visitors save.

use reqwest::Method;
use serde_json::{Value, json};

use crate::page::{Page, ids};

#[tokio::test]
async fn a_visitor_saves_texts_and_finds_the_last_saved_first() {
    let page = Page::new("app-completion").await;
    let mut made = Vec::new();
    for query in ["tea", "milk", "sugar"] {
        let body = json!({"inputs": {"query": query}, "response_mode": "blocking"});
        made.push(page.post("/completion-messages", body).await.1["id"].as_str().expect("an id").to_owned());
    }
    let save = async |id: &str| page.post("/saved-messages", json!({"message_id": id})).await;
    for id in [&made[0], &made[2], &made[1], &made[0]] {
        assert_eq!(save(id).await, (200, json!({"result": "success"})));
    }
    let (_, list) = page.get("/saved-messages?limit=2").await;
    assert_eq!((ids(&list), &list["has_more"]), (vec![made[1].as_str(), &made[2]], &json!(true)));
    assert_eq!((&list["data"][0]["inputs"], &list["data"][0]["query"]), (&json!({"query": "milk"}), &json!("")));
    assert_eq!(list["data"][0]["feedback"], Value::Null);
    let (_, rest) = page.get(&format!("/saved-messages?last_id={}", made[2])).await;
    assert_eq!((ids(&rest), &rest["has_more"]), (vec![made[0].as_str()], &json!(false)));
    for _ in 0..2 {
        assert_eq!(page.ask(Method::DELETE, &format!("/saved-messages/{}", made[2])).await.0, 204);
    }
    assert_eq!(ids(&page.get("/saved-messages").await.1), [made[1].as_str(), &made[0]]);
    page.all_agree();

    assert_eq!(save("00000000-0000-4000-8000-000000000000").await.1["message"], "Message Not Exists.");
    assert_eq!(save("no id").await.0, 400);
    let other = page.somebody_else().await;
    let foreign = page.bare(Method::GET, "/saved-messages").header("X-App-Passport", other).send().await;
    assert_eq!(foreign.expect("answered").json::<Value>().await.expect("JSON")["data"], json!([]));
    page.answers_agree();
}

#[tokio::test]
async fn only_completion_applications_have_saved_texts() {
    let page = Page::new("app-chat").await;
    let message = "Please check if your Completion app mode matches the right API route.";
    let refused = json!({"code": "not_completion_app", "message": message, "status": 400});
    assert_eq!(page.get("/saved-messages").await, (400, refused.clone()));
    assert_eq!(page.post("/saved-messages", json!({"message_id": "x"})).await, (400, refused));
    page.all_agree();
}
