//! Streams that break, fall silent, or say something new.
#![cfg(feature = "app")]

use crate::{
    App, Error, ErrorKind, EventStream, TimeLimit, Timeouts,
    sse::FrameError,
    test_server::{Server, Step, answer, event_stream, say},
    types::{ChatEvent, ChatRequest, ErrorCode},
};
use std::time::Duration;

const MESSAGE: &str = concat!(
    r#"data: {"event":"message","task_id":"t1","id":"m","message_id":"m","conversation_id":"c","#,
    r#""created_at":1,"answer":"hi","from_variable_selector":null}"#,
    "\n\n"
);

fn brief() -> Timeouts {
    Timeouts::none().read_idle(Duration::from_millis(200))
}

async fn open(steps: Vec<Step>) -> EventStream<ChatEvent> {
    let mut script = vec![event_stream()];
    script.extend(steps);
    let server = Server::start(vec![script]).await;
    let request = ChatRequest::new("Hello", "user-1");
    server.app(brief()).chat().stream(&request).await.expect("a stream")
}

/// Names of events, errors as `!`, to the end; then twice more, to see that it has ended.
async fn read(stream: &mut EventStream<ChatEvent>) -> (Vec<String>, Vec<Error>) {
    use crate::Event as _;
    let (mut names, mut errors) = (Vec::new(), Vec::new());
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => names.push(event.name().to_owned()),
            Err(error) => {
                names.push("!".to_owned());
                errors.push(error);
            }
        }
    }
    assert!(stream.next().await.is_none());
    assert!(stream.next().await.is_none());
    (names, errors)
}

#[tokio::test]
async fn events_come_and_the_end_of_the_body_is_the_end() {
    let mut stream = open(vec![say("event: ping\n\n"), say(MESSAGE), say("event: ping\n\n"), say(MESSAGE)]).await;
    assert_eq!(stream.server_version(), Some("1.13.0"));
    let (names, errors) = read(&mut stream).await;
    assert_eq!(names, ["message", "message"]);
    assert!(errors.is_empty());
}

#[tokio::test]
async fn an_event_arrives_before_the_next_is_sent() {
    let (head, tail) = MESSAGE.split_at(50);
    let steps = vec![say(MESSAGE), say(head), Step::Wait(Duration::from_millis(100)), say(tail)];
    let mut stream = open(steps).await;
    let begun = std::time::Instant::now();
    assert!(stream.next().await.is_some_and(|event| event.is_ok()));
    assert!(begun.elapsed() < Duration::from_millis(90));
    assert!(stream.next().await.is_some_and(|event| event.is_ok()));
}

