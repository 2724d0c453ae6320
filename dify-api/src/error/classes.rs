//! What callers ask of an error without matching its kind.

use super::{Error, ErrorKind, TransportError};
use crate::{TimeLimit, types::ErrorCode};
use reqwest::StatusCode;

impl Error {
    /// Returns whether a time limit ran out. [`may_have_acted`](Self::may_have_acted) returns whether the run may continue.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout(_))
    }

    /// Returns whether there was no connection to the server. Nothing was sent.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        match self.kind() {
            ErrorKind::Transport(TransportError { connecting, .. }) => *connecting,
            ErrorKind::Timeout(timeout) => timeout.which == TimeLimit::Connect,
            _ => false,
        }
    }

    /// Returns whether the server answered 404: a conversation, message or document that does not exist or belongs to
    /// another user, or a route that the release lacks.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Returns whether Dify or the provider of the model limits the rate: status 429, or one of the codes
    /// `too_many_requests` and `rate_limit_error`. The second is a quota, which a short pause does not help;
    /// [`is_retryable`](Self::is_retryable) distinguishes them.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
            || matches!(self.code(), Some(ErrorCode::TooManyRequests | ErrorCode::RateLimitError))
    }

    /// Returns the status with which a server of yours may answer its own client.
    ///
    /// | error | status |
    /// |---|---|
    /// | the request cannot be encoded, or a file cannot be read | 400 |
    /// | a refusal by Dify of what was sent (400, 404, 409, 413, 415, 422) | the same |
    /// | [rate limits](Self::is_rate_limited) | 429 |
    /// | 503, or no connection | 503 |
    /// | a time limit | 504 |
    /// | a wrong configuration of the client, or a blocking call inside `async` code | 500 |
    /// | anything else: a credential that Dify refuses, a failed run, an answer that cannot be read | 502 |
    #[must_use]
    pub fn http_status(&self) -> StatusCode {
        match self.kind() {
            ErrorKind::InvalidRequest(_) | ErrorKind::File { .. } => StatusCode::BAD_REQUEST,
            ErrorKind::Config(_) => StatusCode::INTERNAL_SERVER_ERROR,
            #[cfg(feature = "blocking")]
            ErrorKind::InAsync => StatusCode::INTERNAL_SERVER_ERROR,
            _ if self.is_rate_limited() => StatusCode::TOO_MANY_REQUESTS,
            _ if self.is_connect() => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Timeout(_) => StatusCode::GATEWAY_TIMEOUT,
            ErrorKind::Api(refusal) if matches!(refusal.status.as_u16(), 400 | 404 | 409 | 413 | 415 | 422) => {
                refusal.status
            }
            _ if self.status() == Some(StatusCode::SERVICE_UNAVAILABLE) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_GATEWAY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ApiError, StreamError, Timeout};
    use bytes::Bytes;
    use std::time::Duration;

    fn refused(status: u16, code: &str) -> Error {
        let (status, code) = (StatusCode::from_u16(status).expect("a status"), ErrorCode::from(code));
        Error::outside(ErrorKind::Api(ApiError {
            status,
            code,
            message: String::new(),
            params: None,
            retry_after: None,
            body: Bytes::new(),
        }))
    }

    #[test]
    fn errors_are_asked_for_their_class() {
        let timeout = |which| Error::outside(ErrorKind::Timeout(Timeout { which, limit: Duration::from_secs(1) }));
        assert!(timeout(TimeLimit::Call).is_timeout() && !timeout(TimeLimit::Call).is_connect());
        assert!(timeout(TimeLimit::Connect).is_connect());
        assert!(refused(404, "not_found").is_not_found() && !refused(400, "invalid_param").is_not_found());
        let [busy, quota] = [refused(429, "too_many_requests"), refused(429, "rate_limit_error")];
        assert!(busy.is_rate_limited() && quota.is_rate_limited());
        assert_eq!([busy.is_retryable(), quota.is_retryable()], [true, false]);
        assert!(timeout(TimeLimit::Connect).is_retryable() && !timeout(TimeLimit::Call).is_retryable());
    }

    #[test]
    fn errors_have_the_status_of_the_table() {
        let [invalid, config] = [ErrorKind::InvalidRequest(String::new()), ErrorKind::Config(String::new())];
        let timeout = |which| ErrorKind::Timeout(Timeout { which, limit: Duration::from_secs(1) });
        let failed_run = StreamError {
            code: ErrorCode::CompletionRequestError,
            status: Some(400),
            message: String::new(),
            body: Bytes::new(),
            conversation_id: None,
            message_id: None,
        };
        for (error, status) in [
            (Error::outside(invalid), 400),
            (Error::outside(config), 500),
            (refused(404, "not_found"), 404),
            (refused(401, "unauthorized"), 502),
            (refused(400, "too_many_requests"), 429),
            (refused(500, "internal_server_error"), 502),
            (refused(503, "service_unavailable"), 503),
            (Error::outside(timeout(TimeLimit::Connect)), 503),
            (Error::outside(timeout(TimeLimit::Stall)), 504),
            (Error::outside(ErrorKind::CutShort), 502),
            // A run that failed is no mistake of the client, whatever status its event names.
            (Error::outside(ErrorKind::Stream(failed_run)), 502),
        ] {
            assert_eq!(error.http_status().as_u16(), status, "{error}");
        }
    }
}
