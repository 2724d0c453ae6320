//! The ways in which Dify says no.

use axum::body::Body;
use axum::response::Response;
use serde_json::json;

use crate::text;

/// A refused or failed request.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// Dify's usual shape.
    Coded { status: u16, code: &'static str, message: String },
    /// What its web framework answers where no route is.
    Html,
    /// An exception that nobody caught.
    Unknown,
}

const NOT_FOUND_PAGE: &str = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n\
    <p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and \
    try again.</p>\n";

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::Coded { status, code, message: message.into() }
    }

    pub(crate) fn unauthorized(message: &str) -> Refusal {
        Refusal::new(401, "unauthorized", message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "invalid_param", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Refusal {
        Refusal::new(404, "not_found", message)
    }

    pub(crate) fn no_conversation() -> Refusal {
        Refusal::not_found("Conversation Not Exists.")
    }

    pub(crate) fn no_message() -> Refusal {
        Refusal::not_found("Message Not Exists.")
    }

    pub(crate) fn no_user() -> Refusal {
        Refusal::invalid("Arg user must be provided.")
    }

    /// A body that cannot be read.
    pub(crate) fn bad_request() -> Refusal {
        let message = "The browser (or proxy) sent a request that this server could not understand.";
        Refusal::new(400, "bad_request", message)
    }

    pub(crate) fn no_json() -> Refusal {
        let message = "Did not attempt to load JSON data because the request Content-Type was not 'application/json'.";
        Refusal::new(415, "unsupported_media_type", message)
    }

    pub(crate) fn other_method() -> Refusal {
        Refusal::new(405, "method_not_allowed", "The method is not allowed for the requested URL.")
    }

    pub(crate) fn unknown() -> Refusal {
        Refusal::Unknown
    }

    pub(crate) fn into_response(self) -> Response {
        let (status, media, body) = match self {
            Refusal::Html => (404, "text/html; charset=utf-8", NOT_FOUND_PAGE.as_bytes().to_vec()),
            Refusal::Unknown => {
                let body = json!({"message": "Internal Server Error", "code": "unknown", "status": 500});
                (500, "application/json", text::plain(&body))
            }
            Refusal::Coded { status, code, message } => {
                let body = json!({"code": code, "message": message, "status": status});
                (status, "application/json", text::plain(&body))
            }
        };
        let mut response = Response::builder().status(status).header("content-type", media);
        if status == 401 {
            response = response.header("www-authenticate", "Bearer realm=\"api\"");
        }
        // Status and headers are all ours and valid; the fallback only keeps this free of panics.
        response.body(Body::from(body)).unwrap_or_default()
    }
}
