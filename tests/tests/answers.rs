//! Answers and runs of the embedded server: gathered from streams, and the same as what blocking calls answer.

use dify_api::{
    App, ErrorKind, RunStatus,
    types::{
        AppMode, ChatReply, ChatRequest, CompletionRequest, ErrorCode, ReplyEvent, WebChatRequest,
        WebCompletionRequest, WorkflowRunRequest, WorkflowRunStatus,
    },
};
use dify_mock::Server;
use dify_tests::{
    Clients,
    canned::{Answer as Canned, CannedServer},
    corpus,
    script::RELEASES,
};

async fn scene(release: &str, key: &str) -> (Server, Clients) {
    let server = Server::builder().release(release).check_answers(true).start().await.expect("the server starts");
    let clients = Clients::with_app(&server.base_url(), key);
    (server, clients)
}

fn question(text: &str) -> ChatRequest {
    ChatRequest::new(text).user("user-1")
}

/// The stream of a recording, by a piece of its file's name.
fn recorded(server: &str, file: &str) -> &'static str {
    let cases = corpus().cases.iter().filter(|case| case.recording.server.ends_with(server));
    let mut found = cases.filter(|case| case.recording.file.contains(file));
    let case = found.next().unwrap_or_else(|| panic!("no recording of {server} is called {file}"));
    case.stream().expect("a stream").1
}

async fn canned(body: &str) -> (CannedServer, App) {
    let server = CannedServer::start(&Canned::stream(body, Some(100))).await.expect("a server");
    let app = App::builder().api_key("app-chat").base_url(server.base_url()).build().expect("a client");
    (server, app)
}

#[tokio::test]
async fn an_answer_is_gathered_from_applications_of_every_kind() {
    for (key, steps, run) in [
        ("app-chat", false, false),
        ("app-agent", true, false),
        ("app-roster", true, false),
        ("app-chatflow", false, true),
    ] {
        let (_server, clients) = scene("1.16.1", key).await;
        let chat = clients.app.chat();
        let answer = chat.stream(&question("Hello")).await.expect(key).into_answer().await.expect(key);
        let whole = chat.send_streamed(&question("Hello")).await.expect(key);
        assert!(!answer.text.is_empty(), "{key}");
        assert_eq!(answer.text, whole.answer, "{key}");
        assert_eq!(answer.usage.map(|usage| usage.total_tokens), whole.metadata.usage.map(|usage| usage.total_tokens));
        assert_eq!((answer.complete, answer.thoughts.is_empty(), answer.run.is_some()), (true, !steps, run), "{key}");
        assert_eq!(answer.status, if run { RunStatus::Succeeded } else { RunStatus::Ended }, "{key}");
    }
}

/// What two answers to the same question share.
fn gist(reply: &ChatReply) -> (ReplyEvent, AppMode, &str, bool, Option<i64>) {
    let usage = reply.metadata.usage.as_ref();
    (
        reply.event.clone(),
        reply.mode.clone(),
        &reply.answer,
        reply.data.is_some(),
        usage.map(|usage| usage.total_tokens),
    )
}

#[tokio::test]
async fn a_blocking_answer_is_the_same_over_a_stream() {
    for release in RELEASES {
        for key in ["app-chat", "app-chatflow", "app-chatflow-human"] {
            let (_server, clients) = scene(release, key).await;
            let chat = clients.app.chat();
            let at_once = chat.send(&question("Hello")).await.expect(key);
            let streamed = chat.send_streamed(&question("Hello")).await.expect(key);
            assert_eq!(gist(&at_once), gist(&streamed), "{key}");
            assert_eq!(at_once.data.map(|pause| pause.reasons.len()), streamed.data.map(|pause| pause.reasons.len()));
        }
        let (_server, clients) = scene(release, "app-completion").await;
        let request = CompletionRequest::new([("query", "Hello")]).user("user-1");
        let at_once = clients.app.completion().send(&request).await.expect("an answer");
        let streamed = clients.app.completion().send_streamed(&request).await.expect("an answer");
        assert_eq!((at_once.answer, at_once.mode), (streamed.answer, streamed.mode));
    }
}

#[tokio::test]
async fn a_workflow_tells_the_same_over_a_stream_and_its_nodes_as_well() {
    for release in RELEASES {
        // Forms came with 1.13.0.
        let waiting = if release == "1.16.1" { RunStatus::Paused } else { RunStatus::Succeeded };
        for (key, status) in [("app-workflow", RunStatus::Succeeded), ("app-human", waiting)] {
            let (_server, clients) = scene(release, key).await;
            let workflows = clients.app.workflows();
            let request = WorkflowRunRequest::new([("query", "Hello")]).user("user-1");
            let at_once = workflows.run(&request).await.expect(key);
            let streamed = workflows.run_streamed(&request).await.expect(key);
            assert_eq!(
                (&at_once.data.status, &at_once.data.outputs),
                (&streamed.data.status, &streamed.data.outputs),
                "{key}"
            );
            assert_eq!(at_once.data.total_steps, streamed.data.total_steps, "{key}");
            let run = workflows.run_stream(&request).await.expect(key).into_run().await.expect(key);
            assert_eq!(run.status, status, "{key}");
            assert!(!run.nodes.is_empty(), "{key}");
            assert_eq!(run.forms.len(), usize::from(status == RunStatus::Paused), "{key}");
        }
    }
}

