//! Every operation, called through the bindings against the embedded server, which checks each request and each of its
//! own answers against the published documents.

use std::{collections::BTreeSet, time::Duration};

use dify_api::{
    ErrorKind, Upload, WebApp,
    types::{HumanInputUploadRequest, WebWorkflowEvent, WebWorkflowRunRequest},
};
use dify_mock::Server;
use dify_tests::{
    generated::OPERATIONS,
    script::{Script, operations},
    workspace,
};

#[tokio::test]
async fn every_operation_is_called_as_the_documents_say() {
    let server =
        Server::builder().check_answers(true).indexing_time(Duration::ZERO).start().await.expect("the server starts");
    let script = Script::new(&server);
    let mut failed = Vec::new();
    for operation in operations() {
        let (clients, arguments) = match script.prepare(operation).await {
            Ok(prepared) => prepared,
            Err(error) => {
                failed.push(format!("{operation} cannot be prepared: {error}"));
                continue;
            }
        };
        match clients.call(operation, &arguments).await {
            Some(Ok(())) => {}
            Some(Err(error)) if refused(operation, &error) => {}
            Some(Err(error)) => failed.push(format!("{operation}: {error}\n  called with {arguments:?}")),
            None => failed.push(format!("{operation} cannot be called")),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));

    let requests = server.requests();
    let mut problems = Vec::new();
    for request in &requests {
        let told = request.problems.iter().chain(&request.answer_problems);
        problems.extend(told.map(|problem| format!("{} {}: {problem}", request.method, request.path)));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));

    let reached: BTreeSet<_> = requests.iter().filter_map(|request| request.operation.as_deref()).collect();
    let described: BTreeSet<_> = server.operations().into_iter().collect();
    assert_eq!(reached, described);
    // The route of another release belongs to no operation of this one.
    let id = |request: &dify_mock::RecordedRequest| match &request.operation {
        Some(id) => id.clone(),
        None if request.path.ends_with("/model-providers/summary") => "console_models_provider_summaries".to_owned(),
        None if request.path.ends_with("/upload-file") => "knowledge_documents_upload_file".to_owned(),
        None if request.path.ends_with("/metadata/built-in") => "knowledge_metadata_built_in_shared".to_owned(),
        None if request.path.contains("/apps/annotations/") => "app_annotations_update_by_post".to_owned(),
        None => String::new(),
    };
    let expected = |request: &dify_mock::RecordedRequest| REFUSED.contains(&(id(request).as_str(), request.status));
    let refused: Vec<_> = requests
        .iter()
        .filter(|request| request.status >= 400 && !expected(request))
        .map(|request| format!("{} {} {}", request.status, request.method, request.path))
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// What is refused, and how: there is no login outside the enterprise edition and so nothing to permit; a form's upload
/// wants a token of its own, which [`a_file_for_a_form_goes_up_by_the_forms_own_token`] has; a server is set up once; five
/// routes are of other releases than the one that is played.
const REFUSED: &[(&str, u16)] = &[
    ("web_session_login", 404),
    ("web_session_send_login_code", 404),
    ("web_session_login_with_code", 404),
    ("web_session_send_reset_code", 404),
    ("web_session_check_reset_code", 404),
    ("web_session_reset_password", 404),
    ("web_session_permission", 500),
    ("web_human_input_upload", 401),
    ("console_setup_create", 403),
    ("app_info_server", 404),
    ("console_models_provider_summaries", 404),
    ("app_annotations_update_by_post", 405),
    ("knowledge_documents_upload_file", 404),
    ("knowledge_metadata_built_in_shared", 404),
];

fn refused(operation: &str, error: &dify_api::Error) -> bool {
    // Both checked releases answer an empty stream.
    if operation == "web_messages_more_like_this_stream" {
        return matches!(error.kind(), ErrorKind::Incomplete { last: None });
    }
    REFUSED.contains(&(operation, error.status().map_or(0, |status| status.as_u16())))
}

#[tokio::test]
async fn a_file_for_a_form_goes_up_by_the_forms_own_token() {
    let server = Server::builder().check_answers(true).start().await.expect("the server starts");
    let builder = WebApp::builder().base_url(server.web_url()).app_code(server.app_code("app-human"));
    let page = builder.build().expect("a client");
    let run = WebWorkflowRunRequest::new([("city", "Beijing")]);
    let mut stream = page.workflows().run_stream(&run).await.expect("a stream");
    let mut form = None;
    while let Some(event) = stream.next().await {
        if let WebWorkflowEvent::HumanInputRequired(required) = event.expect("an event") {
            form = required.data.form_token;
        }
    }
    let token = page.human_input().upload_token(&form.expect("a form")).await.expect("a token");
    let shown = format!("{token:?}");
    assert!(!shown.contains(&token.upload_token), "{shown}");
    let file = HumanInputUploadRequest::new().file(Upload::bytes("notes.txt", "Three sights."));
    let uploaded = page.human_input().upload(&file).bearer(&token.upload_token).await.expect("a file");
    assert_eq!(uploaded.name, "notes.txt");
}

#[tokio::test]
async fn a_call_that_the_documents_do_not_allow_is_found_out() {
    let server = Server::start().await.expect("the server starts");
    let app = dify_api::App::builder().api_key("app-chat").base_url(server.base_url()).build().expect("a client");
    let answer = app.request(dify_api::reqwest::Method::GET, "/conversations").query("limit", 1_000).send().await;
    assert!(answer.is_err(), "{answer:?}");
    assert!(server.requests().iter().all(|request| !request.problems.is_empty()), "the server looked away");
}

#[test]
fn every_described_operation_has_a_method_and_a_streaming_one_where_it_says_so() {
    let methods: BTreeSet<_> = OPERATIONS.iter().map(|(id, ..)| (*id).to_owned()).collect();
    let mut described = BTreeSet::new();
    for document in workspace::published() {
        for item in document["paths"].as_object().into_iter().flatten().map(|(_, item)| item) {
            let operations = item.as_object().into_iter().flatten().map(|(_, operation)| operation);
            for operation in operations.filter(|operation| operation.get("operationId").is_some()) {
                let id = operation["operationId"].as_str().expect("an id is text");
                described.insert(id.to_owned());
                if let Some(stream) = operation["x-dify-stream-method"].as_str() {
                    let path = operation["x-dify-method"].as_str().expect("a method has a path");
                    let (group, _) = path.rsplit_once('.').expect("client, group and method");
                    described.insert(format!("{}_{stream}", group.replace('.', "_")));
                }
            }
        }
    }
    assert_eq!(methods, described);
}
