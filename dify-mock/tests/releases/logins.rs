//! Sessions of the console and passports of pages.

use base64::Engine;
use dify_mock::{CONSOLE_EMAIL, CONSOLE_PASSWORD};
use reqwest::Method;
use serde_json::{Value, json};

use super::playing;
use crate::common::read;

#[tokio::test]
async fn a_logout_is_asked_for_by_get_up_to_1_9_1() {
    for (release, get, post) in [("1.0.1", 200, 405), ("1.9.1", 200, 405), ("1.9.2", 405, 401)] {
        let caller = playing(release, "app-chat").await;
        for (method, status) in [(Method::GET, get), (Method::POST, post)] {
            let url = format!("{}/logout", caller.server.console_url());
            let answered = caller.http.request(method, url).send().await.expect("answered");
            assert_eq!(answered.status(), status, "{release}");
        }
    }
}

#[tokio::test]
async fn the_console_logs_in_as_the_release_does() {
    let encoded = base64::engine::general_purpose::STANDARD.encode(CONSOLE_PASSWORD);
    for (release, password, refused, in_body) in [
        ("1.0.1", CONSOLE_PASSWORD, (400, "email_or_password_mismatch"), true),
        ("1.8.1", CONSOLE_PASSWORD, (401, "authentication_failed"), true),
        ("1.9.2", CONSOLE_PASSWORD, (401, "authentication_failed"), false),
        ("1.11.1", CONSOLE_PASSWORD, (401, "authentication_failed"), false),
        ("1.11.2", &encoded, (401, "authentication_failed"), false),
        ("1.16.1", &encoded, (401, "authentication_failed"), false),
    ] {
        let caller = playing(release, "app-chat").await;
        let console = caller.server.console_url();
        let login = async |password: &str| {
            let body = json!({"email": CONSOLE_EMAIL, "password": password});
            caller.http.post(format!("{console}/login")).json(&body).send().await.expect("answered")
        };
        let other = if password == CONSOLE_PASSWORD { &encoded } else { CONSOLE_PASSWORD };
        let (status, answer) = read(login(other).await).await;
        assert_eq!((status, &answer["code"]), (refused.0, &json!(refused.1)), "{release}");
        let response = login(password).await;
        let cookies = response.headers().get_all("set-cookie").iter().count();
        let (status, answer) = read(response).await;
        assert_eq!((status, cookies), (200, if in_body { 0 } else { 3 }), "{release}");
        assert_eq!(answer.get("data").is_some(), in_body, "{release}: {answer}");
        if in_body {
            let profile = |token: &Value| {
                let token = token.as_str().expect("a token").to_owned();
                caller.http.get(format!("{console}/account/profile")).bearer_auth(token)
            };
            let tokens = &answer["data"];
            let profiled = profile(&tokens["access_token"]).send().await.expect("answered");
            assert_eq!(profiled.status(), 200, "{release}");
            let body = json!({"refresh_token": tokens["refresh_token"]});
            let url = format!("{console}/refresh-token");
            let renewed = read(caller.http.post(url).json(&body).send().await.expect("answered")).await.1;
            let profiled = profile(&renewed["data"]["access_token"]).send().await.expect("answered");
            assert_eq!(profiled.status(), 200, "{release}");
        }
    }
}

#[tokio::test]
async fn a_page_takes_its_passport_where_the_release_does() {
    for (release, header, other, message) in [
        ("1.9.1", "authorization", "x-app-passport", "Authorization header is missing."),
        ("1.9.2", "x-app-passport", "authorization", "App token is missing."),
    ] {
        let caller = playing(release, "app-chat").await;
        let (web, code) = (caller.server.web_url(), caller.server.app_code("app-chat"));
        let passport = caller.http.get(format!("{web}/passport")).header("x-app-code", code).send().await;
        let (_, answer) = read(passport.expect("answered")).await;
        let token = answer["access_token"].as_str().expect("a passport");
        let asked = async |header: &str| {
            let text = if header == "authorization" { format!("Bearer {token}") } else { token.to_owned() };
            read(caller.http.get(format!("{web}/parameters")).header(header, text).send().await.expect("answered"))
                .await
        };
        assert_eq!(asked(header).await.0, 200, "{release}");
        let (status, refused) = asked(other).await;
        assert_eq!((status, &refused["message"]), (401, &json!(message)), "{release}");
    }
}
