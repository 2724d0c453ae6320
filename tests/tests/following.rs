//! Runs that outlive their connections, and runs that wait for people, on the embedded server.

use dify_api::{
    App, ErrorKind, Event, EventStream, RetryPolicy, RunStatus,
    types::{ErrorCode, HumanInputSubmitRequest, WorkflowEvent, WorkflowRunRequest, WorkflowRunStatus},
};
use dify_mock::{
    Server,
    fault::{Answer, Ending, Fault, Place},
};
use std::{sync::Mutex, time::Duration};

const RUN: &str = "app_workflows_run";
const EVENTS: &str = "app_workflows_events";

async fn scene(key: &str, pace: u64) -> (Server, App) {
    let builder = Server::builder().check_answers(true).pace(Duration::from_millis(pace));
    let server = builder.start().await.expect("the server starts");
    let policy = RetryPolicy::default().base_delay(Duration::from_millis(5)).max_delay(Duration::from_millis(20));
    let app = App::builder().api_key(key).base_url(server.base_url()).retry(policy).build().expect("a client");
    (server, app)
}

fn request() -> WorkflowRunRequest {
    WorkflowRunRequest::new([("city", "Beijing")], "user-1")
}

fn cut(after: usize) -> Fault {
    Fault::Cut { at: Place::AfterEvents(after), by: Ending::Reset }
}

/// Names of events with the node they are about, and what ended them.
async fn read<E: Event>(stream: &mut EventStream<E>) -> (Vec<String>, Option<dify_api::Error>) {
    let mut names = Vec::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => {
                let value = serde_json::to_value(&event).expect("JSON");
                let node = value.pointer("/data/node_id").and_then(|node| node.as_str()).unwrap_or_default();
                names.push(format!("{} {node}", event.name()).trim_end().to_owned());
            }
            Err(error) => return (names, Some(error)),
        }
    }
    (names, None)
}

/// What a run tells when nothing happens to its connection; pieces of text aside, which no server tells twice.
fn without_text(names: &[String]) -> Vec<&String> {
    names.iter().filter(|name| *name != "text_chunk").collect()
}

#[tokio::test]
async fn a_run_goes_on_in_another_stream_without_telling_anything_twice() {
    let (_server, app) = scene("app-workflow", 1).await;
    let (whole, error) = read(&mut app.workflows().run_stream(&request()).await.expect("a stream")).await;
    assert!(error.is_none(), "{error:?}");

    for events in 1..without_text(&whole).len() {
        let (server, app) = scene("app-workflow", 1).await;
        server.faults().on(RUN).times(1).inject(cut(events));
        let mut stream = app.workflows().run_stream(&request()).await.expect("a stream");
        let (mut names, error) = read(&mut stream).await;
        let error = error.expect("cut");
        assert!(matches!(error.kind(), ErrorKind::Transport(_)), "{error}");
        assert!(error.may_have_acted());
        let mut rest = stream.resume().await.expect("another stream");
        assert_eq!(rest.run_id(), stream.run_id());
        let (more, error) = read(&mut rest).await;
        assert!(error.is_none(), "after {events}: {error:?}");
        names.extend(more);
        assert_eq!(without_text(&names), without_text(&whole), "cut after {events}");
        assert_eq!(server.count(RUN).executed, 1);
    }
}

#[tokio::test]
async fn a_run_that_was_not_named_yet_cannot_be_found_again() {
    let (server, app) = scene("app-workflow", 0).await;
    server.faults().on(RUN).inject(Fault::Cut { at: Place::BeforeBody, by: Ending::Reset });
    let mut stream = app.workflows().run_stream(&request()).await.expect("a stream");
    assert!(read(&mut stream).await.1.is_some());
    let error = stream.resume().await.expect_err("no run");
    assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error}");
    assert!(error.to_string().contains("no event has named the run yet"), "{error}");
}

