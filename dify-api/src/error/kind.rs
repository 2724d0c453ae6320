//! The cases of errors.

#[cfg(all(feature = "app", feature = "console"))]
use super::DeployError;
#[cfg(feature = "knowledge")]
use super::IndexingError;
#[cfg(any(feature = "app", feature = "web"))]
use super::ResumeError;
use super::{ApiError, DecodeError, HttpError, StreamError, Timeout, TransportError, cause::chain};
use crate::{
    Shown,
    files::upload::{Unreadable, Unsendable},
    stream::sse::FrameError,
    values::redactor::Redactor,
};
use std::{fmt, io};

/// The cases of an [`Error`](crate::Error).
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Dify refused the request, or failed at it, in its own words.
    #[error("{0}")]
    Api(ApiError),
    /// An answer that is not Dify's: another status, another media type, another shape.
    #[error("{0}")]
    Http(HttpError),
    /// No connection, or one that broke.
    #[error("{0}")]
    Transport(TransportError),
    /// A time limit ran out.
    #[error("{0}")]
    Timeout(Timeout),
    /// A successful answer, or an event, that does not have the shape the description gives it.
    #[error("{0}")]
    Decode(DecodeError),
    /// The run failed: the server sent an `error` event.
    #[error("{0}")]
    Stream(StreamError),
    /// A frame of an event stream that could not be read.
    #[error("{0}")]
    Frame(FrameError),
    /// The stream ended in the middle of an event: something is missing.
    #[error("the stream ended in the middle of an event")]
    CutShort,
    /// The stream ended before its run did: no event reported the end of the run.
    #[error("the stream ended without the event that ends a run{}", after(.last))]
    Incomplete {
        /// The name of the last event; none where there was none at all.
        last: Option<String>,
    },
    /// The stream of a run that was asked to stop continues: so much was read ahead and waits. Read it, and the stream
    /// continues.
    #[error("the stream did not end after the run was asked to stop, and {events} events wait to be read")]
    Backlog {
        /// How many events wait.
        events: usize,
    },
    /// The answer is larger than the limit on bodies.
    #[error("the answer is larger than the limit of {limit} bytes (`body_limit`)")]
    TooLarge {
        /// The limit in force.
        limit: usize,
    },
    /// A document failed to be indexed, or somebody paused it.
    #[cfg(feature = "knowledge")]
    #[error("{0}")]
    Indexing(IndexingError),
    /// An application could not be deployed.
    #[cfg(all(feature = "app", feature = "console"))]
    #[error("{0}")]
    Deploy(DeployError),
    /// A run could not be followed again: the server has no route for that.
    #[cfg(any(feature = "app", feature = "web"))]
    #[error("{0}")]
    Resume(ResumeError),
    /// The list has more pages than may be fetched. What came before is there.
    #[error("the list has more than {limit} pages: raise the `ceiling`, or ask for larger pages by `limit`")]
    TooManyPages {
        /// How many may be fetched.
        limit: u32,
    },
    /// A blocking call was made inside `async` code. Nothing was sent.
    #[cfg(feature = "blocking")]
    #[error(
        "a blocking call would block the runtime of the `async` code around it: use `.await` in place of `wait()`, or make \
         the call inside `tokio::task::spawn_blocking`"
    )]
    InAsync,
    /// The request could not be made from its arguments. Nothing was sent.
    #[error("the request cannot be sent: {}", Shown::new(.0))]
    InvalidRequest(String),
    /// The client is not set up as it must be. Nothing was sent.
    #[error("{}", Shown::new(.0))]
    Config(String),
    /// A local file could not be read or written.
    #[error("{}: {}", Shown::new(.path), Shown::new(&.source.to_string()))]
    File {
        /// The file.
        path: String,
        /// The message of the operating system.
        source: io::Error,
    },
}

fn after(last: &Option<String>) -> String {
    last.as_deref()
        .map_or_else(|| "; no event came at all".to_owned(), |last| format!("; the last was `{}`", Shown::new(last)))
}

