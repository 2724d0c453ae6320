//! What a page is told of itself and of the server.

use reqwest::Method;
use serde_json::{Value, json};

use super::page::Page;

#[tokio::test]
async fn what_pages_are_told_of_themselves_agrees_with_the_document() {
    for key in ["app-chat", "app-agent", "app-roster", "app-chatflow", "app-completion", "app-workflow", "app-human"] {
        let page = Page::new(key).await;
        for path in ["/parameters", "/meta", "/site"] {
            assert_eq!(page.get(path).await.0, 200);
        }
        let (_, info) = page.caller.get("/info").await;
        let (_, site) = page.get("/site").await;
        assert_eq!((&site["mode"], &site["site"]["title"]), (&info["mode"], &info["name"]));
        page.all_agree();
    }
}

#[tokio::test]
async fn a_page_whose_api_is_switched_off_is_still_there() {
    let page = Page::new("app-disabled").await;
    assert_eq!(page.talk("Hello", "").await["mode"], "chat");
    assert_eq!(page.caller.get("/info").await.0, 403);
}

#[tokio::test]
async fn where_nothing_is_there_is_a_page_of_text_and_for_another_method_405() {
    let page = Page::new("app-chat").await;
    for path in ["/nope", "/conversations/abc/pin", "/swagger.json"] {
        let (status, body) = page.get(path).await;
        assert!(status == 404 && body.as_str().is_some_and(|text| text.starts_with("<!doctype html>")), "{path}");
    }
    let (status, refused) = page.ask(Method::DELETE, "/site").await;
    assert_eq!((status, &refused["code"]), (405, &Value::from("method_not_allowed")));
}

#[tokio::test]
async fn only_completion_applications_have_saved_texts() {
    let page = Page::new("app-chat").await;
    let message = "Please check if your Completion app mode matches the right API route.";
    let refused = json!({"code": "not_completion_app", "message": message, "status": 400});
    assert_eq!(page.get("/saved-messages").await, (400, refused));
    assert_eq!(Page::new("app-completion").await.get("/saved-messages").await.0, 200);
    page.all_agree();
}
