//! Chatflows that outlive their connections and that wait for people, on the embedded server.

use dify_api::{
    Answer, App, ErrorKind, Inputs, RetryPolicy, RunStatus,
    types::{ChatEvent, ChatRequest, HumanInputSubmitRequest, WorkflowPauseReason},
};
use dify_mock::{
    Server,
    fault::{Ending, Fault, Place},
};
use std::time::Duration;

const CHAT: &str = "app_chat_send";
const EVENTS: &str = "app_workflows_events";
const SUBMIT: &str = "app_human_input_submit";

async fn scene(key: &str) -> (Server, App) {
    let builder = Server::builder().check_answers(true).pace(Duration::from_millis(1));
    let server = builder.start().await.expect("the server starts");
    let policy = RetryPolicy::default().base_delay(Duration::from_millis(5)).max_delay(Duration::from_millis(20));
    let app = App::builder().api_key(key).base_url(server.base_url()).retry(policy).build().expect("a client");
    (server, app)
}

fn cut(after: usize) -> Fault {
    Fault::Cut { at: Place::AfterEvents(after), by: Ending::Reset }
}

fn request() -> ChatRequest {
    ChatRequest::new("Hello").user("user-1")
}

fn approval(form: &WorkflowPauseReason) -> Option<HumanInputSubmitRequest> {
    let inputs = form.inputs.iter().map(|field| (field.output_variable_name.clone(), "Fine.")).collect::<Inputs>();
    Some(HumanInputSubmitRequest::new(inputs, form.actions.first()?.id.clone()).user("editor-7"))
}

fn no_problems(server: &Server) {
    let problems: Vec<_> = server.requests().into_iter().flat_map(|request| request.problems).collect();
    assert!(problems.is_empty(), "{problems:?}");
}

/// The answer of a chatflow whose connection stays.
async fn undisturbed(key: &str) -> Answer {
    let (_server, app) = scene(key).await;
    app.chat().stream(&request()).await.expect("a stream").into_answer().await.expect("an answer")
}

#[tokio::test]
async fn the_run_of_a_chatflow_is_followed_over_another_connection() {
    let (server, app) = scene("app-chatflow").await;
    server.faults().on(CHAT).inject(cut(3));
    let stream = app.chat().stream(&request()).await.expect("a stream");
    let run = stream.into_run().resuming().await.expect("the end");
    assert_eq!((run.status.clone(), run.missing.gaps), (RunStatus::Succeeded, 1), "{run:?}");
}

#[tokio::test]
async fn the_answer_of_a_chatflow_is_whole_wherever_its_connection_breaks() {
    let whole = undisturbed("app-chatflow").await;
    assert!(!whole.text.is_empty() && whole.status == RunStatus::Succeeded, "{whole:?}");
    for place in 1..12 {
        let (server, app) = scene("app-chatflow").await;
        server.faults().on(CHAT).inject(cut(place));
        let stream = app.chat().stream(&request()).await.expect("a stream");
        let mut following = stream.into_answer().resuming();
        let answer = following.finish().await.unwrap_or_else(|error| panic!("cut after {place}: {error}"));
        assert_eq!((&answer.text, &answer.status), (&whole.text, &RunStatus::Succeeded), "cut after {place}");
        assert!(answer.complete && answer.run.is_some() && answer.conversation_id.is_some(), "{answer:?}");
        assert_eq!(following.snapshot(), &answer);
        no_problems(&server);
    }
}

#[tokio::test]
async fn forms_of_a_chatflow_are_answered_until_the_answer_is_whole() {
    let (server, app) = scene("app-chatflow-human").await;
    let mut forms = 0;
    let app = app.as_user("user-1");
    let answer = app.chat().send_with_input(&ChatRequest::new("Hello"), |form| {
        forms += 1;
        async move { approval(&form) }
    });
    let answer = answer.await.expect("an answer");
    assert_eq!((answer.status.clone(), answer.complete), (RunStatus::Succeeded, true), "{answer:?}");
    assert!(!answer.text.is_empty() && answer.error.is_none(), "{answer:?}");
    let run = answer.run.expect("a run");
    assert!(run.resumed && run.pause.is_none() && run.forms.is_empty() && !run.stopped_on_resumption, "{run:?}");
    assert_eq!((forms, server.count(CHAT).executed, server.count(SUBMIT).executed), (1, 1, 1));
    no_problems(&server);
}

#[tokio::test]
async fn a_connection_lost_after_a_form_of_a_chatflow_is_replaced() {
    let (server, app) = scene("app-chatflow-human").await;
    server.faults().on(EVENTS).times(1).inject(cut(1));
    let request = request();
    let answer = app.chat().send_with_input(&request, async |form| approval(&form)).await.expect("an answer");
    assert_eq!(answer.status, RunStatus::Succeeded, "{answer:?}");
    assert_eq!((server.count(CHAT).executed, server.count(SUBMIT).executed), (1, 1));
}

#[tokio::test]
async fn an_unanswered_form_leaves_the_chatflow_paused() {
    let (server, app) = scene("app-chatflow-human").await;
    let request = request();
    let mut waiting = app.chat().send_with_input(&request, async |_| None);
    let answer = waiting.finish().await.expect("a paused answer");
    assert_eq!(answer.status, RunStatus::Paused, "{answer:?}");
    assert_eq!(answer.run.as_ref().map(|run| run.forms.len()), Some(1));
    assert_eq!((waiting.snapshot(), server.count(SUBMIT).received), (&answer, 0));
}

/// Guards a fault: a future that was dropped before the stream was open began the run a second time.
#[tokio::test]
async fn a_dropped_wait_begins_no_second_run() {
    let (server, app) = scene("app-chatflow-human").await;
    server.faults().on(CHAT).times(1).inject(Fault::LateHead(Duration::from_millis(50)));
    let request = request();
    let mut waiting = app.chat().send_with_input(&request, async |form| approval(&form));
    let _ = tokio::time::timeout(Duration::from_millis(10), waiting.finish()).await;
    let answer = waiting.finish().await.expect("an answer");
    assert_eq!((answer.status, server.count(CHAT).received), (RunStatus::Succeeded, 1));
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_is_an_error_each_time() {
    let (server, app) = scene("app-chatflow-human").await;
    let request = ChatRequest::new("Hello");
    let mut waiting = app.chat().send_with_input(&request, async |form| approval(&form));
    for _ in 0..2 {
        let error = waiting.finish().await.expect_err("no user");
        assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
    let events = app.chat().stream(&request).await.map(|_: dify_api::EventStream<ChatEvent>| ());
    assert!(events.is_err());
}
