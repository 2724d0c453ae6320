//! Forms that runs wait for, filled by whoever has their token.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::page::Page;
use crate::common::read;

async fn answered(request: reqwest::RequestBuilder) -> (u16, Value) {
    read(request.send().await.expect("answered")).await
}

/// A run that waits, and the token of its form.
async fn waiting() -> (Page, String) {
    let page = Page::new("app-human").await;
    let stream = page.stream("/workflows/run", json!({"inputs": {"query": "the plan"}})).await;
    let token = stream.last().and_then(|paused| paused["data"]["reasons"][0]["form_token"].as_str());
    let token = token.expect("a token").to_owned();
    (page, token)
}

#[tokio::test]
async fn a_form_is_read_and_answered_once_with_nothing_but_its_token() {
    let (page, token) = waiting().await;
    let form = format!("/form/human_input/{token}");
    let (status, shown) = answered(page.bare(Method::GET, &form)).await;
    assert_eq!((status, &shown["site"]["mode"]), (200, &json!("workflow")));
    assert_eq!((&shown["site"]["end_user_id"], &shown["site"]["site"]["prompt_public"]), (&Value::Null, &json!(false)));
    let submit = async |body: Value| answered(page.bare(Method::POST, &form).json(&body)).await;
    let (status, refused) = submit(json!({"inputs": {"comment": "x"}})).await;
    assert_eq!((status, &refused["code"]), (400, &json!("invalid_param")));
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("action\n  Field required")), "{refused}");
    let (status, refused) = submit(json!({"inputs": {"comment": "ok"}, "action": "zzz"})).await;
    let expected = json!({"code": "invalid_form_data", "message": "Invalid action: zzz", "status": 400});
    assert_eq!((status, refused), (400, expected));
    let (_, refused) = submit(json!({"inputs": {}, "action": "approve"})).await;
    assert_eq!(refused["message"], "Missing required inputs: comment");
    assert_eq!(submit(json!({"inputs": {"comment": "ok"}, "action": "approve"})).await, (200, json!({})));
    let (status, refused) = answered(page.bare(Method::GET, &form)).await;
    assert_eq!((status, &refused["code"]), (412, &json!("human_input_form_submitted")));
    page.answers_agree();
}

#[tokio::test]
async fn an_unknown_form_is_refused_with_a_guess_at_what_was_meant() {
    let page = Page::new("app-human").await;
    let (status, refused) = answered(page.bare(Method::GET, "/form/human_input/nope")).await;
    let message = "Form not found. You have requested this URI [/api/form/human_input/nope] but did you mean \
                   /api/form/human_input/<string:form_token> or /v1/form/human_input/<string:form_token> or \
                   /api/form/human_input/<string:form_token>/upload-token ?";
    assert_eq!((status, &refused["message"]), (404, &json!(message)));
    let (status, refused) = answered(page.bare(Method::POST, "/form/human_input/nope/upload-token")).await;
    assert_eq!(status, 404);
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("or /console/api/form/human_input/")));
    page.answers_agree();
}

#[tokio::test]
async fn files_for_a_form_come_with_its_upload_token_and_belong_to_the_visitor() {
    let (page, form) = waiting().await;
    let (status, token) = answered(page.bare(Method::POST, &format!("/form/human_input/{form}/upload-token"))).await;
    assert!(status == 200 && token["expires_at"].is_i64());
    let token = token["upload_token"].as_str().expect("a token");
    assert!(token.starts_with("hitl_upload_"));
    let file = || {
        let part = Part::bytes(vec![7; 80]).file_name("h.png").mime_str("image/png").expect("a media type");
        Form::new().part("file", part)
    };
    let bring = |form: Form| page.bare(Method::POST, "/human-input-forms/files").multipart(form);
    let (status, kept) = answered(bring(file()).bearer_auth(token)).await;
    let (_, site) = page.get("/site").await;
    assert_eq!((status, &kept["size"], &kept["created_by"]), (201, &json!(80), &site["end_user_id"]));

    let refused = json!({"code": "invalid_upload_token", "message": "Upload token is required.", "status": 401});
    assert_eq!(answered(bring(file())).await, (401, refused));
    assert_eq!(answered(bring(file()).bearer_auth("hitl_upload_x")).await.0, 403);
    let (status, refused) = answered(bring(Form::new().text("x", "y")).bearer_auth(token)).await;
    assert_eq!((status, &refused["code"]), (400, &json!("no_file_uploaded")));
    let answer = json!({"inputs": {"comment": "Fine."}, "action": "approve"});
    page.post(&format!("/form/human_input/{form}"), answer).await;
    assert_eq!(answered(bring(file()).bearer_auth(token)).await.0, 412);
    page.answers_agree();
}
