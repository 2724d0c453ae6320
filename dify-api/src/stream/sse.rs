//! Server-sent events: bytes in, frames out.
//!
//! The framing of `text/event-stream` as the [WHATWG standard] has it, whole, and nothing of Dify: line ends LF, CR
//! and CRLF, a byte order mark, fields, comments, data of several lines, ids and retry times, U+FFFD for bytes that are not
//! UTF-8, however the bytes are cut up. Usable alone, with any source of bytes.
//!
//! ```
//! use dify_api::sse::Decoder;
//!
//! let mut decoder = Decoder::new();
//! let mut seen = Vec::new();
//! for chunk in ["event: greeting\nda", "ta: hello\n\nevent: pi", "ng\n\ndata: bye\n\n"] {
//!     decoder.push(chunk);
//!     while let Some(frame) = decoder.next_frame() {
//!         let frame = frame?;
//!         seen.push(format!("{}={}", frame.event(), frame.data()));
//!     }
//! }
//! // An event without data, such as Dify's ping, is none by the standard.
//! assert_eq!(seen, ["greeting=hello", "message=bye"]);
//! # Ok::<(), dify_api::sse::FrameError>(())
//! ```
//!
//! # What it costs
//!
//! Each byte is looked at once for its line end and, in data, once more for its encoding; a frame that lies inside
//! one chunk is lent in place. Only what a chunk leaves unfinished is copied, once.
//!
//! [WHATWG standard]: https://html.spec.whatwg.org/multipage/server-sent-events.html

mod decoder;

use crate::{Shown, values::shown::Size};
use std::fmt;

pub use decoder::Decoder;

/// The size limit of a [`Decoder`] that was not given another: 16 MiB.
pub const DEFAULT_LIMIT: usize = 16 << 20;

/// One event of the stream, lent by its decoder until the next is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame<'d> {
    event: &'d str,
    data: &'d str,
    id: &'d str,
}

impl<'d> Frame<'d> {
    /// The `event` field; `message` when there was none.
    #[must_use]
    pub fn event(&self) -> &'d str {
        self.event
    }

    /// The `data` fields, joined by line feeds.
    #[must_use]
    pub fn data(&self) -> &'d str {
        self.data
    }

    /// The last `id` of the stream up to here; empty when there was none.
    #[must_use]
    pub fn last_event_id(&self) -> &'d str {
        self.id
    }
}

/// Shows the size of the data.
impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("event", &Shown::new(self.event))
            .field("data", &Size(self.data.len()))
            .field("id", &Shown::new(self.id))
            .finish()
    }
}

/// Shows nothing of what came in.
impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").finish_non_exhaustive()
    }
}

/// The errors of one frame. The decoder continues with the next one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// More bytes than the limit allows.
    #[error("an event is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit that was set.
        limit: usize,
    },
}
