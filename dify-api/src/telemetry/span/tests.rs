//! What spans and events show, and what they do not.

use crate::{
    RetryPolicy, Timeouts,
    tests::test_server::{Server, Step, answer, event_stream, json_of, say},
    types::ChatRequest,
};
use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// Keeps the fields of the one span there is, those of each event, and how many handles the span has.
#[derive(Clone, Default)]
struct Fields(Arc<Mutex<BTreeMap<String, String>>>, Arc<Mutex<Vec<BTreeMap<String, String>>>>, Arc<AtomicUsize>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.lock().expect("fields").insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl Subscriber for Fields {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "dify_api"
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        self.2.fetch_add(1, Ordering::SeqCst);
        Id::from_u64(1)
    }
    fn clone_span(&self, id: &Id) -> Id {
        self.2.fetch_add(1, Ordering::SeqCst);
        id.clone()
    }
    fn try_close(&self, _: Id) -> bool {
        self.2.fetch_sub(1, Ordering::SeqCst) == 1
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let fields = Fields::default();
        event.record(&mut fields.clone());
        let fields = fields.0.lock().expect("fields").clone();
        self.1.lock().expect("events").push(fields);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

// Guards a past bug: the name of a raw request contained its query.
#[tokio::test]
async fn a_span_shows_neither_a_query_nor_what_a_server_echoes() {
    let body = r#"{"code":"app-5ecret\n\u001b[2J","message":"app-5ecret","status":400}"#;
    let server = Server::start(vec![answer(400, "application/json", body)]).await;
    let fields = Fields::default();
    let guard = tracing::subscriber::set_default(fields.clone());
    tracing::callsite::rebuild_interest_cache();
    let app = server.app(Timeouts::none());
    let outcome = app.request(reqwest::Method::GET, "/x/app-5ecret?token=5ecret").decode::<u8>().await;
    drop(guard);
    assert!(outcome.is_err());
    let fields = fields.0.lock().expect("fields").clone();
    assert_eq!(fields["url.template"], "\"/x/[redacted]\"");
    assert_eq!(fields["dify.operation"], "\"GET /x/[redacted]\"");
    let all: String = fields.into_values().collect();
    assert!(!all.contains("5ecret") && !all.chars().any(char::is_control), "{all}");
}

#[tokio::test]
async fn a_span_follows_the_conventions_and_holds_no_secret() {
    let body = r#"{"code":"app_unavailable","message":"No.","status":400}"#;
    let server = Server::start(vec![answer(400, "application/json", body)]).await;
    let fields = Fields::default();
    let guard = tracing::subscriber::set_default(fields.clone());
    // Tests that run at the same time may have found nobody interested.
    tracing::callsite::rebuild_interest_cache();
    let request = ChatRequest::new("a private question").user("user-1");
    let outcome = server.app(Timeouts::none()).chat().send(&request).await;
    drop(guard);
    assert!(outcome.is_err());

    let fields = fields.0.lock().expect("fields").clone();
    for (name, value) in [
        ("otel.name", "POST /chat-messages"),
        ("otel.kind", "\"client\""),
        ("otel.status_code", "\"ERROR\""),
        ("http.request.method", "\"POST\""),
        ("url.template", "\"/chat-messages\""),
        ("url.scheme", "\"http\""),
        ("server.address", "\"127.0.0.1\""),
        ("http.response.status_code", "400"),
        ("error.type", "\"api\""),
        ("dify.operation", "\"app_chat_send\""),
        ("dify.code", "\"app_unavailable\""),
    ] {
        assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name} in {fields:?}");
    }
    let all = format!("{fields:?}");
    assert!(!all.contains("5ecret") && !all.contains("private"), "{all}");
}

// A past bug: attempts that failed left no trace where a later one succeeded.
#[tokio::test(start_paused = true)]
async fn a_failed_attempt_is_an_event() {
    let busy = r#"{"code":"too_many_requests","message":"5ecret","status":429}"#;
    let info = r#"{"name":"n","description":"","tags":[],"mode":"chat","author_name":null}"#;
    let server =
        Server::start(vec![answer(429, "application/json", busy), answer(200, "application/json", info)]).await;
    let fields = Fields::default();
    let guard = tracing::subscriber::set_default(fields.clone());
    tracing::callsite::rebuild_interest_cache();
    let outcome = server.app(Timeouts::none()).info().get().retry(RetryPolicy::default()).await;
    drop(guard);
    assert!(outcome.is_ok(), "{outcome:?}");

    let events = fields.1.lock().expect("events").clone();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    for (name, value) in [
        ("message", "an attempt failed and is made again"),
        ("error.type", "\"api\""),
        ("http.response.status_code", "429"),
        ("dify.code", "\"too_many_requests\""),
        ("attempts", "1"),
    ] {
        assert_eq!(event.get(name).map(String::as_str), Some(value), "{name} in {event:?}");
    }
    assert!(event.contains_key("pause_ms") && !format!("{event:?}").contains("5ecret"), "{event:?}");
}

#[tokio::test]
async fn a_member_that_an_answer_lacks_is_an_event() {
    let info = r#"{"name":"5ecret","tags":[],"mode":"chat","author_name":null}"#;
    let server = Server::start(vec![answer(200, "application/json", info)]).await;
    let fields = Fields::default();
    let guard = tracing::subscriber::set_default(fields.clone());
    tracing::callsite::rebuild_interest_cache();
    let outcome = server.app(Timeouts::none()).info().get().await;
    drop(guard);
    assert!(outcome.is_ok(), "{outcome:?}");

    let events = fields.1.lock().expect("events").clone();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    for (name, value) in [
        ("message", "a required member was missing and is empty"),
        ("dify.operation", "\"app_info_get\""),
        ("dify.member", "\"description\""),
        ("dify.substitutions", "1"),
    ] {
        assert_eq!(event.get(name).map(String::as_str), Some(value), "{name} in {event:?}");
    }
    assert!(!format!("{event:?}").contains("5ecret"), "{event:?}");
}

#[tokio::test]
async fn a_member_that_is_newer_than_the_server_is_an_event() {
    let refusal = r#"{"code":"x","message":"m","status":400}"#;
    static ASK: crate::Operation = crate::Operation {
        id: "app_chat_ask",
        method: reqwest::Method::POST,
        path: "/ask",
        credential: crate::Credential::App,
        idempotent: false,
        cacheable: false,
        errors: &[],
        states: &[],
        since: None,
        until: None,
        later: &[("trace_id", "1.6.0"), ("page", "1.6.0"), ("other", "1.6.0")],
    };
    let both = || vec!["\"trace_id\"", "\"page\""];
    for (version, in_form, expected) in
        [("1.4.3", false, both()), ("1.4.3", true, both()), ("1.6.0", false, vec![]), ("1.6.0", true, vec![])]
    {
        let server = Server::start(vec![json_of(version, 400, refusal)]).await;
        let fields = Fields::default();
        let guard = tracing::subscriber::set_default(fields.clone());
        tracing::callsite::rebuild_interest_cache();
        let transport = server.app(Timeouts::none()).transport;
        let body = serde_json::json!({"query": "other", "trace_id": "5ecret"});
        let draft = crate::transport::Draft::new(reqwest::Method::POST, transport.url("/ask", &[]));
        let draft = draft.query("page", Some(1));
        let mut form = crate::files::Form::default();
        form.text("trace_id", "5ecret");
        let request = if in_form { draft.multipart(Ok(form)) } else { draft.json(&body) }.build();
        let outcome = crate::Call::empty(&transport, &ASK, request).await;
        drop(guard);
        assert!(outcome.is_err());
        let events = fields.1.lock().expect("events").clone();
        let members: Vec<_> = events.iter().map(|event| event["dify.member"].as_str()).collect();
        assert_eq!(members, expected, "{events:?}");
        assert!(!format!("{events:?}").contains("5ecret"), "{events:?}");
        assert_eq!(transport.server_version().as_deref(), Some(version));
    }
}

// A past bug: a stop that failed after its stream was dropped left no trace.
#[tokio::test]
async fn a_failed_stop_of_a_dropped_stream_is_an_event() {
    let message = concat!(
        r#"data: {"event":"message","conversation_id":"c","message_id":"m","created_at":0,"task_id":"t","id":"m","#,
        r#""answer":"Hi","from_variable_selector":null}"#,
        "\n\n"
    );
    let refusal = r#"{"code":"app_unavailable","message":"No.","status":400}"#;
    let server = Server::start(vec![
        vec![event_stream(), say(message), Step::Wait(Duration::from_secs(5))],
        answer(400, "application/json", refusal),
    ])
    .await;
    let fields = Fields::default();
    let _guard = tracing::subscriber::set_default(fields.clone());
    tracing::callsite::rebuild_interest_cache();
    let request = ChatRequest::new("Hello").user("user-1");
    let mut stream = server.app(Timeouts::none()).chat().stream(&request).await.expect("a stream").stop_on_drop();
    assert!(stream.next().await.is_some_and(|event| event.is_ok()));
    drop(stream);

    let stopped = async {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            if let Some(event) = fields.1.lock().expect("events").first().cloned() {
                return event;
            }
        }
    };
    let event = tokio::time::timeout(Duration::from_secs(20), stopped).await.expect("an event");
    assert_eq!(event.get("message").map(String::as_str), Some("the run of a dropped stream could not be stopped"));
    assert_eq!(event.get("dify.code").map(String::as_str), Some("\"app_unavailable\""), "{event:?}");
}

