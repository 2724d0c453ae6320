//! What ends a stream, and what does not.

use super::{END, MESSAGE, brief, open, read, stoppable};
use crate::{
    ErrorKind, Event as _, EventStream, RunStatus, Timeouts,
    tests::test_server::{Server, Step, event_stream, say},
    types::{ChatEvent, ChatRequest, WorkflowEvent, WorkflowRunRequest},
};
use std::time::Duration;

const STARTED: &str = concat!(
    r#"data: {"event":"workflow_started","task_id":"t1","workflow_run_id":"r1","conversation_id":"c","message_id":"m","#,
    r#""created_at":1,"data":{"id":"r1","workflow_id":"w","inputs":{},"created_at":1,"reason":"initial"}}"#,
    "\n\n"
);

/// The end of a run in this state, with these outputs.
fn finished(status: &str, outputs: &str) -> String {
    let data = format!(
        r#"{{"id":"r1","workflow_id":"w","status":"{status}","outputs":{outputs},"error":null,"elapsed_time":0.5,"total_tokens":0,"total_steps":1,"created_by":{{}},"created_at":1,"finished_at":2,"exceptions_count":0,"files":[]}}"#
    );
    format!(
        "data: {{\"event\":\"workflow_finished\",\"task_id\":\"t1\",\"workflow_run_id\":\"r1\",\"data\":{data}}}\n\n"
    )
}

const PAUSED: &str = concat!(
    r#"data: {"event":"workflow_paused","task_id":"t1","workflow_run_id":"r1","data":{"workflow_run_id":"r1","#,
    r#""paused_nodes":["ask"],"outputs":{},"reasons":[],"status":"paused","created_at":5,"elapsed_time":0.1,"#,
    r#""total_tokens":0,"total_steps":1}}"#,
    "\n\n"
);

