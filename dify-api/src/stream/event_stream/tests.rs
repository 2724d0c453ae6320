//! Streams that break, fall silent, or say something new.
#![cfg(feature = "app")]

use crate::{
    App, Error, ErrorKind, EventStream, TimeLimit, Timeouts,
    tests::test_server::{Server, Step, answer, event_stream, say},
    types::{ChatEvent, ChatRequest, ErrorCode},
};
use std::time::Duration;

mod ends;
mod lent;
mod paused_clock;
mod stops;

const MESSAGE: &str = concat!(
    r#"data: {"event":"message","task_id":"t1","id":"m","message_id":"m","conversation_id":"c","#,
    r#""created_at":1,"answer":"hi","from_variable_selector":null}"#,
    "\n\n"
);

/// With this a chat ends.
const END: &str = concat!(
    r#"data: {"event":"message_end","task_id":"t1","id":"m","message_id":"m","conversation_id":"c","created_at":1,"#,
    r#""metadata":{"annotation_reply":null,"retriever_resources":[],"usage":{"prompt_tokens":0,"prompt_unit_price":"0","#,
    r#""prompt_price_unit":"0","prompt_price":"0","completion_tokens":0,"completion_unit_price":"0","#,
    r#""completion_price_unit":"0","completion_price":"0","total_tokens":0,"total_price":"0E-7","currency":"USD","#,
    r#""latency":0.0,"time_to_first_token":null,"time_to_generate":null}},"files":null}"#,
    "\n\n"
);

fn brief() -> Timeouts {
    Timeouts::none().read_idle(Duration::from_millis(200))
}

async fn open(steps: Vec<Step>) -> EventStream<ChatEvent> {
    let mut script = vec![event_stream()];
    script.extend(steps);
    let server = Server::start(vec![script]).await;
    let request = ChatRequest::new("Hello").user("user-1");
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
    let mut stream = open(vec![say("event: ping\n\n"), say(MESSAGE), say("event: ping\n\n"), say(END)]).await;
    assert_eq!(stream.server_version(), Some("1.13.0"));
    assert!(!stream.is_complete());
    let (names, errors) = read(&mut stream).await;
    assert_eq!(names, ["message", "message_end"]);
    assert!(errors.is_empty(), "{errors:?}");
    assert!(stream.is_complete());
}

// Guards a past bug: an open stream kept the buffer of its last event, of 8 KiB or more, until the next one came.
#[tokio::test]
async fn an_open_stream_keeps_no_chunk_between_events() {
    let mut stream = open(vec![say(MESSAGE), Step::Wait(Duration::from_millis(50)), say(END)]).await;
    assert!(stream.next().await.is_some_and(|event| event.is_ok()));
    assert_eq!(stream.decoder.kept(), 0);
}

#[tokio::test]
async fn a_stream_without_its_last_event_says_so() {
    let (names, errors) = read(&mut open(vec![say("event: ping\n\n"), say(MESSAGE)]).await).await;
    assert_eq!(names, ["message", "!"]);
    assert!(matches!(errors[0].kind(), ErrorKind::Incomplete { last: Some(last) } if last == "message"), "{errors:?}");
    assert!(errors[0].may_have_acted());
    let text = errors[0].to_string();
    assert!(text.contains("without the event that ends a run; the last was `message`"), "{text}");
    let (_, errors) = read(&mut open(vec![say("event: ping\n\n")]).await).await;
    assert!(errors[0].to_string().contains("no event came at all"), "{}", errors[0]);
}

