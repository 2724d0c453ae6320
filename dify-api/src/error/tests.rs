//! What errors say.

use super::*;
use crate::operation::{Credential, Operation};
use reqwest::Method;
use std::time::Duration;

static SEND: Operation = Operation {
    id: "app_chat_send",
    method: Method::POST,
    path: "/chat-messages",
    credential: Credential::App,
    idempotent: false,
    cacheable: false,
    errors: &["app_unavailable"],
    states: &[],
    since: None,
    until: None,
    later: &[],
};

static EVENTS: Operation = Operation {
    id: "app_workflows_events",
    method: Method::GET,
    path: "/workflow/{workflow_run_id}/events",
    credential: Credential::App,
    idempotent: true,
    cacheable: false,
    errors: &[],
    states: &[],
    since: Some("1.16.1"),
    until: None,
    later: &[],
};

fn error(kind: ErrorKind, operation: &'static Operation) -> Error {
    Error::new(
        kind,
        Context {
            attempts: 1,
            server_version: Some("1.13.0".into()),
            ..Context::of(Named::Described(operation), Secrets::default())
        },
    )
}

fn api(status: u16, code: &str, message: &str) -> ErrorKind {
    ErrorKind::Api(ApiError {
        status: StatusCode::from_u16(status).expect("status"),
        code: code.into(),
        message: message.to_owned(),
        params: None,
        retry_after: None,
        body: Bytes::new(),
    })
}

fn http(status: u16, content_type: &str, body: &'static str) -> ErrorKind {
    ErrorKind::Http(HttpError {
        status: StatusCode::from_u16(status).expect("status"),
        content_type: content_type.to_owned(),
        due: "application/json",
        location: None,
        retry_after: None,
        body: Bytes::from_static(body.as_bytes()),
    })
}

#[test]
fn a_refused_key_says_which_key_is_due() {
    let error = error(api(401, "unauthorized", "Access token is invalid"), &SEND);
    let text = error.to_string();
    assert!(
        text.starts_with("app_chat_send (POST /chat-messages): 401 unauthorized: Access token is invalid. "),
        "{text}"
    );
    assert!(text.contains("app key"), "{text}");
    assert_eq!(error.code(), Some(&ErrorCode::Unauthorized));
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    assert_eq!(error.operation(), Some("app_chat_send"));
    assert_eq!(error.documented_codes(), ["app_unavailable"]);
    assert!(!error.may_have_acted());
}

#[test]
fn a_page_not_found_names_the_base_url_or_the_release() {
    let page = "<!doctype html>\n<title>404 Not Found</title>";
    let text = error(http(404, "text/html; charset=utf-8", page), &SEND).to_string();
    assert!(text.contains("404 Not Found, text/html; charset=utf-8: <!doctype html> <title>404"), "{text}");
    assert!(text.contains("ends in `/v1`"), "{text}");
    let text = error(http(404, "text/html", page), &EVENTS).to_string();
    assert!(text.contains("came with Dify 1.16.1; the server is 1.13.0"), "{text}");
}

#[test]
fn a_long_body_is_kept_whole_and_shown_short() {
    let body = Box::leak("word ".repeat(1000).into_boxed_str());
    let error = error(http(502, "text/html", body), &SEND);
    assert!(error.to_string().len() < 500, "{error}");
    assert!(format!("{error:?}").len() < 700, "{error:?}");
    assert_eq!(error.body().map(Bytes::len), Some(5000));
}

#[test]
fn what_may_have_been_acted_on_is_told_from_what_was_refused() {
    let timeout = |which| ErrorKind::Timeout(Timeout { which, limit: Duration::from_secs(1) });
    for (kind, acted) in [
        (api(400, "invalid_param", ""), false),
        (api(500, "internal_server_error", ""), true),
        (http(504, "text/html", ""), true),
        (http(404, "text/html", ""), false),
        (http(200, "text/html", ""), true),
        (timeout(TimeLimit::Connect), false),
        (timeout(TimeLimit::ResponseHeaders), true),
        (ErrorKind::CutShort, true),
        (ErrorKind::InvalidRequest("x".into()), false),
    ] {
        let error = error(kind, &SEND);
        assert_eq!(error.may_have_acted(), acted, "{error}");
    }
    assert!(!error(timeout(TimeLimit::ReadIdle), &EVENTS).may_have_acted());
}

#[test]
fn a_timeout_names_its_limit() {
    let kind = ErrorKind::Timeout(Timeout { which: TimeLimit::ReadIdle, limit: Duration::from_secs(60) });
    let text = error(kind, &EVENTS).to_string();
    assert!(text.ends_with("no byte of the body came within 60s (`read_idle`)"), "{text}");
}

#[test]
fn an_empty_message_leaves_no_colon_and_a_parameter_is_named() {
    let mut refusal = match api(400, "filename_not_exists_error", "") {
        ErrorKind::Api(error) => error,
        other => panic!("{other}"),
    };
    assert_eq!(refusal.to_string(), "400 filename_not_exists_error");
    refusal.params = Some("user".into());
    assert_eq!(refusal.to_string(), "400 filename_not_exists_error (parameter `user`)");
}

#[test]
fn an_error_is_one_pointer_wide_and_can_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

#[test]
fn a_clone_of_an_error_shows_and_answers_the_same() {
    let error = error(api(400, "app_unavailable", "No app."), &SEND);
    let clone = error.clone();
    assert_eq!(clone.to_string(), error.to_string());
    assert_eq!((clone.code(), clone.attempts(), clone.operation()), (error.code(), 1, Some("app_chat_send")));
    assert!(std::ptr::eq(clone.kind(), error.kind()), "the cause is shared, not copied");
}
