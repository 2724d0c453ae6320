//! What observers and counts learn of calls, in whatever way these end.

use crate::{
    App, CallOutcome, Console, Cost, Knowledge, ObservedAttempt, ObservedCall, ObservedEnd, ObservedError,
    ObservedFirstEvent, ObservedRetry, Observer, RetryPolicy, Stats, Timeouts, TokenCounts, WebApp,
    tests::test_server::{Server, Step, answer, event_stream, say},
    types::{ChatRequest, WorkflowRunRequest},
};
use std::{
    fmt::Debug,
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

mod endings;
mod privacy;

/// What an observer was notified of.
#[derive(Clone, Debug)]
struct Seen {
    hook: &'static str,
    id: u64,
    operation: &'static str,
    renewal: bool,
    /// The arguments, as `Debug` shows them.
    shown: String,
    end: Option<End>,
}

/// The end of a call, owned.
#[derive(Clone, Debug, PartialEq)]
struct End {
    outcome: CallOutcome,
    error: Option<&'static str>,
    attempts: u32,
    status: Option<u16>,
    bytes: u64,
    streamed: bool,
    first_event: bool,
    first_text: bool,
    tokens: TokenCounts,
    cost: Option<Cost>,
    substitutions: usize,
    undecoded: usize,
}

/// Keeps all it is notified of.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Seen>>>);

impl Log {
    fn note(&self, hook: &'static str, call: &ObservedCall<'_>, detail: &dyn Debug, end: Option<End>) {
        let shown = format!("{call:?} {detail:?} {call:#?} {detail:#?}");
        let seen = Seen { hook, id: call.id, operation: call.operation, renewal: call.renewal, shown, end };
        self.0.lock().expect("no panic").push(seen);
    }

    fn seen(&self) -> Vec<Seen> {
        self.0.lock().expect("no panic").clone()
    }

    fn hooks(&self) -> Vec<&'static str> {
        self.seen().iter().map(|seen| seen.hook).collect()
    }

    /// The ends of the calls of one operation.
    fn ends(&self, operation: &str) -> Vec<End> {
        self.seen().into_iter().filter(|seen| seen.operation == operation).filter_map(|seen| seen.end).collect()
    }

    /// The only end that there is.
    fn end(&self) -> End {
        let ends: Vec<End> = self.seen().into_iter().filter_map(|seen| seen.end).collect();
        let [end] = ends.as_slice() else { panic!("{ends:#?}") };
        end.clone()
    }

    /// Each call that was started was finished once, and last.
    fn assert_balanced(&self) {
        let seen = self.seen();
        for start in seen.iter().filter(|seen| seen.hook == "started") {
            let of_the_call: Vec<_> =
                seen.iter().filter(|other| other.id == start.id).map(|other| other.hook).collect();
            let ends = of_the_call.iter().filter(|hook| **hook == "finished").count();
            assert_eq!((of_the_call.first(), of_the_call.last(), ends), (Some(&"started"), Some(&"finished"), 1));
        }
        let starts = seen.iter().filter(|seen| seen.hook == "started").count();
        assert_eq!(seen.iter().filter(|seen| seen.hook == "finished").count(), starts);
    }
}

impl Observer for Log {
    fn started(&self, call: &ObservedCall<'_>) {
        self.note("started", call, &(), None);
    }

    fn attempt_sent(&self, call: &ObservedCall<'_>, attempt: &ObservedAttempt) {
        self.note("attempt_sent", call, attempt, None);
    }

    fn retried(&self, call: &ObservedCall<'_>, retry: &ObservedRetry<'_>) {
        self.note("retried", call, retry, None);
    }

    fn first_event(&self, call: &ObservedCall<'_>, event: &ObservedFirstEvent) {
        self.note("first_event", call, event, None);
    }

    fn finished(&self, call: &ObservedCall<'_>, end: &ObservedEnd<'_>) {
        let owned = End {
            outcome: end.outcome,
            error: end.error.as_ref().map(|error| error.kind),
            attempts: end.attempts,
            status: end.status,
            bytes: end.bytes,
            streamed: end.streamed,
            first_event: end.first_event.is_some(),
            first_text: end.first_text.is_some(),
            tokens: end.tokens,
            cost: end.cost.cloned(),
            substitutions: end.substitutions,
            undecoded: end.undecoded,
        };
        self.note("finished", call, end, Some(owned));
    }

    fn stop_failed(&self, call: &ObservedCall<'_>, error: &ObservedError<'_>) {
        self.note("stop_failed", call, error, None);
    }
}