#[tokio::test]
async fn an_event_nobody_knows_is_kept_as_it_was_written() {
    let mut stream = open(vec![say("data: {\"event\": \"brand_new\",  \"x\": 1.0}\n\n")]).await;
    match stream.next().await {
        Some(Ok(ChatEvent::Unknown { event, data })) => {
            assert_eq!(event, "brand_new");
            assert_eq!(data.as_str(), r#"{"event": "brand_new",  "x": 1.0}"#);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_error_event_is_an_error_and_the_end() {
    let event = r#"data: {"event":"error","message_id":"m","code":"rate_limit_error","status":429,"message":"Quota."}"#;
    let mut stream = open(vec![say(MESSAGE), say(event), say("\n\n"), say(MESSAGE)]).await;
    let (names, errors) = read(&mut stream).await;
    assert_eq!(names, ["message", "!"]);
    let ErrorKind::Stream(failed) = errors[0].kind() else {
        panic!("{}", errors[0]);
    };
    assert_eq!((failed.status, failed.message.as_str()), (Some(429), "Quota."));
    assert_eq!(failed.message_id.as_deref(), Some("m"));
    assert_eq!(errors[0].code(), Some(&ErrorCode::RateLimitError));
    assert_eq!(
        errors[0].to_string(),
        "app_chat_stream (POST /chat-messages): the run failed: 429 rate_limit_error: Quota."
    );
}

#[tokio::test]
async fn a_bad_event_is_an_error_of_its_own() {
    let steps = vec![
        say(MESSAGE),
        say("data: {\"event\":\"message\",\"answer\":7}\n\n"),
        say(b"data: \xff\n\n"),
        say("data: [DONE]\n\n"),
        say("data:\n\n"),
        say(MESSAGE),
    ];
    let (names, errors) = read(&mut open(steps).await).await;
    assert_eq!(names, ["message", "!", "!", "!", "message"]);
    assert!(matches!(errors[0].kind(), ErrorKind::Decode(misfit) if misfit.path == "answer"), "{}", errors[0]);
    assert!(matches!(errors[1].kind(), ErrorKind::Frame(FrameError::NotUtf8 { .. })), "{}", errors[1]);
    assert!(matches!(errors[2].kind(), ErrorKind::Decode(_)), "{}", errors[2]);
}

#[tokio::test]
async fn an_event_beyond_the_limit_ends_the_stream() {
    let steps = vec![say(MESSAGE), say(format!("data: {}", "x".repeat(2000))), Step::Wait(Duration::from_secs(5))];
    let (names, errors) = read(&mut open(steps).await).await;
    assert_eq!(names, ["message", "!"]);
    assert!(errors[0].to_string().contains("limit of 1000 bytes"), "{}", errors[0]);
    assert!(errors[0].to_string().contains("event_limit"), "{}", errors[0]);
}

#[tokio::test]
async fn a_stream_that_ends_inside_an_event_says_so() {
    let (names, errors) = read(&mut open(vec![say(MESSAGE), say("data: {\"ev")]).await).await;
    assert_eq!(names, ["message", "!"]);
    assert!(matches!(errors[0].kind(), ErrorKind::CutShort), "{}", errors[0]);
    assert!(errors[0].may_have_acted());
}

#[tokio::test]
async fn a_connection_that_breaks_loses_nothing_that_came() {
    let steps = vec![say(MESSAGE), say(MESSAGE), Step::Wait(Duration::from_millis(50)), Step::Cut];
    let (names, errors) = read(&mut open(steps).await).await;
    assert_eq!(names, ["message", "message", "!"]);
    assert!(matches!(errors[0].kind(), ErrorKind::Transport(broken) if broken.in_body), "{}", errors[0]);
}

#[tokio::test]
async fn silence_is_noticed_and_pings_break_it() {
    let mut steps = vec![say(MESSAGE)];
    steps.extend((0..5).flat_map(|_| [Step::Wait(Duration::from_millis(100)), say("event: ping\n\n")]));
    steps.push(Step::Wait(Duration::from_secs(5)));
    let begun = std::time::Instant::now();
    let (names, errors) = read(&mut open(steps).await).await;
    assert_eq!(names, ["message", "!"]);
    assert!(begun.elapsed() > Duration::from_millis(600));
    let which = TimeLimit::ReadIdle;
    assert!(matches!(errors[0].kind(), ErrorKind::Timeout(timeout) if timeout.which == which), "{}", errors[0]);
}

#[tokio::test]
async fn a_refusal_is_no_empty_stream() {
    async fn refusal(script: Vec<Step>) -> Error {
        let server = Server::start(vec![script]).await;
        let request = ChatRequest::new("Hello", "user-1");
        server.app(brief()).chat().stream(&request).await.expect_err("refused")
    }
    let body = r#"{"code":"not_chat_app","message":"No.","status":400}"#;
    let error = refusal(answer(400, "application/json", body)).await;
    assert_eq!(error.code(), Some(&ErrorCode::NotChatApp));
    for (media, shown) in [
        ("text/html", "text/html where text/event-stream was due"),
        ("application/json", "application/json where text/event-stream was due"),
    ] {
        let error = refusal(answer(200, media, "{}")).await;
        assert!(error.to_string().contains(shown), "{error}");
    }
}

#[tokio::test]
async fn a_run_is_stopped_by_the_task_its_events_name() {
    let stream = vec![event_stream(), say("event: ping\n\n"), say(MESSAGE), Step::Wait(Duration::from_millis(100))];
    let server = Server::start(vec![stream, answer(200, "application/json", r#"{"result":"success"}"#)]).await;
    let app: App = server.app(brief());
    let mut stream = app.chat().stream(&ChatRequest::new("Hello", "user-1")).await.expect("a stream");
    let error = stream.stop().await.expect_err("no task yet");
    assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error}");
    assert!(stream.next().await.is_some_and(|event| event.is_ok()));
    assert_eq!(stream.task_id(), Some("t1"));
    stream.stop().await.expect("stopped");
    assert!(stream.next().await.is_none());
    let seen = server.seen();
    assert!(seen[1].starts_with("POST /v1/chat-messages/t1/stop"), "{seen:?}");
    assert!(seen[1].ends_with(r#"{"user":"user-1"}"#), "{seen:?}");
}

#[tokio::test]
async fn it_is_a_stream_that_outlives_its_request_and_crosses_threads() {
    fn is_free<S: futures_core::Stream + Send + Unpin + 'static>(stream: S) -> S {
        stream
    }
    let mut stream = is_free(open(vec![say(MESSAGE)]).await);
    let joined = tokio::spawn(async move {
        use futures_util::StreamExt;
        StreamExt::next(&mut stream).await.is_some()
    });
    assert!(joined.await.expect("joined"));
}