impl fmt::Debug for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => fmt::Debug::fmt(error, f),
            Self::Http(error) => fmt::Debug::fmt(error, f),
            Self::Transport(error) => fmt::Debug::fmt(error, f),
            Self::Timeout(error) => fmt::Debug::fmt(error, f),
            Self::Decode(error) => fmt::Debug::fmt(error, f),
            Self::Stream(error) => fmt::Debug::fmt(error, f),
            Self::Frame(error) => fmt::Debug::fmt(error, f),
            #[cfg(feature = "knowledge")]
            Self::Indexing(error) => fmt::Debug::fmt(error, f),
            #[cfg(all(feature = "app", feature = "console"))]
            Self::Deploy(error) => fmt::Debug::fmt(error, f),
            #[cfg(any(feature = "app", feature = "web"))]
            Self::Resume(error) => fmt::Debug::fmt(error, f),
            Self::CutShort
            | Self::Incomplete { .. }
            | Self::Backlog { .. }
            | Self::TooLarge { .. }
            | Self::TooManyPages { .. }
            | Self::InvalidRequest(_)
            | Self::Config(_)
            | Self::File { .. } => write!(f, "{}({self})", self.name()),
            #[cfg(feature = "blocking")]
            Self::InAsync => write!(f, "{}({self})", self.name()),
        }
    }
}

impl ErrorKind {
    /// Takes the secrets out of all that a server may have put in.
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        match self {
            Self::Api(error) => error.redact(redactor),
            Self::Http(error) => error.redact(redactor),
            Self::Transport(error) => error.source.redact(redactor),
            Self::Decode(error) => error.redact(redactor),
            Self::Stream(error) => error.redact(redactor),
            #[cfg(feature = "knowledge")]
            Self::Indexing(error) => error.redact(redactor),
            #[cfg(all(feature = "app", feature = "console"))]
            Self::Deploy(error) => error.redact(redactor),
            #[cfg(any(feature = "app", feature = "web"))]
            Self::Resume(error) => error.redact(redactor),
            Self::Incomplete { last: Some(text) }
            | Self::InvalidRequest(text)
            | Self::Config(text)
            | Self::File { path: text, .. } => redactor.text(text),
            Self::Timeout(_)
            | Self::Frame(_)
            | Self::CutShort
            | Self::Incomplete { last: None }
            | Self::Backlog { .. }
            | Self::TooLarge { .. }
            | Self::TooManyPages { .. } => {}
            #[cfg(feature = "blocking")]
            Self::InAsync => {}
        }
    }

    /// One word for it, where things are counted by kind.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Api(_) => "api",
            Self::Http(_) => "http",
            Self::Transport(_) => "transport",
            Self::Timeout(_) => "timeout",
            Self::Decode(_) => "decode",
            Self::Stream(_) => "stream",
            Self::Frame(_) => "frame",
            Self::CutShort => "cut_short",
            Self::Incomplete { .. } => "incomplete",
            Self::Backlog { .. } => "backlog",
            Self::TooLarge { .. } => "too_large",
            #[cfg(feature = "knowledge")]
            Self::Indexing(_) => "indexing",
            #[cfg(all(feature = "app", feature = "console"))]
            Self::Deploy(_) => "deploy",
            #[cfg(any(feature = "app", feature = "web"))]
            Self::Resume(_) => "resume",
            Self::TooManyPages { .. } => "too_many_pages",
            #[cfg(feature = "blocking")]
            Self::InAsync => "in_async",
            Self::InvalidRequest(_) => "invalid_request",
            Self::Config(_) => "config",
            Self::File { .. } => "file",
        }
    }

    /// Of a request that the HTTP client does not take.
    pub(crate) fn unbuilt(error: reqwest::Error) -> Self {
        Self::InvalidRequest(chain(&error.without_url()))
    }
}

impl From<Unreadable> for ErrorKind {
    fn from(Unreadable { path, source }: Unreadable) -> Self {
        Self::File { path, source }
    }
}

impl From<Unsendable> for ErrorKind {
    fn from(error: Unsendable) -> Self {
        match error {
            Unsendable::Invalid(why) => Self::InvalidRequest(why),
            Unsendable::Unreadable(error) => error.into(),
        }
    }
}
