//! Texts on a page, and more of their like.

use reqwest::Method;
use serde_json::json;

use super::page::Page;
use crate::common::{kinds, said};

#[tokio::test]
async fn a_text_comes_whole_or_in_pieces_and_another_like_it_only_whole() {
    let page = Page::new("app-completion").await;
    let body = |mode: &str| json!({"inputs": {"query": "tea"}, "response_mode": mode});
    let stream = page.stream("/completion-messages", body("streaming")).await;
    assert_eq!(kinds(&stream), ["message", "message_end"]);
    assert_eq!(stream.last().map(|end| &end["metadata"]), Some(&json!({"retriever_resources": [], "reasoning": {}})));
    let (_, whole) = page.post("/completion-messages", body("blocking")).await;
    assert_eq!(whole["answer"], said(&stream, "message"));

    let like = format!("/messages/{}/more-like-this", whole["id"].as_str().expect("an id"));
    let (status, more) = page.get(&format!("{like}?response_mode=blocking")).await;
    assert_eq!((status, &more["answer"]), (200, &whole["answer"]));
    assert_ne!(more["id"], whole["id"]);
    assert_eq!(more["metadata"].get("usage"), None);
    let empty = page.call(Method::GET, &format!("{like}?response_mode=streaming")).send().await.expect("answered");
    assert_eq!(empty.headers()["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(empty.text().await.expect("read"), "");
    page.all_agree();
    assert_eq!(page.get(&like).await.0, 400);
    let nobody = "/messages/00000000-0000-4000-8000-000000000000/more-like-this?response_mode=blocking";
    let (_, refused) = page.get(nobody).await;
    assert!(refused["message"].as_str().is_some_and(|text| text.starts_with("Message Not Exists. You have requested")));
    assert_eq!(Page::new("app-chat").await.get(nobody).await.1["code"], "not_completion_app");
}
