//! Runs that outlive their connections, and runs that wait for people, on the embedded server.

use dify_api::{
    App, ErrorKind, Event, EventStream, Inputs, RetryPolicy, Run, RunStatus, Timeouts,
    types::{
        ErrorCode, HumanInputSubmitRequest, WorkflowEvent, WorkflowPauseReason, WorkflowRunRequest, WorkflowRunStatus,
    },
};
use dify_mock::{
    Server,
    fault::{Answer, Ending, Fault, Place},
};
use serde_json::json;
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
    WorkflowRunRequest::new([("city", "Beijing")]).user("user-1")
}

fn cut(after: usize) -> Fault {
    Fault::Cut { at: Place::AfterEvents(after), by: Ending::Reset }
}

/// Names of events with the node they are about, and what ended them.
async fn read<E: Event + serde::Serialize>(stream: &mut EventStream<E>) -> (Vec<String>, Option<dify_api::Error>) {
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
    let builder = Server::builder().release("1.13.0").pace(Duration::from_millis(5));
    let server = builder.start().await.expect("the server starts");
    let app = App::builder().api_key("app-workflow").base_url(server.base_url()).build().expect("a client");
    server.faults().on(RUN).inject(cut(2));

    let mut stream = app.workflows().run_stream(&request()).await.expect("a stream");
    assert!(read(&mut stream).await.1.is_some());
    let error = stream.resume().await.expect_err("no such route");
    let ErrorKind::Resume(missing) = error.kind() else { panic!("{error}") };
    assert_eq!(missing.server_version.as_deref(), Some("1.13.0"));
    assert_eq!(missing.run.as_ref().map(|run| &run.status), Some(&WorkflowRunStatus::Succeeded));
    let text = error.to_string();
    assert!(
        text.contains("the server (1.13.0) has no route for that, which came with Dify 1.14.0")
            && text.contains("succeeded"),
        "{text}"
    );

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
        let inputs = form.inputs.iter().map(|field| (field.output_variable_name.clone(), "Fine.")).collect::<Inputs>();
        Some(HumanInputSubmitRequest::new(inputs, button).user("editor-7"))
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
    let (server, app) = scene("app-human", 1).await;
    let request = request();
    let mut attended = app.workflows().run_with_input(&request, async |_| {
        Some(HumanInputSubmitRequest::new(Vec::<(String, String)>::new(), "no such button").user("editor-7"))
    });
    let error = attended.finish().await.expect_err("no such button");
    assert_eq!(error.code(), Some(&ErrorCode::InvalidFormData), "{error}");
    assert_eq!(attended.snapshot().status, RunStatus::Paused);
    assert_eq!(attended.finish().await.expect_err("the same").to_string(), error.to_string());
    assert_eq!(server.count("app_human_input_submit").received, 1);
}

#[tokio::test]
async fn a_connection_lost_after_a_form_was_answered_is_taken_up_again() {
    let (server, app) = scene("app-human", 5).await;
    // The first of these streams is opened before the answer.
    server.faults().on(EVENTS).times(1).inject(Fault::Cut { at: Place::AfterEvents(1), by: Ending::Reset });
    let request = request();
    let run = app.workflows().run_with_input(&request, async |form| Some(approve(&form))).await.expect("the end");
    assert_eq!((run.status.clone(), run.missing.gaps), (RunStatus::Succeeded, 1), "{run:?}");
    assert_eq!(server.count("app_human_input_submit").executed, 1);
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

fn refused(status: u16) -> Fault {
    Fault::Refused(Answer::page(status))
}

/// Guards a fault: the first attempt that a restarting server refused gave the run up.
#[tokio::test]
async fn a_refused_resumption_is_one_of_ten_attempts() {
    let (server, app) = scene("app-workflow", 5).await;
    server.faults().on(RUN).times(1).inject(cut(2));
    // Three requests make one attempt.
    server.faults().on(EVENTS).times(9).inject(refused(502));
    server.faults().on(EVENTS).times(3).inject(Fault::Unanswered(Ending::Reset));
    let stream = app.workflows().run_stream(&request()).await.expect("a stream");
    let run = stream.into_run().resuming().await.expect("the end");
    assert_eq!((run.status.clone(), run.missing.gaps), (RunStatus::Succeeded, 1), "{run:?}");
    assert_eq!(server.count(EVENTS).received, 13);
}

#[tokio::test]
async fn a_server_that_stays_away_is_given_up_and_the_error_stays() {
    let (server, _) = scene("app-workflow", 5).await;
    let policy = RetryPolicy::none().base_delay(Duration::from_millis(5)).max_delay(Duration::from_millis(20));
    let app = App::builder().api_key("app-workflow").base_url(server.base_url()).retry(policy);
    let app = app.build().expect("a client");
    server.faults().on(RUN).inject(cut(2));
    server.faults().on(EVENTS).inject(refused(503));
    let stream = app.workflows().run_stream(&request()).await.expect("a stream");
    let mut followed = stream.into_run().resuming();
    let error = followed.finish().await.expect_err("given up");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(503), "{error}");
    assert_eq!(server.count(EVENTS).received, 10);
    // A run given up is not a finished one, however often it is asked for.
    assert_eq!(followed.finish().await.expect_err("the same").to_string(), error.to_string());
    assert!(followed.next().await.is_none());
    assert_eq!(followed.snapshot().status, RunStatus::Running);
    assert_eq!(followed.await.expect_err("the same").to_string(), error.to_string());
    assert_eq!(server.count(EVENTS).received, 10);
}

