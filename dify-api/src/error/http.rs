//! Answers that are not Dify's own.

use super::cases::{redact_each, shown};
use crate::{
    Shown,
    values::{redactor::Redactor, shown::Size},
};
use bytes::Bytes;
use reqwest::StatusCode;
use std::{fmt, time::Duration};

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
    /// Where a redirect points that was not followed, without query, fragment and user.
    pub location: Option<String>,
    /// How long the server wants to be left alone (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// The body, up to 256 KiB of it, but for secrets of the client.
    pub body: Bytes,
}

impl HttpError {
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        redactor.text(&mut self.content_type);
        redact_each(&mut self.location, redactor);
        redactor.bytes(&mut self.body);
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let media = match self.content_type.as_str() {
            "" => "no content type",
            content_type => content_type,
        };
        write!(f, "{}, {}", self.status, Shown::new(media))?;
        if self.status.is_success() {
            write!(f, " where {} was due", self.due)?;
        }
        if let Some(location) = &self.location {
            write!(f, ", to {}", Shown::new(location))?;
        }
        match Excerpt(&self.body).text() {
            text if text.is_empty() => Ok(()),
            text => write!(f, ": {}", Shown::new(&text)),
        }
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpError")
            .field("status", &self.status)
            .field("content_type", &Shown::new(&self.content_type))
            .field("due", &self.due)
            .field("location", &shown(&self.location))
            .field("retry_after", &self.retry_after)
            .field("body", &Size(self.body.len()))
            .finish()
    }
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
            short.push_str(word);
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
