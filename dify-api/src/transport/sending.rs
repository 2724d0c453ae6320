//! Sending a request, and waiting for the head of its answer.

use super::{
    incoming::Incoming,
    timeouts::{self, Deadline},
    timer::Timer,
};
use crate::{
    ErrorKind,
    error::{TimeLimit, Timeout, TransportError},
    files::upload::Unreadable,
    transport::exchange::{Expect, Head, Ongoing},
};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::{
    Url,
    header::{ACCEPT, HeaderValue},
};
use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};
use tokio::time::Instant;

/// A request on its way.
pub(super) struct Sending<R> {
    response: R,
    progress: Option<Progress>,
    /// The media types that it takes, where they matter.
    accept: Option<HeaderValue>,
    through_pauses: bool,
}

/// The future of reqwest has no name.
pub(super) trait Answering: Future<Output = reqwest::Result<reqwest::Response>> + Send {}

impl<R: Future<Output = reqwest::Result<reqwest::Response>> + Send> Answering for R {}

impl Ongoing {
    /// Puts the credential on, and begins to send the request.
    pub(super) fn attempt(
        &mut self,
        mut request: reqwest::Request,
    ) -> Result<Sending<impl Answering + use<>>, ErrorKind> {
        self.put_credential_on(&mut request)?;
        self.context.secrets.sent(&request, self.exchange.presigned);
        self.context.attempts += 1;
        self.observation.attempt(self.context.attempts);
        let client = self.exchange.transport.shared.client(request.url())?;
        let downloads = self.exchange.expect == Expect::Download;
        Ok(Sending {
            progress: self.exchange.uploads().then(|| metered(&mut request)),
            accept: request.headers().get(ACCEPT).filter(|_| downloads).cloned(),
            through_pauses: stays_through_pauses(request.url()),
            response: client.execute(request),
        })
    }

    /// Returns the head of the answer, and the body that is still to come.
    pub(super) async fn head(&self, sent: Sending<impl Answering>) -> Result<(Head, Incoming), ErrorKind> {
        let Sending { response, mut progress, accept, through_pauses } = sent;
        let idle = self.exchange.timeouts.read_idle;
        // The body's limit is the next to be watched.
        let mut timer = Timer::new(idle.map(|limit| timeouts::after(Instant::now(), limit)));
        let mut response = pin!(response);
        let mut response = loop {
            let first = self.deadline_of_the_head();
            let outcome = poll_fn(|cx| match (response.as_mut().poll(cx), first) {
                (Poll::Ready(outcome), _) => Poll::Ready(Ok(outcome)),
                (Poll::Pending, None) => Poll::Pending,
                (Poll::Pending, Some(Deadline { at, timeout })) => {
                    timer.poll_until(cx, at).map(|()| Err(ErrorKind::Timeout(timeout)))
                }
            });
            match outcome.await {
                Ok(outcome) => break outcome.map_err(|error| self.unsent(error))?,
                // Bytes of the request are still going out: the server is not to blame yet.
                Err(_) if progress.as_mut().is_some_and(Progress::moved) => {}
                Err(timeout) => return Err(timeout),
            }
        };
        let head = Head {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            accept,
            url: response.url().clone(),
        };
        let mut incoming = Incoming::new(response.into(), idle, self.deadline_of_the_body(), timer);
        incoming.through_pauses = through_pauses;
        Ok((head, incoming))
    }

    /// No head came: why?
    fn unsent(&self, error: reqwest::Error) -> ErrorKind {
        if let Some(unreadable) = Unreadable::behind(&error) {
            return unreadable.into();
        }
        match self.exchange.transport.timeouts().connect {
            Some(limit) if error.is_connect() && error.is_timeout() => {
                ErrorKind::Timeout(Timeout { which: TimeLimit::Connect, limit })
            }
            _ if error.is_builder() => ErrorKind::unbuilt(error),
            _ => ErrorKind::Transport(TransportError::new(error, false)),
        }
    }
}

/// Whether the events of a run were asked for beyond its pauses.
fn stays_through_pauses(url: &Url) -> bool {
    url.query_pairs().any(|(name, value)| name == "continue_on_pause" && value.eq_ignore_ascii_case("true"))
}

/// Watches a body on its way out, so that a long upload is not taken for a server that does not answer.
#[derive(Debug, Default)]
struct Progress {
    pieces: Arc<AtomicU64>,
    seen: u64,
}

impl Progress {
    /// Have pieces gone out since this was last asked?
    fn moved(&mut self) -> bool {
        let pieces = self.pieces.load(Ordering::Relaxed);
        std::mem::replace(&mut self.seen, pieces) != pieces
    }
}

/// Puts a meter on the body of a request.
fn metered(request: &mut reqwest::Request) -> Progress {
    let progress = Progress::default();
    if let Some(body) = request.body_mut().take() {
        let pieces = Arc::clone(&progress.pieces);
        *request.body_mut() = Some(reqwest::Body::wrap(Metered { body, pieces }));
    }
    progress
}

struct Metered {
    body: reqwest::Body,
    pieces: Arc<AtomicU64>,
}

impl Body for Metered {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.pieces.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
