//! The life of a request, against a server that misbehaves.
#![cfg(feature = "app")]

mod limits;
mod pool;
mod redirects;
mod substitutions;

use crate::{
    App, Error, ErrorKind, TimeLimit, Timeouts, Upload,
    tests::test_server::{Server, Step, answer, event_stream, say},
    transport::exchange::Ongoing,
    types::{ChatRequest, ErrorCode, FileUploadRequest},
};
use reqwest::Method;
use std::time::Duration;

fn brief() -> Timeouts {
    Timeouts::none()
        .connect(Duration::from_secs(2))
        .response_headers(Duration::from_millis(200))
        .call(Duration::from_millis(400))
        .read_idle(Duration::from_millis(200))
}

async fn server_and_app(script: Vec<Step>) -> (Server, App) {
    let server = Server::start(vec![script]).await;
    let app = server.app(brief());
    (server, app)
}

/// The error that a blocking chat meets.
async fn failure(script: Vec<Step>) -> Error {
    let (server, app) = server_and_app(script).await;
    let request = ChatRequest::new("Hello").user("user-1");
    let error = app.chat().send(&request).await.expect_err("an error");
    assert_eq!(server.seen().len(), 1, "{error}");
    assert_eq!(error.attempts(), 1);
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("5ecret"), "{text}");
    }
    error
}

fn is_timeout(error: &Error, limit: TimeLimit) -> bool {
    matches!(error.kind(), ErrorKind::Timeout(timeout) if timeout.which == limit)
}

// Guards a past bug: futures that kept their arguments twice, one in the other, made it 11 KiB, copied by each call.
#[test]
fn the_future_of_a_call_is_small() {
    let app = App::builder().api_key("app-1").base_url("http://dify.test/v1").build().expect("a client");
    let call = app.chat().stream(&ChatRequest::new("Hello").user("user-1"));
    let future = Ongoing::new(call.into_exchange().expect("a call")).run();
    assert!(size_of_val(&future) <= 2_560, "{} bytes", size_of_val(&future));
}

#[tokio::test]
async fn a_request_carries_key_mode_and_accept() {
    let (server, app) = server_and_app(answer(401, "application/json", "{}")).await;
    let request = ChatRequest::new("Hello").user("user-1");
    let _ = app.chat().send(&request).await;
    let seen = server.seen().remove(0).to_lowercase();
    assert!(seen.starts_with("post /v1/chat-messages http/1.1\r\n"), "{seen}");
    for part in [
        "authorization: bearer app-5ecret\r\n",
        "accept: application/json\r\n",
        "content-type: application/json\r\n",
        "user-agent: dify-api/",
        "\"response_mode\":\"blocking\"",
    ] {
        assert!(seen.contains(part), "{part} in {seen}");
    }
    assert!(!seen.contains("api-version"), "{seen}");
}

