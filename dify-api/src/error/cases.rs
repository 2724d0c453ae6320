//! The data of each kind of error.

use super::{Cause, cause::chain};
use crate::{
    Shown,
    types::ErrorCode,
    values::{redactor::Redactor, shown::Size},
};
use bytes::Bytes;
use reqwest::StatusCode;
use std::{fmt, time::Duration};

/// A refusal by Dify: `{"code", "message", "status"}`.
#[derive(Clone, PartialEq, thiserror::Error)]
#[error("{}{}{}{}{}", .status.as_u16(), spaced(.code), separator(.message), Shown::new(.message), in_parameter(.params))]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The reason, to be matched on; empty where the server gives none.
    pub code: ErrorCode,
    /// Text for people; free text, sometimes empty.
    pub message: String,
    /// The member that was wrong, where the server named it.
    pub params: Option<String>,
    /// How long the server wants to be left alone (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// The body as it came, but for secrets of the client.
    pub body: Bytes,
}

impl ApiError {
    /// Dify itself was not available, by its own report: nothing was done. A gateway before it cannot report that, whatever
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

    pub(super) fn redact(&mut self, redactor: &Redactor) {
        redact_code(&mut self.code, redactor);
        redactor.text(&mut self.message);
        redact_each(&mut self.params, redactor);
        redactor.bytes(&mut self.body);
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("status", &self.status)
            .field("code", &self.code)
            .field("message", &Shown::new(&self.message))
            .field("params", &shown(&self.params))
            .field("retry_after", &self.retry_after)
            .field("body", &Size(self.body.len()))
            .finish()
    }
}

fn redact_code(code: &mut ErrorCode, redactor: &Redactor) {
    if let ErrorCode::Other(text) = code {
        redactor.text(text);
    }
}

pub(super) fn redact_each<'t>(texts: impl IntoIterator<Item = &'t mut String>, redactor: &Redactor) {
    texts.into_iter().for_each(|text| redactor.text(text));
}

pub(super) fn shown(text: &Option<String>) -> Option<Shown<'_>> {
    text.as_deref().map(Shown::new)
}

fn spaced(code: &ErrorCode) -> String {
    if code.as_str().is_empty() { String::new() } else { format!(" {code}") }
}

fn separator(message: &str) -> &'static str {
    if message.is_empty() { "" } else { ": " }
}

fn in_parameter(params: &Option<String>) -> String {
    params.as_deref().map_or_else(String::new, |params| format!(" (parameter `{}`)", Shown::new(params)))
}

/// A connection that could not be made, or that broke.
#[derive(Debug, thiserror::Error)]
#[error("{}", Shown::new(&chain(.source)))]
#[non_exhaustive]
pub struct TransportError {
    /// The message of the HTTP client, without the URL.
    #[source]
    pub source: Cause,
    /// The connection could not be made, so nothing was sent.
    pub connecting: bool,
    /// The answer had begun: its head was read, its body broke off.
    pub in_body: bool,
}

impl TransportError {
    pub(crate) fn new(error: reqwest::Error, in_body: bool) -> Self {
        Self { connecting: !in_body && error.is_connect(), in_body, source: Cause::of(&error.without_url()) }
    }
}

/// The data of an `error` event of a failed run.
#[derive(Clone, PartialEq, thiserror::Error)]
#[error("the run failed: {}{code}{}{}", in_front(.status), separator(.message), Shown::new(.message))]
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
    /// The conversation, if there is one.
    pub conversation_id: Option<String>,
    /// The event as it came, but for secrets of the client.
    pub body: Bytes,
}

impl StreamError {
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        redact_code(&mut self.code, redactor);
        redactor.text(&mut self.message);
        redact_each(&mut self.message_id, redactor);
        redact_each(&mut self.conversation_id, redactor);
        redactor.bytes(&mut self.body);
    }
}

impl fmt::Debug for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamError")
            .field("code", &self.code)
            .field("status", &self.status)
            .field("message", &Shown::new(&self.message))
            .field("message_id", &shown(&self.message_id))
            .field("conversation_id", &shown(&self.conversation_id))
            .field("body", &Size(self.body.len()))
            .finish()
    }
}

fn in_front(status: &Option<u16>) -> String {
    status.map_or_else(String::new, |status| format!("{status} "))
}
