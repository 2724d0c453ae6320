use std::time::Duration;

use dify_mock::{CONSOLE_EMAIL, CONSOLE_PASSWORD, Server};
use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{Desk, Tokens, encoded};
use crate::common::read;

#[tokio::test]
async fn a_login_sets_three_cookies_as_recorded() {
    let desk = Desk::new().await;
    let response = desk.login(CONSOLE_PASSWORD).await;
    let cookies: Vec<String> =
        response.headers().get_all("set-cookie").iter().map(|value| value.to_str().expect("text").to_owned()).collect();
    assert_eq!(cookies.len(), 3);
    for (cookie, name, end) in [
        (&cookies[0], "access_token=eyJ", "GMT; Max-Age=3600; HttpOnly; Path=/; SameSite=Lax"),
        (&cookies[1], "refresh_token=", "GMT; Max-Age=2592000; HttpOnly; Path=/; SameSite=Lax"),
        (&cookies[2], "csrf_token=eyJ", "GMT; Max-Age=3600; Path=/; SameSite=Lax"),
    ] {
        assert!(cookie.starts_with(name) && cookie.ends_with(end), "{cookie}");
    }
    assert!(response.headers().get("access-control-allow-origin").is_none());
    assert_eq!(read(response).await, (200, json!({"result": "success"})));
    let (status, profile) = desk.get("/account/profile").await;
    assert_eq!((status, &profile["email"], &profile["name"]), (200, &json!(CONSOLE_EMAIL), &json!("Admin")));
    desk.all_agree();
}

#[tokio::test]
async fn a_wrong_login_hears_what_was_recorded() {
    let desk = Desk::new().await;
    let login =
        async |body: Value| read(desk.bare(Method::POST, "/login").json(&body).send().await.expect("answered")).await;
    for (password, message) in [
        (CONSOLE_PASSWORD.to_owned(), "Invalid encrypted data"),
        (encoded("Passw0rd12").trim_end_matches('=').to_owned(), "Invalid encrypted data"),
        (encoded("Wrongpass1"), "Invalid email or password."),
    ] {
        let (status, body) = login(json!({"email": CONSOLE_EMAIL, "password": password})).await;
        assert_eq!((status, &body["code"]), (401, &json!("authentication_failed")));
        assert_eq!(body["message"], message, "{password}");
    }
    let (status, body) = login(json!({"email": CONSOLE_EMAIL})).await;
    // As recorded: dify-1.16.1/console/010.
    let message = "1 validation error for LoginPayload\npassword\n  Field required [type=missing, \
        input_value={'email': 'admin@example.com'}, input_type=dict]\n    For further information visit \
        https://errors.pydantic.dev/2.12/v/missing";
    assert_eq!((status, &body["message"]), (400, &json!(message)));
    let (status, body) = login(json!({"email": "nope", "password": encoded("x")})).await;
    assert_eq!((status, &body["code"]), (400, &json!("invalid_param")));
    assert!(body["message"].as_str().is_some_and(|text| text.contains("nope is not a valid email.")), "{body}");
    let broken = desk.bare(Method::POST, "/login").header("content-type", "application/json").body("{");
    assert_eq!(read(broken.send().await.expect("answered")).await.1["code"], "bad_request");
    desk.answers_agree();
}

#[tokio::test]
async fn every_call_needs_the_token_and_twice_the_other_one() {
    let desk = Desk::new().await;
    let tokens = desk.tokens.clone();
    let asked = async |cookie: &str, bearer: &str, csrf: &str| {
        let mut request = desk.bare(Method::GET, "/account/profile").header("cookie", cookie);
        if !bearer.is_empty() {
            request = request.bearer_auth(bearer);
        }
        if !csrf.is_empty() {
            request = request.header("x-csrf-token", csrf);
        }
        let response = request.send().await.expect("answered");
        assert_eq!(response.headers().contains_key("www-authenticate"), response.status() == 401);
        let (status, body) = read(response).await;
        (status, body["message"].as_str().unwrap_or_default().to_owned())
    };
    let forged = (401, "CSRF token is missing or invalid.".to_owned());
    assert_eq!(asked("", "", "").await, (401, "Invalid Authorization token.".to_owned()));
    assert_eq!(asked(&tokens.cookie(), "", "").await, forged);
    assert_eq!(asked(&tokens.cookie(), "", "other").await, forged);
    assert_eq!(asked("", &tokens.access, "").await, forged);
    assert_eq!(asked("csrf_token=made-up", &tokens.access, "made-up").await, forged);
    let csrf = format!("csrf_token={}", tokens.csrf);
    assert_eq!(asked(&csrf, &tokens.access, &tokens.csrf).await.0, 200);
    let tampered = Tokens { access: format!("{}x", tokens.access), ..tokens.clone() };
    assert_eq!(asked(&tampered.cookie(), "", &tokens.csrf).await, (401, "Invalid token signature.".to_owned()));
    assert_eq!(asked(&tokens.cookie(), "", &tokens.csrf).await.0, 200);
    desk.answers_agree();
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_and_the_old_one_works_once() {
    let desk = Desk::new().await;
    let refresh = async |cookie: &str| {
        let request = desk.bare(Method::POST, "/refresh-token").header("cookie", cookie);
        request.send().await.expect("answered")
    };
    let first = refresh(&desk.tokens.cookie()).await;
    let names: Vec<String> = first
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|cookie| cookie.to_str().ok()?.split_once('=').map(|(name, _)| name.to_owned()))
        .collect();
    assert_eq!(names, ["csrf_token", "access_token", "refresh_token"]);
    let renewed = Tokens::of(&first);
    assert!(renewed.access != desk.tokens.access && renewed.refresh != desk.tokens.refresh);
    // The old access token stays good.
    assert_eq!(desk.get("/account/profile").await.0, 200);
    for (cookie, message) in [
        (desk.tokens.cookie(), "Invalid refresh token"),
        ("refresh_token=nope".to_owned(), "Invalid refresh token"),
        (String::new(), "No refresh token provided"),
    ] {
        let response = refresh(&cookie).await;
        assert!(!response.headers().contains_key("www-authenticate"));
        assert_eq!(read(response).await, (401, json!({"result": "fail", "message": message})));
    }
    assert_eq!(refresh(&renewed.cookie()).await.status(), 200);
    desk.all_agree();
}

