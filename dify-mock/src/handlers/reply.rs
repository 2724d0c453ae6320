//! What a handler answers.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use serde_json::Value;

use super::events::Events;
use crate::values::blob::Blob;

/// An answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// JSON as most of Dify writes it.
    Json(u16, Value),
    /// JSON as runs and forms write it; runs also name the character set.
    Spaced { charset: bool, value: Value },
    /// Success without content.
    Nothing,
    /// An event stream.
    Events(Events),
    /// The bytes of a file, of known length.
    File { media: String, disposition: Option<String>, cache: &'static str, blob: Arc<Blob> },
    /// Sound, in pieces.
    Audio(Vec<Bytes>),
    /// An answer that also sets cookies, each in a header of its own.
    WithCookies { cookies: Vec<HeaderValue>, reply: Box<Reply> },
    /// Something else, from an example of the document.
    Other { status: u16, media: String, body: Bytes },
}

impl Reply {
    pub(crate) fn ok(value: Value) -> Reply {
        Reply::Json(200, value)
    }

    /// `{"result": "success"}`.
    pub(crate) fn success() -> Reply {
        Reply::ok(serde_json::json!({"result": "success"}))
    }

    /// The answer of a finished run to somebody who waited for it.
    pub(crate) fn run(value: Value) -> Reply {
        Reply::Spaced { charset: true, value }
    }

    /// Status, media type without parameters and JSON body, for checking the mock against the document.
    pub(crate) fn json(&self) -> Option<(u16, &'static str, &Value)> {
        match self {
            Reply::Json(status, value) => Some((*status, "application/json", value)),
            Reply::Spaced { value, .. } => Some((200, "application/json", value)),
            Reply::WithCookies { reply, .. } => reply.json(),
            _ => None,
        }
    }
}
