//! Logins at servers of every release.

use super::*;
use crate::{tests::test_server::json_of, types::LoginReply};

const MISMATCH: &str =
    r#"{"code":"email_or_password_mismatch","message":"The email or password is mismatched.","status":400}"#;
const FAILED: &str = r#"{"code":"authentication_failed","message":"Invalid email or password.","status":401}"#;

fn tokens(number: u32) -> String {
    format!(
        r#"{{"result":"success","data":{{"access_token":"access-5ecret-{number}","refresh_token":"refresh-5ecret-{number}"}}}}"#
    )
}

#[tokio::test]
async fn a_server_before_1_9_2_takes_a_token_in_a_header() {
    for (version, status, refusal) in
        [("0.15.8", 400, MISMATCH), ("1.7.2", 400, MISMATCH), ("1.8.1", 401, FAILED), ("1.9.1", 401, FAILED)]
    {
        let answer = |status, body: &str| json_of(version, status, body);
        let server = Server::start(vec![
            answer(status, refusal),
            answer(200, &tokens(1)),
            answer(200, "{}"),
            answer(401, REFUSED),
            answer(200, &tokens(2)),
            answer(200, "{}"),
            answer(401, REFUSED),
            answer(401, r#"{"result":"fail","message":"Invalid refresh token"}"#),
            answer(200, &tokens(3)),
            answer(200, "{}"),
            answer(200, r#"{"result":"success"}"#),
        ])
        .await;
        let console = console(&server);
        for path in ["/a", "/b", "/c"] {
            console.request(Method::GET, path).send().await.expect("an answer");
        }
        console.account().logout().await.expect("logged out");
        let (login, refresh) = ("POST /console/api/login", "POST /console/api/refresh-token");
        let [a, b, c] = ["a", "b", "c"].map(|path| format!("GET /console/api/{path}"));
        assert_eq!(
            lines(&server),
            [login, login, &a, &b, refresh, &b, &c, refresh, login, &c, "GET /console/api/logout"]
        );
        let seen = server.seen();
        assert!(seen[0].contains(r#""password":"cGFzcy01ZWNyZXQ=""#), "{}", seen[0]);
        for plain in [1, 8] {
            assert!(seen[plain].contains(r#""password":"pass-5ecret""#), "{}", seen[plain]);
        }
        assert!(seen[4].contains(r#"{"refresh_token":"refresh-5ecret-1"}"#), "{}", seen[4]);
        for (request, number) in [(2, 1), (3, 1), (5, 2), (6, 2), (9, 3), (10, 3)] {
            let bearer = format!("Bearer access-5ecret-{number}");
            assert_eq!(header(&seen[request], "authorization"), Some(&*bearer));
            assert_eq!(header(&seen[request], "cookie"), None);
        }
        assert!(!format!("{console:?}").contains("5ecret"));
    }
}

#[tokio::test]
async fn a_server_before_1_11_2_takes_the_password_as_it_is() {
    let server = Server::start(vec![json_of("1.10.1", 401, FAILED), session(1, ""), fine()]).await;
    console(&server).request(Method::GET, "/a").send().await.expect("an answer");
    let seen = server.seen();
    assert!(seen[1].contains(r#""password":"pass-5ecret""#), "{}", seen[1]);
    assert!(header(&seen[2], "cookie").is_some_and(|cookies| cookies.contains("access_token-5ecret-1")));
}

#[tokio::test]
async fn a_wrong_password_is_tried_no_further() {
    for (version, status, refusal, logins) in
        [("1.7.2", 400, MISMATCH, 2), ("1.8.1", 401, FAILED, 2), ("1.11.2", 401, FAILED, 1), ("1.16.1", 401, FAILED, 1)]
    {
        let server = Server::start(vec![json_of(version, status, refusal); logins]).await;
        let console = console(&server);
        for _ in 0..2 {
            let error = console.request(Method::GET, "/a").send().await.expect_err("refused");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{error}");
            assert!(error.to_string().contains("five wrong passwords"), "{error}");
        }
        assert_eq!(server.seen().len(), logins, "{version}");
    }
}

// A past bug: the tokens of an old server would have been shown as the reason of a failed login.
#[tokio::test]
async fn the_tokens_of_a_login_do_not_show() {
    let server = Server::start(vec![json_of("1.7.2", 200, &tokens(1)), json_of("1.7.2", 200, "{}")]).await;
    let console = console(&server);
    let request = crate::types::LoginRequest::new("maria@example.com", "pass-5ecret");
    let reply: LoginReply = console.account().login(&request).await.expect("a session");
    assert!(!format!("{reply:?}").contains("5ecret"));
    console.request(Method::GET, "/a").send().await.expect("an answer");
    assert_eq!(header(&server.seen()[1], "authorization"), Some("Bearer access-5ecret-1"));
}

// Guards a past bug: a page of such a server answered 401 to every call.
#[tokio::test]
async fn a_server_before_1_9_2_gets_the_passport_as_a_bearer_token() {
    const BEARER: Option<&str> = Some("Bearer passport-5ecret");
    for (version, expected) in [("1.0.1", BEARER), ("1.9.1", BEARER), ("", BEARER), ("1.9.2", None), ("1.16.1", None)] {
        let passport = json_of(version, 200, r#"{"access_token":"passport-5ecret"}"#);
        let server = Server::start(vec![passport, fine()]).await;
        page(&server).request(Method::GET, "/a").send().await.expect("an answer");
        let seen = server.seen();
        assert_eq!(header(&seen[0], "authorization"), None, "{version}");
        assert_eq!(header(&seen[1], "authorization"), expected, "{version}");
        assert_eq!(header(&seen[1], "x-app-passport"), Some("passport-5ecret"), "{version}");
    }
}

// Guards a past bug: only the client's own renewals had the token in the body.
#[tokio::test]
async fn a_refresh_of_the_callers_own_has_the_token_in_the_body() {
    let server =
        Server::start(vec![json_of("1.7.2", 200, &tokens(1)), fine(), json_of("1.7.2", 200, &tokens(2)), fine()]).await;
    let console = console(&server);
    console.request(Method::GET, "/a").send().await.expect("an answer");
    console.account().refresh().await.expect("new tokens");
    console.request(Method::GET, "/b").send().await.expect("an answer");
    let seen = server.seen();
    assert!(seen.iter().any(|request| request.contains(r#"{"refresh_token":"refresh-5ecret-1"}"#)), "{seen:?}");
    assert_eq!(header(&seen[3], "authorization"), Some("Bearer access-5ecret-2"));
}
