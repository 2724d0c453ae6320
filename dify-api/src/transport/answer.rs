//! What an answer is: what was asked for, a refusal in Dify's words, or something else.

use super::{
    incoming::Incoming,
    limits::ERROR_BODY,
    origin::{moved_base, same_origin},
    refusal::{self, Refusal},
    retry::retry_after,
};
use crate::{
    Error, ErrorKind, Response,
    error::{ApiError, DecodeError, HttpError},
    telemetry::RunReport,
    transport::exchange::{Expect, Head, Ongoing, Received},
    values::{
        decode::{Decode, Fault, Substitutions, decode_into},
        location::place,
        media,
    },
};
use bytes::Bytes;
use reqwest::{
    Method, StatusCode, Url,
    header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
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

/// Reads an answer that is no success: Dify's own refusal, or what replaces it. A refusal without a code counts only
/// `from_dify`: gateways write them as well.
pub(super) async fn refusal(head: &Head, expect: Expect, incoming: &mut Incoming, from_dify: bool) -> ErrorKind {
    let body = incoming.beginning(ERROR_BODY).await;
    match Refusal::read(&body).filter(|refusal| from_dify || !refusal.code.as_str().is_empty()) {
        Some(Refusal { code, message, params }) => ErrorKind::Api(ApiError {
            status: head.status,
            code,
            message,
            params,
            retry_after: asked(&head.headers),
            body,
        }),
        None => http_error(head, expect, body),
    }
}

/// Checks the body of a success whose content does not matter, which old servers send as `204` or `{"result": "success"}`.
pub(super) fn nothing(body: Bytes) -> Result<Bytes, ErrorKind> {
    if Refusal::read(&body).is_some() {
        let fault = Fault::new(0, "expected no content, found an error");
        return Err(ErrorKind::Decode(DecodeError::new(body, &fault)));
    }
    Ok(body)
}

/// Reads a success of another media type than is expected.
pub(super) async fn unexpected(head: &Head, expect: Expect, incoming: &mut Incoming) -> ErrorKind {
    let body = if streams(head) {
        // It may take minutes to end, and nothing of it is wanted.
        Bytes::new()
    } else {
        incoming.beginning(ERROR_BODY).await
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
        self.decode_reporting(|_| RunReport::default())
    }

    /// Decodes the body of an answer that reports what a run took.
    pub(crate) fn decode_reporting<T: Decode>(mut self, report: fn(&T) -> RunReport) -> Result<Response<T>, Error> {
        let (mut value, body) = (T::blank(), self.body());
        match self.read(&body, &mut value) {
            Ok(substitutions) => {
                self.observation.substituted(&substitutions, &body);
                self.observation.reports(report(&value), &self.context.secrets);
                Ok(Response { substitutions: substitutions.count, ..self.response(value, Some(body)) })
            }
            Err(fault) => Err(self.failed(ErrorKind::Decode(DecodeError::new(body, &fault)))),
        }
    }

    /// Returns the answer, unless it cannot be decoded.
    #[cfg(feature = "cache")]
    pub(super) fn decodable(self) -> Result<Self, Error> {
        match self.exchange.decodes.map_or(Ok(()), |reads| reads(&self)) {
            Ok(()) => Ok(self),
            Err(fault) => {
                let body = self.body();
                Err(self.failed(ErrorKind::Decode(DecodeError::new(body, &fault))))
            }
        }
    }

    #[cfg(feature = "cache")]
    pub(super) fn reads_into(&self, value: &mut dyn Decode) -> Result<(), Fault> {
        self.read(&self.body(), value).map(drop)
    }

    /// Reads the body; returns the members that it lacks.
    fn read(&self, body: &[u8], value: &mut dyn Decode) -> Result<Substitutions, Fault> {
        // The number of a status stands for `{"result": "success"}` up to Dify 1.12.1.
        let short =
            matches!(body.trim_ascii(), b"200" | b"201" | b"204") && *self.exchange.operation.method() != Method::GET;
        let substitutions = match decode_into(body, value) {
            Err(fault) if short => {
                decode_into(br#"{"result":"success"}"#, value).map_err(|_| fault)?;
                Substitutions::of("result")
            }
            outcome => outcome?,
        };
        refusal::not_failed(body)?;
        Ok(substitutions)
    }

    /// Decodes the body into a type of the caller's.
    pub(crate) fn deserialize<T: DeserializeOwned>(mut self) -> Result<Response<T>, Error> {
        let body = self.body();
        match serde_json::from_slice(&body) {
            Ok(value) => {
                self.observation.body_of_a_raw_request(&body, &self.context.secrets);
                Ok(self.response(value, Some(body)))
            }
            Err(source) => Err(self.failed(ErrorKind::Decode(DecodeError::of_json(body, &source)))),
        }
    }
}

/// When the server wants to be asked again. A date is compared with the server's own clock, if the answer contains it.
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
