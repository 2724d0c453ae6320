//! What can go wrong with a call, told apart.

use crate::{TimeLimit, operation::Named, sse::FrameError, types::ErrorCode};
use bytes::Bytes;
use reqwest::StatusCode;
use std::{fmt, io, sync::Arc, time::Duration};

mod cases;
mod hint;

#[cfg(all(feature = "app", feature = "console"))]
pub use cases::DeployError;
#[cfg(any(feature = "app", feature = "web"))]
pub use cases::ResumeError;
use cases::chain;
pub use cases::{ApiError, DecodeError, HttpError, StreamError, Timeout, TransportError};
#[cfg(feature = "knowledge")]
pub use cases::{IndexingError, UnindexedDocument};
pub(crate) use hint::Situation;

/// Why a call failed, and during which operation.
///
/// [`kind`](Error::kind) tells the cases apart; the other methods answer what callers ask most. Shown, it names the
/// operation, the cause and, where it is known, what to do. It holds no secret. Cheap to clone: several callers may share
/// one failure.
///
/// ```
/// # fn handle(error: dify_api::Error) {
/// use dify_api::{ErrorKind, types::ErrorCode};
///
/// match error.kind() {
///     // A conversation of another `user` or key, or one that was deleted: send the request without its
///     // `conversation_id`, and the answer has the id of a new one.
///     ErrorKind::Api(refusal) if refusal.code == ErrorCode::NotFound => {}
///     ErrorKind::Timeout(_) if error.may_have_acted() => { /* do not just send it again */ }
///     _ => eprintln!("{error}"),
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Arc<ErrorKind>,
    context: Option<Context>,
}

/// What was known of the call when it failed.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) operation: Named,
    pub(crate) attempts: u32,
    pub(crate) server_version: Option<Box<str>>,
    /// Of an attempt before the last, nobody knows whether it did what was asked.
    pub(crate) may_have_acted: bool,
    /// It would have been tried again, had the client not done so too often.
    pub(crate) beyond_the_budget: bool,
    /// It failed while the call waited for something else, such as a session: nothing was sent meanwhile.
    pub(crate) unsent: bool,
    /// What hints depend on.
    pub(crate) situation: Situation,
}

impl Context {
    pub(crate) fn of(operation: Named) -> Self {
        Self {
            operation,
            attempts: 0,
            server_version: None,
            may_have_acted: false,
            beyond_the_budget: false,
            unsent: false,
            situation: Situation::default(),
        }
    }
}

/// The cases of an [`Error`].
#[derive(Debug, thiserror::Error)]
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
    /// The run failed: the server said so by an `error` event.
    #[error("{0}")]
    Stream(StreamError),
    /// A frame of an event stream that could not be read.
    #[error("{0}")]
    Frame(FrameError),
    /// The stream ended in the middle of an event: something is missing.
    #[error("the stream ended in the middle of an event")]
    CutShort,
    /// The stream ended before its run did: no event said how the run ended.
    #[error("the stream ended without the event that ends a run{}", after(.last))]
    Incomplete {
        /// The name of the last event; none where there was none at all.
        last: Option<String>,
    },
    /// The stream of a run that was asked to stop goes on: so much was read ahead and waits. Read it, and the stream
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
    /// The request could not be made from its arguments. Nothing was sent.
    #[error("the request cannot be sent: {0}")]
    InvalidRequest(String),
    /// The client is not set up as it must be. Nothing was sent.
    #[error("{0}")]
    Config(String),
    /// A local file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

fn after(last: &Option<String>) -> String {
    last.as_deref().map_or_else(|| "; no event came at all".to_owned(), |last| format!("; the last was `{last}`"))
}

