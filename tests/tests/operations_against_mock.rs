//! Every operation, called through the bindings against the embedded server, which checks each request and each of its
//! own answers against the published documents.

use std::{collections::BTreeSet, time::Duration};

use dify_api::{
    ErrorKind, Upload, WebApp,
    types::{HumanInputUploadRequest, WebWorkflowEvent, WebWorkflowRunRequest},
};
use dify_mock::{RecordedRequest, Server};
use dify_tests::{
    generated::OPERATIONS,
    script::{RELEASES, Script, operations},
    workspace,
};

#[tokio::test]
async fn every_operation_of_a_release_is_called_as_its_documents_say() {
    for release in RELEASES {
        let builder = Server::builder().release(release).check_answers(true).indexing_time(Duration::ZERO);
        let server = builder.start().await.expect("the server starts");
        let (failed, absent) = calls_of_every_operation(&server).await;
        assert!(failed.is_empty(), "{release}: {}", failed.join("\n"));
        let requests = server.requests();
        let mut problems = Vec::new();
        for request in &requests {
            // Members and parameters that came later are sent all the same, and ignored. Up to 1.9.1 a refresh token is in
            // a body.
            let later = ["not documented", "undocumented query parameter", "a body where none is documented"];
            let sent = |problem: &&String| release == "1.16.1" || !later.iter().any(|end| problem.ends_with(end));
            let own = request.problems.iter().filter(sent);
            let found = own.chain(&request.answer_problems);
            problems.extend(found.map(|problem| format!("{} {}: {problem}", request.method, request.path)));
        }
        assert!(problems.is_empty(), "{release}: {}", problems.join("\n"));
        let reached: BTreeSet<_> = requests.iter().filter_map(|request| request.operation.as_deref()).collect();
        assert_eq!(reached, server.operations().into_iter().collect(), "{release}");
        assert_eq!(requests.iter().filter(|request| request.operation.is_none()).count(), absent, "{release}");
        // A client that does not know the release tries the password in Base64 first.
        let tries = |id: &str| id == "console_account_login" && contract::before(release, Some(&"1.11.2".into()));
        let is_fine = |request: &RecordedRequest| {
            let id = request.operation.as_deref();
            request.status < 400 || is_expected(release, id, request.status) || id.is_some_and(tries)
        };
        let refused = requests.iter().filter(|request| !is_fine(request));
        let refused: Vec<_> =
            refused.map(|request| format!("{} {} {}", request.status, request.method, request.path)).collect();
        assert!(refused.is_empty(), "{release}: {}", refused.join("\n"));
    }
}

/// Calls every operation; returns what went wrong, and how many operations the release does not have.
async fn calls_of_every_operation(server: &Server) -> (Vec<String>, usize) {
    let (script, release) = (Script::new(server), server.release());
    let (mut failed, mut absent) = (Vec::new(), 0);
    for operation in operations() {
        if !has(server, operation) {
            absent += 1;
            let outcome = script.clients(operation).call(operation, &script.examples(operation)).await;
            // The client logs out of these servers by a GET.
            if operation != "console_account_logout" || !matches!(outcome, Some(Ok(()))) {
                failed.extend(unexplained(release, outcome).map(|what| format!("{operation} is absent: {what}")));
            }
            continue;
        }
        let (clients, arguments) = match script.prepare(operation).await {
            Ok(prepared) => prepared,
            // The release refuses to make what the call needs.
            Err(error) if refused(release, error.operation().unwrap_or_default(), &error) => {
                (script.clients(operation), script.examples(operation))
            }
            Err(error) => {
                failed.push(format!("{operation} cannot be prepared: {error}"));
                continue;
            }
        };
        match clients.call(operation, &arguments).await {
            Some(Ok(())) => {}
            Some(Err(error)) if refused(release, operation, &error) => {}
            Some(Err(error)) => failed.push(format!("{operation}: {error}\n  called with {arguments:?}")),
            None => failed.push(format!("{operation} cannot be called")),
        }
    }
    (failed, absent)
}

