//! What the tests of knowledge have in common.

use std::time::Duration;

use dify_mock::Server;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::common::{Caller, read};

/// An id that nothing has.
pub const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// A server whose documents are indexed as soon as anybody looks, and a key of its knowledge.
pub async fn librarian() -> Caller {
    Caller::of(Server::builder().indexing_time(Duration::ZERO), "dataset-knowledge").await
}

/// One whose documents take so long.
pub async fn slow_librarian(time: Duration) -> Caller {
    Caller::of(Server::builder().indexing_time(time), "dataset-knowledge").await
}

impl Caller {
    /// Makes a knowledge base that a model reads; gives its path.
    pub async fn dataset(&self, name: &str) -> String {
        self.dataset_of(json!({"name": name, "indexing_technique": "high_quality"})).await
    }

    pub async fn dataset_of(&self, body: Value) -> String {
        let (status, made) = self.post("/datasets", body).await;
        assert_eq!(status, 200, "{made}");
        format!("/datasets/{}", text(&made["id"]))
    }

    /// Makes a document of a text; gives its id and its batch.
    pub async fn document(&self, dataset: &str, name: &str, words: &str) -> (String, String) {
        self.document_of(dataset, json!({"name": name, "text": words})).await
    }

    /// The same of any request, to which is added what every document needs.
    pub async fn document_of(&self, dataset: &str, mut body: Value) -> (String, String) {
        let settings: Value = serde_json::from_str(SETTINGS).expect("JSON");
        for (name, value) in settings.as_object().expect("an object") {
            if body.get(name).is_none() {
                body[name] = value.clone();
            }
        }
        let (status, made) = self.post(&format!("{dataset}/document/create-by-text"), body).await;
        assert_eq!(status, 200, "{made}");
        (text(&made["document"]["id"]).to_owned(), text(&made["batch"]).to_owned())
    }

    /// Sends a form with a file and its `data`.
    pub async fn file(&self, method: Method, path: &str, name: &str, bytes: Vec<u8>, data: &str) -> (u16, Value) {
        let part = Part::bytes(bytes).file_name(name.to_owned()).mime_str("text/plain").expect("a media type");
        let form = Form::new().text("data", data.to_owned()).part("file", part);
        read(self.call(method, path).multipart(form).send().await.expect("answered")).await
    }

    /// The names of the documents that a search finds, and their scores.
    pub async fn search(&self, dataset: &str, body: Value) -> Vec<(String, f64)> {
        let (status, found) = self.post(&format!("{dataset}/retrieve"), body).await;
        assert_eq!(status, 200, "{found}");
        let records = found["records"].as_array().expect("records").iter();
        let told = |record: &Value| {
            let name = text(&record["segment"]["document"]["name"]).to_owned();
            (name, record["score"].as_f64().expect("a score"))
        };
        records.map(told).collect()
    }

    pub async fn delete(&self, path: &str) -> u16 {
        self.raw(Method::DELETE, path).await.status().as_u16()
    }

    pub async fn raw(&self, method: Method, path: &str) -> Response {
        self.call(method, path).send().await.expect("answered")
    }

    /// Fails when one of the answers did not agree with the document, whatever was asked.
    pub fn answers_agree(&self) {
        for request in self.server.requests() {
            let asked = format!("answer {} to {} {}", request.status, request.method, request.path);
            assert_eq!(request.answer_problems, Vec::<String>::new(), "{asked}");
        }
    }
}

/// What every new document needs.
pub const SETTINGS: &str = r#"{"indexing_technique": "economy", "process_rule": {"mode": "automatic"}}"#;

/// A text that must be one.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A way to search by meaning.
pub fn by_meaning(top: u64) -> Value {
    json!({"search_method": "semantic_search", "reranking_enable": false, "top_k": top, "score_threshold_enabled": false})
}

/// The members `name` of the things on a page.
pub fn all<'a>(page: &'a Value, name: &str) -> Vec<&'a Value> {
    page["data"].as_array().expect("a list").iter().map(|item| &item[name]).collect()
}
