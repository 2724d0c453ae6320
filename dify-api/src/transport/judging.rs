//! What an answer is: what was asked for, a refusal in Dify's words, or something else.

use super::{Due, same_origin};
use crate::{
    ErrorKind,
    error::{ApiError, HttpError},
    transport::{incoming::Incoming, limits::ERROR_BODY, retry::retry_after, timeouts::Deadline},
    values::{location::place, media},
};
use bytes::Bytes;
use reqwest::{
    StatusCode, Url,
    header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER},
};
use serde::Deserialize;
use std::time::{Duration, SystemTime};

/// Is the answer of the media type that is due?
pub(super) fn is_due(due: Due, headers: &HeaderMap, accept: Option<&HeaderValue>) -> bool {
    let Some(content_type) = text(headers, &CONTENT_TYPE) else {
        // A proxy that takes the header away is no reason to refuse what may be right.
        return true;
    };
    match due {
        Due::Json => media::is_json(content_type),
        Due::Reply => media::is_json(content_type) || media::is_event_stream(content_type),
        Due::Events => media::is_event_stream(content_type),
        Due::Download => {
            accept.and_then(|accept| accept.to_str().ok()).is_none_or(|accept| media::accepts(accept, content_type))
        }
        Due::Nothing | Due::Anything => true,
    }
}

/// Is the answer a stream of events?
pub(super) fn streams(headers: &HeaderMap) -> bool {
    text(headers, &CONTENT_TYPE).is_some_and(media::is_event_stream)
}

/// The answer is no success: Dify's own words, or what stands there instead.
pub(super) async fn refusal(
    status: StatusCode,
    headers: &HeaderMap,
    due: Due,
    incoming: Incoming,
    end: Option<Deadline>,
) -> ErrorKind {
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
            status,
            code: refusal.code.into(),
            message: as_text(refusal.message).unwrap_or_default(),
            params: as_text(refusal.params),
            retry_after: asked(headers),
            body,
        }),
        Err(_) => http_error(status, headers, due, body),
    }
}

fn as_text(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// A success of another kind than asked for.
pub(super) async fn unexpected(
    status: StatusCode,
    headers: &HeaderMap,
    due: Due,
    incoming: Incoming,
    end: Option<Deadline>,
) -> ErrorKind {
    let body = if streams(headers) {
        // It may take minutes to end, and nothing of it is wanted.
        Bytes::new()
    } else {
        incoming.beginning(ERROR_BODY, end).await
    };
    http_error(status, headers, due, body)
}

fn http_error(status: StatusCode, headers: &HeaderMap, due: Due, body: Bytes) -> ErrorKind {
    let redirect = status.is_redirection();
    ErrorKind::Http(HttpError {
        status,
        content_type: text(headers, &CONTENT_TYPE).unwrap_or_default().to_owned(),
        due: due.media(),
        location: text(headers, &LOCATION).filter(|_| redirect).map(place),
        retry_after: asked(headers),
        body,
    })
}

/// When the server wants to be asked again. A date is read by the server's own clock, where it says what that shows.
fn asked(headers: &HeaderMap) -> Option<Duration> {
    let clock = text(headers, &DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    retry_after(headers.get(RETRY_AFTER)?.as_bytes(), clock.unwrap_or_else(SystemTime::now))
}

/// Where the same request is to be sent instead. Other servers get nothing, and a redirect that would change the method
/// is not followed.
pub(super) fn moved(status: StatusCode, headers: &HeaderMap, url: &Url) -> Option<Url> {
    if !matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT) {
        return None;
    }
    let mut target = url.join(text(headers, &LOCATION)?).ok()?;
    target.set_fragment(None);
    let named = !target.username().is_empty() || target.password().is_some();
    (same_origin(url, &target) && !named).then_some(target)
}

/// Dify's name for its own version.
pub(super) const X_VERSION: HeaderName = HeaderName::from_static("x-version");

pub(super) fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
