//! What each kind of error holds.

use crate::{TimeLimit, types::ErrorCode};
use bytes::Bytes;
use reqwest::StatusCode;
use std::{fmt, time::Duration};

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
    /// How long the server wants to be left alone (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// The body as it came.
    pub body: Bytes,
}

impl ApiError {
    /// Dify itself was not available, by its own word: nothing was done. A gateway before it cannot say that, whatever
    /// its 503 looks like, so the body has to be Dify's, with the status that it names.
    pub(crate) fn was_turned_away(&self) -> bool {
        #[derive(serde::Deserialize)]
        struct Own {
            status: u16,
        }

        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        self.status == unavailable
            && serde_json::from_slice::<Own>(&self.body).is_ok_and(|own| own.status == unavailable.as_u16())
    }
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
    /// How long the server wants to be left alone (`Retry-After`).
    pub retry_after: Option<Duration>,
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
            .field("retry_after", &self.retry_after)
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
pub(super) fn chain(error: &dyn std::error::Error) -> String {
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

/// Why a run cannot be followed again, and what became of it.
#[cfg(any(feature = "app", feature = "web"))]
#[derive(Debug, thiserror::Error)]
#[error("the run {run_id} cannot be followed: the server{} has no route for that, which came with Dify 1.16.1{}", version(.server_version), outcome(self))]
#[non_exhaustive]
pub struct ResumeError {
    /// Id of the run.
    pub run_id: String,
    /// The Dify release, where the server says it.
    pub server_version: Option<String>,
    /// The run as it was when it had ended, or when it was last heard of. None where that could not be asked.
    #[cfg(feature = "app")]
    pub run: Option<Box<crate::types::WorkflowRun>>,
    /// What the server answered instead of the events.
    #[source]
    pub source: Box<super::Error>,
}

#[cfg(any(feature = "app", feature = "web"))]
impl ResumeError {
    #[cfg(feature = "app")]
    pub(crate) fn new(
        run_id: &str,
        server_version: Option<&str>,
        run: Option<Box<crate::types::WorkflowRun>>,
        source: super::Error,
    ) -> Self {
        let (run_id, server_version) = (run_id.to_owned(), server_version.map(str::to_owned));
        Self { run_id, server_version, run, source: Box::new(source) }
    }

    #[cfg(not(feature = "app"))]
    pub(crate) fn new(
        run_id: &str,
        server_version: Option<&str>,
        _: Option<std::convert::Infallible>,
        source: super::Error,
    ) -> Self {
        let (run_id, server_version) = (run_id.to_owned(), server_version.map(str::to_owned));
        Self { run_id, server_version, source: Box::new(source) }
    }
}

#[cfg(any(feature = "app", feature = "web"))]
fn version(version: &Option<String>) -> String {
    version.as_deref().map_or_else(String::new, |version| format!(" ({version})"))
}

#[cfg(any(feature = "app", feature = "web"))]
fn outcome(error: &ResumeError) -> String {
    let _ = error;
    #[cfg(feature = "app")]
    if let Some(run) = &error.run {
        return format!("; its status is {}", run.status);
    }
    String::new()
}

fn in_front(status: &Option<u16>) -> String {
    status.map_or_else(String::new, |status| format!("{status} "))
}

/// Documents that are not going to be searchable as they are.
#[cfg(feature = "knowledge")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct IndexingError {
    /// Each that failed or was paused, at least one.
    pub documents: Vec<UnindexedDocument>,
}

/// A document whose indexing failed or was paused.
#[cfg(feature = "knowledge")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct UnindexedDocument {
    /// Its id.
    pub id: String,
    /// Its name, where it could be looked up.
    pub name: Option<String>,
    /// What became of it: `error` or `paused`.
    pub status: crate::types::IndexingStatus,
    /// Why, in Dify's words, where it says so.
    pub reason: Option<String>,
    /// Dify's machine-readable reason, where there is one. Since Dify 1.16.1.
    pub reason_code: Option<String>,
}

#[cfg(feature = "knowledge")]
impl UnindexedDocument {
    pub(crate) fn of(progress: &crate::types::IndexingProgress) -> Self {
        Self {
            id: progress.id.clone(),
            name: None,
            status: progress.indexing_status.clone(),
            reason: progress.error.clone(),
            reason_code: progress.error_code.clone(),
        }
    }
}

#[cfg(feature = "knowledge")]
impl std::error::Error for IndexingError {}

#[cfg(feature = "knowledge")]
impl fmt::Display for IndexingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, document) in self.documents.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            match &document.name {
                Some(name) => write!(f, "the document \"{name}\" ({})", document.id)?,
                None => write!(f, "the document {}", document.id)?,
            }
            match document.status {
                crate::types::IndexingStatus::Paused => f.write_str(" was paused")?,
                _ => f.write_str(" could not be indexed")?,
            }
            if let Some(reason) = document.reason.as_deref().filter(|reason| !reason.is_empty()) {
                write!(f, ": {reason}")?;
            }
        }
        Ok(())
    }
}

/// Why an application could not be deployed.
#[cfg(all(feature = "app", feature = "console"))]
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DeployError {
    /// The server did not take the definition.
    #[error("the definition was not imported ({status}): {reason}{}", versions(.definition_version, .server_version))]
    Import {
        /// What became of the import.
        status: crate::types::ImportStatus,
        /// Why, in the server's words; may be empty.
        reason: String,
        /// The form of the definition; empty where it could not be read.
        definition_version: String,
        /// The form that the server writes.
        server_version: String,
    },
    /// The application is there, and plugins that it needs are not.
    #[error("the workspace lacks plugins that the application {app_id} needs: {}. Install them, then publish it", .plugins.join(", "))]
    MissingPlugins {
        /// Id of the application.
        app_id: String,
        /// The plugins, by their identifiers.
        plugins: Vec<String>,
    },
    /// The application has as many keys as an application may have. Nothing was changed.
    #[error(
        "the application {app_id} has {limit} keys, and there may be no more (`max_keys_exceeded`): use one of them \
         with `Deploy::key`, deploy with `Deploy::without_key`, or delete one with `api_keys().delete_for_app`"
    )]
    TooManyKeys {
        /// Id of the application.
        app_id: String,
        /// How many an application may have.
        limit: usize,
    },
    /// The key given to [`Deploy::key`](crate::Deploy::key) is none of the application's. Nothing was changed.
    #[error("the key given to `Deploy::key` is not one of the application {app_id}")]
    ForeignKey {
        /// Id of the application.
        app_id: String,
    },
    /// The server does not name the base URL of its Service API. No key was made.
    #[error(
        "the server does not say where the Service API of the application {app_id} is: set `SERVICE_API_URL` on the \
         server, or name it with `Deploy::base_url`"
    )]
    NoServiceUrl {
        /// Id of the application.
        app_id: String,
    },
}

#[cfg(all(feature = "app", feature = "console"))]
impl DeployError {
    /// Whether the application may have been made or changed.
    pub(super) fn may_have_acted(&self) -> bool {
        !matches!(self, Self::TooManyKeys { .. } | Self::ForeignKey { .. })
    }
}

#[cfg(all(feature = "app", feature = "console"))]
fn versions(definition: &str, server: &str) -> String {
    if definition == server || definition.is_empty() {
        return String::new();
    }
    format!(" (the definition has form {definition}, the server {server})")
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
