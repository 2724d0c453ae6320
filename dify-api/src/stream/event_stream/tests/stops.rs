//! Stopping runs whose servers do not stop.

use super::{END, MESSAGE, STOPPED, read};
use crate::{
    App, Error, ErrorKind, EventStream, TimeLimit, Timeouts,
    tests::test_server::{Server, Step, answer, event_stream, say},
    types::{ChatEvent, ChatRequest},
};
use std::time::Duration;

/// A stream of these steps, and a server that accepts every stop.
async fn talking(steps: Vec<Step>, limits: Timeouts) -> (Server, EventStream<ChatEvent>) {
    let stream = [event_stream()].into_iter().chain(steps).collect();
    let server = Server::start(vec![stream, answer(200, "application/json", STOPPED)]).await;
    let app: App = server.app(limits);
    let stream = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect("a stream");
    (server, stream)
}

fn slowly() -> Vec<Step> {
    (0..500).flat_map(|_| [say(MESSAGE), Step::Wait(Duration::from_millis(10))]).collect()
}

fn is_late(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Timeout(timeout) if timeout.which == TimeLimit::Stop)
}

/// Guards a fault: a server that kept talking kept `stop` waiting for ever.
#[tokio::test]
async fn a_stop_that_the_server_ignores_ends_by_its_limit() {
    let limits = Timeouts::none().stop(Duration::from_millis(150));
    let (server, mut stream) = talking(slowly(), limits).await;
    let error = stream.stop().await.expect_err("it goes on");
    assert!(is_late(&error), "{error}");
    assert!(error.to_string().contains("the stopped run did not end its stream within 150ms (`stop`)"), "{error}");
    assert_eq!(server.seen().len(), 2);
    let (names, errors) = read(&mut stream).await;
    assert_eq!(names.last().map(String::as_str), Some("!"));
    assert!(names.len() > 1 && errors.len() == 1 && is_late(&errors[0]), "{errors:?}");
    assert_eq!(stream.failure().map(ToString::to_string), Some(error.to_string()));

    let (_server, stream) = talking(slowly(), limits).await;
    let mut answer = stream.into_answer();
    let error = answer.stop().await.expect_err("it goes on");
    assert!(is_late(&error), "{error}");
    assert_eq!(answer.finish().await.expect_err("the same").to_string(), error.to_string());
    assert!(answer.snapshot().text.starts_with("hihi"));
    assert!(!answer.snapshot().status.is_final());
}

#[tokio::test]
async fn a_stop_that_waits_for_a_task_leaves_the_stream_open() {
    let nameless = MESSAGE.replace(r#""task_id":"t1","#, "");
    let steps = vec![say(nameless), Step::Wait(Duration::from_millis(300)), say(MESSAGE), say(END)];
    let (server, mut stream) = talking(steps, Timeouts::none().stop(Duration::from_millis(50))).await;
    assert!(is_late(&stream.stop().await.expect_err("no task")));
    assert_eq!(server.seen().len(), 1);
    let (names, _) = read(&mut stream).await;
    assert_eq!(names, ["message", "message", "message_end"], "the first event has no task");
}

#[tokio::test]
async fn a_server_that_does_not_answer_the_stop_is_not_waited_for() {
    let stream = vec![event_stream(), say(MESSAGE), Step::Wait(Duration::from_millis(300)), say(END)];
    let server = Server::start(vec![stream, vec![Step::Wait(Duration::from_secs(60))]]).await;
    let app = server.app(Timeouts::none().stop(Duration::from_millis(50)));
    let mut stream = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect("a stream");
    let error = stream.stop().await.expect_err("no answer");
    assert!(is_late(&error), "{error}");
    let (names, errors) = read(&mut stream).await;
    assert_eq!(names, ["message", "message_end"], "{errors:?}");
}

/// Guards a fault: what a server sent after a stop was kept without a limit.
#[tokio::test]
async fn what_is_read_ahead_of_a_stop_is_limited() {
    let (_server, mut stream) = talking(vec![say(MESSAGE.repeat(20_000)), say(END)], Timeouts::none()).await;
    let error = stream.stop().await.expect_err("too much waits");
    assert!(matches!(error.kind(), ErrorKind::Backlog { events: 16_384 }), "{error}");
    let (names, errors) = read(&mut stream).await;
    assert_eq!((names.len(), errors.len()), (20_001, 0), "nothing is lost");

    let (_server, stream) = talking(vec![say(MESSAGE.repeat(20_000)), say(END)], Timeouts::none()).await;
    let answer = stream.into_answer().stop().await.expect("gathered, it waits nowhere");
    assert_eq!(answer.text.len(), 40_000);
}
