//! One event stream: opened, and later read to its end.

use dify_api::{
    App, EventStream,
    types::{ChatEvent, ChatRequest},
};
use reqwest::Response;
use serde_json::{Value, json};
use std::sync::Arc;

/// What a stream brought.
#[derive(Debug, PartialEq, Eq)]
pub struct Read {
    pub events: usize,
    pub answer: String,
}

/// Who opens streams. Whatever goes wrong is an error, a stream without its last event too.
pub trait Client: Send + Sync + 'static {
    type Open: Send + 'static;
    /// How the figures call it.
    const NAME: &str;
    /// The most memory of an open stream, in KiB, where there is a mark.
    const MARK: Option<f64>;

    fn new(url: &str) -> Self;
    /// Up to the first event.
    fn open(&self) -> impl Future<Output = Result<Self::Open, String>> + Send;
    /// The rest; the first event is counted and its words are not.
    fn read(open: Self::Open) -> impl Future<Output = Result<Read, String>> + Send;
}

/// `dify-api`, as its documentation says.
pub struct Dify(App);

impl Client for Dify {
    type Open = EventStream<ChatEvent>;
    const NAME: &str = "dify-api";
    const MARK: Option<f64> = Some(22.0);

    fn new(url: &str) -> Self {
        Self(App::builder().api_key("app-chat").base_url(format!("{url}/v1")).build().expect("a client"))
    }

    async fn open(&self) -> Result<Self::Open, String> {
        let request = ChatRequest::new("Hello").user("user-1");
        let mut stream = self.0.chat().stream(&request).await.map_err(|error| error.to_string())?;
        match stream.next().await {
            Some(Ok(_)) => Ok(stream),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("no first event".to_owned()),
        }
    }

    async fn read(mut open: Self::Open) -> Result<Read, String> {
        let mut read = Read { events: 1, answer: String::new() };
        let mut last = false;
        while let Some(event) = open.next().await {
            read.events += 1;
            match event.map_err(|error| error.to_string())? {
                ChatEvent::Message(message) => read.answer.push_str(&message.answer),
                ChatEvent::MessageEnd(_) => last = true,
                _ => {}
            }
        }
        if last && open.is_complete() { Ok(read) } else { Err("it ended without its last event".to_owned()) }
    }
}

/// Bare reqwest, with a decoder for just this.
pub struct Bare {
    http: reqwest::Client,
    url: String,
}

impl Client for Bare {
    type Open = Response;
    const NAME: &str = "bare reqwest";
    const MARK: Option<f64> = None;

    fn new(url: &str) -> Self {
        // The same TLS, unused by both: what the default would bring is not theirs.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS")
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let http = reqwest::Client::builder().tls_backend_preconfigured(tls).build().expect("a client");
        Self { http, url: format!("{url}/v1/chat-messages") }
    }

    async fn open(&self) -> Result<Response, String> {
        let request = json!({"inputs": {}, "query": "Hello", "response_mode": "streaming", "user": "user-1"});
        let sent = self.http.post(&self.url).bearer_auth("app-chat").json(&request).send().await;
        let mut answer = sent.and_then(Response::error_for_status).map_err(|error| error.to_string())?;
        match answer.chunk().await {
            Ok(Some(_)) => Ok(answer),
            Ok(None) => Err("no first event".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn read(mut open: Response) -> Result<Read, String> {
        let mut rest = Vec::new();
        while let Some(chunk) = open.chunk().await.map_err(|error| error.to_string())? {
            rest.extend_from_slice(&chunk);
        }
        let rest = String::from_utf8(rest).map_err(|error| error.to_string())?;
        let mut read = Read { events: 1, answer: String::new() };
        let mut last = false;
        for line in rest.lines().filter_map(|line| line.strip_prefix("data: ")) {
            let event: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
            read.events += 1;
            match event["event"].as_str() {
                Some("message") => read.answer.push_str(event["answer"].as_str().unwrap_or_default()),
                Some("message_end") => last = true,
                _ => {}
            }
        }
        if last { Ok(read) } else { Err("it ended without its last event".to_owned()) }
    }
}