#[tokio::test]
async fn pages_answer_over_a_stream_too() {
    for release in RELEASES {
        let (server, _) = scene(release, "app-chat").await;
        let page = |key| Clients::with_page(&server.base_url(), key, &server.app_code(key)).web;
        let chat = page("app-chat");
        let request = WebChatRequest::new("Hello").inputs(serde_json::Map::new());
        let at_once = chat.chat().send(&request).await.expect("an answer");
        let streamed = chat.chat().send_streamed(&request).await.expect("an answer");
        assert_eq!(at_once.answer, streamed.answer);
        let request = WebCompletionRequest::new([("query", "Hello")]);
        let streamed = page("app-completion").completion().send_streamed(&request).await.expect("an answer");
        assert!(!streamed.answer.is_empty());
    }
}

#[tokio::test]
async fn a_stopped_chat_is_stopped_because_it_was_asked_to() {
    for release in RELEASES {
        let (_server, clients) = scene(release, "app-chat").await;
        let stream = clients.app.chat().stream(&question("SLOW5 Hello")).await.expect("a stream");
        let mut stream = stream.into_answer();
        while stream.task_id().is_none() {
            stream.next().await.expect("an event").expect("an event");
        }
        let answer = stream.stop().await.expect("the rest of the answer");
        assert_eq!((answer.status, answer.complete), (RunStatus::Stopped, true));
        assert_eq!(answer.usage.map(|usage| usage.total_tokens), Some(0));
    }
}

#[tokio::test]
async fn a_run_that_fails_leaves_what_came_before() {
    for release in RELEASES {
        let (_server, clients) = scene(release, "app-chat").await;
        let stream = clients.app.chat().stream(&question("ERR_RATE_MID Hello")).await.expect("a stream");
        let mut stream = stream.into_answer();
        let error = stream.finish().await.expect_err("the model refuses");
        assert!(matches!(error.kind(), ErrorKind::Stream(_)), "{error}");
        let answer = stream.snapshot();
        assert!(!answer.text.is_empty());
        assert_eq!(answer.status, RunStatus::Failed);
        assert_eq!(answer.error.as_ref().and_then(|failure| failure.code.as_ref()), error.code());
        assert_eq!(answer.usage, None);
    }
}

#[tokio::test]
async fn a_blocking_chatflow_that_is_answered_by_events_is_answered() {
    let (_server, app) = canned(recorded("1.13.0", "chatflow/005")).await;
    let response = app.chat().send(&question("Hello")).with_response().await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert!(response.body().is_none());
    assert!(!response.answer.is_empty());
    assert_eq!((&response.mode, &response.event), (&AppMode::AdvancedChat, &ReplyEvent::Message));
    assert_eq!(response.metadata.usage, None, "1.13.0 does not tell what a chatflow cost");
}

#[tokio::test]
async fn a_chatflow_that_fails_in_its_stream_fails_the_blocking_call() {
    let (_server, app) = canned(recorded("main-20260815", "chatflow/032")).await;
    let error = app.chat().send(&question("Hello")).await.expect_err("the run failed");
    assert!(matches!(error.kind(), ErrorKind::Stream(_)), "{error}");
    assert_eq!(error.code(), Some(&ErrorCode::InvalidParam));
    assert!(error.may_have_acted());
}

#[tokio::test]
async fn pings_alone_are_no_answer() {
    let (_server, app) = canned("event: ping\n\nevent: ping\n\n").await;
    for error in [
        app.chat().send(&question("Hello")).await.expect_err("no answer"),
        app.chat().send_streamed(&question("Hello")).await.expect_err("no answer"),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Incomplete { last: None }), "{error}");
        assert!(error.may_have_acted());
    }
}

#[tokio::test]
async fn a_workflow_that_stopped_is_an_answer() {
    let body = recorded("1.13.0", "workflow/010").replace(r#""status":"succeeded""#, r#""status":"stopped""#);
    let (_server, app) = canned(&body).await;
    let request = WorkflowRunRequest::new([("query", "Hello")]).user("user-1");
    let reply = app.workflows().run(&request).await.expect("an answer");
    assert_eq!(reply.data.status, WorkflowRunStatus::Stopped);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_missing_from_an_answer_and_spoils_a_reply() {
    let whole = recorded("1.13.0", "chat/001");
    let (first, rest) = whole.split_once("\n\n").expect("several events");
    let bad = r#"data: {"event":"message","answer":5}"#;
    let (_server, app) = canned(&format!("{first}\n\n{bad}\n\n{rest}")).await;
    let answer = app.chat().stream(&question("Hello")).await.expect("a stream").into_answer().await.expect("an answer");
    assert!(answer.complete);
    assert_eq!(answer.missing.undecoded, 1);
    assert_eq!(&answer.missing.undecoded_events[0].data[..], &bad.as_bytes()["data: ".len()..]);
    let error = app.chat().send(&question("Hello")).await.expect_err("a piece of the text is unknown");
    assert!(matches!(error.kind(), ErrorKind::Decode(_)), "{error}");
}
