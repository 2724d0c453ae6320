//! What an answer is: what was asked for, a refusal in Dify's words, or something else.

use super::{
    incoming::Incoming,
    limits::ERROR_BODY,
    origin::{moved_base, same_origin},
    retry::retry_after,
    span,
    timeouts::Deadline,
};
use crate::{
    Error, ErrorKind, Response,
    error::{ApiError, DecodeError, HttpError},
    exchange::{Expect, Head, Ongoing, Received},
    values::{
        decode::{Decode, decode_bytes},
        location::place,
        media,
    },
};
use bytes::Bytes;
use reqwest::{
    StatusCode, Url,
    header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER},
};
use serde::{Deserialize, de::DeserializeOwned};
use std::time::{Duration, SystemTime};

/// Returns whether the answer has a media type that is expected.
pub(super) fn fits(expect: Expect, head: &Head) -> bool {
    let Some(content_type) = text(&head.headers, &CONTENT_TYPE) else {
        // A proxy that takes the header away is no reason to refuse what may be right.
        return true;
    };
    match expect {
        Expect::Json => media::is_json(content_type),
        Expect::Reply => media::is_json(content_type) || media::is_event_stream(content_type),
        Expect::Events => media::is_event_stream(content_type),
        Expect::Download => {
            let accept = head.accept.as_ref().and_then(|accept| accept.to_str().ok());
            accept.is_none_or(|accept| media::accepts(accept, content_type))
        }
        Expect::Nothing | Expect::Anything => true,
    }
}

/// Returns whether the answer is a stream of events.
pub(super) fn streams(head: &Head) -> bool {
    text(&head.headers, &CONTENT_TYPE).is_some_and(media::is_event_stream)
}

/// Reads an answer that is no success: Dify's own words, or what stands in their place.
pub(super) async fn refusal(head: &Head, expect: Expect, incoming: Incoming, end: Option<Deadline>) -> ErrorKind {
    /// Read as leniently as can be: an error about an error helps nobody.
    #[derive(Deserialize)]
    struct Refusal {
        // The console's refusals about keys call it `custom`.
        #[serde(alias = "custom")]
        code: String,
        #[serde(default)]
        message: serde_json::Value,
        #[serde(default)]
        params: serde_json::Value,
    }

    let body = incoming.beginning(ERROR_BODY, end).await;
    match serde_json::from_slice::<Refusal>(&body) {
        Ok(refusal) => ErrorKind::Api(ApiError {
            status: head.status,
            code: refusal.code.into(),
            message: as_text(refusal.message).unwrap_or_default(),
            params: as_text(refusal.params),
            retry_after: asked(&head.headers),
            body,
        }),
        Err(_) => http_error(head, expect, body),
    }
}

fn as_text(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// Reads a success of another media type than is expected.
pub(super) async fn unexpected(head: &Head, expect: Expect, incoming: Incoming, end: Option<Deadline>) -> ErrorKind {
    let body = if streams(head) {
        // It may take minutes to end, and nothing of it is wanted.
        Bytes::new()
    } else {
        incoming.beginning(ERROR_BODY, end).await
    };
    http_error(head, expect, body)
}

fn http_error(head: &Head, expect: Expect, body: Bytes) -> ErrorKind {
    let redirect = head.status.is_redirection();
    ErrorKind::Http(HttpError {
        status: head.status,
        content_type: text(&head.headers, &CONTENT_TYPE).unwrap_or_default().to_owned(),
        due: expect.media(),
        location: text(&head.headers, &LOCATION).filter(|_| redirect).map(place),
        retry_after: asked(&head.headers),
        body,
    })
}

/// Returns whether the server refuses the credential.
pub(super) fn refuses_the_credential(kind: &ErrorKind) -> bool {
    let status = match kind {
        ErrorKind::Api(error) => error.status,
        ErrorKind::Http(error) => error.status,
        _ => return false,
    };
    status == StatusCode::UNAUTHORIZED
}

impl Received {
    /// Decodes the body.
    pub(crate) fn decode<T: Decode>(self) -> Result<Response<T>, Error> {
        let body = self.body();
        match decode_bytes(&body) {
            Ok((value, substitutions)) => {
                span::substituted(&self.context.operation, &substitutions, &body);
                Ok(Response { substitutions: substitutions.count, ..self.response(value, Some(body)) })
            }
            Err(fault) => Err(self.failed(ErrorKind::Decode(DecodeError::new(body, &fault)))),
        }
    }

    /// Decodes the body into a type of the caller's.
    pub(crate) fn deserialize<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let body = self.body();
        match serde_json::from_slice(&body) {
            Ok(value) => Ok(self.response(value, Some(body))),
            Err(source) => Err(self.failed(ErrorKind::Decode(DecodeError::of_json(body, &source)))),
        }
    }
}

/// When the server wants to be asked again. A date is read by the server's own clock, where it says what that shows.
fn asked(headers: &HeaderMap) -> Option<Duration> {
    let clock = text(headers, &DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    retry_after(headers.get(RETRY_AFTER)?.as_bytes(), clock.unwrap_or_else(SystemTime::now))
}

impl Head {
    /// Returns where the same request is to be sent instead. Other servers get nothing, and a redirect that would change
    /// the method is not followed.
    pub(super) fn moved(&self) -> Option<Url> {
        if !matches!(self.status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT) {
            return None;
        }
        let mut target = self.url.join(text(&self.headers, &LOCATION)?).ok()?;
        target.set_fragment(None);
        let named = !target.username().is_empty() || target.password().is_some();
        (same_origin(&self.url, &target) && !named).then_some(target)
    }
}

impl Ongoing {
    /// Notes for the error's hint which base URL was asked, and which one the answer leads to.
    pub(super) fn note_other_place(&mut self, head: &Head) {
        let base = self.exchange.transport.base();
        let fits = base.as_str().trim_end_matches('/').ends_with(self.exchange.operation.api_path());
        let fitting = fits.then(|| base.as_str().trim_end_matches('/').into());
        let moved = text(&head.headers, &LOCATION).and_then(|to| moved_base(base, &head.url, to));
        self.context.situation.fitting_base = fitting;
        self.context.situation.moved_to = moved;
    }
}

/// Dify's name for its own version.
pub(super) const X_VERSION: HeaderName = HeaderName::from_static("x-version");

pub(super) fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
