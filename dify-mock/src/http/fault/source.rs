//! The body of a real answer, piece by piece, with places found in it.

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::header::CONTENT_TYPE;

/// The two bytes of `é`.
const CHARACTER: &str = "\u{e9}";

/// The rest of a body. Event streams come as whole blocks, each with its blank line; others as their handler
/// makes them.
#[derive(Debug)]
pub(crate) struct Source {
    body: BodyDataStream,
    events: bool,
    length: Option<u64>,
    /// Bytes that were read and not given yet.
    held: BytesMut,
    over: bool,
}

impl Source {
    pub(crate) fn new(body: Body, events: bool) -> Source {
        let length = body.size_hint().exact();
        Source { body: body.into_data_stream(), events, length, held: BytesMut::new(), over: false }
    }

    pub(crate) fn is_events(&self) -> bool {
        self.events
    }

    /// How long the body is, where that is known beforehand.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    /// The next piece; none at the end, and none when the handler's body failed.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(end) = self.block_end() {
                return Some(self.held.split_to(end).freeze());
            }
            if self.over {
                return Some(self.held.split().freeze()).filter(|rest| !rest.is_empty());
            }
            match self.body.next().await {
                Some(Ok(piece)) => self.held.extend_from_slice(&piece),
                Some(Err(_)) | None => self.over = true,
            }
        }
    }

    fn block_end(&self) -> Option<usize> {
        if !self.events {
            return Some(self.held.len()).filter(|length| *length > 0);
        }
        self.held.windows(2).position(|pair| pair == b"\n\n").map(|start| start + 2)
    }
}

/// Whether an answer is an event stream.
pub(crate) fn is_event_stream(response: &Response) -> bool {
    let media = response.headers().get(CONTENT_TYPE).map(|value| value.as_bytes());
    media.is_some_and(|media| media.starts_with(b"text/event-stream"))
}

/// Whether a block is an event: pings and comments have no data.
pub(crate) fn is_event(block: &[u8]) -> bool {
    block.starts_with(b"data") || block.windows(5).any(|window| window == b"\ndata")
}

/// A piece with a member `_` in its first JSON object that has members.
pub(crate) fn with_member(piece: &[u8], text: &str) -> Option<Vec<u8>> {
    let start = piece.windows(2).position(|pair| pair == b"{\"")? + 1;
    let member = format!("\"_\":\"{text}\",");
    Some([&piece[..start], member.as_bytes(), &piece[start..]].concat())
}

/// A piece with a two-byte character in it, and where its middle is.
pub(crate) fn with_character(piece: &[u8]) -> Option<(Vec<u8>, usize)> {
    let changed = with_member(piece, CHARACTER)?;
    let start = changed.windows(CHARACTER.len()).position(|pair| pair == CHARACTER.as_bytes())?;
    Some((changed, start + 1))
}