#[tokio::test]
async fn nothing_is_sent_before_a_call_is_awaited() {
    let (server, app) = server_and_app(answer(200, "application/json", "{}")).await;
    drop(app.chat().send(&ChatRequest::new("Hello").user("user-1")));
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_refusal_in_difys_words_is_typed() {
    let body = r#"{"code":"app_unavailable","message":"No app.","status":400,"params":"user"}"#;
    let error = failure(answer(400, "application/json", body)).await;
    let ErrorKind::Api(refusal) = error.kind() else {
        panic!("{error}");
    };
    assert_eq!(refusal.code, ErrorCode::AppUnavailable);
    assert_eq!((refusal.message.as_str(), refusal.params.as_deref()), ("No app.", Some("user")));
    assert_eq!(error.server_version(), Some("1.16.1"));
    assert!(!error.may_have_acted());
}

#[tokio::test]
async fn a_refusal_in_other_words_is_kept_as_it_is() {
    for (status, media, body) in [
        (404, "text/html", "<title>404 Not Found</title>"),
        (502, "text/html", "<h1>Bad Gateway</h1>"),
        (500, "application/json", r#"{"code": 5"#),
        (302, "text/html", ""),
    ] {
        let error = failure(answer(status, media, body)).await;
        let ErrorKind::Http(http) = error.kind() else {
            panic!("{error}");
        };
        assert_eq!((http.status.as_u16(), &http.body[..]), (status, body.as_bytes()));
    }
}

#[tokio::test]
async fn refusals_of_old_releases_are_errors_of_the_api() {
    use crate::tests::test_server::json_of;

    for (version, body, code, shown) in [
        ("1.16.1", r#"{"error": "no segments"}"#, None, "400: no segments"),
        (
            "1.7.2",
            r#"{"code":"invalid_param","message":"bad","params":"a"}"#,
            Some("invalid_param"),
            "bad (parameter `a`)",
        ),
        ("1.9.2", r#"{"errors":{"name":"gone"},"message":"Failed"}"#, Some("invalid_param"), "Failed; name: gone"),
    ] {
        let error = failure(json_of(version, 400, body)).await;
        assert!(matches!(error.kind(), ErrorKind::Api(_)), "{error}");
        assert_eq!((error.status().map(|s| s.as_u16()), error.code().map(ErrorCode::as_str)), (Some(400), code));
        assert!(error.to_string().contains(shown), "{error}");
    }
    // Of a gateway.
    let head = "HTTP/1.1 400 No\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 24\r\n\r\n";
    let error = failure(vec![say(format!(r#"{head}{{"error": "no segments"}}"#))]).await;
    assert!(matches!(error.kind(), ErrorKind::Http(_)), "{error}");
}

#[tokio::test]
async fn an_error_whose_body_breaks_off_is_still_that_error() {
    let head = "HTTP/1.1 503 No\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\n<h1>So";
    let error = failure(vec![say(head), Step::Cut]).await;
    assert!(matches!(error.kind(), ErrorKind::Http(http) if http.status.as_u16() == 503), "{error}");
    let error = failure(vec![say(head), Step::Wait(Duration::from_secs(5))]).await;
    assert_eq!(error.body().map(|body| &body[..]), Some(&b"<h1>So"[..]));
}

#[tokio::test]
async fn a_success_of_another_media_type_says_what_was_due() {
    let error = failure(answer(200, "text/html", "<title>Dify</title>")).await;
    let text = error.to_string();
    assert!(text.contains("text/html where application/json was due"), "{text}");
    assert!(error.may_have_acted());

    // A silent stream is not waited for where no run could tell anything.
    let (_server, app) = server_and_app(vec![event_stream(), Step::Wait(Duration::from_secs(60))]).await;
    let error = app.info().get().await.expect_err("a stream");
    assert!(error.to_string().contains("call the streaming method"), "{error}");
}

#[tokio::test]
async fn a_blocking_run_that_is_answered_by_a_silent_stream_does_not_hang() {
    let error = failure(vec![event_stream(), Step::Wait(Duration::from_secs(60))]).await;
    assert!(is_timeout(&error, TimeLimit::ReadIdle), "{error}");
    assert!(error.may_have_acted());
}

#[tokio::test]
async fn a_misfit_names_the_place() {
    let error = failure(answer(200, "application/json", r#"{"answer": 7}"#)).await;
    let ErrorKind::Decode(misfit) = error.kind() else {
        panic!("{error}");
    };
    assert_eq!(misfit.path, "answer");
    assert_eq!(error.body().map(|body| &body[..]), Some(&br#"{"answer": 7}"#[..]));
}

#[tokio::test]
async fn each_time_limit_runs_out_under_its_own_name() {
    let wait = |ms| Step::Wait(Duration::from_millis(ms));
    let error = failure(vec![wait(5000)]).await;
    assert!(is_timeout(&error, TimeLimit::ResponseHeaders), "{error}");
    assert!(error.may_have_acted());

    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n";
    let error = failure(vec![say(head), wait(5000)]).await;
    assert!(is_timeout(&error, TimeLimit::ReadIdle), "{error}");

    let mut slow = vec![say(head)];
    slow.extend((0..20).flat_map(|_| [say(" "), wait(50)]));
    let error = failure(slow).await;
    assert!(is_timeout(&error, TimeLimit::Call), "{error}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_from_one_that_was_never_made() {
    let error = failure(vec![Step::Cut]).await;
    assert!(matches!(error.kind(), ErrorKind::Transport(broken) if !broken.connecting), "{error}");
    assert!(error.may_have_acted());

    let app = App::builder()
        .api_key("app-5ecret")
        // A port that was free a moment ago.
        .base_url("http://127.0.0.1:9/v1")
        .build()
        .expect("app");
    let error = app.chat().send(&ChatRequest::new("a").user("b")).await.expect_err("nobody there");
    assert!(matches!(error.kind(), ErrorKind::Transport(never) if never.connecting), "{error}");
    assert!(!error.may_have_acted());
    assert!(error.to_string().contains("Is the base URL right"), "{error}");
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_refused() {
    let error = failure(answer(200, "application/json", &" ".repeat(10_001))).await;
    assert!(matches!(error.kind(), ErrorKind::TooLarge { limit: 10_000 }), "{error}");
}

#[tokio::test]
async fn a_client_told_to_follow_redirects_is_reported_when_it_wanders_off() {
    let elsewhere = Server::start(vec![answer(200, "application/json", "{}")]).await;
    let head = format!("HTTP/1.1 302 Go\r\nLocation: {}/x\r\nContent-Length: 0\r\n\r\n", elsewhere.base_url);
    let server = Server::start(vec![vec![say(head)]]).await;
    let app = App::builder()
        .api_key("app-5ecret")
        .base_url(&server.base_url)
        .configure_http(|http| http.redirect(reqwest::redirect::Policy::default()))
        .build()
        .expect("app");
    let error = app.request(Method::GET, "/info").send().await.expect_err("wandered off");
    assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error}");
    assert!(error.to_string().contains("Policy::none"), "{error}");
    assert!(!elsewhere.seen()[0].contains("5ecret"));
}

#[tokio::test]
async fn what_cannot_be_sent_is_told_before_it_is() {
    let (server, app) = server_and_app(answer(200, "application/json", "{}")).await;
    let request = crate::types::StopRequest::new().user("user-1");
    for id in ["", ".", ".."] {
        let error = app.chat().stop(id, &request).await.expect_err("refused");
        assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error}");
        assert!(error.to_string().contains("`task_id`"), "{error}");
        assert_eq!(error.attempts(), 0);
    }
    for call in [
        app.request(Method::GET, "info"),
        app.request(Method::GET, "@127.0.0.2/"),
        app.request(Method::GET, "/../console/api"),
        app.request(Method::GET, "/info").header("X-A", "a\r\nb"),
        app.request(Method::GET, "/info").header("no name", "a"),
    ] {
        let error = call.send().await.expect_err("refused");
        assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_path_parameter_stays_in_its_place() {
    let (server, app) = server_and_app(answer(200, "application/json", r#"{"result":"success"}"#)).await;
    let request = crate::types::StopRequest::new().user("user-1");
    app.chat().stop("..\\a?b#c%2f%2e", &request).await.expect("stopped");
    let seen = server.seen().remove(0);
    assert!(seen.starts_with("POST /v1/chat-messages/..%5Ca%3Fb%23c%252f%252e/stop HTTP"), "{seen}");
}

#[tokio::test]
async fn a_route_by_hand_has_query_headers_body_and_a_whole_answer() {
    let (server, app) = server_and_app(answer(201, "application/json", r#"{"id":"x"}"#)).await;
    let request = app
        .request(Method::POST, "/things")
        .query("name", "a b&c")
        .query("n", 3)
        .header("X-Trace-Id", "t1")
        .header("Authorization", "Bearer other")
        .json(&serde_json::json!({"a": 1}));
    let answer = request.send().await.expect("answer");
    assert_eq!((answer.status().as_u16(), answer.server_version()), (201, Some("1.16.1")));
    assert_eq!(answer.body().map(|body| &body[..]), Some(&br#"{"id":"x"}"#[..]));
    let seen = server.seen().remove(0);
    assert!(seen.starts_with("POST /v1/things?name=a+b%26c&n=3 HTTP/1.1"), "{seen}");
    assert!(seen.contains("x-trace-id: t1") && seen.ends_with("{\"a\":1}"), "{seen}");
    assert!(seen.contains("Bearer app-5ecret") && !seen.contains("Bearer other"), "{seen}");

    let value: serde_json::Value = app.request(Method::GET, "/things").decode().await.expect("JSON");
    assert_eq!(value["id"], "x");
}

#[tokio::test]
async fn an_upload_is_not_late_while_it_moves_nor_bound_by_the_whole_call() {
    let body = r#"{"code":"file_too_large","message":"","status":413}"#;
    let (server, app) = server_and_app(answer(413, "application/json", body)).await;
    let (mut end, reader) = tokio::io::duplex(64);
    let slow = tokio::spawn(async move {
        for _ in 0..6 {
            tokio::time::sleep(Duration::from_millis(120)).await;
            tokio::io::AsyncWriteExt::write_all(&mut end, b"0123456789").await.expect("written");
        }
    });
    let request = FileUploadRequest::new(Upload::reader("a.txt", reader, 60)).user("user-1");
    let error = app.files().upload(&request).await.expect_err("too large");
    assert_eq!(error.code(), Some(&ErrorCode::FileTooLarge), "{error}");
    slow.await.expect("done");
    let seen = server.seen().remove(0);
    assert!(seen.contains("name=\"file\"; filename=\"a.txt\"") && seen.contains("name=\"user\""), "{seen}");
    assert!(seen.to_lowercase().contains("content-length: "), "{seen}");

    let error = app.files().upload(&request).await.expect_err("used up");
    assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error}");
    assert_eq!((error.operation(), error.attempts()), (Some("app_files_upload"), 0));
}

#[tokio::test]
async fn an_upload_that_stands_still_is_noticed() {
    let (_server, app) = server_and_app(answer(200, "application/json", "{}")).await;
    let (_end, reader) = tokio::io::duplex(64);
    let request = FileUploadRequest::new(Upload::reader("a.txt", reader, 60));
    let error = app.files().upload(&request).await.expect_err("stands still");
    assert!(is_timeout(&error, TimeLimit::ResponseHeaders), "{error}");
}

#[tokio::test]
async fn calls_can_be_stored_joined_and_spawned() {
    let (server, app) = server_and_app(answer(200, "application/json", r#"{"result":"success"}"#)).await;
    let request = crate::types::StopRequest::new().user("user-1");
    let calls = ["a", "b", "c"].map(|id| app.chat().stop(id, &request));
    let done = futures_util::future::join_all(calls).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");

    let call = app.chat().stop("d", &request).timeouts(|_| Timeouts::none());
    assert_eq!(format!("{call:?}"), "Call(app_chat_stop (POST /chat-messages/{task_id}/stop))");
    let response = call.with_response().await.expect("stopped");
    assert_eq!(response.attempts(), 1);

    let clone = app.clone();
    tokio::spawn(async move { clone.chat().stop("e", &request).await }).await.expect("joined").expect("stopped");
    assert_eq!(server.seen().len(), 5);
}
