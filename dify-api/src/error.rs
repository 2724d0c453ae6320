//! What can go wrong with a call, told apart.

use crate::{TimeLimit, operation::Named, sse::FrameError, types::ErrorCode};
use bytes::Bytes;
use reqwest::StatusCode;
use std::{fmt, io, time::Duration};

/// Why a call failed, and during which operation.
///
/// [`kind`](Error::kind) tells the cases apart; the other methods answer what callers ask most. Shown, it names the
/// operation, the cause and, where it is known, what to do. It holds no secret.
///
/// ```
/// # fn handle(error: dify_api::Error) {
/// use dify_api::{ErrorKind, types::ErrorCode};
///
/// match error.kind() {
///     ErrorKind::Api(refusal) if refusal.code == ErrorCode::NotFound => { /* no such conversation */ }
///     ErrorKind::Timeout(_) if error.may_have_acted() => { /* do not just send it again */ }
///     _ => eprintln!("{error}"),
/// }
/// # }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    context: Option<Context>,
}

/// What was known of the call when it failed.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) operation: Named,
    pub(crate) attempts: u32,
    pub(crate) server_version: Option<Box<str>>,
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
    /// The answer is larger than the limit on bodies.
    #[error("the answer is larger than the limit of {limit} bytes (`body_limit`)")]
    TooLarge {
        /// The limit in force.
        limit: usize,
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

/// A refusal by Dify: `{"code", "message", "status"}`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{} {code}{}{message}{}", .status.as_u16(), separator(.message), in_parameter(.params))]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The reason, to be matched on.
    pub code: ErrorCode,
    /// Text for people; free text, sometimes empty.
    pub message: String,
    /// The member that was wrong, where the server named it.
    pub params: Option<String>,
    /// The body as it came.
    pub body: Bytes,
}

fn separator(message: &str) -> &'static str {
    if message.is_empty() { "" } else { ": " }
}

fn in_parameter(params: &Option<String>) -> String {
    params.as_deref().map_or_else(String::new, |params| format!(" (parameter `{params}`)"))
}

/// An answer that is not Dify's own.
#[derive(Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub struct HttpError {
    /// The HTTP status; a success when only the media type was wrong.
    pub status: StatusCode,
    /// The `Content-Type`, empty when there was none.
    pub content_type: String,
    /// The media type that was due.
    pub due: &'static str,
    /// Where a redirect points that was not followed.
    pub location: Option<String>,
    /// The body, up to 256 KiB of it.
    pub body: Bytes,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let media = match self.content_type.as_str() {
            "" => "no content type",
            content_type => content_type,
        };
        write!(f, "{}, {media}", self.status)?;
        if self.status.is_success() {
            write!(f, " where {} was due", self.due)?;
        }
        if let Some(location) = &self.location {
            write!(f, ", to {location}")?;
        }
        match Excerpt(&self.body).text() {
            text if text.is_empty() => Ok(()),
            text => write!(f, ": {text}"),
        }
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpError")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("due", &self.due)
            .field("location", &self.location)
            .field("body", &Excerpt(&self.body))
            .finish()
    }
}

/// A connection that could not be made, or that broke.
#[derive(Debug, thiserror::Error)]
#[error("{}", chain(.source))]
#[non_exhaustive]
pub struct TransportError {
    /// What the HTTP client said, without the URL.
    #[source]
    pub source: reqwest::Error,
    /// The connection could not be made, so nothing was sent.
    pub connecting: bool,
    /// The answer had begun: its head was read, its body broke off.
    pub in_body: bool,
}

/// The causes of an error, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause.source();
    }
    text
}

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

/// A body that is not what the description says.
#[derive(thiserror::Error)]
#[error("the answer does not have the described shape at `{path}`: {source}")]
#[non_exhaustive]
pub struct DecodeError {
    /// The place in the JSON, `data[3].id`; `.` is the whole.
    pub path: String,
    /// The body, or the data of the event.
    pub body: Bytes,
    /// What the decoder said.
    #[source]
    pub source: serde_json::Error,
}

impl DecodeError {
    pub(crate) fn new(body: Bytes, source: serde_json::Error) -> Self {
        Self { path: crate::json_path::of(&source, &body), body, source }
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("path", &self.path)
            .field("body", &Excerpt(&self.body))
            .field("source", &self.source)
            .finish()
    }
}

/// What an `error` event says of a failed run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the run failed: {}{code}{}{message}", in_front(.status), separator(.message))]
#[non_exhaustive]
pub struct StreamError {
    /// The reason, to be matched on.
    pub code: ErrorCode,
    /// The HTTP status it would have had as an answer.
    pub status: Option<u16>,
    /// Text for people.
    pub message: String,
    /// The message that failed, where there is one.
    pub message_id: Option<String>,
    /// The conversation it stands in, where there is one.
    pub conversation_id: Option<String>,
    /// The event as it came.
    pub body: Bytes,
}

fn in_front(status: &Option<u16>) -> String {
    status.map_or_else(String::new, |status| format!("{status} "))
}

/// The beginning of a body, for people.
struct Excerpt<'b>(&'b [u8]);

