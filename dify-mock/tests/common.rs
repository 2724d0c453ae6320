//! A server whose own answers are held against the document, and a plain HTTP client for it.

use dify_mock::{Builder, Server};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

pub struct Caller {
    pub server: Server,
    pub http: reqwest::Client,
    pub key: &'static str,
}

impl Caller {
    pub async fn new(key: &'static str) -> Caller {
        Caller::of(Server::builder(), key).await
    }

    pub async fn of(builder: Builder, key: &'static str) -> Caller {
        let server = builder.check_answers(true).start().await.expect("the server starts");
        Caller { server, http: reqwest::Client::new(), key }
    }

    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.server.base_url())).bearer_auth(self.key)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        read(self.call(Method::GET, path).send().await.expect("answered")).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        read(self.call(method, path).json(&body).send().await.expect("answered")).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(Method::POST, path, body).await
    }

    /// The events of a stream, pings as such.
    pub async fn stream(&self, path: &str, body: Value) -> Vec<Value> {
        let response = self.call(Method::POST, path).json(&body).send().await.expect("answered");
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        events(&response.text().await.expect("the stream ends well"))
    }

    /// Fails when one of the requests or answers did not agree with the document.
    pub fn all_agree(&self) {
        for request in self.server.requests() {
            let asked = format!("{} {}", request.method, request.path);
            assert_eq!(request.problems, Vec::<String>::new(), "request {asked}");
            let mut problems = request.answer_problems;
            problems.dedup();
            assert_eq!(problems, Vec::<String>::new(), "answer to {asked}");
        }
    }
}

pub async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.expect("read");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// Takes a stream apart. Anything but `data: {json}` and `event: ping` fails.
pub fn events(stream: &str) -> Vec<Value> {
    let frames = stream.strip_suffix("\n\n").expect("ends with an empty line").split("\n\n");
    let event = |frame: &str| match frame.strip_prefix("data: ") {
        Some(json) => serde_json::from_str(json).expect("JSON"),
        None => {
            assert_eq!(frame, "event: ping");
            serde_json::json!({"event": "ping"})
        }
    };
    frames.map(event).collect()
}

/// The kinds of events, repeated ones once.
pub fn kinds(events: &[Value]) -> Vec<String> {
    let mut kinds: Vec<String> = events.iter().filter_map(|event| event["event"].as_str().map(str::to_owned)).collect();
    kinds.dedup();
    kinds
}

/// The text of all events of a kind.
pub fn said(events: &[Value], kind: &str) -> String {
    let pieces = events.iter().filter(|event| event["event"] == kind);
    let text =
        |event: &Value| event["answer"].as_str().or(event["data"]["text"].as_str()).unwrap_or_default().to_owned();
    pieces.map(text).collect()
}