#[tokio::test]
async fn a_run_is_followed_over_as_many_connections_as_it_takes() {
    let (server, app) = scene("app-workflow", 5).await;
    server.faults().on(RUN).times(1).inject(cut(2));
    server.faults().on(EVENTS).times(1).inject(Fault::Cut { at: Place::InEvent(1), by: Ending::Reset });
    server.faults().on(EVENTS).times(1).inject(Fault::Refused(Answer::page(502)));
    let stream = app.workflows().run_stream(&request()).await.expect("a stream");
    let mut followed = stream.into_run().resuming();
    let mut most = 0;
    while let Some(run) = followed.next().await {
        most = most.max(run.expect("no error").nodes.len());
    }
    let run = followed.finish().await.expect("it has ended");
    assert_eq!((run.status.clone(), run.complete, run.missing.gaps), (RunStatus::Succeeded, true, 2), "{run:?}");
    assert!(run.outputs.is_some() && run.unfinished().next().is_none(), "{run:?}");
    assert_eq!(run.nodes.len(), most);
    assert_eq!(server.count(RUN).executed, 1);
    assert_eq!(server.count(EVENTS).received, 3);
}

#[tokio::test]
async fn a_server_that_ends_streams_too_early_is_asked_again_and_again_but_not_for_ever() {
    let (server, app) = scene("app-workflow", 0).await;
    server.faults().on(RUN).inject(Fault::Cut { at: Place::AfterEvents(1), by: Ending::Reset });
    server.faults().on(EVENTS).inject(Fault::Cut { at: Place::BeforeBody, by: Ending::Reset });
    let stream = app.workflows().run_stream(&request()).await.expect("a stream");
    let error = stream.into_run().resuming().await.expect_err("given up");
    assert!(matches!(error.kind(), ErrorKind::Transport(_)), "{error}");
    assert_eq!(server.count(EVENTS).received, 10);
}

#[tokio::test]
async fn without_the_route_the_error_says_so_and_the_state_of_the_run_is_read_back() {
    let builder = Server::builder().version("1.13.0").pace(Duration::from_millis(5));
    let server = builder.start().await.expect("the server starts");
    let app = App::builder().api_key("app-workflow").base_url(server.base_url()).build().expect("a client");
    server.faults().on(RUN).inject(cut(2));
    server.faults().on(EVENTS).inject(Fault::Refused(Answer::page(404)));

    let mut stream = app.workflows().run_stream(&request()).await.expect("a stream");
    assert!(read(&mut stream).await.1.is_some());
    let error = stream.resume().await.expect_err("no such route");
    let ErrorKind::Resume(missing) = error.kind() else { panic!("{error}") };
    assert_eq!(missing.server_version.as_deref(), Some("1.13.0"));
    assert_eq!(missing.run.as_ref().map(|run| &run.status), Some(&WorkflowRunStatus::Succeeded));
    let text = error.to_string();
    assert!(text.contains("the server (1.13.0) has no route for that") && text.contains("succeeded"), "{text}");

    let stream = app.workflows().run_stream(&request()).await.expect("a stream");
    let mut followed = stream.into_run().resuming();
    let error = followed.finish().await.expect_err("no such route");
    assert!(matches!(error.kind(), ErrorKind::Resume(_)), "{error}");
    let run = followed.snapshot();
    assert_eq!((run.status.clone(), run.complete), (RunStatus::Succeeded, true));
    assert!(run.outputs.is_some() && run.missing.gaps == 1, "{run:?}");
}

