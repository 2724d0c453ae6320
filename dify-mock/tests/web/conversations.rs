//! The visitor's conversations.

use reqwest::Method;
use serde_json::{Value, json};

use super::page::{Page, ids};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn conversations_are_listed_renamed_and_deleted_by_their_visitor_alone() {
    let page = Page::new("app-chat").await;
    let mut made = Vec::new();
    for query in ["One", "Two", "A question that is longer than a title"] {
        made.push(page.talk(query, "").await["conversation_id"].as_str().expect("an id").to_owned());
    }
    let (_, first) = page.get("/conversations?limit=2").await;
    assert_eq!((ids(&first), &first["has_more"]), (vec![made[2].as_str(), &made[1]], &json!(true)));
    assert_eq!(first["data"][0]["name"], "A question that is l…");
    let (_, last) = page.get(&format!("/conversations?last_id={}&sort_by=-updated_at", made[1])).await;
    assert_eq!((ids(&last), &last["has_more"]), (vec![made[0].as_str()], &json!(false)));
    let (status, refused) = page.get(&format!("/conversations?last_id={NOBODY}")).await;
    let message = refused["message"].as_str().unwrap_or_default();
    let guess = "Last Conversation Not Exists. You have requested this URI [/api/conversations] but did you mean /api/";
    assert!(status == 404 && message.starts_with(guess), "{message}");

    let name = format!("/conversations/{}/name", made[0]);
    assert_eq!(page.post(&name, json!({"name": "web name"})).await.1["name"], "web name");
    assert_eq!(page.post(&name, json!({"auto_generate": true})).await.1["name"], "One");
    let (status, refused) = page.post(&name, json!({"name": " "})).await;
    assert!(
        status == 400 && refused["message"].as_str().is_some_and(|text| text.contains("ConversationRenamePayload"))
    );

    let path = format!("/conversations/{}", made[0]);
    let other = page.somebody_else().await;
    let foreign = |method: Method, path: &str| page.bare(method, path).header("X-App-Passport", &other).send();
    assert_eq!(foreign(Method::DELETE, &path).await.expect("answered").status(), 404);
    assert_eq!(page.ask(Method::DELETE, &path).await.0, 204);
    let (status, again) = page.ask(Method::DELETE, &path).await;
    assert_eq!((status, &again["message"]), (404, &json!("Conversation Not Exists.")));
    page.answers_agree();
}

#[tokio::test]
async fn what_a_visitor_does_is_seen_through_the_key_as_well() {
    let mut page = Page::new("app-chat").await;
    page.passport = page.passport("?user_id=maria").await;
    let made = page.talk("Hello", "").await;
    let (_, list) = page.caller.get("/conversations?user=maria").await;
    assert_eq!(ids(&list), [made["conversation_id"].as_str().expect("an id")]);
    let body = json!({"query": "And you?", "inputs": {}, "user": "maria", "conversation_id": made["conversation_id"]});
    let (_, answer) = page.caller.post("/chat-messages", body).await;
    let conversation = made["conversation_id"].as_str().expect("an id");
    let (_, turns) = page.get(&format!("/messages?conversation_id={conversation}")).await;
    assert_eq!(ids(&turns), [made["id"].as_str().expect("an id"), answer["id"].as_str().expect("an id")]);
    let rate = format!("/messages/{}/feedbacks", made["id"].as_str().expect("an id"));
    assert_eq!(page.post(&rate, json!({"rating": "like"})).await, (200, json!({"result": "success"})));
    let (_, turns) = page.caller.get(&format!("/messages?user=maria&conversation_id={conversation}")).await;
    assert_eq!(turns["data"][0]["feedback"], json!({"rating": "like"}));
    assert_eq!(page.caller.get("/conversations?user=otto").await.1["data"], Value::Array(Vec::new()));
    page.all_agree();
}
