//! An answer that is kept.

use crate::{
    error::Context,
    telemetry::Observation,
    transport::exchange::{Content, Exchange, Head, Received},
};
use bytes::Bytes;
use reqwest::{
    StatusCode, Url,
    header::{HeaderMap, SET_COOKIE},
};
use std::time::Duration;
use tokio::time::Instant;

/// What an answer takes beside its body and headers.
const OVERHEAD: usize = 256;

pub(super) struct Kept {
    status: StatusCode,
    headers: HeaderMap,
    url: Url,
    body: Bytes,
    at: Instant,
    pub(super) ttl: Duration,
}

impl Kept {
    /// Copies an answer that came whole; nothing of one that is still to come.
    pub(super) fn of(received: &Received, ttl: Duration) -> Option<Self> {
        let Content::Whole(body) = &received.content else { return None };
        let mut headers = received.head.headers.clone();
        // A credential of the one who asked.
        headers.remove(SET_COOKIE);
        let (status, url) = (received.head.status, received.head.url.clone());
        Some(Self { status, headers, url, body: body.clone(), at: Instant::now(), ttl })
    }

    pub(super) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    pub(super) fn is_younger_than(&self, ttl: Duration) -> bool {
        self.at.elapsed() < self.ttl.min(ttl)
    }

    /// In bytes.
    pub(super) fn weight(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
        OVERHEAD + self.body.len() + headers.sum::<usize>()
    }

    /// Answers a call without sending it: no attempt is made.
    pub(super) fn answer(&self, exchange: Box<Exchange>, mut observation: Observation) -> Received {
        observation.answered(self.status);
        let secrets = exchange.transport.secrets().and(&exchange.secrets);
        let context = Context::of(exchange.operation.clone(), secrets);
        let head = Head { status: self.status, headers: self.headers.clone(), accept: None, url: self.url.clone() };
        Received { exchange, head, content: Content::Whole(self.body.clone()), context, observation }
    }
}