/// Whether the release has the operation of a method: of two methods, one streams.
fn has(server: &Server, operation: &str) -> bool {
    let place = |id: &str| OPERATIONS.iter().find(|(known, ..)| *known == id).map(|(_, method, path)| (*method, *path));
    let client = |id: &str| id.split('_').next().map(str::to_owned);
    server.operations().into_iter().any(|id| client(id) == client(operation) && place(id) == place(operation))
}

/// What is wrong with how the client reports an operation that the release does not have.
fn unexplained(release: &str, outcome: Option<Result<(), dify_api::Error>>) -> Option<String> {
    let Some(Err(error)) = outcome else { return Some(format!("{outcome:?}")) };
    let (status, text) = (error.status().map_or(0, |status| status.as_u16()), error.to_string());
    let fact = ["This operation came with Dify ", "This operation is gone: the last release that has it is Dify "];
    // Unreleased servers have the version of a release.
    let is = ["is", "calls itself"];
    let explained = fact.iter().any(|fact| text.contains(fact))
        && is.iter().any(|is| text.contains(&format!("; the server {is} {release}")));
    (!explained || !matches!(status, 404 | 405)).then(|| format!("{status} {text}"))
}

/// What is refused, how, and from which release to which: there is no login outside the enterprise edition and so nothing to
/// permit; a form's upload wants a token of its own, which [`a_file_for_a_form_goes_up_by_the_forms_own_token`] has; a server
/// is set up once; and a few releases refuse what they should not.
const REFUSED: &[(&str, u16, &str, &str)] = &[
    ("web_session_login", 404, "1.0.0", "1.16.1"),
    ("web_session_send_login_code", 404, "1.0.0", "1.16.1"),
    ("web_session_login_with_code", 404, "1.0.0", "1.16.1"),
    ("web_session_send_reset_code", 404, "1.0.0", "1.16.1"),
    ("web_session_check_reset_code", 404, "1.0.0", "1.16.1"),
    ("web_session_reset_password", 404, "1.0.0", "1.16.1"),
    ("web_session_permission", 500, "1.0.0", "1.16.1"),
    ("web_human_input_upload", 401, "1.15.0", "1.16.1"),
    ("console_setup_create", 403, "1.0.0", "1.16.1"),
    ("app_info_server", 404, "1.8.0", "1.16.1"),
    ("app_annotations_list", 400, "1.9.0", "1.9.2"),
    ("app_annotations_create", 400, "1.9.0", "1.9.2"),
    ("app_annotations_set_reply", 400, "1.9.0", "1.9.2"),
    ("app_annotations_update", 500, "1.9.0", "1.9.2"),
    ("app_annotations_delete", 500, "1.9.0", "1.9.2"),
    // No job can be begun.
    ("app_annotations_reply_status", 400, "1.9.0", "1.9.2"),
    ("knowledge_tags_list", 404, "1.9.0", "1.10.1"),
    ("knowledge_tags_create", 404, "1.9.0", "1.10.1"),
    ("knowledge_tags_update", 404, "1.9.0", "1.10.1"),
    ("knowledge_tags_delete", 404, "1.9.0", "1.10.1"),
    ("knowledge_tags_bind", 404, "1.9.0", "1.10.1"),
    ("knowledge_tags_unbind", 404, "1.9.0", "1.10.1"),
];

fn is_expected(release: &str, operation: Option<&str>, status: u16) -> bool {
    let Some(operation) = operation else { return matches!(status, 404 | 405) };
    REFUSED.iter().any(|(id, refused, first, last)| {
        let before = |one: &str, other: &str| contract::before(one, Some(&other.into()));
        *id == operation && *refused == status && !before(release, first) && !before(last, release)
    })
}

fn refused(release: &str, operation: &str, error: &dify_api::Error) -> bool {
    // Both checked releases answer an empty stream.
    if operation == "web_messages_more_like_this_stream" {
        return matches!(error.kind(), ErrorKind::Incomplete { last: None });
    }
    is_expected(release, Some(operation), error.status().map_or(0, |status| status.as_u16()))
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
