//! Refusals, and answers of another kind than the operation has.

use dify_api::{
    Error, ErrorKind,
    types::{ChatRequest, ErrorCode},
};

use super::Wire;

/// The error of a blocking chat, which says which operation failed and holds what came.
async fn refusal(status: u16, media_type: &'static str, body: &'static str) -> Error {
    let wire = Wire::answering(status, media_type, body).await;
    let error = wire.app.chat().send(&ChatRequest::new("Hello").user("user-1")).await.expect_err("an error");
    wire.sent();
    assert_eq!((error.operation(), error.attempts()), (Some("app_chat_send"), 1));
    assert_eq!(error.server_version(), Some("1.16.1"));
    assert!(error.to_string().contains("app_chat_send"), "{error}");
    assert_eq!(error.body().map(|body| &body[..]), Some(body.as_bytes()));
    error
}

#[tokio::test]
async fn a_refused_key_is_a_typed_error_that_names_the_kind_of_key() {
    let body = r#"{"code": "unauthorized", "message": "Access token is invalid", "status": 401}"#;
    let error = refusal(401, "application/json", body).await;
    assert!(matches!(error.kind(), ErrorKind::Api(_)), "{error:?}");
    assert_eq!(
        (error.status().map(|status| status.as_u16()), error.code()),
        (Some(401), Some(&ErrorCode::Unauthorized))
    );
    let told = error.to_string();
    assert!(told.contains("Access token is invalid") && told.contains("app-"), "{told}");
    assert!(!error.may_have_acted());
}

#[tokio::test]
async fn a_code_that_is_new_is_kept_as_it_is() {
    let error = refusal(409, "application/json", r#"{"code": "brand_new", "message": "No.", "status": 409}"#).await;
    assert_eq!(error.code().map(ErrorCode::as_str), Some("brand_new"));
}

#[tokio::test]
async fn a_web_page_instead_of_a_route_says_to_look_at_the_base_url() {
    let error = refusal(404, "text/html; charset=utf-8", "<!doctype html><h1>Not Found</h1>").await;
    assert!(matches!(error.kind(), ErrorKind::Http(_)), "{error:?}");
    let told = error.to_string();
    assert!(told.contains("/v1") && told.contains("text/html"), "{told}");
}

#[tokio::test]
async fn a_web_page_instead_of_json_is_no_answer() {
    let error = refusal(200, "text/html", "<html>Sign in</html>").await;
    assert!(matches!(error.kind(), ErrorKind::Http(_)), "{error:?}");
    assert!(error.to_string().contains("application/json"), "{error}");
    assert!(error.may_have_acted(), "the server said 200");
}

#[tokio::test]
async fn json_of_another_shape_says_where_it_differs() {
    let error = refusal(200, "application/json", r#"{"event": "message", "task_id": 7}"#).await;
    let ErrorKind::Decode(decode) = error.kind() else { panic!("{error:?}") };
    assert!(decode.path.contains("task_id"), "{}", decode.path);
}

#[tokio::test]
async fn json_instead_of_a_stream_says_so() {
    let wire = Wire::answering(200, "application/json", r#"{"event": "message"}"#).await;
    let error = wire.app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect_err("no stream");
    assert!(matches!(error.kind(), ErrorKind::Http(_)), "{error:?}");
    let told = error.to_string();
    assert!(told.contains("text/event-stream") && told.contains("application/json"), "{told}");
}

#[tokio::test]
async fn a_refused_stream_is_an_error_and_never_an_empty_stream() {
    let body = r#"{"code": "conversation_completed", "message": "Ended.", "status": 400}"#;
    let wire = Wire::answering(400, "application/json", body).await;
    let error = wire.app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect_err("refused");
    assert_eq!(
        (error.operation(), error.code().map(ErrorCode::as_str)),
        (Some("app_chat_stream"), Some("conversation_completed"))
    );
}
