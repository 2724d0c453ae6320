//! The bytes of a file on their way out, as many as were declared.

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use reqwest::multipart::Part;
use std::{
    error::Error as _,
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

/// How much of a source is in memory at a time.
const PIECE: usize = 64 << 10;

/// A reader from which exactly as many bytes come as were declared. Anything else breaks the request, so that no server
/// takes a part of a file for the whole.
pub(super) struct Exact<R> {
    reader: Option<R>,
    buffer: BytesMut,
    length: u64,
    remaining: u64,
    /// Whether its end is waited for, to see that there is no more. One that is not at its end may give its next bytes
    /// tomorrow.
    ends: bool,
    /// What errors call it.
    name: String,
}

impl Exact<tokio::fs::File> {
    pub(super) fn file(file: tokio::fs::File, length: u64, name: String) -> Self {
        Self { ends: true, ..Self::new(file, length, name) }
    }
}

impl<R: AsyncRead + Send + Unpin + 'static> Exact<R> {
    pub(super) fn new(reader: R, length: u64, name: String) -> Self {
        Self { reader: Some(reader), buffer: BytesMut::new(), length, remaining: length, ends: false, name }
    }

    pub(super) fn part(self) -> Part {
        let length = self.length;
        Part::stream_with_length(reqwest::Body::wrap_stream(self), length)
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let Some(reader) = &mut self.reader else {
            return Poll::Ready(None);
        };
        if self.buffer.capacity() == 0 {
            // One byte more, so that a file that has grown shows in its last piece.
            self.buffer.reserve(PIECE.min(usize::try_from(self.remaining).unwrap_or(PIECE)) + 1);
        }
        let read = match poll_read_buf(Pin::new(reader), cx, &mut self.buffer) {
            Poll::Pending if self.remaining == 0 && !self.ends => return Poll::Ready(None),
            Poll::Pending => return Poll::Pending,
            Poll::Ready(read) => read?,
        };
        match (read as u64, self.remaining) {
            (0, 0) => Poll::Ready(None),
            (0, remaining) => {
                let text = format!("it ended after {} of {} bytes", self.length - remaining, self.length);
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::UnexpectedEof, text))))
            }
            (read, remaining) if read > remaining => {
                let text = format!("it has more than the {} bytes it was declared to have", self.length);
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::InvalidData, text))))
            }
            (read, remaining) => {
                self.remaining = remaining - read;
                Poll::Ready(Some(Ok(self.buffer.split().freeze())))
            }
        }
    }
}

impl<R: AsyncRead + Send + Unpin + 'static> Stream for Exact<R> {
    type Item = Result<Bytes, Unreadable>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = std::task::ready!(self.poll_piece(cx));
        if !matches!(piece, Some(Ok(_))) {
            self.reader = None;
        }
        Poll::Ready(piece.map(|piece| piece.map_err(|source| Unreadable { path: self.name.clone(), source })))
    }
}

/// Why a source could not be read to its end. The HTTP client carries it up, among its own errors.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) source: io::Error,
}

impl Unreadable {
    /// The one that is behind a failed request, if it is.
    pub(crate) fn behind(error: &reqwest::Error) -> Option<Self> {
        let mut next = error.source();
        while let Some(cause) = next {
            if let Some(Self { path, source }) = cause.downcast_ref() {
                let source = io::Error::new(source.kind(), source.to_string());
                return Some(Self { path: path.clone(), source });
            }
            next = cause.source();
        }
        None
    }
}
