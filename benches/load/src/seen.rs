//! What a client sees of one attempt that failed, and what has to follow from it.
//!
//! Written down from the rules, not taken from `dify-api`: this is what it is held against.

use crate::call::Kind;
use dify_api::{Error, ErrorKind, TimeLimit, types::ErrorCode};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// 429 `too_many_requests`.
    Busy,
    /// 429 `rate_limit_error`.
    Quota,
    /// 500, in Dify's words.
    Internal,
    /// 503 in Dify's words.
    Unavailable,
    /// Another page of a gateway, with this status.
    Gateway(u16),
    /// A connection that broke, or brought what is no HTTP.
    Broken,
    /// No head in time.
    Late,
    /// A body that stopped.
    Stopped,
    /// A success that is not the JSON it should be.
    Unreadable,
    /// A success of another media type.
    OtherMedia,
}

impl Seen {
    /// What an error of the client says it saw; none where it is of a kind that nothing here causes.
    pub fn of(error: &Error) -> Option<Self> {
        Some(match error.kind() {
            ErrorKind::Api(error) => match (error.status.as_u16(), &error.code) {
                (429, ErrorCode::TooManyRequests) => Self::Busy,
                (429, ErrorCode::RateLimitError) => Self::Quota,
                (500, _) => Self::Internal,
                (503, _) => Self::Unavailable,
                _ => return None,
            },
            ErrorKind::Http(error) => match error.status.as_u16() {
                200..300 => Self::OtherMedia,
                status => Self::Gateway(status),
            },
            ErrorKind::Transport(error) if !error.connecting => Self::Broken,
            ErrorKind::Timeout(timeout) => match timeout.which {
                TimeLimit::ResponseHeaders | TimeLimit::ReadResponseHeaders => Self::Late,
                TimeLimit::ReadIdle => Self::Stopped,
                _ => return None,
            },
            ErrorKind::Decode(_) => Self::Unreadable,
            _ => return None,
        })
    }

    /// Is the call made again?
    pub fn again(self, kind: Kind) -> bool {
        match self {
            Self::Busy | Self::Unavailable => true,
            Self::Gateway(_) | Self::Broken | Self::Late | Self::Stopped => kind.idempotent(),
            Self::Quota | Self::Internal | Self::Unreadable | Self::OtherMedia => false,
        }
    }

    /// Does it leave open whether the server acted?
    pub fn open(self) -> bool {
        !matches!(self, Self::Busy | Self::Quota | Self::Unavailable)
    }

    /// How the figures call it.
    pub fn name(self) -> String {
        match self {
            Self::Busy => "`Api`, 429 `too_many_requests`".to_owned(),
            Self::Quota => "`Api`, 429 `rate_limit_error`".to_owned(),
            Self::Internal => "`Api`, 500".to_owned(),
            Self::Unavailable => "`Api`, 503".to_owned(),
            Self::Gateway(status) => format!("`Http`, {status}"),
            Self::Broken => "`Transport`, broken connection".to_owned(),
            Self::Late => "`Timeout`, `response_headers`".to_owned(),
            Self::Stopped => "`Timeout`, `read_idle`".to_owned(),
            Self::Unreadable => "`Decode`".to_owned(),
            Self::OtherMedia => "`Http`, 200 of another media type".to_owned(),
        }
    }
}
