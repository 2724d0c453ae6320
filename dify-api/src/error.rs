//! The errors of calls, by kind.

use crate::{Shown, operation::Named, types::ErrorCode, values::redactor::Secrets};
use bytes::Bytes;
use reqwest::StatusCode;
use std::{fmt, sync::Arc, time::Duration};

mod cases;
mod cause;
mod classes;
mod decode;
#[cfg(all(feature = "app", feature = "console"))]
mod deploy;
mod hint;
mod http;
#[cfg(feature = "knowledge")]
mod indexing;
mod kind;
#[cfg(any(feature = "app", feature = "web"))]
mod resume;
mod timeout;

pub use cases::{ApiError, StreamError, TransportError};
pub use cause::Cause;
pub use decode::DecodeError;
#[cfg(all(feature = "app", feature = "console"))]
pub use deploy::DeployError;
pub(crate) use hint::Situation;
pub use http::HttpError;
#[cfg(feature = "knowledge")]
pub use indexing::{IndexingError, UnindexedDocument};
pub use kind::ErrorKind;
#[cfg(any(feature = "app", feature = "web"))]
pub use resume::ResumeError;
pub use timeout::{TimeLimit, Timeout};

/// Why a call failed, and during which operation.
///
/// [`kind`](Error::kind) distinguishes the cases; the other methods answer what callers ask most. Shown, it names the
/// operation, the cause and, where it is known, what to do.
///
/// Text of a server is shown escaped and truncated ([`Shown`]), by `Display`, `Debug` and every `source`; the members
/// of the kinds contain all of it. The client's credentials are replaced by `[redacted]` in both, in case that a server
/// echoes them.
///
/// Cheap to clone: several callers may share one failure.
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
    /// Of an attempt before the last, it is unknown whether it was executed.
    pub(crate) may_have_acted: bool,
    /// It would have been tried again, had the client not done so too often.
    pub(crate) beyond_the_budget: bool,
    /// It failed while the call waited for something else, such as a session: nothing was sent meanwhile.
    pub(crate) unsent: bool,
    /// What hints depend on.
    pub(crate) situation: Situation,
    /// What no error may show.
    pub(crate) secrets: Secrets,
}

impl Context {
    pub(crate) fn of(operation: Named, secrets: Secrets) -> Self {
        Self {
            operation,
            attempts: 0,
            server_version: None,
            may_have_acted: false,
            beyond_the_budget: false,
            unsent: false,
            situation: Situation::default(),
            secrets,
        }
    }
}

impl Error {
    /// The error contains no secret: only this place makes sure of that.
    pub(crate) fn new(kind: ErrorKind, context: Context) -> Self {
        Self::outside(kind).during(context)
    }

    fn during(mut self, mut context: Context) -> Self {
        let redactor = std::mem::take(&mut context.secrets).redactor();
        // What is shared was made by another call, which took the secrets out.
        if let Some(kind) = Arc::get_mut(&mut self.0.kind) {
            kind.redact(&redactor);
        }
        context.operation.redact(&redactor);
        context.situation.redact(&redactor);
        if let Some(version) = context.server_version.take() {
            let mut version = version.into_string();
            redactor.text(&mut version);
            context.server_version = Some(version.into());
        }
        self.0.context = Some(context);
        self
    }

    /// What kept a call waiting in vain: what the call may have done was done before.
    pub(crate) fn while_waiting(self, call: &Context) -> Self {
        let mut error = if self.0.context.is_none() { self.during(call.clone()) } else { self };
        if let Some(context) = &mut error.0.context {
            context.may_have_acted = call.may_have_acted;
            context.unsent = true;
        }
        error
    }

    pub(crate) fn beyond_the_budget(mut self) -> Self {
        if let Some(context) = &mut self.0.context {
            context.beyond_the_budget = true;
        }
        self
    }

    /// Before there was a call. Only for text that is not from a server: [`beside`](Self::beside) is for the rest.
    pub(crate) fn outside(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind: Arc::new(kind), context: None }))
    }

    /// Of no single call of a client, but of what its server answered.
    pub(crate) fn beside(mut kind: ErrorKind, secrets: &Secrets) -> Self {
        kind.redact(&secrets.redactor());
        Self::outside(kind)
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

    /// Dify's code, of a refusal or of an `error` event; `None` where the server gives none.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        match self.kind() {
            ErrorKind::Api(error) => Some(&error.code),
            ErrorKind::Stream(error) => Some(&error.code),
            _ => None,
        }
        .filter(|code| !code.as_str().is_empty())
    }

    /// The operation, by its id in the description (`app_chat_send`); `GET /path` for a route called by hand.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.context().map(|context| context.operation.id())
    }

    /// The release that the operation came with.
    fn since(&self) -> Option<&'static str> {
        self.context().and_then(|context| context.operation.since())
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

    /// Returns how long to wait before a retry (`Retry-After`), if the server sent it.
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
    /// `false` means that it was refused or never sent, or only reads. `true` means that it is unknown, or that it
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
            #[cfg(feature = "blocking")]
            ErrorKind::InAsync => false,
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

    pub(crate) fn context(&self) -> Option<&Context> {
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
            write!(f, "{}{}", hint::separator(&cause), Shown::new(&hint))?;
        }
        if let (ErrorKind::Decode(_), Some(version)) = (self.kind(), self.server_version()) {
            write!(f, " [the server is Dify {}]", Shown::new(version))?;
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
                .field("server_version", &context.server_version.as_deref().map(Shown::new));
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

#[cfg(test)]
mod tests;
