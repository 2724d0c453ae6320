//! One understood request to one operation.

use std::sync::Arc;

use http::HeaderMap;
use serde_json::{Map, Value};

use super::form_data::FormData;
use super::reply::Reply;
use crate::described::Api;
use crate::state::World;
use crate::state::shared::Shared;
use crate::values::cookie::Cookies;
use crate::values::key::Key;
use crate::values::refusal::Refusal;

/// What a handler makes of a call.
pub(crate) type Outcome = Result<Reply, Refusal>;

/// What a request carried.
pub(crate) enum Content {
    Nothing,
    Json(Map<String, Value>),
    Form(FormData),
}

/// The headers of a request. Credentials are among them: there is no debug output.
pub(crate) struct Headers(HeaderMap);

/// A request whose key, shape and user are good.
pub(crate) struct Call {
    pub(crate) server: Arc<Shared>,
    /// Which API is asked.
    pub(crate) api: Api,
    pub(crate) headers: Headers,
    pub(crate) key: Key,
    pub(crate) path: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) content: Content,
    /// The user that the request names, or whose passport it has; else `None`.
    pub(crate) user: Option<String>,
    pub(crate) cookies: Cookies,
}

impl Headers {
    pub(crate) fn of(headers: &HeaderMap) -> Headers {
        Headers(headers.clone())
    }

    /// A header that is there and is text.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str().ok())
    }

    /// What follows `Bearer` in the header for it.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.get("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    }
}

impl Call {
    /// A path parameter. Which there are is the route's doing; one that is not there is empty.
    pub(crate) fn at(&self, name: &str) -> &str {
        let found = self.path.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// A query parameter that is there and not empty.
    pub(crate) fn asked(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Every value of a query parameter that may come more than once.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter that is a number. Its text was checked against the document before.
    pub(crate) fn number(&self, name: &str, default: usize) -> usize {
        self.asked(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    }

    /// A query parameter that is yes or no. Its text was checked against the document before.
    pub(crate) fn yes(&self, name: &str) -> Option<bool> {
        let yes = |text: &str| matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "y" | "on" | "t");
        self.asked(name).map(yes)
    }

    /// Puts a member into the JSON body and replaces the value that is there.
    pub(crate) fn put(&mut self, name: &str, value: Value) {
        if let Content::Json(members) = &mut self.content {
            members.insert(name.to_owned(), value);
        }
    }

    /// A member of the JSON body; null when it is not there.
    pub(crate) fn member(&self, name: &str) -> &Value {
        match &self.content {
            Content::Json(members) => members.get(name).unwrap_or(&Value::Null),
            _ => &Value::Null,
        }
    }

    /// Whether the JSON body has a member, be it null.
    pub(crate) fn has(&self, name: &str) -> bool {
        matches!(&self.content, Content::Json(members) if members.contains_key(name))
    }

    /// A member of the JSON body that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.member(name).as_str()
    }

    /// The form; an empty one when the body was something else.
    pub(crate) fn form(&self) -> Option<&FormData> {
        match &self.content {
            Content::Form(form) => Some(form),
            _ => None,
        }
    }

    /// The user, as Dify names one that is not given.
    pub(crate) fn user(&self) -> &str {
        self.user.as_deref().unwrap_or("DEFAULT-USER")
    }

    /// Does something to the state.
    pub(crate) fn world<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        self.server.world(work)
    }

    /// Returns a member of the JSON body that is a list of texts. Other values in it are ignored.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        self.member(name).as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The members of the JSON body, for messages that repeat them.
    pub(crate) fn members(&self) -> Value {
        match &self.content {
            Content::Json(members) => Value::Object(members.clone()),
            _ => Value::Null,
        }
    }
}
