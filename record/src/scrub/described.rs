//! The published documents: what a recording may show as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use contract::{Document, Found, Judge, Message};
use http::{Method, StatusCode};
use serde_json::Value;

use super::place::Place;

/// All documents, with what they describe of any release.
#[derive(Debug)]
pub(crate) struct Described {
    documents: &'static Judge,
    members: BTreeMap<String, Member>,
    /// Names and values that are no secrets, whoever chooses them for one.
    words: BTreeSet<String>,
    headers: BTreeSet<String>,
    errors: Place,
}

/// The documents' facts about all members of one name.
#[derive(Debug)]
struct Member {
    only_numbers: bool,
    values: BTreeSet<String>,
}

/// An operation that a request is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation(contract::Operation<'static>);

impl Described {
    /// Reads the documents at the first call.
    pub(crate) fn get() -> &'static Self {
        static DESCRIBED: OnceLock<Described> = OnceLock::new();
        static DOCUMENTS: OnceLock<Judge> = OnceLock::new();
        let read = || Judge::carried(Some("")).expect("the carried documents, which a test reads");
        DESCRIBED.get_or_init(|| Self::new(DOCUMENTS.get_or_init(read)))
    }

    fn new(documents: &'static Judge) -> Self {
        let mut described = Self {
            documents,
            members: BTreeMap::new(),
            words: BTreeSet::new(),
            headers: BTreeSet::new(),
            errors: Place::none(),
        };
        for root in documents.documents().iter().map(Document::root) {
            let errors = root["components"]["responses"].as_object().into_iter().flatten();
            let errors = errors.map(|(_, response)| &response["content"]["application/json"]["schema"]);
            described.errors.add(root, errors);
            described.read(root, root);
        }
        described
    }

    /// Gathers names and values below a part of a document.
    fn read(&mut self, root: &'static Value, part: &'static Value) {
        match part {
            Value::Object(members) => {
                for (name, schema) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
                    let new = || Member { only_numbers: true, values: BTreeSet::new() };
                    let member = self.members.entry(name.clone()).or_insert_with(new);
                    let place = Place::of(root, schema);
                    member.only_numbers &= place.is_number();
                    member.values.extend(place.values().map(str::to_owned));
                    self.words.insert(name.clone());
                    self.words.extend(member.values.iter().cloned());
                }
                if members.get("in").and_then(Value::as_str) == Some("header") {
                    self.headers.extend(members.get("name").and_then(Value::as_str).map(str::to_ascii_lowercase));
                }
                if let Some(headers) = members.get("headers").and_then(Value::as_object) {
                    self.headers.extend(headers.keys().map(|name| name.to_ascii_lowercase()));
                }
                members
                    .iter()
                    .filter(|(name, _)| !name.starts_with("example"))
                    .for_each(|(_, part)| self.read(root, part));
            }
            Value::Array(items) => items.iter().for_each(|item| self.read(root, item)),
            _ => {}
        }
    }

    /// Returns the operation at a method and a path.
    pub(crate) fn operation(&self, method: &Method, path: &str) -> Option<Operation> {
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        match self.documents.find(method, path) {
            Found::Operation(operation, _) => Some(Operation(operation)),
            _ => None,
        }
    }

    /// Whether every member of this name is a number.
    pub(crate) fn is_number(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(|member| member.only_numbers)
    }

    /// Whether a value is among those that the documents list for members of this name.
    pub(crate) fn lists(&self, name: &str, value: &str) -> bool {
        self.members.get(name).is_some_and(|member| member.values.contains(value))
    }

    /// Whether a text is a name or a value of the documents.
    pub(crate) fn has_word(&self, text: &str) -> bool {
        self.words.contains(text)
    }

    /// Whether a header is described; the name is in lower case.
    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers.contains(name)
    }

    /// Returns the place of an answer's body; any refusal may have the common shape.
    pub(crate) fn answer(&self, operation: Option<Operation>, status: StatusCode, media_type: &str) -> Place {
        let answer = operation.and_then(|operation| operation.0.answer(status.as_u16()));
        let mut place = answer.and_then(|answer| place(answer, media_type)).unwrap_or_default();
        if status.is_client_error() || status.is_server_error() {
            place.join(&self.errors);
        }
        place
    }
}

impl Operation {
    /// The name of the path's parameter at a segment.
    pub(crate) fn parameter_at(self, segment: usize) -> Option<&'static str> {
        let below = segment.checked_sub(self.0.document().prefix().matches('/').count())?;
        self.0.path().split('/').nth(below)?.strip_prefix('{')?.strip_suffix('}')
    }

    /// Returns the schema of a parameter.
    pub(crate) fn parameter(self, within: &str, name: &str) -> Option<Place> {
        let bare = name.split('[').next().unwrap_or(name);
        let parameters = self.0.parameters().into_iter();
        let mut fitting = parameters.filter(|parameter| {
            parameter.place == within && (parameter.name == name || parameter.name.trim_end_matches("[]") == bare)
        });
        Some(Place::of(self.0.document().root(), fitting.next()?.schema()?.source()))
    }

    /// Returns the place of a request's body.
    pub(crate) fn request(self, media_type: &str) -> Place {
        self.0.request().and_then(|request| place(request, media_type)).unwrap_or_else(Place::none)
    }
}

/// The place of a body, described or not.
fn place(message: Message<'static>, media_type: &str) -> Option<Place> {
    let schema = message.body(media_type)?.schema()?;
    Some(Place::of(schema.document().root(), schema.source()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_are_read_and_operations_are_found() {
        let described = Described::get();
        let found = |method, path| described.operation(&method, path).is_some();
        assert!(found(Method::POST, "/v1/chat-messages") && found(Method::GET, "/api/site"));
        assert!(found(Method::GET, "/console/api/apps") && found(Method::HEAD, "/v1/info"));
        assert!(!found(Method::PUT, "/v1/info") && !found(Method::GET, "/v1/info/") && !found(Method::GET, "/"));
        assert!(described.is_number("total_tokens") && !described.is_number("answer"));
        assert!(described.lists("response_mode", "streaming") && described.has_header("x-trace-id"));
    }

    #[test]
    fn answers_have_the_place_of_their_status() {
        let described = Described::get();
        let operation = described.operation(&Method::GET, "/v1/info");
        let place = |status: StatusCode| described.answer(operation, status, "application/json");
        assert!(place(StatusCode::OK).member("mode").is_known());
        assert!(!place(StatusCode::OK).member("code").is_known());
        assert!(place(StatusCode::NOT_FOUND).member("code").is_known());
        assert!(place(StatusCode::IM_A_TEAPOT).member("message").is_known());
    }
}
