//! What was said on a page.

use serde_json::json;

use super::page::{Page, ids};

#[tokio::test]
async fn messages_go_back_by_cursor_and_tell_the_costs() {
    let page = Page::new("app-chat").await;
    let first = page.talk("1", "").await;
    let conversation = first["conversation_id"].as_str().expect("an id");
    let second = page.talk("2", conversation).await;
    let list = format!("/messages?conversation_id={conversation}");
    let (_, newest) = page.get(&format!("{list}&limit=1")).await;
    assert_eq!((ids(&newest), &newest["has_more"]), (vec![second["id"].as_str().expect("an id")], &json!(true)));
    let (_, before) = page.get(&format!("{list}&first_id={}", second["id"].as_str().expect("an id"))).await;
    assert_eq!((&before["data"][0]["id"], &before["has_more"]), (&first["id"], &json!(false)));
    let metadata = &before["data"][0]["metadata"];
    assert!(metadata["usage"]["total_price"].is_string() && metadata["annotation_reply"].is_null());
    page.all_agree();

    let (status, refused) = page.get("/messages").await;
    let message = "1 validation error for MessageListQuery\nconversation_id\n  Field required [type=missing, \
                   input_value={}, input_type=dict]\n    For further information visit \
                   https://errors.pydantic.dev/2.12/v/missing";
    assert_eq!((status, &refused["message"]), (400, &json!(message)));
    page.answers_agree();
}

#[tokio::test]
async fn ratings_and_suggestions_are_for_the_visitors_own_messages() {
    let page = Page::new("app-chat").await;
    let said = page.talk("Hello", "").await;
    let message = format!("/messages/{}", said["id"].as_str().expect("an id"));
    let rate = format!("{message}/feedbacks");
    assert_eq!(page.post(&rate, json!({"rating": "like", "content": "nice"})).await.0, 200);
    assert_eq!(page.post(&rate, json!({"rating": null})).await.0, 200);
    assert_eq!(page.post(&rate, json!({"rating": null})).await.0, 400);
    let (_, next) = page.get(&format!("{message}/suggested-questions")).await;
    assert_eq!(next["data"].as_array().map(Vec::len), Some(3));
    assert_eq!(next.get("result"), None);
    let other = page.somebody_else().await;
    let path = format!("{message}/suggested-questions");
    let foreign = page.bare(reqwest::Method::GET, &path).header("X-App-Passport", other).send().await;
    assert_eq!(foreign.expect("answered").status(), 404);
    page.answers_agree();
    let (status, refused) = Page::new("app-workflow").await.get(&path).await;
    assert_eq!((status, &refused["code"]), (400, &json!("not_completion_app")));
}
