//! Whatever is awaited can be waited for.

use std::{ops::ControlFlow, pin::pin, sync::Mutex, time::Duration};

use dify_api::{
    App, Console, ErrorKind, Inputs, Knowledge, RetryPolicy, RunStatus, TimeLimit, Upload, WebApp,
    blocking::Wait as _,
    reqwest::Method,
    types::{
        AppMode, AppsListQuery, ConversationsListQuery, DatasetCreateRequest, DatasetsListQuery, DocumentFileConfig,
        DocumentFileUpload, DocumentsListQuery, FileUploadRequest, HumanInputSubmitRequest, IndexingStatus,
        IndexingTechnique, ProcessMode, ProcessRule, WebChatRequest, WorkflowRunRequest,
    },
};
use dify_mock::{
    CONSOLE_EMAIL, CONSOLE_PASSWORD, Server,
    fault::{Answer, Ending, Fault, Place},
};
use dify_tests::Clients;
use futures_util::future::{Either, select};

use super::scene::*;

const DEFINITION: &str = include_str!("../../../dify-api/examples/deploy_app/assistant.yml");

fn run_request() -> WorkflowRunRequest {
    WorkflowRunRequest::new([("city", "Beijing")]).user("user-1")
}

fn cut() -> Fault {
    Fault::Cut { at: Place::AfterEvents(2), by: Ending::Reset }
}

fn file(name: &str, text: String) -> DocumentFileUpload {
    let config = DocumentFileConfig::new().process_rule(ProcessRule::new(ProcessMode::Automatic));
    DocumentFileUpload::new(Upload::bytes(name, text)).data(config)
}

#[test]
fn clients_of_all_kinds_answer_without_a_runtime() {
    let server = start(Server::builder());
    let code = server.app_code("app-chat");
    let Clients { app, knowledge, web, console } = Clients::with_page(&server.base_url(), "app-chat", &code);
    assert!(!app.info().get().wait().expect("an answer").name.is_empty());
    knowledge.datasets().list(&DatasetsListQuery::new()).wait().expect("a list");
    assert!(!web.info().site().wait().expect("a site").site.title.is_empty());
    assert!(!console.apps().list(&AppsListQuery::new()).wait().expect("a list").data.is_empty());
    let stream = web.chat().stream(&WebChatRequest::new("Hello")).wait().expect("a stream");
    assert!(!stream.into_answer().wait().expect("an answer").text.is_empty());
}

#[test]
fn clients_that_log_in_can_be_waited_for() {
    let server = start(Server::builder());
    let console = Console::login(server.console_url(), CONSOLE_EMAIL, CONSOLE_PASSWORD).wait().expect("logged in");
    assert_eq!(console.account().profile().wait().expect("a profile").email, CONSOLE_EMAIL);
    let error = Console::login(server.console_url(), CONSOLE_EMAIL, "wrong").wait().expect_err("refused");
    assert!(error.code().is_some(), "{error}");
    let page = WebApp::connect(server.web_url(), server.app_code("app-chat")).wait().expect("a page");
    page.info().site().wait().expect("a site");
}

#[test]
fn an_expired_session_is_renewed_once_for_all_threads() {
    let server = start(Server::builder());
    let Clients { console, .. } = Clients::at(&server.base_url());
    for round in 0..3 {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| console.account().profile().wait().expect("a profile"));
            }
        });
        assert_eq!(server.count("console_account_refresh").received, round);
        server.expire_sessions();
    }
    assert_eq!(server.count("console_account_login").executed, 1);
}

#[test]
fn a_session_survives_the_runtime_that_opened_it() {
    let server = start(Server::builder());
    let Clients { console, .. } = Clients::at(&server.base_url());
    let runtime = current_thread();
    runtime.block_on(console.account().profile().into_future()).expect("a profile");
    drop(runtime);
    server.expire_sessions();
    console.account().profile().wait().expect("a profile");
    server.expire_sessions();
    multi_thread().block_on(console.account().profile().into_future()).expect("a profile");
    assert_eq!(server.count("console_account_refresh").executed, 2);
}

