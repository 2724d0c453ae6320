//! What to do about an error, where that is known.

use super::{ApiError, Context, ErrorKind, HttpError, TransportError};
use crate::{
    Shown, TimeLimit,
    operation::Credential,
    stream::sse::FrameError,
    values::{
        media,
        redactor::Redactor,
        release::{is_ambiguous, is_older},
    },
};

/// What a hint depends on, beside the error and the operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Situation {
    /// The body of the request was a form with a file.
    pub(crate) uploads: bool,
    /// The operation runs an application or a workflow and has a streamed form.
    pub(crate) blocks: bool,
    /// The base URL of a request that was refused, if it ends as that of the operation's API does.
    pub(crate) fitting_base: Option<Box<str>>,
    /// The base URL of the place that a redirect leads to.
    pub(crate) moved_to: Option<Box<str>>,
    /// How far something was that took too long.
    pub(crate) progress: Option<Box<str>>,
}

impl Situation {
    /// Removes secrets from text of a server.
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        for text in [&mut self.moved_to, &mut self.progress].into_iter().flatten() {
            let mut clean = std::mem::take(text).into_string();
            redactor.text(&mut clean);
            *text = clean.into();
        }
    }
}

/// A sentence for people, without its full stop.
pub(super) fn hint(kind: &ErrorKind, context: &Context) -> Option<String> {
    let situation = &context.situation;
    let text = match kind {
        ErrorKind::Api(error) => return api(error, context),
        ErrorKind::Http(error) => return http(error, context),
        ErrorKind::Transport(error) => transport(error)?,
        ErrorKind::Timeout(timeout) => match timeout.which {
            TimeLimit::Indexing => return situation.progress.as_deref().map(str::to_owned),
            TimeLimit::ResponseHeaders | TimeLimit::Call if situation.blocks => STREAMED,
            _ => return None,
        },
        ErrorKind::Frame(FrameError::TooLarge { .. }) => "`event_limit` of the client sets it",
        _ => return None,
    };
    Some(text.to_owned())
}

const STREAMED: &str =
    "Long runs need the streamed form, such as `send_streamed` or `run_streamed`, whose connection is never silent";

/// A refusal in Dify's words.
fn api(error: &ApiError, context: &Context) -> Option<String> {
    let credential = context.operation.credential();
    let text = match error.code.as_str() {
        "authentication_failed" | "email_or_password_mismatch" => "Dify locks an account after five wrong passwords",
        "not_found" if error.message.contains("onversation") => {
            "A conversation belongs to one `user` and to the application of one key: this one is another's, or was deleted. \
             Leave `conversation_id` out to start another"
        }
        "not_chat_app" | "not_completion_app" | "not_workflow_app" => {
            "The key belongs to an application of another mode: `info().get()` returns which"
        }
        "app_unavailable" => "The application has no model, or is not published: see its page in the studio",
        "provider_not_initialize" if credential == Credential::Knowledge => {
            "The workspace has no embedding model: set one up under Settings, Model Provider, or use \
             `IndexingTechnique::Economy`, which needs none"
        }
        "provider_not_initialize" => "The workspace has no such model: set one up under Settings, Model Provider",
        "max_keys_exceeded" => {
            "Use one of the keys that there are, or delete one with `delete_for_app` or `delete_for_datasets`"
        }
        _ if is_missing(error) => return another_release(context),
        _ => match error.status.as_u16() {
            401 => return credential.advice().map(str::to_owned),
            400 | 413 | 415 if error.message.is_empty() && context.situation.uploads => {
                "The server gives no reason. It checks the size of the file, the extension of its name, its media type, and \
                 that the part `data`, where there is one, is JSON in front of the file"
            }
            // A route that takes forms in newer releases only.
            400 | 415 if context.situation.uploads => return another_release(context),
            _ => return None,
        },
    };
    Some(text.to_owned())
}

