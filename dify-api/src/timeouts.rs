//! Time limits, each with a name.

use crate::error::Timeout;
use std::{fmt, time::Duration};
use tokio::time::Instant;

/// How long a call may take, by what it is waiting for. `None` waits for ever.
///
/// ```
/// use dify_api::{App, Timeouts};
/// use std::time::Duration;
///
/// let timeouts = Timeouts::default()
///     .connect(Duration::from_secs(3))
///     .call(Duration::from_secs(20 * 60))
///     .read_idle(None);
/// let app = App::builder().api_key("app-…key…").timeouts(timeouts);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Until there is a connection, TLS included. 10 s. Not in force with a `reqwest::Client` of your own.
    pub connect: Option<Duration>,
    /// From sending the request (the last of its bytes) to the first of the answer. 5 min: a blocking run answers
    /// nothing before it is done.
    pub response_headers: Option<Duration>,
    /// The whole of a call that is answered at once, with all its attempts and the pauses between them. 10 min. Not
    /// for streams, downloads and uploads, which may take as long as bytes flow; the answer to an upload has it for
    /// itself.
    pub call: Option<Duration>,
    /// No byte of the answer's body. 60 s: Dify sends a ping every 10 s. Only time spent waiting counts, not the
    /// time in which nobody reads.
    pub read_idle: Option<Duration>,
    /// No event of a stream, whatever else comes: pings show that the connection lives, not that the run does. 6 min:
    /// Dify itself gives up after 5. Only time spent waiting counts.
    pub stall: Option<Duration>,
    /// The whole of an event stream, from the call to its end. Off: a run may take hours.
    pub stream: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Some(Duration::from_secs(10)),
            response_headers: Some(Duration::from_secs(5 * 60)),
            call: Some(Duration::from_secs(10 * 60)),
            read_idle: Some(Duration::from_secs(60)),
            stall: Some(Duration::from_secs(6 * 60)),
            stream: None,
        }
    }
}

impl Timeouts {
    /// No limit at all.
    #[must_use]
    pub fn none() -> Self {
        Self { connect: None, response_headers: None, call: None, read_idle: None, stall: None, stream: None }
    }

    /// Sets [`Timeouts::connect`].
    #[must_use]
    pub fn connect(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.connect = limit.into();
        self
    }

    /// Sets [`Timeouts::response_headers`].
    #[must_use]
    pub fn response_headers(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.response_headers = limit.into();
        self
    }

    /// Sets [`Timeouts::call`].
    #[must_use]
    pub fn call(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.call = limit.into();
        self
    }

    /// Sets [`Timeouts::read_idle`].
    #[must_use]
    pub fn read_idle(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.read_idle = limit.into();
        self
    }

    /// Sets [`Timeouts::stall`].
    #[must_use]
    pub fn stall(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.stall = limit.into();
        self
    }

    /// Sets [`Timeouts::stream`].
    #[must_use]
    pub fn stream(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.stream = limit.into();
        self
    }
}

/// Which limit ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeLimit {
    /// [`Timeouts::connect`].
    Connect,
    /// [`Timeouts::response_headers`].
    ResponseHeaders,
    /// [`Timeouts::call`].
    Call,
    /// [`Timeouts::read_idle`].
    ReadIdle,
    /// [`Timeouts::stall`].
    Stall,
    /// [`Timeouts::stream`].
    Stream,
    /// The deadline of a wait for documents to be indexed (`Indexing::deadline`).
    Indexing,
}

impl TimeLimit {
    /// What did not happen in time.
    pub(crate) fn missed(self) -> &'static str {
        match self {
            Self::Connect => "no connection",
            Self::ResponseHeaders => "no answer",
            Self::Call => "the call was not over",
            Self::ReadIdle => "no byte of the body came",
            Self::Stall => "no event came, though the connection lived,",
            Self::Stream => "the stream was not over",
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
            Self::Call => "call",
            Self::ReadIdle => "read_idle",
            Self::Stall => "stall",
            Self::Stream => "stream",
            Self::Indexing => "deadline",
        })
    }
}

/// When a limit on a whole runs out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    pub(crate) timeout: Timeout,
}

impl Deadline {
    pub(crate) fn after(which: TimeLimit, limit: Duration) -> Self {
        Self::since(Instant::now(), which, limit)
    }

    /// A limit too long to be told in time is never reached.
    pub(crate) fn since(start: Instant, which: TimeLimit, limit: Duration) -> Self {
        let far = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        Self { at: start + limit.min(far), timeout: Timeout { which, limit } }
    }
}
