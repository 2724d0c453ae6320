//! What is sent again and what is not, against a server that fails.
#![cfg(feature = "app")]

use crate::{
    Error, ErrorKind, RetryPolicy, Timeouts, Upload,
    tests::test_server::{Server, Step, answer, say},
    types::{ChatRequest, ErrorCode, FileUploadRequest, ResultReply},
};
use reqwest::Method;
use std::time::Duration;

fn at_once() -> RetryPolicy {
    RetryPolicy::default().base_delay(Duration::ZERO)
}

fn brief() -> Timeouts {
    Timeouts::none().response_headers(Duration::from_millis(200)).read_idle(Duration::from_millis(200))
}

fn refusal(status: u16, headers: &str, body: &str) -> Vec<Step> {
    let head = format!(
        "HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    vec![say(head)]
}

fn busy(headers: &str) -> Vec<Step> {
    refusal(429, headers, r#"{"code":"too_many_requests","message":"Later.","status":429}"#)
}

fn done() -> Vec<Step> {
    answer(200, "application/json", r#"{"result":"success"}"#)
}

/// The attempts of a request of this method, and how they ended.
async fn attempts(method: Method, scripts: Vec<Vec<Step>>) -> (usize, Result<ResultReply, Error>) {
    let server = Server::start(scripts).await;
    let app = server.app(brief());
    let outcome = app.request(method, "/x").retry(at_once()).decode().await;
    let seen = server.seen().len();
    if let Err(error) = &outcome {
        assert_eq!(error.attempts() as usize, seen, "{error}");
    }
    (seen, outcome)
}

#[tokio::test]
async fn what_only_reads_is_asked_again_until_it_is_answered() {
    for trouble in [
        refusal(502, "", ""),
        refusal(503, "", ""),
        refusal(504, "", ""),
        refusal(524, "", ""),
        refusal(408, "", ""),
        busy(""),
        vec![Step::Cut],
        vec![Step::Wait(Duration::from_millis(400))],
        vec![say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"resu")],
    ] {
        let (seen, outcome) = attempts(Method::GET, vec![trouble.clone(), trouble, done()]).await;
        assert_eq!(seen, 3);
        assert_eq!(outcome.expect("an answer").result, "success");
    }
}

#[tokio::test]
async fn an_error_tells_its_attempts_and_there_are_no_more_than_were_allowed() {
    let (seen, outcome) = attempts(Method::GET, vec![refusal(502, "", "")]).await;
    let error = outcome.expect_err("bad gateway");
    assert_eq!(seen, 3);
    assert!(error.to_string().ends_with("[3 attempts]"), "{error}");
    assert!(!error.may_have_acted());
}

#[tokio::test]
async fn what_may_have_been_done_is_not_done_again() {
    for trouble in [
        refusal(502, "", ""),
        refusal(524, "", ""),
        refusal(503, "Retry-After: 0\r\n", ""),
        refusal(503, "Retry-After: 0\r\n", r#"{"code":"unavailable","message":"no healthy upstream"}"#),
        vec![Step::Cut],
        vec![Step::Wait(Duration::from_millis(400))],
        vec![say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"resu")],
    ] {
        let (seen, outcome) = attempts(Method::POST, vec![trouble, done()]).await;
        let error = outcome.expect_err("unknown");
        assert_eq!(seen, 1, "{error}");
        assert!(error.may_have_acted() && error.to_string().contains("[may have been acted on]"), "{error}");
    }
}

#[tokio::test]
async fn what_was_refused_for_the_moment_is_done_again_whatever_it_is() {
    let away = r#"{"code":"unknown","message":"Later.","status":503}"#;
    for trouble in [busy(""), busy("Retry-After: 0\r\n"), refusal(503, "", away)] {
        let (seen, outcome) = attempts(Method::POST, vec![trouble, done()]).await;
        assert_eq!(seen, 2);
        assert!(outcome.is_ok());
    }
}

#[tokio::test]
async fn what_will_not_pass_is_final() {
    let quota = r#"{"code":"rate_limit_error","message":"Used up.","status":429}"#;
    for trouble in [refusal(429, "Retry-After: 0\r\n", quota), refusal(500, "", ""), refusal(404, "", "")] {
        for method in [Method::GET, Method::POST] {
            assert_eq!(attempts(method, vec![trouble.clone(), done()]).await.0, 1);
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_not_there_is_tried_again_and_nothing_was_acted_on() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let base_url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    drop(listener);
    let builder = crate::App::builder().api_key("app-1").base_url(base_url).retry(at_once().max_attempts(4));
    let app = builder.build().expect("a client");
    let error = app.chat().send(&ChatRequest::new("Hello").user("user-1")).await.expect_err("nobody there");
    assert_eq!(error.attempts(), 4);
    assert!(matches!(error.kind(), ErrorKind::Transport(error) if error.connecting), "{error}");
    assert!(!error.may_have_acted());
}

#[tokio::test]
async fn what_an_earlier_attempt_may_have_done_is_not_forgotten() {
    let gone = refusal(404, "", r#"{"code":"not_found","message":"Gone.","status":404}"#);
    let (seen, outcome) = attempts(Method::DELETE, vec![vec![Step::Cut], gone]).await;
    let error = outcome.expect_err("gone");
    assert_eq!((seen, error.code()), (2, Some(&ErrorCode::NotFound)));
    assert!(error.may_have_acted(), "{error}");
}

#[tokio::test]
async fn a_route_called_by_hand_is_as_idempotent_as_its_caller_says() {
    let server = Server::start(vec![refusal(502, "", ""), done()]).await;
    let app = server.app(brief());
    let request = app.request(Method::POST, "/x").idempotent(true).retry(at_once());
    assert!(request.decode::<ResultReply>().await.is_ok());
    let server = Server::start(vec![refusal(502, "", ""), done()]).await;
    let app = server.app(brief());
    let request = app.request(Method::GET, "/x").idempotent(false).retry(at_once());
    let error = request.decode::<ResultReply>().await.expect_err("once");
    assert!(error.may_have_acted(), "{error}");
}

#[tokio::test]
async fn an_upload_is_read_again_from_its_source_for_each_attempt() {
    let file = r#"{"code":"unknown","message":"","status":400}"#;
    let server = Server::start(vec![busy(""), busy(""), refusal(400, "", file)]).await;
    let app = server.app(brief());
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/transport/retry/budget.rs");
    let request = FileUploadRequest::new(Upload::path(path)).user("user-1");
    let error = app.files().upload(&request).retry(at_once()).await.expect_err("refused");
    assert_eq!((error.attempts(), error.status().map(|status| status.as_u16())), (3, Some(400)));
    let bodies: Vec<_> = server.seen().into_iter().map(|seen| seen.matches("A token bucket").count()).collect();
    assert_eq!(bodies, [1, 1, 1]);
}

#[tokio::test]
async fn a_reader_is_sent_once_and_the_first_refusal_is_what_is_told() {
    let server = Server::start(vec![busy(""), done()]).await;
    let app = server.app(brief());
    let upload = Upload::reader("a.txt", &b"content"[..], 7);
    let request = FileUploadRequest::new(upload).user("user-1");
    let error = app.files().upload(&request).retry(at_once()).await.expect_err("busy");
    assert_eq!(error.code(), Some(&ErrorCode::TooManyRequests), "{error}");
    assert_eq!((error.attempts(), server.seen().len()), (1, 1));
}

#[tokio::test]
async fn all_calls_of_a_client_share_a_budget() {
    let server = Server::start(vec![refusal(502, "", "")]).await;
    let policy = at_once().budget(3);
    let builder = crate::App::builder().api_key("app-1").base_url(&server.base_url).retry(policy);
    let app = builder.build().expect("a client");
    let mut sent = Vec::new();
    for app in [app.clone(), app.clone(), app] {
        let error = app.info().get().await.expect_err("bad gateway");
        let told = error.to_string().contains("retry budget is used up");
        sent.push((error.attempts(), told));
    }
    assert_eq!(sent, [(3, false), (2, true), (1, true)]);
}

#[tokio::test]
async fn the_limit_on_the_whole_call_is_not_spent_on_waiting() {
    let server = Server::start(vec![busy("Retry-After: 30\r\n")]).await;
    let app = server.app(Timeouts::none().call(Duration::from_secs(5)));
    let begun = std::time::Instant::now();
    let error = app.info().get().retry(RetryPolicy::default()).await.expect_err("busy");
    assert!(begun.elapsed() < Duration::from_secs(4));
    assert_eq!(error.code(), Some(&ErrorCode::TooManyRequests), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn a_streams_head_is_asked_for_again_where_it_was_refused() {
    let server = Server::start(vec![busy(""), vec![Step::Cut]]).await;
    let app = server.app(brief());
    let request = ChatRequest::new("Hello").user("user-1");
    let error = app.chat().stream(&request).retry(at_once()).await.expect_err("cut");
    assert_eq!((error.attempts(), error.may_have_acted()), (2, true), "{error}");
}

/// A minute was once waited for in place of an hour, and the server asked again too early.
#[tokio::test]
async fn a_retry_after_beyond_the_limit_is_told_and_not_waited_for() {
    let date = "Date: Mon, 30 Nov 2026 04:00:00 GMT\r\nRetry-After: Mon, 30 Nov 2026 05:00:00 GMT\r\n";
    for (headers, seconds) in [
        ("Retry-After: 3600\r\n", 3600),
        (date, 3600),
        ("Retry-After: 99999999999999999999999\r\n", u64::MAX),
        ("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\nDate: Fri, 31 Dec 9999 23:57:59 GMT\r\n", 120),
    ] {
        let away = r#"{"code":"unknown","message":"Later.","status":503}"#;
        for trouble in [busy(headers), refusal(503, headers, ""), refusal(503, headers, away)] {
            let (seen, outcome) = attempts(Method::GET, vec![trouble, done()]).await;
            let error = outcome.expect_err("later");
            assert_eq!((seen, error.retry_after()), (1, Some(Duration::from_secs(seconds))), "{error}");
            assert!(error.to_string().contains(&format!("[the server asks to wait {seconds} s]")), "{error}");
        }
    }
}

#[tokio::test]
async fn a_retry_after_that_is_none_or_has_passed_is_no_reason_to_wait() {
    for headers in [
        "Retry-After: -5\r\n",
        "Retry-After: soon\r\n",
        "Retry-After: 1.5\r\n",
        "Retry-After: \r\n",
        "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
        "Date: Mon, 30 Nov 2026 04:00:00 GMT\r\nRetry-After: Mon, 30 Nov 2026 04:00:00 GMT\r\n",
    ] {
        let (seen, outcome) = attempts(Method::POST, vec![busy(headers), done()]).await;
        assert!(seen == 2 && outcome.is_ok(), "{headers}");
    }
}
