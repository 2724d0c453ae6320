//! What a scripted server does wrong, and how that reaches the wire.
//!
//! [`Faults`] defines which requests meet which [`Fault`]. A fault whose answer is still good HTTP changes the response
//! (`distortion`); one that breaks HTTP or TCP writes to the connection itself (`breakage`), past the HTTP library.

use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use http::Method;

mod answer;
mod breakage;
mod damage;
mod distortion;
mod faults;
mod line;
mod place;
mod rule;
mod source;
mod wire;

pub use answer::Answer;
pub use damage::Damage;
pub use faults::{Faults, Script};
pub use place::{Ending, Place};

pub(crate) use faults::Rules;
pub(crate) use line::{Line, Lines};

/// Something that goes wrong with one request. [`Server::faults`](crate::Server::faults) has it happen.
///
/// Whether the request is acted on is part of each: "not acted on" leaves the state as it was and counts no
/// execution; "acted on" changes the state as ever, whatever the client learns of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Not acted on: this is the answer.
    Refused(Answer),
    /// Not acted on, and not even read: this is the answer, while the body may still be on its way. The connection
    /// closes after it.
    Unread(Answer),
    /// Not acted on: the request is read, and the connection ends without a byte of an answer.
    Unanswered(Ending),
    /// Not acted on: these bytes are sent as they are, HTTP or not, and the connection closes.
    Garbage(Bytes),

    /// Acted on: the connection ends without a byte of the answer.
    Lost(Ending),
    /// Acted on: its answer is lost, and this one sent in its place, as gateways do.
    Replaced(Answer),
    /// Acted on at once: the answer begins so much later.
    LateHead(Duration),
    /// Acted on: status and headers come a byte at a time, with so long before each.
    TricklingHead(Duration),
    /// Acted on: the body stops at a place for a while and continues.
    Pause {
        /// Where.
        at: Place,
        /// For how long.
        lasts: Duration,
    },
    /// Acted on: the connection ends within the body. A body of known length is announced with that length, any other
    /// is chunked and lacks its end.
    Cut {
        /// Where.
        at: Place,
        /// How.
        by: Ending,
    },
    /// Acted on: the body is whole, but its `Content-Length` is larger by this; then the connection closes.
    Overstated(u64),
    /// Acted on: the body comes in pieces of so many bytes, each a chunk of its own, with a pause before each.
    Slices {
        /// How many bytes; zero is taken as one.
        bytes: usize,
        /// How long before each; zero for as fast as it goes.
        pause: Duration,
    },
    /// Acted on: lines of an event stream end otherwise. Other answers stay as they are.
    LineEnds(LineEnd),
    /// Acted on: a byte order mark comes before the body.
    ByteOrderMark,
    /// Acted on: each JSON object of the answer has one more member, `_`, with a raw U+2028: no line end in
    /// JSON nor in event streams.
    LineSeparators,
    /// Acted on: from a place on, an event stream has nothing but pings, for ever.
    EndlessPings {
        /// From where on.
        after: Place,
        /// Time between two pings.
        every: Duration,
    },
    /// Acted on: from a place on, not a byte comes, and the connection stays open.
    Silence {
        /// From where on.
        after: Place,
    },
    /// Acted on: from a place on, the answer is one data line of an event that never ends, as fast as it is read.
    EndlessEvent {
        /// From where on.
        after: Place,
    },
    /// Acted on: the answer claims to be of this media type. One that is no header value leaves the answer without.
    MediaType(String),
    /// Acted on: the JSON of the answer, or of each of its events, is damaged.
    Damaged(Damage),
    /// Acted on: so many bytes come before the real body, made while they are sent. They are spaces, which JSON allows,
    /// or the data of one event in an event stream.
    Huge(u64),
    /// Acted on: the answer has so many more headers, at most 20,000.
    ManyHeaders(usize),
    /// Acted on: the answer has one more header, whose value is so long.
    LongHeader(usize),
}

/// How lines end, where it is not by LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineEnd {
    /// CR LF.
    Crlf,
    /// CR alone.
    Cr,
}

impl Fault {
    /// Whether a request that meets it is acted on.
    #[must_use]
    pub fn acts(&self) -> bool {
        !matches!(self, Fault::Refused(_) | Fault::Unread(_) | Fault::Unanswered(_) | Fault::Garbage(_))
    }

    /// Whether the request's body is read.
    pub(crate) fn reads(&self) -> bool {
        !matches!(self, Fault::Unread(_))
    }

    /// Answers a request that is not acted on. `begun` receives the status when an answer begins.
    pub(crate) async fn refuse(&self, line: &Line, begun: impl Fn(u16)) -> Response {
        match self {
            Fault::Refused(answer) | Fault::Unread(answer) => {
                let response = answer.clone().into_response();
                begun(response.status().as_u16());
                return response;
            }
            // A client that has gone meets nothing any more.
            Fault::Garbage(bytes) => {
                let _ = line.write_all(bytes).await;
                line.end(Ending::Close);
            }
            Fault::Unanswered(how) => line.end(*how),
            _ => {}
        }
        Response::default()
    }

    /// Has its way with the answer to a request that was acted on. What comes back after the line is over goes nowhere.
    pub(crate) async fn distort(
        &self,
        method: &Method,
        response: Response,
        line: &Line,
        begun: impl Fn(u16) + Send + Sync,
    ) -> Response {
        match self {
            Fault::Lost(how) => {
                line.end(*how);
                Response::default()
            }
            Fault::Replaced(answer) => {
                let response = answer.clone().into_response();
                begun(response.status().as_u16());
                response
            }
            fault if breakage::breaks(fault) => {
                breakage::write(fault, method, response, line, begun).await;
                Response::default()
            }
            fault => {
                let response = distortion::distort(fault, response).await;
                begun(response.status().as_u16());
                response
            }
        }
    }
}