/// Guards a fault: a server that told the same over and over was asked without end.
#[tokio::test]
async fn a_server_that_repeats_itself_is_given_up() {
    let (server, app) = scene("app-chatflow", 1).await;
    let broken = r#"data: {"event":"message_replace","answer":"So far","reason":"","conversation_id":"c","message_id":"m","created_at":1,"task_id":"t"}"#;
    server.faults().on("app_chat_send").inject(cut(3));
    let broken = Answer::new(200).body("text/event-stream", format!("{broken}\n\n"));
    server.faults().on(EVENTS).inject(Fault::Replaced(broken));
    let request = dify_api::types::ChatRequest::new("Hello").user("user-1");
    let stream = app.chat().stream(&request).await.expect("a stream");
    let error = stream.into_run().resuming().await.expect_err("given up");
    assert!(matches!(error.kind(), ErrorKind::Incomplete { .. }), "{error}");
    assert_eq!(server.count(EVENTS).received, 10);
}

#[tokio::test]
async fn a_run_that_failed_to_be_read_can_be_followed_from_there() {
    let (server, app) = scene("app-workflow", 1).await;
    server.faults().on(RUN).inject(cut(2));
    let mut stream = app.workflows().run_stream(&request()).await.expect("a stream").into_run();
    assert!(stream.finish().await.is_err());
    let run = stream.resuming().await.expect("the end");
    assert_eq!((run.status, run.missing.gaps), (RunStatus::Succeeded, 1));
}

fn approve(form: &WorkflowPauseReason) -> HumanInputSubmitRequest {
    let inputs = form.inputs.iter().map(|field| (field.output_variable_name.clone(), "Fine.")).collect::<Inputs>();
    HumanInputSubmitRequest::new(inputs, "approve").user("editor-7")
}

/// The events of a run that pauses at this form.
fn pause_at(run: &str, form: &WorkflowPauseReason) -> Fault {
    let reason = serde_json::to_value(form).expect("JSON");
    let data = json!({"workflow_run_id": run, "paused_nodes": [form.node_id], "outputs": {}, "reasons": [reason],
        "status": "paused", "created_at": 5, "elapsed_time": 0.1, "total_tokens": 0, "total_steps": 1});
    let event = json!({"event": "workflow_paused", "task_id": "t", "workflow_run_id": run, "data": data});
    Fault::Replaced(Answer::new(200).body("text/event-stream", format!("data: {event}\n\n")))
}

/// The record of a run in this state.
fn record(status: &str) -> Fault {
    let record = json!({"id": "r", "workflow_id": "w", "status": status, "inputs": "{}", "outputs": {}, "error": null,
        "total_steps": 1, "total_tokens": 0, "created_at": 1, "finished_at": null, "elapsed_time": 0.0});
    Fault::Replaced(Answer::new(200).json(&record))
}

/// Guards a fault: a pause that was repeated after its form was submitted was asked for thousands of times.
#[tokio::test]
async fn a_pause_that_outlives_its_answer_is_returned() {
    for (status, most) in [("paused", 1), ("running", 11)] {
        let (server, _) = scene("app-human", 1).await;
        let limits = Timeouts::default().resumption(Duration::from_millis(200));
        let policy = RetryPolicy::default().base_delay(Duration::from_millis(5)).max_delay(Duration::from_millis(20));
        let app = App::builder().api_key("app-human").base_url(server.base_url()).timeouts(limits).retry(policy);
        let app = app.build().expect("a client");
        let (request, faults) = (request(), server.faults());
        let mut asked = 0;
        let run = app.workflows().run_with_input(&request, |form| {
            asked += 1;
            faults.on(EVENTS).inject(pause_at("r", &form));
            faults.on("app_workflows_get_run").inject(record(status));
            async move { Some(approve(&form)) }
        });
        let run = run.await.expect("a paused run");
        assert_eq!((run.status.clone(), run.forms.len(), asked), (RunStatus::Paused, 1, 1), "{run:?}");
        assert_eq!(server.count("app_human_input_submit").executed, 1);
        assert!(server.count(EVENTS).received <= most, "{status}: {:?}", server.count(EVENTS));
        assert!(server.count("app_workflows_get_run").received <= 11, "{status}");
    }
}