const CONVERSATION: &str = "f4b1c2d3-0a9b-4c8d-8e7f-001122334455";

fn message_end(conversation: &str) -> String {
    format!(
        r#"{{"event":"message_end","conversation_id":"{conversation}","message_id":"m","created_at":0,"task_id":"t","id":"m","metadata":{{"retriever_resources":[],"annotation_reply":null,"usage":{{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"total_price":"0.25","currency":"USD"}}}},"files":null}}"#
    )
}

/// The fields of the span of a call whose stream is this, and whether the span is open before the stream has ended.
async fn fields_of(steps: Vec<Step>, key: &str) -> (BTreeMap<String, String>, bool) {
    let server = Server::start(vec![std::iter::once(event_stream()).chain(steps).collect()]).await;
    let fields = Fields::default();
    let _guard = tracing::subscriber::set_default(fields.clone());
    tracing::callsite::rebuild_interest_cache();
    let app = crate::App::builder().api_key(key).base_url(&server.base_url).build().expect("a client");
    let mut stream = app.chat().stream(&ChatRequest::new("a private question").user("maria")).await.expect("a stream");
    let open = fields.2.load(Ordering::SeqCst) > 0;
    while stream.next().await.is_some() {}
    assert_eq!(fields.2.load(Ordering::SeqCst), 0, "the span is still open");
    let fields = fields.0.lock().expect("fields").clone();
    (fields, open)
}