impl ErrorKind {
    /// One word for it, where things are counted by kind.
    #[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "spans carry it"))]
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
            Self::InvalidRequest(_) => "invalid_request",
            Self::Config(_) => "config",
            Self::File { .. } => "file",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, context: Context) -> Self {
        Self(Box::new(Inner { kind: Arc::new(kind), context: Some(context) }))
    }

    /// What kept a call waiting in vain: what the call may have done was done before.
    pub(crate) fn while_waiting(mut self, call: &Context) -> Self {
        let context = self.0.context.get_or_insert_with(|| call.clone());
        context.may_have_acted = call.may_have_acted;
        context.unsent = true;
        self
    }

    pub(crate) fn beyond_the_budget(mut self) -> Self {
        if let Some(context) = &mut self.0.context {
            context.beyond_the_budget = true;
        }
        self
    }

    /// Before there was a call.
    pub(crate) fn outside(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind: Arc::new(kind), context: None }))
    }

    pub(crate) fn config(text: impl Into<String>) -> Self {
        Self::outside(ErrorKind::Config(text.into()))
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The HTTP status of the answer, or the one an `error` event names. None where no answer came.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self.kind() {
            ErrorKind::Api(error) => Some(error.status),
            ErrorKind::Http(error) => Some(error.status),
            ErrorKind::Stream(error) => error.status.and_then(|status| StatusCode::from_u16(status).ok()),
            _ => None,
        }
    }

    /// Dify's code, of a refusal or of an `error` event.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        match self.kind() {
            ErrorKind::Api(error) => Some(&error.code),
            ErrorKind::Stream(error) => Some(&error.code),
            _ => None,
        }
    }

    /// The operation, by its id in the description (`app_chat_send`); `GET /path` for a route called by hand.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.context().map(|context| context.operation.id())
    }

    /// The codes that the description lists for this operation, beside the common ones.
    #[must_use]
    pub fn documented_codes(&self) -> &'static [&'static str] {
        self.context().map_or(&[], |context| context.operation.errors())
    }

    /// How often the request was sent, or tried to be. 0 when it never came to that.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.context().map_or(0, |context| context.attempts)
    }

    /// How long the server wants to be left alone (`Retry-After`), where it says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind() {
            ErrorKind::Api(error) => error.retry_after,
            ErrorKind::Http(error) => error.retry_after,
            _ => None,
        }
    }

    /// The Dify release that answered (`X-Version`), where an answer came.
    #[must_use]
    pub fn server_version(&self) -> Option<&str> {
        self.context()?.server_version.as_deref()
    }

    /// May the server have done what was asked? Then sending it again may do it twice.
    ///
    /// `false` means that it was refused or never sent, or only reads. `true` means that nobody knows, or that it
    /// was done and only the answer is lost. All [`attempts`](Self::attempts) count, not only the last.
    #[must_use]
    pub fn may_have_acted(&self) -> bool {
        let Some(context) = self.context() else {
            // Only a deployment is more than one call, and its error says what was made.
            #[cfg(all(feature = "app", feature = "console"))]
            if let ErrorKind::Deploy(error) = self.kind() {
                return error.may_have_acted();
            }
            return false;
        };
        if context.unsent || context.may_have_acted {
            return context.may_have_acted;
        }
        if context.operation.only_reads() {
            return false;
        }
        match self.kind() {
            ErrorKind::Config(_)
            | ErrorKind::InvalidRequest(_)
            | ErrorKind::File { .. }
            | ErrorKind::TooManyPages { .. } => false,
            #[cfg(feature = "knowledge")]
            ErrorKind::Indexing(_) => false,
            // The run goes on by itself.
            #[cfg(any(feature = "app", feature = "web"))]
            ErrorKind::Resume(_) => true,
            #[cfg(all(feature = "app", feature = "console"))]
            ErrorKind::Deploy(error) => error.may_have_acted(),
            ErrorKind::Transport(error) => !error.connecting,
            ErrorKind::Timeout(timeout) => timeout.which != TimeLimit::Connect,
            ErrorKind::Api(error) if error.was_turned_away() => false,
            ErrorKind::Api(ApiError { status, .. }) | ErrorKind::Http(HttpError { status, .. }) => {
                status.is_success() || status.is_server_error() || *status == StatusCode::REQUEST_TIMEOUT
            }
            ErrorKind::Decode(_)
            | ErrorKind::Stream(_)
            | ErrorKind::Frame(_)
            | ErrorKind::CutShort
            | ErrorKind::Incomplete { .. }
            | ErrorKind::Backlog { .. }
            | ErrorKind::TooLarge { .. } => true,
        }
    }

    /// The body of the answer, or the data of the event, where one came.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        match self.kind() {
            ErrorKind::Api(error) => Some(&error.body),
            ErrorKind::Http(error) => Some(&error.body),
            ErrorKind::Decode(error) => Some(&error.body),
            ErrorKind::Stream(error) => Some(&error.body),
            _ => None,
        }
    }

    fn context(&self) -> Option<&Context> {
        self.0.context.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(context) = self.context() {
            write!(f, "{}: ", context.operation)?;
        }
        let cause = self.kind().to_string();
        f.write_str(&cause)?;
        if let Some(hint) = self.context().and_then(|context| hint::hint(self.kind(), context)) {
            write!(f, "{}{hint}", hint::separator(&cause))?;
        }
        if let Some(pause) = self.retry_after().filter(|pause| !pause.is_zero()) {
            write!(f, " [the server asks to wait {} s]", pause.as_secs())?;
        }
        if self.attempts() > 1 {
            write!(f, " [{} attempts]", self.attempts())?;
        }
        if self.context().is_some_and(|context| context.beyond_the_budget) {
            f.write_str(" [not tried again: the client's retry budget is used up]")?;
        }
        if self.may_have_acted() && !matches!(self.kind(), ErrorKind::Stream(_) | ErrorKind::Decode(_)) {
            f.write_str(" [may have been acted on]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    /// The same text as [`Display`](fmt::Display), which is what a `main` prints that returns the error; the parts with
    /// `{:#?}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        let mut debug = f.debug_struct("Error");
        if let Some(context) = self.context() {
            debug
                .field("operation", &format_args!("{}", context.operation))
                .field("attempts", &context.attempts)
                .field("server_version", &context.server_version);
        }
        debug.field("kind", self.kind()).finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind() {
            ErrorKind::Transport(error) => Some(&error.source),
            ErrorKind::Decode(error) => Some(&error.source),
            ErrorKind::Frame(error) => Some(error),
            ErrorKind::File { source, .. } => Some(source),
            #[cfg(any(feature = "app", feature = "web"))]
            ErrorKind::Resume(error) => Some(&*error.source),
            _ => None,
        }
    }
}

impl From<progenitor_client::Error<()>> for Error {
    /// What the request builders answer when an argument does not fit.
    fn from(error: progenitor_client::Error<()>) -> Self {
        Self::outside(ErrorKind::from(error))
    }
}

impl From<progenitor_client::Error<()>> for ErrorKind {
    fn from(error: progenitor_client::Error<()>) -> Self {
        use progenitor_client::Error as Built;
        Self::InvalidRequest(match error {
            Built::InvalidRequest(text) | Built::Custom(text) => text,
            Built::CommunicationError(error) | Built::InvalidUpgrade(error) | Built::ResponseBodyError(error) => {
                chain(&error.without_url())
            }
            // Builders send nothing, so they receive nothing.
            _ => "the request could not be built".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
