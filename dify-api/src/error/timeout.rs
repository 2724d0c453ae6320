//! A time limit that ran out.

use std::{fmt, time::Duration};

/// A time limit that ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} within {limit:?} (`{which}`)", .which.missed())]
#[non_exhaustive]
pub struct Timeout {
    /// Which one.
    pub which: TimeLimit,
    /// How long it was.
    pub limit: Duration,
}

/// Which limit ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeLimit {
    /// [`Timeouts::connect`](crate::Timeouts::connect).
    Connect,
    /// [`Timeouts::response_headers`](crate::Timeouts::response_headers).
    ResponseHeaders,
    /// [`Timeouts::read_response_headers`](crate::Timeouts::read_response_headers).
    ReadResponseHeaders,
    /// [`Timeouts::call`](crate::Timeouts::call).
    Call,
    /// [`Timeouts::read_idle`](crate::Timeouts::read_idle).
    ReadIdle,
    /// [`Timeouts::stall`](crate::Timeouts::stall).
    Stall,
    /// [`Timeouts::stream`](crate::Timeouts::stream).
    Stream,
    /// [`Timeouts::after_end`](crate::Timeouts::after_end). Never an error: the stream ends well.
    AfterEnd,
    /// [`Timeouts::stop`](crate::Timeouts::stop).
    Stop,
    /// The deadline of a wait for documents to be indexed (`Indexing::deadline`).
    Indexing,
}

impl TimeLimit {
    /// What did not happen in time.
    pub(crate) fn missed(self) -> &'static str {
        match self {
            Self::Connect => "no connection",
            Self::ResponseHeaders | Self::ReadResponseHeaders => "no answer",
            Self::Call => "the call was not over",
            Self::ReadIdle => "no byte of the body came",
            Self::Stall => "no event came, though the connection lived,",
            Self::Stream => "the stream was not over",
            Self::AfterEnd => "the server did not close the stream after the end of the run",
            Self::Stop => "the stopped run did not end its stream",
            Self::Indexing => "the documents were not indexed",
        }
    }
}

impl fmt::Display for TimeLimit {
    /// The name of the limit, as it is set.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::ResponseHeaders => "response_headers",
            Self::ReadResponseHeaders => "read_response_headers",
            Self::Call => "call",
            Self::ReadIdle => "read_idle",
            Self::Stall => "stall",
            Self::Stream => "stream",
            Self::AfterEnd => "after_end",
            Self::Stop => "stop",
            Self::Indexing => "deadline",
        })
    }
}