const INFO: &str = r#"{"name":"n","description":"","tags":[],"mode":"chat","author_name":null}"#;
const USAGE: &str = r#"{"prompt_tokens":3,"prompt_unit_price":"0","prompt_price_unit":"0.001","prompt_price":"0","completion_tokens":4,"completion_unit_price":"0","completion_price_unit":"0.001","completion_price":"0","total_tokens":7,"total_price":"0.0000015","currency":"USD","latency":0.5}"#;
const TOKENS: TokenCounts = TokenCounts { input: Some(3), output: Some(4), total: Some(7) };

/// A stream's first event.
fn message(text: &str) -> Step {
    say(format!(
        "event: ping\n\ndata: {{\"event\":\"message\",\"conversation_id\":\"c\",\"message_id\":\"m\",\"created_at\":0,\"task_id\":\"t\",\"id\":\"m\",\"answer\":\"{text}\",\"from_variable_selector\":null}}\n\n"
    ))
}

/// A stream's last event.
fn message_end() -> Step {
    say(format!(
        "data: {{\"event\":\"message_end\",\"conversation_id\":\"c\",\"message_id\":\"m\",\"created_at\":0,\"task_id\":\"t\",\"id\":\"m\",\"metadata\":{{\"retriever_resources\":[],\"annotation_reply\":null,\"usage\":{USAGE}}},\"files\":null}}\n\n"
    ))
}

fn reply() -> String {
    format!(
        r#"{{"event":"message","task_id":"t","id":"m","message_id":"m","conversation_id":"c","mode":"chat","answer":"Hi","metadata":{{"annotation_reply":null,"retriever_resources":[],"usage":{USAGE}}},"created_at":0}}"#
    )
}

fn finished_run(status: &str) -> String {
    format!(
        r#"{{"id":"r","workflow_id":"w","status":"{status}","outputs":{{}},"error":null,"elapsed_time":0.1,"total_tokens":9,"total_steps":1,"created_at":1,"finished_at":2}}"#
    )
}

fn question() -> ChatRequest {
    ChatRequest::new("a private question").user("maria")
}

/// An application that is observed.
fn observed(server: &Server, timeouts: Timeouts, retry: RetryPolicy) -> (App, Log) {
    let log = Log::default();
    let builder = App::builder().api_key("app-5ecret").base_url(&server.base_url).timeouts(timeouts).retry(retry);
    (builder.observer(Arc::new(log.clone())).build().expect("a client"), log)
}

/// What is observed of one client that talks to a server of these answers.
async fn observe(scripts: Vec<Vec<Step>>, call: impl AsyncFnOnce(App)) -> (Log, Stats) {
    let server = Server::start(scripts).await;
    let (app, log) = observed(&server, Timeouts::none(), RetryPolicy::none());
    call(app.clone()).await;
    log.assert_balanced();
    let stats = app.stats();
    assert_eq!(stats.in_flight, 0);
    assert_eq!(stats.calls as usize, log.hooks().iter().filter(|hook| **hook == "finished").count());
    (log, stats)
}