/// The head of a stream in chunks, or of a length.
fn head(framing: &str) -> Step {
    say(format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{framing}\r\nConnection: close\r\n\r\n"))
}

fn chunk(data: &str) -> Step {
    say(format!("{:x}\r\n{data}\r\n", data.len()))
}

/// A stream of exactly these steps, its head included.
async fn raw(script: Vec<Step>, timeouts: Timeouts) -> EventStream<ChatEvent> {
    let server = Server::start(vec![script]).await;
    server.app(timeouts).chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect("a stream")
}

/// Ways in which a connection ends badly.
fn bad_ends() -> Vec<(&'static str, Vec<Step>)> {
    let pings = (0..200).flat_map(|_| [Step::Wait(Duration::from_millis(10)), say("event: ping\n\n")]);
    let settle = || Step::Wait(Duration::from_millis(20));
    let body = format!("{MESSAGE}{END}");
    let length = format!("Content-Length: {}", body.len() + 100);
    vec![
        ("a reset", vec![event_stream(), say(&body), settle(), Step::Cut]),
        ("no last chunk", vec![head("Transfer-Encoding: chunked"), chunk(&body)]),
        ("a bad chunk", vec![head("Transfer-Encoding: chunked"), chunk(&body), say("zz\r\n")]),
        ("half a chunk", vec![head("Transfer-Encoding: chunked"), chunk(&body), say("ff\r\ndata: {")]),
        ("a body that is too short", vec![head(&length), say(&body)]),
        ("half an event", vec![event_stream(), say(&body), say("data: {\"event\":\"tts_m"), settle(), Step::Cut]),
        ("half a ping", vec![event_stream(), say(&body), say("event: pi")]),
        ("an event beyond the limit", vec![event_stream(), say(&body), say(format!("data: {}", "x".repeat(3_000)))]),
        ("silence", vec![event_stream(), say(&body), Step::Wait(Duration::from_secs(60))]),
        ("pings", [event_stream(), say(&body)].into_iter().chain(pings).collect()),
        ("pings at full speed", vec![event_stream(), say(&body), say("event: ping\n\n".repeat(100_000))]),
    ]
}

/// Guards a fault: a reset after the last event spoiled the whole answer.
#[tokio::test]
async fn nothing_after_the_final_event_spoils_the_answer() {
    for (end, script) in bad_ends() {
        let limits = Timeouts::none().after_end(Duration::from_millis(60));
        let (names, errors) = read(&mut raw(script.clone(), limits).await).await;
        assert_eq!(names, ["message", "message_end"], "{end}");
        assert!(errors.is_empty(), "{end}: {errors:?}");
        let mut answer = raw(script, limits).await.into_answer();
        let answer = answer.finish().await.unwrap_or_else(|error| panic!("{end}: {error}"));
        assert_eq!((&*answer.text, &answer.status, answer.complete), ("hi", &RunStatus::Ended, true), "{end}");
    }
}

#[tokio::test]
async fn every_limit_after_the_final_event_ends_the_stream_well() {
    let brief = Duration::from_millis(50);
    let [none, pings] = [Timeouts::none(), Timeouts::none().after_end(None)];
    for limits in
        [none.read_idle(brief), none.stall(brief), none.stream(Duration::from_millis(150)), pings.stall(brief)]
    {
        let script = vec![event_stream(), say(MESSAGE), say(END), Step::Wait(Duration::from_secs(60))];
        let (names, errors) = read(&mut raw(script, limits).await).await;
        assert_eq!(names, ["message", "message_end"], "{limits:?}");
        assert!(errors.is_empty(), "{limits:?}: {errors:?}");
    }
}

/// Guards a fault: a body without its very last byte lost the final event.
#[tokio::test]
async fn an_event_that_lacks_only_its_blank_line_is_whole() {
    for lacks in 1..=2 {
        let end = &END[..END.len() - lacks];
        for last in [vec![], vec![Step::Wait(Duration::from_millis(20)), Step::Cut]] {
            let steps = [say(MESSAGE), say(end)].into_iter().chain(last).collect();
            let (names, errors) = read(&mut open(steps).await).await;
            assert_eq!(names, ["message", "message_end"], "{lacks}");
            assert!(errors.is_empty(), "{lacks}: {errors:?}");
        }
    }
    let (names, errors) = read(&mut open(vec![say(MESSAGE), say(&END[..END.len() - 3])]).await).await;
    assert_eq!(names, ["message", "!"]);
    assert!(matches!(errors[0].kind(), ErrorKind::CutShort), "{}", errors[0]);
    let (names, errors) = read(&mut open(vec![say(&MESSAGE[..MESSAGE.len() - 1])]).await).await;
    assert_eq!(names, ["message", "!"]);
    assert!(matches!(errors[0].kind(), ErrorKind::Incomplete { .. }), "{}", errors[0]);
}

#[tokio::test]
async fn a_chatflow_ends_with_its_run_and_not_with_its_message() {
    let settle = || Step::Wait(Duration::from_millis(20));
    let last = finished("succeeded", r#"{"answer":"hi"}"#);
    for (steps, ends_well) in [
        (vec![say(STARTED), say(MESSAGE), say(END), settle(), Step::Cut], false),
        (vec![say(STARTED), say(MESSAGE), say(END)], false),
        (vec![say(STARTED), say(MESSAGE), say(END), say(&last), settle(), Step::Cut], true),
        // Up to 1.12.1 the run ends before its message.
        (vec![say(STARTED), say(MESSAGE), say(&last), say(END), settle(), Step::Cut], true),
        // After moderation, 1.13.0 tells of no run.
        (vec![say(MESSAGE), say(END), settle(), Step::Cut], true),
        // And 1.15.0 tells of it afterwards.
        (vec![say(MESSAGE), say(END), say(STARTED), settle(), Step::Cut], false),
    ] {
        let answer = open(steps).await.into_answer().finish().await;
        assert_eq!(answer.is_ok(), ends_well, "{answer:?}");
    }
}

#[tokio::test]
async fn signs_of_life_are_no_events_wherever_they_come() {
    let signs = "event: ping\n\nevent: ping\ndata: ping\n\nevent: ping\ndata:\n\ndata: {\"event\":\"ping\"}\n\ndata:\n\ndata: \n\n\
                 data: [DONE]\n\ndata: ping\n\n: comment\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n";
    let body = format!("{signs}{MESSAGE}{signs}{MESSAGE}{END}{signs}");
    for line_end in ["\n", "\r\n", "\r"] {
        let body = body.replace('\n', line_end);
        let (names, errors) = read(&mut open(vec![say(&body)]).await).await;
        assert_eq!(names, ["message", "message", "message_end"], "{line_end:?}");
        assert!(errors.is_empty(), "{line_end:?}: {errors:?}");
        let server = Server::start(vec![vec![event_stream(), say(&body)]]).await;
        let reply = server.app(brief()).chat().send_streamed(&ChatRequest::new("Hello").user("user-1")).await;
        assert_eq!(reply.expect("an answer").answer, "hihi", "{line_end:?}");
        let run = format!("{signs}{STARTED}{signs}{}{signs}", finished("succeeded", r#"{"out":1}"#));
        let server = Server::start(vec![vec![event_stream(), say(run.replace('\n', line_end))]]).await;
        let request = WorkflowRunRequest::new([("a", "b")]).user("user-1");
        let reply = server.app(brief()).workflows().run_streamed(&request).await.expect("a run");
        assert_eq!(reply.data.outputs.as_str(), r#"{"out":1}"#, "{line_end:?}");
    }
}

/// Guards a fault: an error whose `status` was text became a successful answer.
#[tokio::test]
async fn an_error_event_fails_the_stream_whatever_it_looks_like() {
    for event in [
        r#"data: {"event":"error","code":"x","status":"500","message":"m"}"#,
        r#"data: {"event":"error","code":500,"status":-1,"message":{"a":1}}"#,
        r#"data: {"event":"error","status":99999999999999999999,"message":["m"],"conversation_id":7}"#,
        r#"data: {"event":"error"}"#,
        r#"data: {"code":null,"event":"error","message":null}"#,
        r#"data: {"event":"error","data":{"code":"x","status":400}}"#,
        r#"data: {"event":"error","message":NaN}"#,
        "event: error\ndata: the model is down",
        "event: error\ndata: [\"down\"]",
        "event: error\ndata:",
        "event: error\ndata: {\"code\":\"x\"}",
    ] {
        let body = format!("{MESSAGE}{event}\n\n{END}");
        let (names, errors) = read(&mut open(vec![say(&body)]).await).await;
        assert_eq!(names, ["message", "!"], "{event}");
        assert!(matches!(errors[0].kind(), ErrorKind::Stream(_)), "{event}: {}", errors[0]);
        let mut answer = open(vec![say(&body)]).await.into_answer();
        let error = answer.finish().await.expect_err(event);
        assert!(matches!(error.kind(), ErrorKind::Stream(_)), "{event}: {error}");
        assert_eq!(answer.snapshot().status, RunStatus::Failed, "{event}");
        let server = Server::start(vec![vec![event_stream(), say(&body)]]).await;
        let reply = server.app(brief()).chat().send_streamed(&ChatRequest::new("Hello").user("user-1")).await;
        assert!(matches!(reply.expect_err(event).kind(), ErrorKind::Stream(_)), "{event}");
    }
}

/// Guards a fault: a run whose connection broke was returned as `Ok` by the second `finish`.
#[tokio::test]
async fn a_stream_that_failed_fails_again_however_it_is_read() {
    let steps = || vec![say(MESSAGE), Step::Wait(Duration::from_millis(20)), Step::Cut];
    let (_server, stream) = stoppable(steps()).await;
    let mut answer = stream.into_answer();
    let first = answer.finish().await.expect_err("cut").to_string();
    assert_eq!(answer.finish().await.expect_err("the same").to_string(), first);
    assert_eq!(answer.stop().await.expect_err("the same").to_string(), first);
    assert!(answer.next().await.is_none());
    assert_eq!(answer.snapshot().status, RunStatus::Running);
    let (events, _) = answer.into_parts();
    assert_eq!(events.failure().map(ToString::to_string), Some(first.clone()));
    assert_eq!(events.into_answer().await.expect_err("the same").to_string(), first);

    let mut answer = open(steps()).await.into_answer();
    while let Some(event) = answer.next().await {
        drop(event);
    }
    assert_eq!(answer.await.expect_err("the same").to_string(), first);
}

#[tokio::test]
async fn the_run_is_named_by_any_event_that_has_its_id() {
    for event in [
        r#"{"event":"brand_new","workflow_run_id":"r9","task_id":"t9"}"#,
        r#"{"event":"human_input_form_filled","data":{"workflow_run_id":"r9"},"task_id":"t9"}"#,
        r#"{"event":"workflow_started","task_id":"t9","data":{"id":"r9"}}"#,
        r#"{"event":"message","answer":7,"task_id":"t9","workflow_run_id":"r9"}"#,
    ] {
        let steps = vec![say(MESSAGE.replace(r#""task_id":"t1","#, "")), say(format!("data: {event}\n\n"))];
        let mut stream = open(steps).await;
        while stream.next().await.is_some() {}
        assert_eq!((stream.run_id(), stream.task_id()), (Some("r9"), Some("t9")), "{event}");
    }
}

/// Guards a fault: a late `stopped` of an old stream replaced the pause.
#[tokio::test]
async fn a_stop_that_is_told_after_a_pause_does_not_override_it() {
    async fn run(path: &str, last: &str) -> RunStatus {
        let steps = vec![event_stream(), say(STARTED), say(PAUSED), say(last)];
        let server = Server::start(vec![steps]).await;
        let app = server.app(brief());
        let stream = app.request(reqwest::Method::GET, path).stream::<WorkflowEvent>().await.expect("a stream");
        stream.into_run().await.expect("a run").status
    }
    let stopped = finished("stopped", "{}");
    assert_eq!(run("/workflow/r1/events", &stopped).await, RunStatus::Paused);
    assert_eq!(run("/workflow/r1/events?continue_on_pause=true", &stopped).await, RunStatus::Stopped);
    assert_eq!(run("/workflow/r1/events", &finished("succeeded", "{}")).await, RunStatus::Succeeded);
}

#[tokio::test]
async fn pieces_that_are_named_files_are_pieces() {
    let piece = MESSAGE.replace(r#""event":"message""#, r#""event":"message_file""#);
    let answer = open(vec![say(&piece), say(&piece), say(END)]).await.into_answer().await.expect("an answer");
    assert_eq!((&*answer.text, answer.files.len()), ("hihi", 0));
}

#[tokio::test]
async fn pings_are_seen_as_activity_of_the_connection() {
    let ping = || [Step::Wait(Duration::from_millis(30)), say("event: ping\n\n")];
    let steps = [say(MESSAGE)].into_iter().chain((0..3).flat_map(|_| ping())).chain([say(END)]).collect();
    let mut stream = open(steps).await;
    assert!(stream.next().await.is_some_and(|event| event.is_ok_and(|event| event.name() == "message")));
    let first = stream.last_activity();
    let _ = tokio::time::timeout(Duration::from_millis(45), stream.next()).await;
    assert!(stream.last_activity() > first);
    let mut stream = stream.into_answer();
    let second = stream.last_activity();
    stream.finish().await.expect("an answer");
    assert!(stream.last_activity() > second);
}
