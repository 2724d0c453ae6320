//! One request on its way to the server, and the answer on its way back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, HeaderName, StatusCode, header};
use tokio::sync::mpsc;

use crate::kept::Kept;
use crate::tape::Tape;
use crate::unscrubbed::{Answer, Asked, Unscrubbed};
use crate::upstream::Upstream;

/// What every request needs.
pub(crate) struct Forward {
    pub(crate) client: reqwest::Client,
    pub(crate) upstream: Upstream,
    pub(crate) records: mpsc::UnboundedSender<Unscrubbed>,
    pub(crate) ended: Arc<AtomicBool>,
}

/// Headers that are about one connection, not about the request.
const HOP_BY_HOP: [HeaderName; 6] = [
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::PROXY_AUTHENTICATE,
];

pub(crate) async fn forward(State(state): State<Arc<Forward>>, request: Request) -> Response {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let url = state.upstream.address(&path, head.uri.query());

    let sent = Arc::new(Mutex::new(Kept::default()));
    let mut headers = without_hops(&head.headers);
    headers.remove(header::HOST);
    state.upstream.authorize(&mut headers);
    // A compressed answer could not be searched for secrets.
    headers.insert(header::ACCEPT_ENCODING, http::HeaderValue::from_static("identity"));
    let mut builder = state.client.request(head.method.clone(), url).headers(headers);
    if has_body(&head.headers) {
        let keep = Arc::clone(&sent);
        let kept = body.into_data_stream().inspect(move |chunk| {
            if let Ok(chunk) = chunk {
                keep.lock().unwrap_or_else(PoisonError::into_inner).take(chunk);
            }
        });
        builder = builder.body(reqwest::Body::wrap_stream(kept));
    }
    let asked = Asked { method: head.method, path, query, headers: head.headers, body: sent };
    match builder.send().await {
        Ok(answer) => pass_on(&state, asked, answer, started),
        Err(error) => unreachable(&state.upstream, &error),
    }
}

fn pass_on(state: &Forward, asked: Asked, answer: reqwest::Response, started: Instant) -> Response {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut kept_headers = headers.clone();
    if answer.headers().get(header::TRANSFER_ENCODING).is_none()
        && answer.headers().get(header::CONTENT_LENGTH).is_none()
        && status != StatusCode::NO_CONTENT
        && status != StatusCode::NOT_MODIFIED
    {
        kept_headers.insert(header::CONNECTION, http::HeaderValue::from_static("close"));
    }
    let told = Answer::new(status, kept_headers, started);
    let tape = Tape::new(answer.bytes_stream().boxed(), asked, told, state.records.clone());
    let mut response = Response::new(Body::from_stream(tape));
    *response.status_mut() = status;
    *response.headers_mut() = without_hops(&headers);
    if state.ended.load(Ordering::Relaxed) {
        response.headers_mut().insert(header::CONNECTION, http::HeaderValue::from_static("close"));
    }
    response
}

/// The server cannot be reached: an answer of ours, which is not recorded.
fn unreachable(upstream: &Upstream, error: &reqwest::Error) -> Response {
    let mut told = format!("dify-record: no answer from {}", upstream.origin());
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        told.push_str(&format!(": {inner}"));
        source = inner.source();
    }
    told.push_str(". Is the server up, and is --upstream right?\n");
    let mut response = Response::new(Body::from(Bytes::from(told)));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length > 0)
}

fn without_hops(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    headers
}
