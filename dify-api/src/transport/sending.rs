//! Does a request body still move?

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

/// Watches a body on its way out, so that a long upload is not taken for a server that does not answer.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pieces: Arc<AtomicU64>,
    seen: u64,
}

impl Progress {
    /// Have pieces gone out since this was last asked?
    pub(crate) fn moved(&mut self) -> bool {
        let pieces = self.pieces.load(Ordering::Relaxed);
        std::mem::replace(&mut self.seen, pieces) != pieces
    }
}

/// Puts a meter on the body of a request.
pub(crate) fn metered(request: &mut reqwest::Request) -> Progress {
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
