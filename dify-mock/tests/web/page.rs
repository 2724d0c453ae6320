//! A visitor of an application's page, who also has the application's key at hand.

use dify_mock::{Builder, Server};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::common::{Caller, events, read};

pub struct Page {
    pub caller: Caller,
    pub code: String,
    pub passport: String,
}

impl Page {
    pub async fn new(key: &'static str) -> Page {
        Page::of(Server::builder(), key).await
    }

    pub async fn of(builder: Builder, key: &'static str) -> Page {
        let caller = Caller::of(builder, key).await;
        let code = caller.server.app_code(key);
        let mut page = Page { caller, code, passport: String::new() };
        page.passport = page.passport("").await;
        page
    }

    /// A new passport; `query` may name the visitor.
    pub async fn passport(&self, query: &str) -> String {
        let url = format!("{}/passport{query}", self.caller.server.web_url());
        let request = self.caller.http.get(url).header("X-App-Code", &self.code);
        let (status, answer) = read(request.send().await.expect("answered")).await;
        assert_eq!(status, 200, "{answer}");
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    /// The same page for another visitor.
    pub async fn somebody_else(&self) -> String {
        self.passport("").await
    }

    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.caller.http.request(method, format!("{}{path}", self.caller.server.web_url()))
    }

    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("X-App-Code", &self.code).header("X-App-Passport", &self.passport)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        read(self.call(Method::GET, path).send().await.expect("answered")).await
    }

    /// A request without a body.
    pub async fn ask(&self, method: Method, path: &str) -> (u16, Value) {
        read(self.call(method, path).send().await.expect("answered")).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        read(self.call(Method::POST, path).json(&body).send().await.expect("answered")).await
    }

    pub async fn stream(&self, path: &str, body: Value) -> Vec<Value> {
        let response = self.call(Method::POST, path).json(&body).send().await.expect("answered");
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        events(&response.text().await.expect("the stream ends well"))
    }

    /// One turn, blocking.
    pub async fn talk(&self, query: &str, conversation: &str) -> Value {
        let body = json!({
            "query": query, "inputs": {}, "response_mode": "blocking", "conversation_id": conversation,
        });
        let (status, answer) = self.post("/chat-messages", body).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Fails when one of the requests or answers did not agree with the document.
    pub fn all_agree(&self) {
        self.caller.all_agree();
    }

    /// Fails when one of the answers did not agree with the document; requests may be wrong on purpose.
    pub fn answers_agree(&self) {
        for request in self.caller.server.requests() {
            assert_eq!(request.answer_problems, Vec::<String>::new(), "answer to {} {}", request.method, request.path);
        }
    }
}

/// The ids of a page of things.
pub fn ids(page: &Value) -> Vec<&str> {
    page["data"].as_array().into_iter().flatten().filter_map(|item| item["id"].as_str()).collect()
}
