//! Time limits, each with a name.

use super::timer;
use crate::{
    Error, ErrorKind,
    error::{TimeLimit, Timeout},
};
use std::time::Duration;
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
    /// The same for a request that only reads, and for one that renews a session or fetches a passport. 30 s: nothing is
    /// run for those. [`response_headers`](Self::response_headers) is in force too; the shorter one counts.
    pub read_response_headers: Option<Duration>,
    /// The whole of a call that is answered at once, with all its attempts and the pauses between them. 10 min. Not
    /// for streams, downloads and uploads, which may take as long as bytes flow. Of those it limits the part that is not their
    /// own: waiting for a session or a passport, a refusal, and the answer to an upload.
    pub call: Option<Duration>,
    /// No byte of the answer's body. 60 s: Dify sends a ping every 10 s. Only time spent waiting counts, not the
    /// time during which the stream is not read.
    pub read_idle: Option<Duration>,
    /// The body of a refusal, of an answer of another media type than asked for, and of an answer without content. 10 s.
    /// The error contains the data so far.
    pub error_body: Option<Duration>,
    /// No event of a stream, whatever else comes: pings show that the connection lives, not that the run does. 6 min:
    /// Dify itself gives up after 5. Only time spent waiting counts.
    pub stall: Option<Duration>,
    /// The whole of an event stream, from the call to its end. Off: a run may take hours.
    pub stream: Option<Duration>,
    /// No event after one that ends a run: speech, usage or the end of the run may still follow. 10 s, then the stream
    /// ends as if the server had closed it. Only time spent waiting counts.
    pub after_end: Option<Duration>,
    /// Each step of stopping a run: until an event names the task, until the server answers the request, until the
    /// stream ends. 15 s.
    pub stop: Option<Duration>,
    /// How long [`EventStream::resume`](crate::EventStream::resume) and `run_with_input` wait for a paused run to
    /// continue. 30 s; after that the run counts as paused.
    pub resumption: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Some(Duration::from_secs(10)),
            response_headers: Some(Duration::from_secs(5 * 60)),
            read_response_headers: Some(Duration::from_secs(30)),
            call: Some(Duration::from_secs(10 * 60)),
            read_idle: Some(Duration::from_secs(60)),
            error_body: Some(Duration::from_secs(10)),
            stall: Some(Duration::from_secs(6 * 60)),
            stream: None,
            after_end: Some(AFTER_END),
            stop: Some(Duration::from_secs(15)),
            resumption: Some(Duration::from_secs(30)),
        }
    }
}

/// Dify itself waits 5 s for speech before it closes a stream.
const AFTER_END: Duration = Duration::from_secs(10);

impl Timeouts {
    /// No limit but [`Timeouts::after_end`], which loses nothing.
    #[must_use]
    pub fn none() -> Self {
        Self {
            connect: None,
            response_headers: None,
            read_response_headers: None,
            call: None,
            read_idle: None,
            error_body: None,
            stall: None,
            stream: None,
            after_end: Some(AFTER_END),
            stop: None,
            resumption: None,
        }
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

    /// Sets [`Timeouts::read_response_headers`].
    #[must_use]
    pub fn read_response_headers(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.read_response_headers = limit.into();
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

    /// Sets [`Timeouts::error_body`].
    #[must_use]
    pub fn error_body(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.error_body = limit.into();
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

    /// Sets [`Timeouts::after_end`].
    #[must_use]
    pub fn after_end(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.after_end = limit.into();
        self
    }

    /// Sets [`Timeouts::stop`].
    #[must_use]
    pub fn stop(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.stop = limit.into();
        self
    }

    /// Sets [`Timeouts::resumption`].
    #[must_use]
    pub fn resumption(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.resumption = limit.into();
        self
    }
}

/// Limits longer than a century are a century: moments can be added to that, on every system.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// A limit that the libraries below can add to a moment without overflow.
pub(crate) fn bounded(limit: Duration) -> Duration {
    limit.min(CENTURY)
}

/// The moment so long after another. All deadlines are made here.
pub(crate) fn after(start: Instant, limit: Duration) -> Instant {
    start.checked_add(bounded(limit)).unwrap_or(start)
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

    pub(crate) fn since(start: Instant, which: TimeLimit, limit: Duration) -> Self {
        Self { at: after(start, limit), timeout: Timeout { which, limit } }
    }

    /// The one that runs out first.
    pub(crate) fn first(deadlines: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
        deadlines.into_iter().flatten().min_by_key(|deadline| deadline.at)
    }

    /// Does this in time, or fails with the name of the limit.
    pub(crate) async fn bound<T>(
        deadline: Option<Self>,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let Some(Self { at, timeout }) = deadline else {
            return work.await;
        };
        timer::within(at, work).await.unwrap_or_else(|| Err(Error::outside(ErrorKind::Timeout(timeout))))
    }
}

#[cfg(test)]
mod tests;
