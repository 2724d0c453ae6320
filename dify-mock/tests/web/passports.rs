//! Passports and what else tells who visits.

use reqwest::Method;
use serde_json::{Value, json};

use super::page::Page;
use crate::common::read;

async fn answered(request: reqwest::RequestBuilder) -> (u16, Value) {
    read(request.send().await.expect("answered")).await
}

fn unauthorized(message: &str) -> (u16, Value) {
    (401, json!({"code": "unauthorized", "message": message, "status": 401}))
}

#[tokio::test]
async fn a_code_gets_a_passport_and_another_one_is_refused_as_recorded() {
    let page = Page::new("app-chat").await;
    assert!(page.passport.starts_with("eyJ"));
    let without = page.bare(Method::GET, "/passport").send().await.expect("answered");
    assert_eq!(without.headers()["www-authenticate"], "Bearer realm=\"api\"");
    assert!(!without.headers().contains_key("access-control-allow-origin"));
    assert_eq!(read(without).await, unauthorized("X-App-Code header is missing."));
    let message = "The requested URL was not found on the server. If you entered the URL manually please check your \
                   spelling and try again. You have requested this URI [/api/passport] but did you mean /api/passport \
                   or /api/forgot-password or /api/parameters ?";
    let nobody = page.caller.server.app_code("app-invalid");
    for code in ["nope", nobody.as_str()] {
        let (status, refused) = answered(page.bare(Method::GET, "/passport").header("X-App-Code", code)).await;
        assert_eq!((status, refused), (404, json!({"code": "not_found", "message": message, "status": 404})));
    }
    page.answers_agree();
}

#[tokio::test]
async fn every_key_has_a_page_of_its_own_with_the_same_code_on_every_run() {
    let (one, two) = (Page::new("app-chat").await, Page::new("app-chat").await);
    assert_eq!(one.code, two.code);
    assert!(one.code.len() == 16 && one.code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let mut codes: Vec<String> = dify_mock::KEYS.iter().map(|(key, _)| one.caller.server.app_code(key)).collect();
    codes.push(one.caller.server.app_code("app-of-my-own"));
    codes.sort_unstable();
    let count = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), count);
    let own = Page::new("app-of-my-own").await;
    assert_eq!(own.get("/site").await.1["site"]["title"], "of-my-own");
}

#[tokio::test]
async fn each_passport_is_a_visitor_of_its_own_unless_the_visitor_is_named() {
    let page = Page::new("app-chat").await;
    let visitor = async |passport: String| {
        let request = page.bare(Method::GET, "/site").header("X-App-Passport", passport);
        answered(request).await.1["end_user_id"].as_str().expect("an id").to_owned()
    };
    let (first, second) = (visitor(page.passport.clone()).await, visitor(page.somebody_else().await).await);
    assert_ne!(first, second);
    let (maria, again) = (page.passport("?user_id=maria").await, page.passport("?user_id=maria").await);
    assert_ne!(maria, again);
    assert_eq!(visitor(maria).await, visitor(again).await);

    let (_, known) = page.caller.get(&format!("/end-users/{first}")).await;
    assert_eq!((&known["type"], &known["is_anonymous"]), (&json!("browser"), &json!(true)));
    page.answers_agree();
}

#[tokio::test]
async fn without_a_good_passport_nothing_of_a_page_is_to_be_had() {
    let page = Page::new("app-chat").await;
    for path in ["/parameters", "/meta", "/site", "/conversations", "/saved-messages"] {
        let request = page.bare(Method::GET, path).header("X-App-Code", &page.code);
        assert_eq!(answered(request).await, unauthorized("App token is missing."));
    }
    let bearer = page.bare(Method::GET, "/site").bearer_auth(&page.passport);
    assert_eq!(answered(bearer).await, unauthorized("App token is missing."));
    let key = page.bare(Method::GET, "/conversations").bearer_auth("app-chat");
    assert_eq!(answered(key).await, unauthorized("App token is missing."));
    for (passport, message) in [("abc", "Invalid token."), ("eyJ.eyJ.abc", "Invalid token signature.")] {
        let request = page.bare(Method::GET, "/site").header("X-App-Passport", passport);
        assert_eq!(answered(request).await, unauthorized(message));
    }
    // The passport says which page it is for, so that it does without the code.
    let alone = page.bare(Method::GET, "/site").header("X-App-Passport", &page.passport);
    assert_eq!(answered(alone).await.0, 200);
    page.answers_agree();
}

#[tokio::test]
async fn revoked_passports_are_refused_until_there_is_a_new_one() {
    let mut page = Page::new("app-chat").await;
    page.passport = page.passport("?user_id=maria").await;
    page.talk("Hello", "").await;
    page.caller.server.revoke_passports();
    assert_eq!(page.get("/conversations").await, unauthorized("Token has expired."));
    page.passport = page.passport("?user_id=maria").await;
    let (status, list) = page.get("/conversations").await;
    assert_eq!((status, list["data"][0]["name"].as_str()), (200, Some("Hello")));
    page.all_agree();
}

#[tokio::test]
async fn logins_are_for_the_enterprise_edition() {
    let page = Page::new("app-chat").await;
    for body in [json!({"email": "maria@example.com", "password": "eA=="}), json!({}), json!([1])] {
        let (status, refused) = answered(page.bare(Method::POST, "/login").json(&body)).await;
        assert_eq!((status, &refused["code"]), (404, &json!("not_found")));
        assert!(refused["message"].as_str().is_some_and(|text| text.ends_with("/api/logout or /api/login/status ?")));
    }
    let permission = "/webapp/permission?appId=1";
    assert_eq!(page.get(permission).await.0, 500);
    let asked = page.bare(Method::GET, permission).bearer_auth(&page.passport);
    assert_eq!(answered(asked).await, (200, json!({"result": true})));
    assert_eq!(answered(page.bare(Method::GET, permission).bearer_auth("abc")).await.0, 401);
    assert_eq!(page.get("/webapp/permission").await.0, 400);
    page.answers_agree();
}
