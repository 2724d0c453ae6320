//! May what failed be done again?

use crate::{Error, ErrorKind, TimeLimit, types::ErrorCode};
use reqwest::StatusCode;
use std::time::Duration;

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Final,
    /// Once more, not before this time has passed.
    Again(Option<Duration>),
}

/// Decides by what happened, and by whether doing it twice is the same as doing it once.
pub(super) fn decide(kind: &ErrorKind, idempotent: bool) -> Decision {
    let (again, asked) = match kind {
        ErrorKind::Transport(error) => (error.connecting || idempotent, None),
        ErrorKind::Timeout(timeout) => match timeout.which {
            TimeLimit::Connect => (true, None),
            TimeLimit::ResponseHeaders | TimeLimit::ReadResponseHeaders | TimeLimit::ReadIdle => (idempotent, None),
            // Its time is over, whatever is left undone.
            _ => (false, None),
        },
        ErrorKind::Api(error) => {
            let busy = error.status != StatusCode::TOO_MANY_REQUESTS || error.code == ErrorCode::TooManyRequests;
            let again = error.was_turned_away() || passes(error.status, idempotent);
            (busy && again, error.retry_after)
        }
        ErrorKind::Http(error) => (passes(error.status, idempotent), error.retry_after),
        _ => (false, None),
    };
    if again { Decision::Again(asked) } else { Decision::Final }
}

impl Error {
    /// Returns whether the same call may succeed later, and may be sent again without anything being done twice.
    ///
    /// The client has sent it again already, as often as its [`RetryPolicy`](crate::RetryPolicy) allows.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let idempotent = self.context().is_some_and(|context| context.operation.idempotent());
        decide(self.kind(), idempotent || !self.may_have_acted()) != Decision::Final
    }
}

/// Does a status speak of a trouble that passes?
fn passes(status: StatusCode, idempotent: bool) -> bool {
    match status.as_u16() {
        429 => true,
        408 | 502..=504 | 520..=527 | 530 => idempotent,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ApiError, HttpError};
    use bytes::Bytes;

    const TEN: Option<Duration> = Some(Duration::from_secs(10));

    fn page(status: u16, retry_after: Option<Duration>) -> ErrorKind {
        ErrorKind::Http(HttpError {
            status: StatusCode::from_u16(status).expect("a status"),
            content_type: "text/html".to_owned(),
            due: "application/json",
            location: None,
            retry_after,
            body: Bytes::new(),
        })
    }

    fn refusal(status: u16, code: ErrorCode, retry_after: Option<Duration>) -> ErrorKind {
        said(status, code, retry_after, &format!(r#"{{"code":"x","message":"","status":{status}}}"#))
    }

    fn said(status: u16, code: ErrorCode, retry_after: Option<Duration>, body: &str) -> ErrorKind {
        ErrorKind::Api(ApiError {
            status: StatusCode::from_u16(status).expect("a status"),
            code,
            message: String::new(),
            params: None,
            retry_after,
            body: Bytes::copy_from_slice(body.as_bytes()),
        })
    }

    /// For what is idempotent and for what is not.
    fn both(kind: ErrorKind) -> [bool; 2] {
        [true, false].map(|idempotent| decide(&kind, idempotent) != Decision::Final)
    }

    #[test]
    fn what_was_refused_for_the_moment_is_done_again() {
        assert_eq!(both(refusal(429, ErrorCode::TooManyRequests, None)), [true, true]);
        assert_eq!(both(page(429, None)), [true, true]);
        assert_eq!(both(refusal(503, ErrorCode::Unknown, None)), [true, true]);
        assert_eq!(decide(&refusal(503, ErrorCode::Unknown, TEN), false), Decision::Again(TEN));
    }

    /// A 503 of a gateway once passed for Dify's when it had a `Retry-After`.
    #[test]
    fn a_503_in_other_words_leaves_open_whether_it_was_done() {
        assert_eq!(both(page(503, TEN)), [true, false]);
        assert_eq!(decide(&page(503, TEN), true), Decision::Again(TEN));
        for body in [
            "",
            r#"{"code":"unavailable","message":"no healthy upstream"}"#,
            r#"{"code":"unavailable","message":"","status":"503"}"#,
            r#"{"code":"unavailable","message":"","status":500}"#,
            r#"{"code":"unavailable","message":"","status":503"#,
        ] {
            assert_eq!(both(said(503, ErrorCode::Unknown, TEN, body)), [true, false], "{body}");
        }
    }

    #[test]
    fn a_used_up_quota_is_not_waited_for() {
        assert_eq!(both(refusal(429, ErrorCode::RateLimitError, TEN)), [false, false]);
        assert_eq!(both(refusal(429, "one_of_tomorrow".to_owned().into(), None)), [false, false]);
    }

    #[test]
    fn what_a_gateway_says_leaves_open_whether_it_was_done() {
        for status in [408, 502, 503, 504, 520, 524, 527, 530] {
            assert_eq!(both(page(status, None)), [true, false], "{status}");
        }
        assert_eq!(both(refusal(504, ErrorCode::Unknown, None)), [true, false]);
    }

    #[test]
    fn what_will_fail_again_is_final() {
        for status in [400, 401, 404, 409, 413, 500, 501, 505, 528] {
            assert_eq!(both(page(status, TEN)), [false, false], "{status}");
        }
        assert_eq!(both(ErrorKind::CutShort), [false, false]);
        assert_eq!(both(ErrorKind::TooLarge { limit: 1 }), [false, false]);
    }

    #[test]
    fn a_limit_on_the_whole_is_over_with_it() {
        let timeout = |which| ErrorKind::Timeout(crate::Timeout { which, limit: Duration::ZERO });
        assert_eq!(both(timeout(TimeLimit::Connect)), [true, true]);
        assert_eq!(both(timeout(TimeLimit::ResponseHeaders)), [true, false]);
        assert_eq!(both(timeout(TimeLimit::ReadResponseHeaders)), [true, false]);
        assert_eq!(both(timeout(TimeLimit::ReadIdle)), [true, false]);
        assert_eq!(both(timeout(TimeLimit::Call)), [false, false]);
    }
}
