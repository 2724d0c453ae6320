//! Streams that are read without `async`.

use std::{
    env,
    process::{Command, Stdio},
    sync::Mutex,
    time::Duration,
};

use dify_api::{
    App, Event as _, EventStream, RunStatus,
    blocking::{Blocking, Wait as _},
    types::{ChatEvent, WorkflowRunRequest},
};
use dify_mock::{
    Server,
    fault::{Fault, Place},
};

use super::scene::*;

const STOP: &str = "app_chat_stop";

/// A server that takes its time, and a stream of it after its first event.
fn running() -> (Server, EventStream<ChatEvent>) {
    let (server, app) = scene_of(Server::builder().pace(Duration::from_millis(100)), "app-chat");
    let mut stream = app.chat().stream(&question()).wait().expect("a stream").stop_on_drop();
    stream.next().wait().expect("an event").expect("no error");
    (server, stream)
}

async fn names_of(app: &App) -> Vec<String> {
    let mut stream = app.chat().stream(&question()).await.expect("a stream");
    let mut names = Vec::new();
    while let Some(event) = stream.next().await {
        names.push(event.expect("an event").name().to_owned());
    }
    names
}

#[test]
fn an_iterator_yields_the_events_in_order() {
    let (_server, app) = scene();
    let expected = current_thread().block_on(names_of(&app));
    let mut events = app.chat().stream(&question()).wait().expect("a stream").blocking();
    let names: Vec<String> = events.by_ref().map(|event| event.expect("an event").name().to_owned()).collect();
    assert_eq!(names, expected);
    assert!(events.next().is_none() && events.get_ref().is_complete());
}

#[test]
fn a_snapshot_grows_between_the_events() {
    let (_server, app) = scene();
    let whole = app.chat().stream(&question()).wait().expect("a stream").into_answer().wait().expect("an answer").text;
    let mut events = app.chat().stream(&question()).wait().expect("a stream").into_answer().blocking();
    let mut lengths = Vec::new();
    while let Some(event) = events.next() {
        event.expect("an event");
        lengths.push(events.get_ref().snapshot().text.len());
    }
    assert!(lengths.is_sorted() && lengths.first() < lengths.last(), "{lengths:?}");
    assert_eq!(events.get_ref().snapshot().text, whole);

    let mut stream = app.chat().stream(&question()).wait().expect("a stream").into_answer();
    while let Some(event) = stream.next().wait() {
        event.expect("an event");
    }
    assert_eq!(stream.finish().wait().expect("the answer").text, whole);
}

#[test]
fn a_stream_that_is_dropped_stops_its_run() {
    let (server, stream) = running();
    drop(stream);
    until(|| server.count(STOP).executed == 1);

    let (server, stream) = running();
    for event in stream.blocking().take(1) {
        event.expect("an event");
    }
    until(|| server.count(STOP).executed == 1);

    // The request would never leave a runtime that does not run.
    let (server, stream) = running();
    let runtime = current_thread();
    let entered = runtime.enter();
    drop(stream);
    drop(entered);
    until(|| server.count(STOP).executed == 1);
}

#[test]
fn a_stream_of_async_code_stops_its_run_wherever_it_is_dropped() {
    let (server, app) = scene_of(Server::builder().pace(Duration::from_millis(100)), "app-chat");
    let runtime = multi_thread();
    let stream = runtime.block_on(async {
        let mut stream = app.chat().stream(&question()).await.expect("a stream").stop_on_drop();
        stream.next().await.expect("an event").expect("no error");
        stream
    });
    drop(runtime);
    drop(stream);
    until(|| server.count(STOP).executed == 1);
}

/// Set in the process that ends while its stream is open.
const CHILD: &str = "DIFY_TESTS_OPEN_STREAM";

static OPEN: Mutex<Option<Blocking<EventStream<ChatEvent>>>> = Mutex::new(None);

#[test]
fn a_program_ends_while_a_stream_is_open() {
    if let Ok(base_url) = env::var(CHILD) {
        let app = App::builder().api_key("app-chat").base_url(base_url).build().expect("a client");
        let mut events = app.chat().stream(&question()).wait().expect("a stream").blocking();
        events.next().expect("an event").expect("no error");
        *OPEN.lock().expect("the stream") = Some(events);
        return;
    }
    let (server, _) = scene();
    server.faults().on("app_chat_send").inject(Fault::Silence { after: Place::AfterEvents(1) });
    let mut child = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "blocking::streams::a_program_ends_while_a_stream_is_open"])
        .env(CHILD, server.base_url())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    until(|| child.try_wait().expect("its state").is_some_and(|status| status.success()));
    let printed = child.wait_with_output().expect("its output").stdout;
    assert!(String::from_utf8_lossy(&printed).contains("1 passed"), "the program ran no test");
}

#[test]
fn a_stream_without_stop_on_drop_leaves_its_run() {
    let (server, app) = scene();
    let mut events = app.chat().stream(&question()).wait().expect("a stream").blocking();
    events.next().expect("an event").expect("no error");
    drop(events);
    // A later call comes after whatever the drop sent.
    app.info().get().wait().expect("an answer");
    assert_eq!(server.count(STOP).received, 0);
}

#[test]
fn a_run_is_stopped_and_its_last_events_are_read() {
    let (server, stream) = running();
    let mut events = stream.blocking();
    events.get_mut().stop().wait().expect("it is stopped");
    assert_eq!(server.count(STOP).executed, 1);
    assert!(events.all(|event| event.is_ok()));

    let (server, stream) = running();
    let answer = stream.into_answer().stop().wait().expect("what there is");
    assert_eq!(answer.status, RunStatus::Stopped);
    assert_eq!(server.count(STOP).executed, 1);
}

#[test]
fn a_stream_changes_between_blocking_and_async_code() {
    let (_server, app) = scene();
    let expected = current_thread().block_on(names_of(&app));
    let runtime = multi_thread();

    let mut stream = runtime.block_on(app.chat().stream(&question()).into_future()).expect("a stream");
    let mut names: Vec<String> = Vec::new();
    for turn in 0.. {
        let next = if turn % 2 == 0 { stream.next().wait() } else { runtime.block_on(stream.next()) };
        let Some(event) = next else { break };
        names.push(event.expect("an event").name().to_owned());
    }
    assert_eq!(names, expected);
}

/// Guards a fault: the timer of a runtime that is gone panics.
#[test]
fn a_stream_whose_runtime_is_gone_ends_with_an_error() {
    let (_server, app) = scene_of(Server::builder().pace(Duration::from_millis(50)), "app-workflow");
    for runtime in [current_thread(), multi_thread()] {
        let request = WorkflowRunRequest::new([("city", "Beijing")]).user("user-1");
        let stream = runtime.block_on(async {
            let mut stream = app.workflows().run_stream(&request).await.expect("a stream");
            stream.next().await.expect("an event").expect("no error");
            stream
        });
        drop(runtime);
        let mut events = stream.blocking();
        assert!(events.by_ref().last().is_some_and(|event| event.is_err()), "the connection is gone with its runtime");
        // The run itself continues.
        let rest = events.into_inner().into_run().resuming().wait().expect("the end");
        assert_eq!(rest.status, RunStatus::Succeeded);
    }
}
