//! Which hint belongs to which error.

use super::super::{Error, Timeout};
use super::*;
use crate::operation::{Named, Operation};
use bytes::Bytes;
use reqwest::{Method, StatusCode};
use std::time::Duration;

const fn operation(id: &'static str, path: &'static str, credential: Credential) -> Operation {
    let since = Some("1.9.0");
    let until = Some("1.16.0");
    let (errors, states, later) = (&[], &[], &[]);
    Operation {
        id,
        method: Method::POST,
        path,
        credential,
        idempotent: false,
        cacheable: false,
        errors,
        states,
        since,
        until,
        later,
    }
}

static CHAT: Operation = operation("app_chat_send", "/chat-messages", Credential::App);
static FILES: Operation = operation("knowledge_documents_create_by_file", "/create-by-file", Credential::Knowledge);
static LOGIN: Operation = operation("console_account_login", "/login", Credential::None);

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

fn http(status: u16, content_type: &str) -> ErrorKind {
    ErrorKind::Http(HttpError {
        status: StatusCode::from_u16(status).expect("status"),
        content_type: content_type.to_owned(),
        due: "application/json",
        location: None,
        retry_after: None,
        body: Bytes::new(),
    })
}

fn timeout(which: TimeLimit) -> ErrorKind {
    ErrorKind::Timeout(Timeout { which, limit: Duration::from_secs(1) })
}

fn context(operation: &'static Operation, version: &str, situation: Situation) -> Context {
    let server_version = Some(version.into());
    Context {
        server_version,
        situation,
        ..Context::of(Named::Described(operation), crate::values::redactor::Secrets::default())
    }
}

fn plain() -> Situation {
    Situation::default()
}

fn fits() -> Situation {
    Situation { fitting_base: Some("https://dify.example.com/v1".into()), ..plain() }
}

fn blocks() -> Situation {
    Situation { blocks: true, ..fits() }
}

fn uploads() -> Situation {
    Situation { uploads: true, ..fits() }
}

fn moved() -> Situation {
    Situation { moved_to: Some("https://dify.example.com/v1".into()), ..uploads() }
}

#[test]
fn each_kind_of_error_has_its_hint() {
    const NONE: &str = "";
    for (kind, operation, situation, want) in [
        (api(401, "unauthorized", "Access token is invalid"), &CHAT, fits(), "app key (`app-"),
        (api(401, "unauthorized", "Access token is invalid"), &FILES, fits(), "dataset key (`dataset-"),
        (api(401, "authentication_failed", "Invalid email or password."), &LOGIN, fits(), "after five wrong passwords"),
        (api(401, "unauthorized", "no"), &LOGIN, fits(), NONE),
        (http(401, "text/html"), &LOGIN, fits(), "A proxy before Dify may want a credential"),
        (
            api(404, "not_found", "Conversation Not Exists."),
            &CHAT,
            fits(),
            "Leave `conversation_id` out to start another",
        ),
        (api(404, "not_found", "Message Not Exists."), &CHAT, fits(), NONE),
        (api(400, "not_workflow_app", "x"), &CHAT, fits(), "another mode"),
        (api(400, "provider_not_initialize", "x"), &FILES, fits(), "`IndexingTechnique::Economy`"),
        (api(400, "provider_not_initialize", "x"), &CHAT, fits(), "Model Provider"),
        (api(400, "max_keys_exceeded", "x"), &CHAT, fits(), "delete_for_app"),
        (
            api(400, "invalid_param", ""),
            &FILES,
            uploads(),
            "size of the file, the extension of its name, its media type",
        ),
        (api(413, "file_too_large", ""), &FILES, uploads(), "size of the file"),
        (api(400, "invalid_param", "said"), &FILES, uploads(), NONE),
        (api(400, "invalid_param", ""), &CHAT, fits(), NONE),
        (api(503, "unknown", ""), &CHAT, blocks(), NONE),
        (http(404, "text/html"), &CHAT, plain(), "ends in `/v1`"),
        (
            http(404, "text/html"),
            &CHAT,
            fits(),
            "at https://dify.example.com/v1 has no such route, or an id in the path is no UUID",
        ),
        (http(404, "text/html"), &LOGIN, plain(), "ends in `/console/api`"),
        (http(404, "application/json"), &CHAT, fits(), NONE),
        (http(200, "text/html"), &CHAT, plain(), "and ends in `/v1`"),
        (http(200, "text/html"), &CHAT, fits(), "check that the base URL is that of the API"),
        (http(200, "text/event-stream"), &CHAT, fits(), "call the streaming method"),
        (http(504, "text/html"), &CHAT, blocks(), "`send_streamed`"),
        (http(504, "text/html"), &CHAT, fits(), "gave up waiting for Dify"),
        (http(503, "text/html"), &CHAT, fits(), "may be down, or starting"),
        (http(503, "text/html"), &CHAT, blocks(), "may be down, or starting"),
        (http(413, "text/html"), &FILES, uploads(), "A proxy before Dify limits"),
        (http(308, "text/html"), &FILES, moved(), "set the base URL to https://dify.example.com/v1"),
        (http(302, "text/html"), &CHAT, fits(), "set the base URL to it, if it is right"),
        (http(500, "text/html"), &CHAT, fits(), NONE),
        (timeout(TimeLimit::ResponseHeaders), &CHAT, blocks(), "`send_streamed`"),
        (timeout(TimeLimit::ResponseHeaders), &CHAT, fits(), NONE),
        (timeout(TimeLimit::ReadIdle), &CHAT, blocks(), NONE),
        (ErrorKind::CutShort, &CHAT, fits(), NONE),
    ] {
        let context = context(operation, "1.16.0", situation);
        let hint = hint(&kind, &context).unwrap_or_default();
        assert!(hint.contains(want) && hint.is_empty() == want.is_empty(), "{kind}: {hint}");
        assert!(!hint.ends_with('.'), "{hint}");
        let error = Error::new(kind, context);
        let text = error.to_string();
        assert!(!text.contains("..") && !text.contains(". ."), "{text}");
        assert_eq!(format!("{error:?}"), text);
    }
}

