mod crowds;
mod releases;

use crate::{
    Console, ErrorKind, WebApp,
    tests::test_server::{Server, Step, answer, say},
};
use reqwest::Method;

const REFUSED: &str = r#"{"code":"unauthorized","message":"Token has expired.","status":401}"#;

fn refused() -> Vec<Step> {
    answer(401, "application/json", REFUSED)
}

fn fine() -> Vec<Step> {
    answer(200, "application/json", "{}")
}

/// A success that sets the cookies of a session, in this number.
fn session(number: u32, prefix: &str) -> Vec<Step> {
    let body = r#"{"result":"success"}"#;
    let cookie =
        |name: &str| format!("Set-Cookie: {prefix}{name}={name}-5ecret-{number}; HttpOnly; Path=/; Max-Age=3600\r\n");
    let cookies = ["csrf_token", "access_token", "refresh_token"].map(cookie).concat();
    vec![say(format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{cookies}Content-Length: {}\r\n\r\n{body}",
        body.len()
    ))]
}

fn passport(number: u32) -> Vec<Step> {
    answer(200, "application/json", &format!(r#"{{"access_token":"passport-5ecret-{number}"}}"#))
}

fn console(server: &Server) -> Console {
    let builder = Console::builder().base_url(server.base_url.replace("/v1", "/console/api"));
    builder.login("maria@example.com", "pass-5ecret").build().expect("a client")
}

fn page(server: &Server) -> WebApp {
    let base = server.base_url.replace("/v1", "/api");
    WebApp::builder().base_url(base).app_code("code-1").user_id("visitor-1").build().expect("a client")
}

/// The header of a request, in whichever case.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    request.lines().find_map(|line| {
        let (known, value) = line.split_once(": ")?;
        known.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// Method and path of each request.
fn lines(server: &Server) -> Vec<String> {
    server.seen().iter().map(|request| request.split(" HTTP/").next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn the_first_call_logs_in_and_each_proves_itself_twice() {
    let server = Server::start(vec![session(1, ""), fine(), fine()]).await;
    let console = console(&server);
    for path in ["/apps", "/tags"] {
        console.request(Method::GET, path).send().await.expect("an answer");
    }
    assert_eq!(lines(&server), ["POST /console/api/login", "GET /console/api/apps", "GET /console/api/tags"]);
    let seen = server.seen();
    // `pass-5ecret` in base64.
    assert!(seen[0].contains(r#""password":"cGFzcy01ZWNyZXQ=""#), "{}", seen[0]);
    for request in &seen[1..] {
        assert_eq!(header(request, "x-csrf-token"), Some("csrf_token-5ecret-1"));
        let cookies = header(request, "cookie").expect("cookies");
        assert_eq!(cookies, "access_token=access_token-5ecret-1; csrf_token=csrf_token-5ecret-1");
    }
}

#[tokio::test]
async fn callers_with_an_expired_session_renew_it_once() {
    let mut scripts = vec![session(1, "__Host-"), fine()];
    scripts.extend([refused(), refused(), refused(), session(2, "__Host-"), fine()]);
    let server = Server::start(scripts).await;
    let console = console(&server);
    console.request(Method::GET, "/apps").send().await.expect("an answer");
    let call = |path: &'static str| console.request(Method::POST, path).json(&1).send();
    let (a, b, c) = tokio::join!(call("/a"), call("/b"), call("/c"));
    for response in [a, b, c] {
        assert_eq!(response.expect("an answer").attempts(), 2);
    }
    let lines = lines(&server);
    assert_eq!(lines.iter().filter(|line| line.contains("refresh-token")).count(), 1, "{lines:?}");
    assert_eq!(lines.len(), 2 + 3 + 1 + 3, "{lines:?}");
    let seen = server.seen();
    let refresh = seen.iter().find(|request| request.contains("/refresh-token")).expect("a refresh");
    assert!(header(refresh, "cookie").is_some_and(|all| all.contains("__Host-refresh_token=refresh_token-5ecret-1")));
    for request in &seen[6..] {
        assert_eq!(header(request, "x-csrf-token"), Some("csrf_token-5ecret-2"));
        assert!(!request.contains("refresh_token-5ecret"), "only the refresh itself carries that token");
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_renewed_is_begun_anew() {
    let over = answer(401, "application/json", r#"{"result":"fail","message":"Invalid refresh token"}"#);
    let server = Server::start(vec![session(1, ""), refused(), over, session(2, ""), fine()]).await;
    console(&server).request(Method::GET, "/apps").send().await.expect("an answer");
    assert_eq!(
        lines(&server),
        [
            "POST /console/api/login",
            "GET /console/api/apps",
            "POST /console/api/refresh-token",
            "POST /console/api/login",
            "GET /console/api/apps"
        ]
    );
}

#[tokio::test]
async fn given_tokens_are_used_and_their_refusal_is_told() {
    let server = Server::start(vec![refused()]).await;
    let base = server.base_url.replace("/v1", "");
    let console = Console::builder().base_url(base).tokens("access-5ecret", "csrf-5ecret").build().expect("a client");
    let error = console.request(Method::GET, "/apps").send().await.expect_err("refused");
    assert!(error.to_string().contains("log in again") && !format!("{error:?}{error}").contains("5ecret"), "{error}");
    let seen = server.seen();
    assert_eq!(seen.len(), 1, "there is nothing to renew it by");
    assert!(seen[0].starts_with("GET /console/api/apps "), "{}", seen[0]);
    assert!(header(&seen[0], "cookie").is_some_and(|all| all.contains("__Host-csrf_token=csrf-5ecret")));
}

#[tokio::test]
async fn after_a_logout_nobody_logs_in_by_themselves() {
    let cookies = ["access_token", "refresh_token", "csrf_token"]
        .map(|name| format!("Set-Cookie: {name}=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/\r\n"))
        .concat();
    let out = vec![say(format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{cookies}Content-Length: 20\r\n\r\n{{\"result\":\"success\"}}"
    ))];
    let server = Server::start(vec![session(1, ""), out]).await;
    let console = console(&server);
    console.account().logout().await.expect("logged out");
    let error = console.request(Method::GET, "/apps").send().await.expect_err("logged out");
    assert!(matches!(error.kind(), ErrorKind::Config(_)) && error.to_string().contains("logged out"), "{error}");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_page_fetches_its_passport_once_for_all_who_wait() {
    let server = Server::start(vec![passport(1), fine()]).await;
    let page = page(&server);
    let call = |path: &'static str| page.request(Method::GET, path).send();
    let (a, b, c) = tokio::join!(call("/a"), call("/b"), call("/c"));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    let seen = server.seen();
    assert_eq!(seen.iter().filter(|request| request.contains("/passport")).count(), 1);
    assert!(seen[0].starts_with("GET /api/passport?user_id=visitor-1 "), "{}", seen[0]);
    for request in &seen {
        assert_eq!(header(request, "x-app-code"), Some("code-1"));
    }
    assert!(seen[1..].iter().all(|request| header(request, "x-app-passport") == Some("passport-5ecret-1")));
}

#[tokio::test]
async fn a_refused_passport_is_fetched_anew_once_and_then_the_error_says_what_to_do() {
    let server =
        Server::start(vec![passport(1), refused(), passport(2), fine(), refused(), passport(3), refused()]).await;
    let page = page(&server);
    assert_eq!(page.request(Method::GET, "/a").send().await.expect("an answer").attempts(), 2);
    let error = page.request(Method::GET, "/b").send().await.expect_err("refused again");
    assert!(error.to_string().contains("connect with its site code again"), "{error}");
    assert_eq!((error.attempts(), server.seen().len()), (2, 7));
    assert!(!format!("{page:?}{error:?}{error}").contains("5ecret"));
}

#[tokio::test]
async fn a_page_that_is_not_there_is_told_when_connecting() {
    let missing = answer(404, "application/json", r#"{"code":"not_found","message":"no such page","status":404}"#);
    let server = Server::start(vec![missing]).await;
    let error = WebApp::connect(server.base_url.replace("/v1", ""), "nobody").await.expect_err("no page");
    assert_eq!(error.operation(), Some("web_session_passport"));
}

#[test]
fn the_environment_gives_an_account_or_tokens_and_says_what_it_lacks() {
    use crate::ConsoleBuilder;
    use std::env::VarError;

    let from = |known: &'static [(&'static str, &'static str)]| {
        ConsoleBuilder::from_variables(move |name| {
            let found = known.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
        })
    };
    let builder =
        from(&[("DIFY_CONSOLE_EMAIL", "m@example.com"), ("DIFY_CONSOLE_PASSWORD", "pass-5ecret")]).expect("set");
    assert!(!format!("{builder:?}").contains("5ecret"));
    assert!(from(&[("DIFY_CONSOLE_ACCESS_TOKEN", "a"), ("DIFY_CONSOLE_CSRF_TOKEN", "c")]).is_ok());
    for lacking in [&[][..], &[("DIFY_CONSOLE_EMAIL", "m@example.com")], &[("DIFY_CONSOLE_ACCESS_TOKEN", "a")]] {
        let error = from(lacking).expect_err("something is missing").to_string();
        assert!(error.contains("DIFY_CONSOLE_"), "{error}");
    }
}
