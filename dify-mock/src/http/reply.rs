//! What a handler answers.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderValue;
use http::header::SET_COOKIE;
use serde_json::Value;

use super::blob::Blob;
use super::stream::Events;
use crate::text;

/// An answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// JSON as most of Dify writes it.
    Json(u16, Value),
    /// JSON as runs and forms write it; runs also name the character set.
    Spaced { charset: bool, value: Value },
    /// Done, and nothing to say.
    Nothing,
    /// An event stream.
    Events(Events),
    /// The bytes of a file, of known length.
    File { media: String, disposition: Option<String>, blob: Arc<Blob> },
    /// An archive made for this answer.
    Archive { name: String, blob: Arc<Blob> },
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

    pub(crate) fn into_response(self) -> Response {
        let builder = Response::builder();
        let response = match self {
            Reply::Json(status, value) => {
                let builder = builder.status(status).header("content-type", "application/json");
                builder.body(Body::from(text::plain(&value)))
            }
            Reply::Spaced { charset, value } => {
                let media = if charset { "application/json; charset=utf-8" } else { "application/json" };
                builder.header("content-type", media).body(Body::from(text::spaced(&value)))
            }
            // Dify names a media type even here.
            Reply::Nothing => builder.status(204).header("content-type", "application/json").body(Body::empty()),
            Reply::Events(events) => return events.into_response(),
            Reply::File { media, disposition, blob } => {
                let mut builder = builder
                    .header("content-type", media)
                    .header("content-length", blob.length())
                    .header("cache-control", "public, max-age=3600");
                if let Some(disposition) = disposition {
                    builder = builder.header("content-disposition", disposition);
                }
                builder.body(Body::from_stream(blob.stream()))
            }
            Reply::Archive { name, blob } => builder
                .header("content-type", "application/zip")
                .header("content-length", blob.length())
                .header("cache-control", "no-cache")
                .header("content-disposition", format!("attachment; filename={name}"))
                .body(Body::from_stream(blob.stream())),
            Reply::Audio(parts) => {
                let parts = parts.into_iter().map(Ok::<_, std::convert::Infallible>);
                let body = Body::from_stream(futures_util::stream::iter(parts));
                builder.header("content-type", "audio/mpeg").body(body)
            }
            Reply::WithCookies { cookies, reply } => {
                let mut response = reply.into_response();
                for cookie in cookies {
                    response.headers_mut().append(SET_COOKIE, cookie);
                }
                return response;
            }
            Reply::Other { status, media, body } => {
                let builder = builder.status(status);
                let builder = if media.is_empty() { builder } else { builder.header("content-type", media) };
                builder.body(Body::from(body))
            }
        };
        // A media type that an upload made up may be no header value.
        response.unwrap_or_else(|_| super::refusal::Refusal::unknown().into_response())
    }
}
