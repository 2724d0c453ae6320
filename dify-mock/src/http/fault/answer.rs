//! Answers that no handler gave.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::distortion::{dripping, filler};

/// A whole answer: any status, headers and body.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
    /// So many more bytes, made while they are sent.
    filler: u64,
    /// One more byte after each such time, for ever.
    drip: Option<Duration>,
}

impl Answer {
    /// A status, and nothing else yet. A status outside HTTP's range (100 to 999) is sent as 500.
    #[must_use]
    pub fn new(status: u16) -> Answer {
        Answer { status, headers: Vec::new(), body: Bytes::new(), filler: 0, drip: None }
    }

    /// One more header. A name or value that HTTP does not allow is left out; [`Fault::Garbage`](super::Fault::Garbage)
    /// sends such things.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Answer {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// This body, of this media type.
    #[must_use]
    pub fn body(mut self, media: impl Into<String>, body: impl Into<Bytes>) -> Answer {
        self.body = body.into();
        self.header(CONTENT_TYPE.as_str(), media)
    }

    /// This body, as JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Answer {
        self.body("application/json", body.to_string())
    }

    /// So many letters after the body, made while they are sent.
    #[must_use]
    pub fn filled(mut self, bytes: u64) -> Answer {
        self.filler = bytes;
        self
    }

    /// Dify's usual error.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Answer {
        Answer::new(status).json(&json!({"code": code, "message": message, "status": status}))
    }

    /// 500, as Dify answers when an exception was not caught.
    #[must_use]
    pub fn internal_error() -> Answer {
        Answer::new(500).json(&json!({"message": "Internal Server Error", "code": "unknown", "status": 500}))
    }

    /// 429 because others are asking too: the same request may pass later.
    #[must_use]
    pub fn too_many_requests() -> Answer {
        Answer::error(429, "too_many_requests", "Too many requests. Please try again later.")
    }

    /// 429 because a quota is used up: asking again does not help.
    #[must_use]
    pub fn rate_limit_error() -> Answer {
        Answer::error(429, "rate_limit_error", "Workflow execution quota limit reached for tenant")
    }

    /// The HTML page of a gateway whose server failed: 408, 502, 503, 504, 524 or any other status.
    #[must_use]
    pub fn page(status: u16) -> Answer {
        let reason = match status {
            524 => "A timeout occurred",
            _ => StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error"),
        };
        let page = format!(
            "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1>\
             </center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n"
        );
        Answer::new(status).body("text/html", page)
    }

    /// Go there instead. 307 and 308 want the same method and body, 301, 302 and 303 may become a GET.
    #[must_use]
    pub fn redirect(status: u16, location: impl Into<String>) -> Answer {
        Answer::new(status).header(LOCATION.as_str(), location)
    }

    /// With `Retry-After` in whole seconds.
    #[must_use]
    pub fn retry_after(self, delay: Duration) -> Answer {
        self.header(RETRY_AFTER.as_str(), delay.as_secs().to_string())
    }

    /// With `Retry-After` as an HTTP date, in the years from 1970 to 9999.
    #[must_use]
    pub fn retry_at(self, time: SystemTime) -> Answer {
        const LAST: Duration = Duration::from_secs(253_402_300_799);
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let time = SystemTime::UNIX_EPOCH + since.min(LAST);
        self.header(RETRY_AFTER.as_str(), httpdate::fmt_http_date(time))
    }

    /// With a body that never ends: a space follows its content each time that so long has passed.
    #[must_use]
    pub fn dripping(mut self, every: Duration) -> Answer {
        // No pause at all would keep this thread for itself.
        self.drip = Some(every.max(Duration::from_millis(1)));
        self
    }

    pub(crate) fn into_response(self) -> Response {
        let body = match self.drip {
            Some(every) => dripping(self.body, every),
            None if self.filler == 0 => Body::from(self.body),
            None => filler(self.body, b'x', self.filler, None),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value)) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
