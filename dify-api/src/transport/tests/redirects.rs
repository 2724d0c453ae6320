//! Redirects: only of the same request, on the same server, and counted.

use super::*;
use crate::RetryPolicy;

fn redirect(status: u16, location: &str) -> Vec<Step> {
    vec![say(format!("HTTP/1.1 {status} Go\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))]
}

fn fine() -> Vec<Step> {
    answer(200, "application/json", "{}")
}

#[tokio::test]
async fn a_redirect_to_another_server_is_not_followed() {
    let elsewhere = Server::start(vec![answer(200, "application/json", "{}")]).await;
    for status in [301, 302, 303, 307, 308] {
        let head =
            format!("HTTP/1.1 {status} Go\r\nLocation: {}/info\r\nContent-Length: 0\r\n\r\n", elsewhere.base_url);
        let error = failure(vec![say(head)]).await;
        assert!(error.to_string().contains("set the base URL to it"), "{error}");
        assert!(matches!(error.kind(), ErrorKind::Http(http) if http.location.is_some()));
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_redirect_on_the_same_server_that_keeps_the_request_is_followed() {
    let moved = vec![say("HTTP/1.1 308 Go\r\nLocation: /v1/there\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")];
    let server = Server::start(vec![moved, answer(200, "text/plain", "here")]).await;
    let app = server.app(brief());
    let answer = app.request(Method::POST, "/here").body("text/plain", "x").send().await.expect("answer");
    assert_eq!(&**answer, b"here");
    let seen = server.seen();
    assert!(seen[1].starts_with("POST /v1/there") && seen[1].ends_with("\r\n\r\nx"), "{seen:?}");
}

/// The HTTP client once followed them by itself, and nobody counted.
#[tokio::test]
async fn each_hop_counts_as_an_attempt() {
    let scripts = vec![redirect(307, "/v1/b"), redirect(308, "c?x=1#part"), fine()];
    let server = Server::start(scripts.clone()).await;
    let response = server.app(brief()).request(Method::PATCH, "/a").json(&7).send().await.expect("an answer");
    assert_eq!(response.attempts(), 3);
    let seen = server.seen();
    for (request, start) in seen.iter().zip(["PATCH /v1/a ", "PATCH /v1/b ", "PATCH /v1/c?x=1 "]) {
        assert!(request.starts_with(start) && request.ends_with("\r\n\r\n7"), "{request}");
        assert!(request.contains("Bearer app-5ecret"), "{request}");
    }

    let upload = FileUploadRequest::new(Upload::bytes("a.txt", "content")).user("user-1");
    let server = Server::start(scripts).await;
    let error = server.app(brief()).files().upload(&upload).await.expect_err("no description of a file");
    assert!(matches!(error.kind(), ErrorKind::Decode(_)) && error.attempts() == 3, "{error}");
    assert!(server.seen().iter().all(|request| request.contains("content")));
}

#[tokio::test]
async fn a_call_follows_five_hops_and_no_more() {
    let server = Server::start(vec![redirect(307, "/v1/around")]).await;
    let error = server.app(brief()).request(Method::GET, "/around").send().await.expect_err("a circle");
    assert!(matches!(error.kind(), ErrorKind::Http(http) if http.status.as_u16() == 307), "{error}");
    assert_eq!((error.attempts(), server.seen().len()), (6, 6));
}

#[tokio::test]
async fn a_hop_takes_no_attempt_from_the_retries() {
    let bad = answer(502, "text/html", "");
    let server = Server::start(vec![redirect(307, "/v1/b"), bad.clone(), bad, fine()]).await;
    let policy = RetryPolicy::default().base_delay(Duration::ZERO);
    let app = server.app(brief());
    let response = app.request(Method::GET, "/a").retry(policy).send().await.expect("an answer");
    assert_eq!(response.attempts(), 4);
}

#[tokio::test]
async fn what_can_be_sent_once_is_not_sent_after_a_redirect() {
    let server = Server::start(vec![redirect(308, "/v1/b"), fine()]).await;
    let upload = FileUploadRequest::new(Upload::reader("a.txt", &b"content"[..], 7)).user("user-1");
    let error = server.app(brief()).files().upload(&upload).await.expect_err("once");
    assert!(matches!(error.kind(), ErrorKind::Http(http) if http.status.as_u16() == 308), "{error}");
    assert_eq!((error.attempts(), error.may_have_acted(), server.seen().len()), (1, false, 1));
}

#[tokio::test]
async fn a_redirect_that_names_another_place_is_not_followed() {
    let elsewhere = Server::start(vec![fine()]).await;
    let host = elsewhere.base_url.trim_start_matches("http://").trim_end_matches("/v1").to_owned();
    for location in [
        format!("//{host}/v1/info"),
        format!("http:\\\\{host}/v1/info"),
        format!("http://user:password@{host}/v1/info"),
        format!("https://{host}/v1/info"),
        "ftp://127.0.0.1/v1/info".to_owned(),
        "http://[::1/".to_owned(),
    ] {
        for status in [307, 308] {
            let server = Server::start(vec![redirect(status, &location)]).await;
            let error = server.app(brief()).info().get().await.expect_err("elsewhere");
            assert!(matches!(error.kind(), ErrorKind::Http(_)) && error.attempts() == 1, "{location}: {error}");
        }
    }
    let server = Server::start(vec![fine()]).await;
    let own = server.base_url.trim_start_matches("http://").to_owned();
    let server = Server::start(vec![redirect(307, &format!("http://user:password@{own}/info")), fine()]).await;
    assert!(server.app(brief()).info().get().await.is_err());
    assert!(elsewhere.seen().is_empty());
}