#[tokio::test]
async fn expired_sessions_are_refused_and_refreshed() {
    let mut desk = Desk::new().await;
    desk.caller.server.expire_sessions();
    let (status, body) = desk.get("/account/profile").await;
    assert_eq!((status, &body["message"]), (401, &json!("Token has expired.")));
    let response = desk.call(Method::POST, "/refresh-token").send().await.expect("answered");
    desk.tokens = Tokens::of(&response);
    assert_eq!(desk.get("/account/profile").await.0, 200);
    let refreshes =
        desk.caller.server.requests().iter().filter(|request| request.path.ends_with("/refresh-token")).count();
    assert_eq!(refreshes, 1);

    let short = Desk::of(Server::builder().session_time(Duration::from_millis(150))).await;
    assert_eq!(short.get("/account/profile").await.0, 200);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(short.get("/account/profile").await.0, 401);
}

#[tokio::test]
async fn a_logout_clears_the_cookies_and_ends_the_refresh_token() {
    let desk = Desk::new().await;
    let response = desk.call(Method::POST, "/logout").send().await.expect("answered");
    let cookies: Vec<&str> =
        response.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect();
    assert_eq!(
        cookies,
        [
            "access_token=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Path=/; SameSite=Lax",
            "refresh_token=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Path=/; SameSite=Lax",
            "csrf_token=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; SameSite=Lax",
        ]
    );
    assert_eq!(desk.get("/account/profile").await.0, 200);
    let refresh = desk.call(Method::POST, "/refresh-token").send().await.expect("answered");
    assert_eq!(refresh.status(), 401);
    assert_eq!(desk.bare(Method::POST, "/logout").send().await.expect("answered").status(), 401);
    desk.all_agree();
}

#[tokio::test]
async fn a_fresh_server_is_set_up_once() {
    let caller = crate::common::Caller::of(Server::builder().without_account(), "app-chat").await;
    let desk = Desk { caller, tokens: Tokens::default() };
    assert_eq!(desk.get("/setup").await, (200, json!({"step": "not_started", "setup_at": null})));
    assert_eq!(read(desk.login(CONSOLE_PASSWORD).await).await.1["code"], "not_setup");
    let account = |email: &str, password: &str| json!({"email": email, "name": "Mei", "password": password});
    for (email, password) in [("mei@example.com", "short"), ("nope", "Passw0rd123")] {
        let (status, body) = desk.post("/setup", account(email, password)).await;
        assert_eq!((status, &body["error"]["type"]), (422, &json!("validation_error")));
    }
    let good = account(CONSOLE_EMAIL, CONSOLE_PASSWORD);
    assert_eq!(desk.post("/setup", good.clone()).await, (201, json!({"result": "success"})));
    let (status, body) = desk.post("/setup", good).await;
    assert_eq!((status, &body["error"]["type"]), (403, &json!("authorization_error")));
    assert_eq!(desk.get("/setup").await.1["step"], "finished");
    assert_eq!(desk.login(CONSOLE_PASSWORD).await.status(), 200);
    desk.answers_agree();
}

#[tokio::test]
async fn a_server_shown_for_debugging_shows_no_secret() {
    let desk = Desk::new().await;
    let key = desk.mint(&desk.make("mine", "chat").await).await;
    let shown = format!("{:?}", desk.caller.server);
    // The record of requests is for tests and has everything; the state has nothing.
    let state = shown.split("world:").nth(1).expect("the state");
    for secret in [&key, &desk.tokens.access, &desk.tokens.refresh, CONSOLE_PASSWORD] {
        assert!(!state.contains(secret), "{state}");
    }
}
