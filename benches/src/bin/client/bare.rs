//! Bare reqwest, as somebody would use it who has no client for Dify: no checks, no limits, no typed errors.

use crate::Client;
use dify_benches::floor::{Event, Reader};
use reqwest::{Body, Response, multipart};
use serde::Deserialize;
use serde_json::json;
use std::{hint::black_box, path::Path, sync::Arc, time::Duration};
use tokio_util::io::ReaderStream;

pub struct Bare {
    http: reqwest::Client,
    base: String,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "decoding them is the job")]
struct Reply {
    task_id: String,
    message_id: String,
    conversation_id: String,
    mode: String,
    answer: String,
    metadata: serde_json::Value,
    created_at: i64,
}

#[derive(Deserialize)]
struct File {
    size: u64,
}

impl Bare {
    async fn chat(&self, mode: &str) -> Response {
        let request = json!({"inputs": {}, "query": "Hello", "response_mode": mode, "user": "user-1"});
        let url = format!("{}/chat-messages", self.base);
        let answer = self.http.post(url).bearer_auth("app-1").json(&request).send().await;
        answer.expect("an answer").error_for_status().expect("success")
    }
}

impl Client for Bare {
    type Open = Response;

    fn new(url: &str) -> Self {
        // The same TLS, unused by both: what the default would bring is not theirs.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS")
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let mut builder = reqwest::Client::builder().tls_backend_preconfigured(tls);
        if std::env::var_os("BARE_CONNECT_LIMIT").is_some() {
            // As ours has: what is left of a difference is not this limit.
            builder = builder.connect_timeout(Duration::from_secs(10));
        }
        let http = builder.build().expect("a client");
        Self { http, base: format!("{url}/v1") }
    }

    async fn block(&self) -> usize {
        let body = self.chat("blocking").await.bytes().await.expect("a body");
        let reply: Reply = serde_json::from_slice(&body).expect("a reply");
        black_box(&reply).answer.len()
    }

    async fn stream(&self) -> usize {
        let mut answer = self.chat("streaming").await;
        let (mut reader, mut count) = (Reader::default(), 0);
        while let Some(chunk) = answer.chunk().await.expect("a chunk") {
            reader.read(chunk, |event: Event| {
                black_box(&event);
                count += 1;
            });
        }
        count
    }

    async fn open(&self) -> Response {
        let mut answer = self.chat("streaming").await;
        answer.chunk().await.expect("a chunk").expect("the first event");
        answer
    }

    async fn upload(&self, path: &Path) -> u64 {
        let file = tokio::fs::File::open(path).await.expect("the file");
        let length = file.metadata().await.expect("its length").len();
        let body = Body::wrap_stream(ReaderStream::with_capacity(file, 64 << 10));
        let part = multipart::Part::stream_with_length(body, length).file_name("big.png").mime_str("image/png");
        let form = multipart::Form::new().text("user", "user-1").part("file", part.expect("a media type"));
        let url = format!("{}/files/upload", self.base);
        let answer = self.http.post(url).bearer_auth("app-1").multipart(form).send().await.expect("an answer");
        answer.json::<File>().await.expect("a file").size
    }

    async fn download(&self) -> u64 {
        let url = format!("{}/files/1/preview", self.base);
        let mut answer = self.http.get(url).bearer_auth("app-1").send().await.expect("an answer");
        let mut size = 0;
        while let Some(chunk) = answer.chunk().await.expect("a chunk") {
            size += chunk.len() as u64;
        }
        size
    }
}