#[tokio::test]
async fn a_form_is_answered_and_the_run_goes_on_to_its_end() {
    let (server, app) = scene("app-human", 1).await;
    let seen = Mutex::new(Vec::new());
    let request = request();
    let run = app.workflows().run_with_input(&request, async |form| {
        seen.lock().expect("forms").push(form.form_content.clone());
        let button = form.actions.first()?.id.clone();
        let inputs = form.inputs.iter().map(|field| (field.output_variable_name.clone(), "Fine."));
        Some(HumanInputSubmitRequest::new(inputs, button, "editor-7"))
    });
    let run = run.await.expect("the end");
    assert_eq!((run.status.clone(), run.resumed), (RunStatus::Succeeded, true), "{run:?}");
    assert!(run.pause.is_none() && run.forms.is_empty());
    assert_eq!(seen.lock().expect("forms").len(), 1);
    assert_eq!((server.count(RUN).executed, server.count("app_human_input_submit").executed), (1, 1));
    let problems: Vec<_> = server.requests().into_iter().flat_map(|request| request.problems).collect();
    assert!(problems.is_empty(), "{problems:?}");
}

#[tokio::test]
async fn a_form_that_nobody_answers_leaves_the_run_paused() {
    let (server, app) = scene("app-human", 1).await;
    let request = request();
    let run = app.workflows().run_with_input(&request, async |_| None).await.expect("a paused run");
    assert_eq!((run.status.clone(), run.forms.len()), (RunStatus::Paused, 1), "{run:?}");
    assert_eq!(server.count("app_human_input_submit").received, 0);
}

#[tokio::test]
async fn what_does_not_fit_into_a_form_is_told_and_nothing_is_lost() {
    let (_server, app) = scene("app-human", 1).await;
    let request = request();
    let mut attended = app.workflows().run_with_input(&request, async |_| {
        Some(HumanInputSubmitRequest::new(Vec::<(String, String)>::new(), "no such button", "editor-7"))
    });
    let error = attended.finish().await.expect_err("no such button");
    assert_eq!(error.code(), Some(&ErrorCode::InvalidFormData), "{error}");
    assert_eq!(attended.snapshot().status, RunStatus::Paused);
}

#[tokio::test]
async fn a_connection_lost_after_a_form_was_answered_is_taken_up_again() {
    let (server, app) = scene("app-human", 5).await;
    // The first of these streams is opened before the answer.
    server.faults().on(EVENTS).times(1).inject(Fault::Cut { at: Place::AfterEvents(1), by: Ending::Reset });
    let request = request();
    let run = app.workflows().run_with_input(&request, async |form| {
        let inputs = form.inputs.iter().map(|field| (field.output_variable_name.clone(), "Fine."));
        Some(HumanInputSubmitRequest::new(inputs, form.actions.first()?.id.clone(), "editor-7"))
    });
    let run = run.await.expect("the end");
    assert_eq!((run.status.clone(), run.missing.gaps), (RunStatus::Succeeded, 1), "{run:?}");
    assert_eq!(server.count("app_human_input_submit").executed, 1);
}

#[tokio::test]
async fn a_chatflow_can_be_followed_as_well() {
    let (server, app) = scene("app-chatflow", 1).await;
    server.faults().on("app_chat_send").inject(cut(3));
    let request = dify_api::types::ChatRequest::new("Hello", "user-1");
    let stream = app.chat().stream(&request).await.expect("a stream");
    let run = stream.into_run().resuming().await.expect("the end");
    assert_eq!((run.status.clone(), run.missing.gaps), (RunStatus::Succeeded, 1), "{run:?}");
}

#[tokio::test]
async fn stopping_a_run_brings_its_last_events() {
    let (_server, app) = scene("app-workflow", 200).await;
    let mut stream = app.workflows().run_stream(&request()).await.expect("a stream");
    assert!(matches!(stream.next().await, Some(Ok(WorkflowEvent::WorkflowStarted(_)))));
    stream.stop().await.expect("stopped");
    let mut last = None;
    while let Some(event) = stream.next().await {
        last = Some(event.expect("an event"));
    }
    let Some(WorkflowEvent::WorkflowFinished(finished)) = last else { panic!("{last:?}") };
    assert_eq!(finished.data.status, WorkflowRunStatus::Stopped);
}