// Guards a past bug: the span ended with the head of a stream.
#[tokio::test]
async fn the_span_of_a_stream_lasts_to_its_end_and_has_its_usage() {
    let message = r#"data: {"event":"message","answer":"a private answer"}"#;
    let steps = vec![say(format!("{message}\n\n")), say(format!("data: {}\n\n", message_end(CONVERSATION)))];
    let (fields, open) = fields_of(steps, "app-5ecret").await;
    assert!(open);
    for (name, value) in [
        ("otel.name", "POST /chat-messages"),
        ("gen_ai.operation.name", "\"chat\""),
        ("gen_ai.provider.name", "\"dify\""),
        ("gen_ai.request.stream", "true"),
        ("gen_ai.conversation.id", "\"f4b1c2d3-0a9b-4c8d-8e7f-001122334455\""),
        ("gen_ai.usage.input_tokens", "3"),
        ("gen_ai.usage.output_tokens", "4"),
        ("dify.usage.total_tokens", "7"),
        ("dify.cost.amount", "\"0.25\""),
        ("dify.cost.currency", "\"USD\""),
        ("dify.outcome", "\"succeeded\""),
        ("http.response.status_code", "200"),
    ] {
        assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name} in {fields:?}");
    }
    for name in ["gen_ai.response.time_to_first_chunk", "dify.time_to_first_event"] {
        let seconds: f64 = fields[name].parse().expect("seconds");
        assert!((0.0..60.0).contains(&seconds), "{name} is {seconds}");
    }
    let all = format!("{fields:?}");
    assert!(!all.contains("private") && !all.contains("maria") && !all.contains("5ecret"), "{all}");
}

#[tokio::test]
async fn a_span_shows_no_conversation_that_is_a_secret_or_no_id() {
    for (key, conversation) in [("app-5ecret", "maria"), ("app-5ecret", "app-5ecret"), (CONVERSATION, CONVERSATION)] {
        let end = format!("data: {}\n\n", message_end(conversation));
        let (fields, _) = fields_of(vec![say(end)], key).await;
        assert_eq!(fields.get("gen_ai.conversation.id"), None, "{conversation}");
        assert_eq!(fields["gen_ai.usage.input_tokens"], "3");
    }
}

#[tokio::test]
async fn a_span_of_a_broken_stream_has_its_error() {
    let failed = "data: {\"event\":\"error\",\"status\":400,\"code\":\"invalid_param\",\"message\":\"5ecret\"}\n\n";
    let (fields, _) = fields_of(vec![say(failed)], "app-5ecret").await;
    for (name, value) in [
        ("otel.status_code", "\"ERROR\""),
        ("error.type", "\"stream\""),
        ("dify.code", "\"invalid_param\""),
        ("dify.outcome", "\"failed\""),
    ] {
        assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name} in {fields:?}");
    }
    assert!(!fields.contains_key("gen_ai.usage.input_tokens") && !format!("{fields:?}").contains("5ecret"));
}

#[tokio::test]
async fn an_operation_that_runs_nothing_has_no_words_of_models() {
    let info = r#"{"name":"n","description":"","tags":[],"mode":"chat","author_name":null}"#;
    let server = Server::start(vec![answer(200, "application/json", info)]).await;
    let fields = Fields::default();
    let guard = tracing::subscriber::set_default(fields.clone());
    tracing::callsite::rebuild_interest_cache();
    server.app(Timeouts::none()).info().get().await.expect("an answer");
    drop(guard);
    let fields = fields.0.lock().expect("fields").clone();
    assert_eq!(fields["dify.outcome"], "\"succeeded\"");
    assert!(fields.keys().all(|name| !name.starts_with("gen_ai.")), "{fields:?}");
}