impl Excerpt<'_> {
    const LENGTH: usize = 200;

    fn text(&self) -> String {
        let head = &self.0[..self.0.len().min(4 * Self::LENGTH)];
        let text = String::from_utf8_lossy(head);
        let mut short = String::new();
        for word in text.split_whitespace() {
            if !short.is_empty() {
                short.push(' ');
            }
            short.extend(word.chars().filter(|letter| !letter.is_control()));
            if let Some((end, _)) = short.char_indices().nth(Self::LENGTH) {
                short.truncate(end);
                short.push('\u{2026}');
                return short;
            }
        }
        if self.0.len() > head.len() {
            short.push('\u{2026}');
        }
        short
    }
}

impl fmt::Debug for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, {:?}", self.0.len(), self.text())
    }
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
            Self::TooLarge { .. } => "too_large",
            Self::InvalidRequest(_) => "invalid_request",
            Self::Config(_) => "config",
            Self::File { .. } => "file",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, context: Context) -> Self {
        Self(Box::new(Inner { kind, context: Some(context) }))
    }

    /// Before there was a call.
    pub(crate) fn outside(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, context: None }))
    }

    pub(crate) fn config(text: impl Into<String>) -> Self {
        Self::outside(ErrorKind::Config(text.into()))
    }

    pub(crate) fn into_kind(self) -> ErrorKind {
        self.0.kind
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

    /// The Dify release that answered (`X-Version`), where an answer came.
    #[must_use]
    pub fn server_version(&self) -> Option<&str> {
        self.context()?.server_version.as_deref()
    }

    /// May the server have done what was asked? Then sending it again may do it twice.
    ///
    /// `false` means that it was refused or never sent, or only reads. `true` means that nobody knows, or that it
    /// was done and only the answer is lost.
    #[must_use]
    pub fn may_have_acted(&self) -> bool {
        let Some(context) = self.context() else {
            return false;
        };
        if context.operation.method().is_safe() {
            return false;
        }
        match self.kind() {
            ErrorKind::Config(_) | ErrorKind::InvalidRequest(_) | ErrorKind::File { .. } => false,
            ErrorKind::Transport(error) => !error.connecting,
            ErrorKind::Timeout(timeout) => timeout.which != TimeLimit::Connect,
            ErrorKind::Api(ApiError { status, .. }) | ErrorKind::Http(HttpError { status, .. }) => {
                status.is_success() || status.is_server_error() || *status == StatusCode::REQUEST_TIMEOUT
            }
            ErrorKind::Decode(_)
            | ErrorKind::Stream(_)
            | ErrorKind::Frame(_)
            | ErrorKind::CutShort
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
            ErrorKind::Frame(FrameError::NotUtf8 { data }) => Some(data),
            _ => None,
        }
    }

    fn context(&self) -> Option<&Context> {
        self.0.context.as_ref()
    }

    /// What to do about it, where that is known.
    fn advice(&self) -> Option<String> {
        let context = self.context()?;
        let text = match self.kind() {
            ErrorKind::Api(error) if error.status == StatusCode::UNAUTHORIZED => {
                context.operation.credential().advice().to_owned()
            }
            ErrorKind::Http(error) => error.advice(context)?,
            ErrorKind::Transport(error) if error.connecting => "Is the base URL right, and the server up?".to_owned(),
            ErrorKind::Frame(FrameError::TooLarge { .. }) => "`event_limit` of the client sets it".to_owned(),
            _ => return None,
        };
        Some(text)
    }
}

impl HttpError {
    fn advice(&self, context: &Context) -> Option<String> {
        let html = crate::media::is_html(&self.content_type);
        Some(match self.status.as_u16() {
            401 => context.operation.credential().advice().to_owned(),
            404 if html => match (context.operation.since(), &context.server_version) {
                (Some(since), Some(version)) => {
                    format!("This route came with Dify {since}; the server is {version}")
                }
                (Some(since), None) => format!(
                    "This route came with Dify {since}. Is the server older, or does the base URL not end in `/v1`?"
                ),
                (None, _) => "Check that the base URL ends in `/v1`".to_owned(),
            },
            300..=399 => {
                "Requests are not redirected to another place, credentials least of all: set the base URL to it, if \
                 it is right"
                    .to_owned()
            }
            413 => "A proxy before Dify limits the size of requests".to_owned(),
            408 | 502..=504 | 524 => {
                "A gateway gave up waiting for Dify. Long runs want the streaming method".to_owned()
            }
            200..=299 if crate::media::is_event_stream(&self.content_type) => {
                "This server answers by an event stream here: call the streaming method instead".to_owned()
            }
            200..=299 if html => {
                "That is a web page: check that the base URL is that of the API and ends in `/v1`".to_owned()
            }
            _ => return None,
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(context) = self.context() {
            write!(f, "{}: ", context.operation)?;
        }
        write!(f, "{}", self.kind())?;
        if let Some(advice) = self.advice() {
            write!(f, ". {advice}")?;
        }
        if self.attempts() > 1 {
            write!(f, " [{} attempts]", self.attempts())?;
        }
        if self.may_have_acted() && !matches!(self.kind(), ErrorKind::Stream(_) | ErrorKind::Decode(_)) {
            f.write_str(" [may have been acted on]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