#[tokio::test]
async fn a_pause_that_is_told_once_too_often_is_waited_for() {
    let (server, app) = scene("app-human", 1).await;
    let (request, faults) = (request(), server.faults());
    let run = app.workflows().run_with_input(&request, |form| {
        faults.on(EVENTS).times(1).inject(pause_at("r", &form));
        faults.on("app_workflows_get_run").times(1).inject(record("paused"));
        async move { Some(approve(&form)) }
    });
    let run = run.await.expect("the end");
    assert_eq!((run.status.clone(), run.missing.gaps), (RunStatus::Succeeded, 1), "{run:?}");
    assert_eq!((server.count(EVENTS).received, server.count("app_workflows_get_run").received), (2, 2));
}

#[tokio::test]
async fn a_run_is_resumed_when_it_is_no_longer_paused() {
    let (server, app) = scene("app-human", 1).await;
    let mut stream = app.workflows().run_stream(&request()).await.expect("a stream");
    let mut run = Run::default();
    while let Some(event) = stream.next().await {
        run.apply(&event.expect("an event"));
    }
    let form = run.forms.first().expect("a form");
    let token = form.form_token.as_deref().expect("a token");
    app.human_input().submit(token, &approve(form)).await.expect("submitted");
    server.faults().on("app_workflows_get_run").times(1).inject(record("paused"));
    let rest = stream.resume().await.expect("another stream").into_run().await.expect("the end");
    assert_eq!((rest.status, rest.missing.gaps), (RunStatus::Succeeded, 1));
    assert_eq!(server.count("app_workflows_get_run").received, 2);
}

#[tokio::test]
async fn a_run_that_is_stopped_for_its_answer_is_an_outcome_of_its_own() {
    for (version, stopped) in [("1.16.0", true), ("1.16.1", true), ("1.15.0", false), ("1.17.0", false)] {
        let server = Server::builder().version(version).check_answers(true).start().await.expect("the server starts");
        let app = App::builder().api_key("app-human").base_url(server.base_url()).build().expect("a client");
        let request = request();
        let run = app.workflows().run_with_input(&request, async |form| Some(approve(&form))).await.expect("an end");
        let status = if stopped { RunStatus::Stopped } else { RunStatus::Succeeded };
        assert_eq!((run.status, run.stopped_on_resumption), (status, stopped), "{version}");
        let error = run.error.map(|error| error.to_string()).unwrap_or_default();
        let explained = error.starts_with("Stopped by user.") && error.contains("within ten minutes of its pause");
        assert_eq!(explained, stopped, "{version}: {error}");
        assert_eq!(server.count("app_human_input_submit").executed, 1);
        let problems: Vec<_> = server.requests().into_iter().flat_map(|request| request.answer_problems).collect();
        assert!(problems.is_empty(), "{version}: {problems:?}");
    }
}

#[tokio::test]
async fn the_answer_of_a_chatflow_is_whole_after_a_resumption() {
    for pace in [0, 3] {
        let (server, app) = scene("app-chatflow", pace).await;
        server.faults().on("app_chat_send").inject(cut(9));
        let request = dify_api::types::ChatRequest::new("Hello").user("user-1");
        let mut stream = app.chat().stream(&request).await.expect("a stream");
        assert!(read(&mut stream).await.1.is_some());
        if pace == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let answer = stream.resume().await.expect("another stream").into_answer().await.expect("the end");
        let text = "You said: Hello. This is answer 1 of our conversation. I am the embedded server, so the same question \
                    always gets the same answer.";
        assert_eq!((&*answer.text, answer.status), (text, RunStatus::Succeeded), "{pace}");
        assert_eq!((answer.missing.gaps, answer.missing.text), (1, false), "{pace}");
        let stream = app.chat().stream(&request).await.expect("a stream");
        let run = stream.into_run().resuming().await.expect("the end");
        assert_eq!((&*run.text, run.missing.text), (text, false), "{pace}");
    }
}