/// An answer that is not Dify's.
fn http(error: &HttpError, context: &Context) -> Option<String> {
    let situation = &context.situation;
    let html = media::is_html(&error.content_type);
    let path = context.operation.api_path();
    let text = match error.status.as_u16() {
        401 => match context.operation.credential().advice() {
            Some(advice) => return Some(advice.to_owned()),
            None => "A proxy before Dify may want a credential",
        },
        404 if html => return Some(missing(context)),
        405 => return another_release(context),
        300..=399 => match situation.moved_to.as_deref() {
            Some(base) => {
                let text = "Redirects to another server are not followed: set the base URL to";
                return Some(format!("{text} {base}, if that is the server you mean"));
            }
            None => "Redirects to another server are not followed: set the base URL to it, if it is right",
        },
        413 => "A proxy before Dify limits the size of requests",
        408 | 504 | 524 if situation.blocks => {
            return Some(format!("A gateway gave up waiting for Dify. {STREAMED}"));
        }
        408 | 504 | 524 => "A gateway gave up waiting for Dify",
        502 | 503 => "A gateway before Dify does not reach it: it may be down, or starting",
        200..=299 if media::is_event_stream(&error.content_type) => {
            "This server answers by an event stream here: call the streaming method instead"
        }
        200..=299 if html && situation.fitting_base.is_some() => {
            "That is a web page: check that the base URL is that of the API"
        }
        200..=299 if html => {
            return Some(format!(
                "That is a web page: check that the base URL is that of the API and ends in `{path}`"
            ));
        }
        // A route that answers something else in newer releases.
        200..=299 => return another_release(context),
        _ => return None,
    };
    Some(text.to_owned())
}

/// Whether Dify itself has no such route, or none of this method.
fn is_missing(error: &ApiError) -> bool {
    match error.status.as_u16() {
        405 => true,
        404 => error.message.starts_with("The requested URL was not found on the server"),
        _ => false,
    }
}

/// Which releases have the operation, where the server is none of them.
fn another_release(context: &Context) -> Option<String> {
    let version = context.server_version.as_deref()?;
    let (since, until) = (context.operation.since(), context.operation.until());
    let fact = match (since, until) {
        (Some(since), _) if is_older(version, since) => format!("This operation came with Dify {since}"),
        (_, Some(until)) if is_older(until, version) => {
            format!("This operation is gone: the last release that has it is Dify {until}")
        }
        _ => return None,
    };
    let is = if is_ambiguous(version) { "calls itself" } else { "is" };
    Some(format!("{fact}; the server {is} {}", Shown::new(version)))
}

/// A page that is not there.
fn missing(context: &Context) -> String {
    let (situation, path) = (&context.situation, context.operation.api_path());
    if let Some(fact) = another_release(context) {
        return fact;
    }
    let version = context.server_version.as_deref();
    let since = context.operation.since();
    match (since, version, situation.fitting_base.as_deref()) {
        (Some(since), None, None) => {
            format!(
                "This operation came with Dify {since}. Is the server older, or does the base URL not end in `{path}`?"
            )
        }
        (Some(since), None, Some(_)) => format!("This operation came with Dify {since}: the server may be older"),
        (_, _, Some(base)) => format!("The server at {base} has no such route, or an id in the path is no UUID"),
        (_, _, None) => format!("Check that the base URL ends in `{path}`"),
    }
}

fn transport(error: &TransportError) -> Option<&'static str> {
    if !error.connecting {
        return None;
    }
    Some(if error.to_string().contains("certificate") {
        "This system does not trust the server's certificate: add its issuer to the system's certificates"
    } else {
        "Is the base URL right, and the server up?"
    })
}

/// Joins a sentence and a hint. Texts of servers often bring their full stop.
pub(super) fn separator(text: &str) -> &'static str {
    if text.ends_with(['.', '!', '?', '\u{3002}']) { " " } else { ". " }
}

#[cfg(test)]
mod tests;
