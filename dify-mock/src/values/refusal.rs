//! The refusals of Dify.

use contract::before;
use serde_json::{Value, json};

/// A refused or failed request.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// Dify's usual shape.
    Coded { status: u16, code: &'static str, message: String },
    /// A request that does not match the document, by the first member in question, in the words of two validations.
    Invalid { member: String, parser: String, pydantic: String },
    /// A body of its own.
    Shaped { status: u16, body: Value },
    /// What its web framework answers where no route is.
    Html,
    /// An uncaught exception.
    Unknown,
}

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

    /// Nothing at this path, in JSON: the route is there, but not for this server or this caller.
    pub(crate) fn absent() -> Refusal {
        Refusal::not_found(
            "The requested URL was not found on the server. If you entered the URL manually please check your spelling \
             and try again.",
        )
    }

    /// A form that is not there.
    pub(crate) fn no_form() -> Refusal {
        Refusal::not_found("Form not found.")
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

    /// The refusal as a release words it. Up to 1.10.1 another library validates requests, and up to 1.7.2 with other names.
    pub(crate) fn of(self, release: &str) -> Refusal {
        let body = |status, body| Refusal::Shaped { status, body };
        let is_before = |named: &str| before(release, Some(&named.into()));
        match self {
            Refusal::Unknown if is_before("1.8.0") => {
                body(500, json!({"message": "Internal Server Error", "code": "unknown"}))
            }
            Refusal::Invalid { member, parser, .. } if is_before("1.8.0") => {
                body(400, json!({"code": "invalid_param", "message": parser, "params": member}))
            }
            Refusal::Invalid { member, parser, .. } if is_before("1.11.0") => {
                body(400, json!({"errors": {member: parser}, "message": "Input payload validation failed"}))
            }
            Refusal::Invalid { pydantic, .. } => Refusal::invalid(pydantic),
            other => other,
        }
    }

    /// Status and JSON body, where it has one.
    pub(crate) fn json(&self) -> Option<(u16, Value)> {
        match self {
            Refusal::Html => None,
            Refusal::Unknown => {
                Some((500, json!({"message": "Internal Server Error", "code": "unknown", "status": 500})))
            }
            Refusal::Shaped { status, body } => Some((*status, body.clone())),
            Refusal::Coded { status, code, message } => {
                Some((*status, json!({"code": code, "message": message, "status": status})))
            }
            Refusal::Invalid { pydantic, .. } => Refusal::invalid(pydantic.as_str()).json(),
        }
    }
}