// Guards past bugs: hints named a release the server had, an ending the base URL had, and streams where nothing runs.
#[test]
fn a_hint_does_not_name_what_is_right_already() {
    for (version, situation, want, not) in [
        ("1.8.1", fits(), "came with Dify 1.9.0; the server is 1.8.1", "ends in"),
        ("1.2.0", fits(), "came with Dify 1.9.0; the server calls itself 1.2.0", "ends in"),
        ("1.16.0", fits(), "no such route", "is gone"),
        ("1.17.0", fits(), "is gone: the last release that has it is Dify 1.16.0; the server is 1.17.0", "route"),
        ("1.16.1", fits(), "is Dify 1.16.0; the server calls itself 1.16.1", "route"),
        ("1.10.0", fits(), "no such route", "came with"),
        ("1.9.0", plain(), "ends in `/v1`", "came with"),
        ("1.9.0-beta", fits(), "no such route", "came with"),
        ("main", fits(), "no such route", "came with"),
    ] {
        let text = Error::new(http(404, "text/html"), context(&CHAT, version, situation)).to_string();
        assert!(text.contains(want) && !text.contains(not), "{text}");
    }
    let text = Error::new(http(503, "text/html"), context(&FILES, "1.16.1", fits())).to_string();
    assert!(!text.contains("stream"), "{text}");
    let text = Error::new(api(401, "unauthorized", "no"), context(&LOGIN, "1.16.1", fits())).to_string();
    assert!(!text.contains("proxy"), "{text}");
}

#[test]
fn a_refusal_of_the_method_or_route_names_the_release() {
    let (method, url) =
        ("The method is not allowed for the requested URL.", "The requested URL was not found on the server.");
    for (version, named) in [("1.7.2", true), ("1.9.0", false)] {
        for (kind, explained) in [
            (api(405, "method_not_allowed", method), true),
            (api(404, "not_found", url), true),
            (http(405, "text/html"), true),
            (api(404, "not_found", "Message Not Exists."), false),
            (api(400, "invalid_param", "bad"), false),
            (http(404, "application/json"), false),
        ] {
            let text = Error::new(kind, context(&CHAT, version, fits())).to_string();
            assert_eq!(text.contains("came with Dify 1.9.0; the server is 1.7.2"), named && explained, "{text}");
        }
    }
}

#[test]
fn a_full_stop_is_not_doubled() {
    let error = Error::new(api(404, "not_found", "Conversation Not Exists."), context(&CHAT, "1.16.1", fits()));
    assert!(error.to_string().contains("Exists. A conversation"), "{error}");
    let error = Error::new(api(401, "unauthorized", "No key"), context(&CHAT, "1.16.1", fits()));
    assert!(error.to_string().contains("No key. This operation"), "{error}");
}

// Guards a past bug: the hint named the path of the upload as the base URL.
#[cfg(feature = "app")]
#[tokio::test]
async fn a_redirected_upload_names_the_base_url() {
    use crate::{Timeouts, Upload, tests::test_server, types::FileUploadRequest};

    for (location, want) in [
        ("https://dify.example.com/v1/files/upload", "set the base URL to https://dify.example.com/v1,"),
        ("https://dify.example.com/sub/v1/files/upload?a=b#c", "set the base URL to https://dify.example.com/sub/v1,"),
        ("https://user:5ecret@dify.example.com/v1/files/upload", "set the base URL to https://dify.example.com/v1,"),
        ("//dify.example.com:8443/files/upload", "set the base URL to http://dify.example.com:8443,"),
        ("https://login.example.com/?next=/v1/files/upload", "set the base URL to it, if it is right"),
        ("ftp://dify.example.com/v1/files/upload", "set the base URL to it, if it is right"),
    ] {
        let head = format!("HTTP/1.1 308 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let server = test_server::Server::start(vec![vec![test_server::say(head)]]).await;
        let request = FileUploadRequest::new(Upload::bytes("a.txt", "x"));
        let error = server.app(Timeouts::none()).files().upload(&request).await.expect_err("moved");
        assert!(error.to_string().contains(want), "{location}: {error}");
    }
}
