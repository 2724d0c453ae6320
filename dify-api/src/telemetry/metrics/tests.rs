//! What a recorder receives.

use super::*;
use crate::{
    RetryPolicy, Timeouts,
    tests::test_server::{Server, answer, event_stream, say},
    types::ChatRequest,
};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString,
};
use std::{collections::BTreeMap, sync::Arc};

/// Sums what is recorded, by name and labels, and keeps what was described.
#[derive(Clone, Default)]
struct Sums(Arc<Mutex<BTreeMap<String, f64>>>, Arc<Mutex<BTreeMap<String, Option<Unit>>>>);

struct Sum(String, Sums);

impl Sums {
    fn add(&self, name: &str, value: f64) {
        *self.0.lock().expect("no panic").entry(name.to_owned()).or_default() += value;
    }

    fn of(&self, key: &Key) -> Arc<Sum> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        Arc::new(Sum(name, self.clone()))
    }

    fn described(&self, name: KeyName, unit: Option<Unit>) {
        self.1.lock().expect("no panic").insert(name.as_str().to_owned(), unit);
    }
}

impl CounterFn for Sum {
    fn increment(&self, value: u64) {
        self.1.add(&self.0, value as f64);
    }
    fn absolute(&self, _: u64) {}
}

impl GaugeFn for Sum {
    fn increment(&self, value: f64) {
        self.1.add(&self.0, value);
    }
    fn decrement(&self, value: f64) {
        self.1.add(&self.0, -value);
    }
    fn set(&self, _: f64) {}
}

impl HistogramFn for Sum {
    fn record(&self, value: f64) {
        self.1.add(&self.0, value);
        self.1.add(&format!("{} count", self.0), 1.0);
    }
}

impl Recorder for Sums {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.described(name, unit);
    }
    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.described(name, unit);
    }
    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.described(name, unit);
    }
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.of(key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.of(key))
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.of(key))
    }
}

const END: &str = r#"{"event":"message_end","conversation_id":"c","message_id":"m","created_at":0,"task_id":"t","id":"m","metadata":{"retriever_resources":[],"annotation_reply":null,"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"total_price":"0.25","currency":"USD"}},"files":null}"#;

#[tokio::test(start_paused = true)]
async fn each_metric_has_its_name_its_labels_and_its_sum() {
    let sums = Sums::default();
    let _guard = metrics::set_default_local_recorder(&sums);
    let info = r#"{"name":"n","tags":[],"mode":"chat","author_name":null}"#;
    let server = Server::start(vec![
        vec![event_stream(), say(format!("data: {END}\n\n"))],
        answer(429, "application/json", r#"{"code":"too_many_requests","message":"","status":429}"#),
        answer(200, "application/json", info),
        answer(400, "application/json", r#"{"code":"app_unavailable","message":"","status":400}"#),
    ])
    .await;
    let app = server.app(Timeouts::none());
    let mut stream = app.chat().stream(&ChatRequest::new("Hello").user("maria")).await.expect("a stream");
    let in_flight = "dify_client_requests_in_flight{operation=app_chat_stream}";
    assert_eq!(sums.0.lock().expect("no panic")[in_flight], 1.0);
    while stream.next().await.is_some() {}
    app.info().get().retry(RetryPolicy::default()).await.expect("an answer");
    assert!(app.request(reqwest::Method::GET, "/users/maria").send().await.is_err());

    let recorded = sums.0.lock().expect("no panic").clone();
    let stream = "{operation=app_chat_stream,outcome=succeeded}";
    let info = "{operation=app_info_get,outcome=succeeded}";
    for (name, labels, value) in [
        (REQUESTS, stream, 1.0),
        (REQUESTS, info, 1.0),
        (REQUESTS, "{operation=raw_request,outcome=failed}", 1.0),
        (DURATION, "{operation=app_chat_stream,outcome=succeeded} count", 1.0),
        (FIRST_EVENT, "{operation=app_chat_stream} count", 1.0),
        (TOKENS, stream, 7.0),
        (INPUT_TOKENS, stream, 3.0),
        (OUTPUT_TOKENS, stream, 4.0),
        ("dify_client_cost_usd", stream, 0.25),
        ("dify_client_cost_usd", "{operation=app_chat_stream,outcome=succeeded} count", 1.0),
        (RETRIES, "{operation=app_info_get}", 1.0),
        (SUBSTITUTIONS, info, 1.0),
        (IN_FLIGHT, "{operation=app_chat_stream}", 0.0),
        (IN_FLIGHT, "{operation=app_info_get}", 0.0),
        (IN_FLIGHT, "{operation=raw_request}", 0.0),
    ] {
        assert_eq!(recorded.get(&format!("{name}{labels}")), Some(&value), "{name}{labels} in {recorded:#?}");
    }
    assert!(recorded.keys().all(|name| !name.contains("maria")), "{recorded:#?}");
    let described = sums.1.lock().expect("no panic").clone();
    for name in recorded.keys().filter_map(|key| key.split('{').next()).filter(|name| !name.starts_with(COST)) {
        assert!(described.get(name).is_some_and(Option::is_some), "{name} in {described:#?}");
    }
}

#[test]
fn a_server_that_invents_currencies_makes_few_metrics() {
    let known = Currencies(Mutex::new(Vec::new()));
    let metrics: Vec<_> = ('A'..='Z').map(|letter| known.metric(&format!("X{letter}"))).collect();
    assert_eq!(metrics.iter().flatten().count(), CURRENCIES);
    assert_eq!(known.metric("XA").as_deref(), Some("dify_client_cost_xa"));
    assert_eq!(known.metric("XZ"), None);
}
