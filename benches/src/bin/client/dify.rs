//! `dify-api`, as its documentation says.

use crate::Client;
use dify_api::{
    App, Cache, EventStream, Upload,
    types::{ChatEvent, ChatRequest, FileUploadRequest, FilesPreviewQuery},
};
use std::{hint::black_box, path::Path, time::Duration};

pub struct Dify {
    app: App,
}

fn request() -> ChatRequest {
    ChatRequest::new("Hello").user("user-1")
}

impl Client for Dify {
    type Open = EventStream<ChatEvent>;

    fn new(url: &str) -> Self {
        let app = App::builder().api_key("app-1").base_url(format!("{url}/v1")).build().expect("a client");
        Self { app }
    }

    async fn block(&self) -> usize {
        let reply = self.app.chat().send(&request()).await.expect("a reply");
        black_box(&reply).answer.len()
    }

    async fn stream(&self) -> usize {
        let mut stream = self.app.chat().stream(&request()).await.expect("a stream");
        let mut count = 0;
        while let Some(event) = stream.next().await {
            black_box(event.expect("an event"));
            count += 1;
        }
        count
    }

    async fn open(&self) -> EventStream<ChatEvent> {
        let mut stream = self.app.chat().stream(&request()).await.expect("a stream");
        stream.next().await.expect("the first event").expect("an event");
        stream
    }

    async fn upload(&self, path: &Path) -> u64 {
        let request = FileUploadRequest::new(Upload::path(path)).user("user-1");
        let file = self.app.files().upload(&request).await.expect("a file");
        file.size as u64
    }

    async fn download(&self) -> u64 {
        let query = FilesPreviewQuery::new();
        let mut file = self.app.files().preview("1", &query).await.expect("a file");
        let mut size = 0;
        while let Some(piece) = file.next().await {
            size += piece.expect("a piece").len() as u64;
        }
        size
    }
}

/// Calls that are refused.
pub async fn refused(url: &str, n: usize) {
    let client = Dify::new(url);
    for _ in 0..n {
        let error = client.app.chat().send(&request()).await.expect_err("a refusal");
        assert!(black_box(&error).status().is_some_and(|status| status == 404), "{error:?}");
    }
}

fn caching(url: &str) -> App {
    let builder = App::builder().api_key("app-1").base_url(format!("{url}/v1")).cache(Cache::new());
    builder.build().expect("a client")
}

const TTL: Duration = Duration::from_secs(3600);

/// One request, and this many answers from the cache.
pub async fn cached(url: &str, n: usize) {
    let app = caching(url);
    for call in 0..=n {
        let parameters = app.info().parameters().cached(TTL).with_response().await;
        let parameters = black_box(parameters.expect("parameters"));
        assert_eq!(parameters.from_cache(), call > 0);
    }
}

/// The same with an answer that has nothing to decode: building the request is most of it.
pub async fn cached_empty(url: &str, n: usize) {
    let app = caching(url);
    for call in 0..=n {
        let icons = app.info().meta().cached(TTL).with_response().await;
        let icons = black_box(icons.expect("icons"));
        assert_eq!(icons.from_cache(), call > 0);
    }
}