#[tokio::test]
async fn what_follows_the_last_event_comes_as_well() {
    let speech = r#"data: {"event":"tts_message_end","conversation_id":"c","message_id":"m","created_at":1,"task_id":"t1","audio":""}"#;
    let (names, errors) = read(&mut open(vec![say(MESSAGE), say(END), say(speech), say("\n\n")]).await).await;
    assert_eq!(names, ["message", "message_end", "tts_message_end"]);
    assert!(errors.is_empty(), "{errors:?}");
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
        Some(Ok(ChatEvent::Unknown { event, data, error })) => {
            assert_eq!((event.as_str(), error), ("brand_new", None));
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
async fn data_without_the_name_of_an_event_is_an_error() {
    let steps = vec![say(MESSAGE), say(b"data: \xff\n\n"), say("data: {}\n\n"), say(END)];
    let (names, errors) = read(&mut open(steps).await).await;
    assert_eq!(names, ["message", "!", "!", "message_end"]);
    assert!(errors.iter().all(|error| matches!(error.kind(), ErrorKind::Decode(_))), "{errors:?}");
}

// A past bug: an event that could not be decoded was an error, so that callers who use `?` lost the rest of the run.
#[tokio::test]
async fn an_event_that_cannot_be_decoded_is_unknown_with_its_error() {
    for (data, path, kept) in [
        (r#"{"event":"message","answer":7}"#, "answer", r#"{"event":"message","answer":7}"#),
        (r#"{"event":"message","task_id":NaN}"#, "task_id", r#""{\"event\":\"message\",\"task_id\":NaN}""#),
        (r#"{"event":"message"}"#, ".", r#"{"event":"message"}"#),
        (r#"{"event":"message_file","answer":{}}"#, "answer", r#"{"event":"message_file","answer":{}}"#),
        (
            r#"{"event":"message","answer":7,"key":"5ecret"}"#,
            "answer",
            r#"{"event":"message","answer":7,"key":"5ecret"}"#,
        ),
    ] {
        let mut stream = open(vec![say(format!("data: {data}\n\n")), say(MESSAGE), say(END)]).await;
        let event = stream.next().await.expect("an event").expect("no error");
        let shown = format!("{event:?}");
        let ChatEvent::Unknown { event, data: json, error } = event else { panic!("{shown}") };
        let error = error.expect("the error of the decoder");
        assert_eq!((&*error.path, &*error.body, json.as_str()), (path, data.as_bytes(), kept));
        assert!(data.contains(&format!("\"{event}\"")) && !shown.contains("5ecret"), "{shown}");
        assert_eq!(read(&mut stream).await.0, ["message", "message_end"]);
    }
}

#[tokio::test]
async fn a_strict_stream_fails_with_what_it_cannot_decode() {
    let steps = vec![say(MESSAGE), say("data: {\"event\":\"message\",\"answer\":7}\n\n"), say(END)];
    let (names, errors) = read(&mut open(steps).await.strict()).await;
    assert_eq!(names, ["message", "!", "message_end"]);
    assert!(matches!(errors[0].kind(), ErrorKind::Decode(misfit) if misfit.path == "answer"), "{}", errors[0]);
}

#[tokio::test]
async fn an_error_event_of_any_shape_ends_a_stream_of_either_kind() {
    for data in [r#"{"event":"error"}"#, r#"{"event":"error","status":"x","code":[],"message":{}}"#] {
        for strict in [false, true] {
            let mut stream = open(vec![say(format!("data: {data}\n\n")), say(MESSAGE), say(END)]).await;
            stream = if strict { stream.strict() } else { stream };
            let (names, errors) = read(&mut stream).await;
            assert_eq!(names, ["!"]);
            assert!(matches!(errors[0].kind(), ErrorKind::Stream(_)), "{}", errors[0]);
        }
    }
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
        let request = ChatRequest::new("Hello").user("user-1");
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
async fn pings_keep_no_stream_alive_for_ever() {
    let pings = || (0..100).flat_map(|_| [Step::Wait(Duration::from_millis(50)), say("event: ping\n\n")]);
    let steps = [event_stream(), say(MESSAGE)].into_iter().chain(pings()).collect();
    let server = Server::start(vec![steps]).await;
    let timeouts = brief().stall(Duration::from_millis(400));
    let request = ChatRequest::new("Hello").user("user-1");
    let mut stream =
        server.app(Timeouts::none()).chat().stream(&request).timeouts(|_| timeouts).await.expect("a stream");
    let (names, errors) = read(&mut stream).await;
    assert_eq!(names, ["message", "!"]);
    let which = TimeLimit::Stall;
    assert!(matches!(errors[0].kind(), ErrorKind::Timeout(timeout) if timeout.which == which), "{}", errors[0]);
    let text = errors[0].to_string();
    assert!(text.contains("no event came, though the connection lived, within 400ms (`stall`)"), "{text}");
}

#[tokio::test]
async fn a_flood_without_events_neither_starves_others_nor_outruns_the_limits() {
    let flood = vec![event_stream(), say("event: ping\n\n".repeat(3_000_000))];
    let server = Server::start(vec![flood]).await;
    let timeouts = Timeouts::none().stall(Duration::from_millis(30));
    let request = ChatRequest::new("Hello").user("user-1");
    let mut stream = server.app(timeouts).chat().stream(&request).await.expect("a stream");
    let other = tokio::spawn(tokio::task::yield_now());
    let (names, errors) = read(&mut stream).await;
    assert_eq!(names, ["!"]);
    assert!(matches!(errors[0].kind(), ErrorKind::Timeout(_)), "{}", errors[0]);
    assert!(other.is_finished(), "another task of this thread had no turn");
}

#[tokio::test]
async fn the_whole_stream_has_a_limit_where_one_is_set() {
    let steps = (0..40).flat_map(|_| [Step::Wait(Duration::from_millis(50)), say(MESSAGE)]);
    let server = Server::start(vec![[event_stream()].into_iter().chain(steps).collect()]).await;
    let timeouts = brief().stream(Duration::from_millis(300));
    let request = ChatRequest::new("Hello").user("user-1");
    let mut stream = server.app(timeouts).chat().stream(&request).await.expect("a stream");
    let (names, errors) = read(&mut stream).await;
    assert!((1..=6).contains(&(names.len() - 1)), "{names:?}");
    let which = TimeLimit::Stream;
    assert!(matches!(errors[0].kind(), ErrorKind::Timeout(timeout) if timeout.which == which), "{}", errors[0]);
}

const STOPPED: &str = r#"{"result":"success"}"#;

/// The stream of a run that can be stopped, and who heard of it.
async fn stoppable(steps: Vec<Step>) -> (Server, EventStream<ChatEvent>) {
    let stream = [event_stream()].into_iter().chain(steps).collect();
    let server = Server::start(vec![stream, answer(200, "application/json", STOPPED)]).await;
    let app: App = server.app(brief());
    let stream = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect("a stream");
    (server, stream)
}

#[tokio::test]
async fn a_run_is_stopped_by_the_task_its_events_name() {
    let (server, mut stream) = stoppable(vec![say(MESSAGE), Step::Wait(Duration::from_millis(100)), say(END)]).await;
    let error = stream.request_stop().await.expect_err("no task yet");
    assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error}");
    assert!(stream.next().await.is_some_and(|event| event.is_ok()));
    assert_eq!(stream.task_id(), Some("t1"));
    stream.request_stop().await.expect("stopped");
    assert_eq!(read(&mut stream).await.0, ["message_end"]);
    let seen = server.seen();
    assert!(seen[1].starts_with("POST /v1/chat-messages/t1/stop"), "{seen:?}");
    assert!(seen[1].ends_with(r#"{"user":"user-1"}"#), "{seen:?}");
}

#[tokio::test]
async fn stopping_waits_for_the_real_end_and_loses_nothing() {
    let pause = || Step::Wait(Duration::from_millis(50));
    let steps = vec![say("event: ping\n\n"), pause(), say(MESSAGE), pause(), say("data: {}\n\n"), say(END)];
    let (server, mut stream) = stoppable(steps).await;
    stream.stop().await.expect("stopped");
    assert!(stream.is_complete());
    assert_eq!(server.seen().len(), 2);
    let (names, errors) = read(&mut stream).await;
    assert_eq!(names, ["message", "!", "message_end"]);
    assert!(matches!(errors[0].kind(), ErrorKind::Decode(_)), "{errors:?}");
}

#[tokio::test]
async fn a_run_that_has_ended_is_not_stopped() {
    let (server, mut stream) = stoppable(vec![say(END)]).await;
    stream.stop().await.expect("nothing to do");
    assert_eq!(server.seen().len(), 1);
    assert_eq!(read(&mut stream).await.0, ["message_end"]);
}

#[tokio::test]
async fn dropping_a_stream_stops_its_run_only_where_that_was_asked_for() {
    async fn heard(wanted: bool, events: usize, steps: Vec<Step>) -> usize {
        let (server, mut stream) = stoppable(steps).await;
        if wanted {
            stream = stream.stop_on_drop();
        }
        for _ in 0..events {
            assert!(stream.next().await.is_some_and(|event| event.is_ok()));
        }
        drop(stream);
        tokio::time::sleep(Duration::from_millis(150)).await;
        server.seen().len() - 1
    }
    let open = || vec![say(MESSAGE), Step::Wait(Duration::from_secs(2))];
    assert_eq!(heard(false, 1, open()).await, 0);
    assert_eq!(heard(true, 1, open()).await, 1);
    assert_eq!(heard(true, 1, vec![say(END)]).await, 0, "it has ended");
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