/// Polls a future until it waits, and drops it.
async fn give_up<F: Future>(future: F) {
    let mut future = pin!(future);
    for _ in 0..3 {
        let pending = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await;
        assert!(pending);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn hooks_come_in_order_with_what_they_promise() {
    let (log, stats) = observe(vec![vec![event_stream(), message("Hi"), message_end()]], async |app| {
        let mut stream = app.chat().stream(&question()).await.expect("a stream");
        while let Some(event) = stream.next().await {
            event.expect("an event");
        }
    })
    .await;
    assert_eq!(log.hooks(), ["started", "attempt_sent", "first_event", "finished"]);
    let end = log.end();
    assert_eq!((end.outcome, end.status, end.attempts), (CallOutcome::Succeeded, Some(200), 1));
    assert_eq!((end.streamed, end.first_event, end.first_text, end.tokens), (true, true, true, TOKENS));
    assert_eq!(end.cost.map(|cost| cost.to_string()).as_deref(), Some("0.0000015 USD"));
    assert!(end.bytes > 300);
    assert_eq!((stats.total_tokens, stats.input_tokens, stats.output_tokens), (7, 3, 4));
    assert_eq!(stats.costs[0].to_string(), "0.0000015 USD");
    assert_eq!((stats.bytes, stats.success_rate()), (end.bytes, Some(1.0)));
    let first = &log.seen()[0];
    assert!(first.shown.contains(r#"path: Some("/chat-messages")"#) && first.operation == "app_chat_stream");
}

#[tokio::test]
async fn an_empty_piece_is_no_text() {
    let (log, _) = observe(vec![vec![event_stream(), message(""), message_end()]], async |app| {
        assert!(app.chat().stream(&question()).await.expect("a stream").into_answer().await.is_ok());
    })
    .await;
    assert_eq!((log.end().first_event, log.end().first_text), (true, false));
}

#[tokio::test(start_paused = true)]
async fn each_retry_is_observed_and_counted() {
    let busy = r#"{"code":"too_many_requests","message":"No.","status":429}"#;
    let scripts = vec![
        answer(429, "application/json", busy),
        answer(502, "text/html", ""),
        answer(200, "application/json", INFO),
    ];
    let server = Server::start(scripts).await;
    let (app, log) = observed(&server, Timeouts::none(), RetryPolicy::default());
    app.info().get().await.expect("an answer");
    log.assert_balanced();
    assert_eq!(
        log.hooks(),
        ["started", "attempt_sent", "retried", "attempt_sent", "retried", "attempt_sent", "finished"]
    );
    let retry = &log.seen()[2].shown;
    for part in ["attempt: 1", r#"kind: "api""#, "status: Some(429)", r#"code: Some("too_many_requests")"#, "pause: "] {
        assert!(retry.contains(part), "{part} in {retry}");
    }
    assert_eq!((log.end().attempts, app.stats().retries, app.stats().calls), (3, 2, 1));
}

#[tokio::test]
async fn a_panic_of_an_observer_concerns_nobody_else() {
    struct Broken;
    impl Observer for Broken {
        fn started(&self, _: &ObservedCall<'_>) {
            std::panic::resume_unwind(Box::new("started"));
        }
        fn finished(&self, _: &ObservedCall<'_>, _: &ObservedEnd<'_>) {
            std::panic::resume_unwind(Box::new("finished"));
        }
    }
    let server = Server::start(vec![answer(200, "application/json", INFO)]).await;
    let log = Log::default();
    let app = App::builder().api_key("app-5ecret").base_url(&server.base_url).observer(Broken).observer(log.clone());
    let app = app.build().expect("a client");
    app.info().get().await.expect("an answer");
    assert_eq!(log.hooks(), ["started", "attempt_sent", "finished"]);
    assert_eq!(app.stats().succeeded, 1);
}

#[tokio::test]
async fn an_observer_may_ask_for_the_counts() {
    #[derive(Clone, Default)]
    struct Asks(Arc<Mutex<Option<App>>>, Arc<Mutex<Vec<Stats>>>);
    impl Observer for Asks {
        fn started(&self, _: &ObservedCall<'_>) {
            let app = self.0.lock().expect("no panic").clone();
            self.1.lock().expect("no panic").extend(app.map(|app| app.stats()));
        }
        fn finished(&self, call: &ObservedCall<'_>, _: &ObservedEnd<'_>) {
            self.started(call);
        }
    }
    let server = Server::start(vec![answer(200, "application/json", INFO)]).await;
    let asks = Asks::default();
    let app = App::builder().api_key("app-5ecret").base_url(&server.base_url).observer(asks.clone());
    let app = app.build().expect("a client");
    *asks.0.lock().expect("no panic") = Some(app.clone());
    app.info().get().await.expect("an answer");
    *asks.0.lock().expect("no panic") = None;
    let counts = asks.1.lock().expect("no panic").clone();
    assert_eq!(counts.iter().map(|stats| (stats.in_flight, stats.calls)).collect::<Vec<_>>(), [(1, 0), (0, 1)]);
}

#[tokio::test]
async fn counts_of_many_calls_at_once_add_up() {
    let server = Server::answering(|request| match request.contains("/info") {
        true => answer(200, "application/json", INFO),
        false => answer(400, "application/json", r#"{"code":"invalid_param","message":"","status":400}"#),
    });
    let (app, log) = observed(&server.await, Timeouts::none(), RetryPolicy::none());
    let calls = (0..60).map(|number| {
        let app = app.clone();
        async move {
            match number % 3 {
                0 => assert!(app.info().get().await.is_ok()),
                1 => assert!(app.info().meta().await.is_err()),
                _ => give_up(app.info().parameters()).await,
            }
        }
    });
    futures_util::future::join_all(calls).await;
    log.assert_balanced();
    let stats = app.stats();
    assert_eq!((stats.calls, stats.succeeded, stats.failed, stats.cancelled, stats.in_flight), (60, 20, 20, 20, 0));
    assert_eq!(stats.success_rate(), Some(0.5));
    assert!(stats.slowest >= stats.average && stats.average > Some(Duration::ZERO));
}

#[tokio::test]
async fn a_client_without_observers_counts_too() {
    let server = Server::start(vec![answer(200, "application/json", &reply())]).await;
    let app = server.app(Timeouts::none());
    assert_eq!(app.stats(), Stats::default());
    app.chat().send(&question()).await.expect("an answer");
    let stats = app.clone().stats();
    assert_eq!((stats.calls, stats.total_tokens), (1, 7));
    assert_eq!(stats.costs[0].to_string(), "0.0000015 USD");
    assert_eq!(server.app(Timeouts::none()).stats(), Stats::default());
}