#[test]
fn a_login_that_ended_with_its_runtime_is_begun_again() {
    let server = start(Server::builder());
    let Clients { console, .. } = Clients::at(&server.base_url());
    server.faults().on("console_account_login").times(1).inject(Fault::LateHead(Duration::from_secs(600)));
    let runtime = current_thread();
    runtime.block_on(async {
        let received = async {
            while server.count("console_account_login").received == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        assert!(matches!(select(console.account().profile(), pin!(received)).await, Either::Right(_)));
    });
    drop(runtime);
    assert_eq!(console.account().profile().wait().expect("a profile").email, CONSOLE_EMAIL);
}

#[test]
fn a_response_a_probe_and_a_raw_request_can_be_waited_for() {
    let (_server, app) = scene();
    let response = app.info().get().with_response().wait().expect("an answer");
    assert_eq!((response.status().as_u16(), response.attempts()), (200, 1));
    let probe = app.probe().wait().expect("a probe");
    assert_eq!((probe.accepted, probe.mode), (true, Some(AppMode::Chat)));
    let raw = app.request(Method::GET, "/info").send().wait().expect("an answer");
    assert!(raw.body().is_some_and(|body| body.starts_with(b"{")));
    let decoded: serde_json::Value = app.request(Method::GET, "/info").decode().wait().expect("an answer");
    assert_eq!(decoded["mode"], "chat");
}

#[test]
fn lists_are_walked_to_their_end() {
    let (server, app) = scene();
    for number in 0..7 {
        let question = dify_api::types::ChatRequest::new(format!("Question {number}")).user("user-1");
        app.chat().send(&question).wait().expect("an answer");
    }
    let query = ConversationsListQuery::new().user("user-1").limit(3);
    let pages: Vec<usize> =
        app.conversations().list(&query).pages().blocking().map(|page| page.expect("a page").data.len()).collect();
    assert_eq!(pages.iter().sum::<usize>(), 7);
    let walked: Vec<String> =
        app.conversations().list(&query).items().blocking().map(|item| item.expect("a conversation").id).collect();
    let whole = app.conversations().list(&query).items().into_vec().wait().expect("the list");
    assert_eq!(walked, whole.into_iter().map(|conversation| conversation.id).collect::<Vec<_>>());
    assert!(server.requests().iter().all(|request| request.problems.is_empty()));

    let mut bounded = app.conversations().list(&query).items().ceiling(1).blocking();
    let seen = bounded.try_fold(0, |seen, item| match item {
        Ok(_) => ControlFlow::Continue(seen + 1),
        Err(error) => ControlFlow::Break((seen, error)),
    });
    let ControlFlow::Break((seen, error)) = seen else { panic!("the list was cut silently") };
    assert!(seen == 3 && matches!(error.kind(), ErrorKind::TooManyPages { limit: 1 }), "{error}");
    assert!(bounded.next().is_none());
}

/// Guards a fault: the timer of a runtime that is gone panics.
#[test]
fn a_walk_continues_after_its_runtime_is_gone() {
    let server = start(Server::builder());
    let policy = RetryPolicy::default().base_delay(Duration::from_millis(600));
    let app = App::builder().api_key("app-chat").base_url(server.base_url()).retry(policy).build().expect("a client");
    app.chat().send(&question()).wait().expect("an answer");
    server.faults().on("app_conversations_list").times(1).inject(Fault::Refused(Answer::page(503)));
    let mut items = app.conversations().list(&ConversationsListQuery::new().user("user-1")).items();
    current_thread().block_on(async {
        let refused = async {
            while server.count("app_conversations_list").received == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert!(matches!(select(pin!(items.next()), pin!(refused)).await, Either::Right(_)));
    });
    assert_eq!(items.blocking().filter(Result::is_ok).count(), 1);
    assert_eq!(server.count("app_conversations_list").received, 2);
}

#[test]
fn interrupted_runs_are_followed_to_their_end() {
    let (server, app) = scene_of(Server::builder().pace(Duration::from_millis(1)), "app-workflow");
    server.faults().on("app_workflows_run").times(1).inject(cut());
    let mut events = app.workflows().run_stream(&run_request()).wait().expect("a stream").blocking();
    assert!(events.by_ref().any(|event| event.is_err()));
    let rest = events.into_inner().resume().wait().expect("another stream");
    assert_eq!(rest.into_run().wait().expect("the end").status, RunStatus::Succeeded);

    server.faults().on("app_workflows_run").times(1).inject(cut());
    let mut run = app.workflows().run_stream(&run_request()).wait().expect("a stream").into_run().resuming();
    let mut states = 0;
    while let Some(state) = run.next().wait() {
        state.expect("a state");
        states += 1;
    }
    assert!(states > 1);
    assert_eq!(run.finish().wait().expect("the end").status, RunStatus::Succeeded);
}

#[test]
fn forms_are_answered_by_a_function_of_the_caller() {
    let (server, app) = scene_of(Server::builder().pace(Duration::from_millis(1)), "app-human");
    let (request, seen) = (run_request(), Mutex::new(0));
    let run = app.workflows().run_with_input(&request, async |form| {
        *seen.lock().expect("the forms") += 1;
        let inputs = form.inputs.iter().map(|field| (field.output_variable_name.clone(), "Fine.")).collect::<Inputs>();
        Some(HumanInputSubmitRequest::new(inputs, form.actions.first()?.id.clone()).user("editor-7"))
    });
    assert_eq!(run.wait().expect("the end").status, RunStatus::Succeeded);
    assert_eq!((seen.into_inner().ok(), server.count("app_human_input_submit").executed), (Some(1), 1));
}

/// A server that takes this long to index, a client, and an empty knowledge base.
fn knowledge_scene(indexing: Duration) -> (Server, Knowledge, String) {
    let server = start(Server::builder().indexing_time(indexing));
    let Clients { knowledge, .. } = Clients::at(&server.base_url());
    let request = DatasetCreateRequest::new("Teas").indexing_technique(IndexingTechnique::HighQuality);
    let dataset = knowledge.datasets().create(&request).wait().expect("a knowledge base").id;
    (server, knowledge, dataset)
}

#[test]
fn indexing_is_waited_for_until_its_deadline() {
    let (_server, knowledge, dataset) = knowledge_scene(Duration::from_secs(600));
    let added = knowledge.documents().create_by_file(&dataset, &file("a.txt", "Tea.".to_owned())).wait();
    let batch = added.expect("a document").batch;
    let indexing = || knowledge.documents().wait_until_indexed(&dataset, &batch).deadline(Duration::from_millis(20));
    let errors = [indexing().wait().expect_err("late"), indexing().blocking().find_map(Result::err).expect("late")];
    for error in errors {
        assert!(matches!(error.kind(), ErrorKind::Timeout(timeout) if timeout.which == TimeLimit::Indexing), "{error}");
    }
}

#[test]
fn documents_are_uploaded_indexed_and_downloaded() {
    let (_server, knowledge, dataset) = knowledge_scene(Duration::from_millis(100));
    let content: String = (0..5_000).map(|number| format!("Tea number {number}.\n")).collect();
    let added = knowledge.documents().create_by_file(&dataset, &file("teas.txt", content.clone())).wait();
    let added = added.expect("a document");

    let indexing = knowledge.documents().wait_until_indexed(&dataset, &added.batch);
    let states: Vec<_> =
        indexing.blocking().map(|state| state.expect("a state").data[0].indexing_status.clone()).collect();
    assert_eq!(states.last(), Some(&IndexingStatus::Completed));
    let last = knowledge.documents().wait_until_indexed(&dataset, &added.batch).wait().expect("the states");
    assert_eq!(last.data[0].indexing_status, IndexingStatus::Completed);

    let files = (0..5).map(|number| file(&format!("{number}.txt"), format!("Tea number {number}.")));
    let outcomes = knowledge.documents().upload_all(&dataset, files, 2).blocking();
    let names: Vec<String> = outcomes.map(|added| added.expect("a document").document.name).collect();
    assert_eq!(names, ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt"]);
    let more = ["5.txt", "6.exe"].map(|name| file(name, "Tea.".to_owned()));
    let outcomes = knowledge.documents().upload_all(&dataset, more.clone(), 2).into_vec().wait();
    assert!(matches!(&outcomes[..], [Ok(_), Err(_)]), "{outcomes:?}");
    let refused =
        current_thread().block_on(async { knowledge.documents().upload_all(&dataset, more, 2).into_vec().wait() });
    assert!(matches!(&refused[..], [Err(error)] if is_refused(error)), "{refused:?}");
    let listed = knowledge.documents().list(&dataset, &DocumentsListQuery::new().limit(2)).items().blocking();
    assert_eq!(listed.filter(Result::is_ok).count(), 7);

    let download = || knowledge.documents().download_file(&dataset, &added.document.id).wait().expect("a file");
    assert_eq!(download().bytes().wait().expect("its bytes"), content);
    let pieces: Vec<u8> = download().blocking().flat_map(|piece| piece.expect("a piece")).collect();
    assert_eq!(pieces, content.as_bytes());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("teas.txt");
    assert_eq!(download().save_to(&path).wait().expect("a file"), content.len() as u64);
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), content);
}

#[test]
fn files_of_this_machine_are_uploaded() {
    let (_server, app) = scene();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "Folders are green.").expect("a file");
    let request = FileUploadRequest::new(Upload::path(&path)).user("user-1");
    assert_eq!(app.files().upload(&request).wait().expect("a file").name, "notes.txt");
    let missing = FileUploadRequest::new(Upload::path(folder.path().join("none.txt"))).user("user-1");
    let error = app.files().upload(&missing).wait().expect_err("no such file");
    assert!(matches!(error.kind(), ErrorKind::File { .. }), "{error}");
}

#[test]
fn a_deployed_application_answers_both_ways() {
    let server = start(Server::builder());
    let Clients { console, .. } = Clients::at(&server.base_url());
    let deployment = console.deploy(DEFINITION).wait().expect("deployed");
    let app = deployment.app();
    let probe = app.probe().wait().expect("a probe");
    assert!(probe.accepted);
    current_thread().block_on(app.info().get().into_future()).expect("an answer");
    app.info().get().wait().expect("an answer");
    let bare = console.deploy(DEFINITION).without_key().wait().expect("deployed");
    assert!(!bare.app_id().is_empty());
}
