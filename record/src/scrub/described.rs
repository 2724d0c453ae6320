//! The published documents: what a recording may show as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::place::{Place, follow};

const DOCUMENTS: [(&str, &str); 3] = [
    ("/v1", include_str!("../../../spec/published/dify-service-3.1.json")),
    ("/api", include_str!("../../../spec/published/dify-web-3.1.json")),
    ("/console/api", include_str!("../../../spec/published/dify-console-3.1.json")),
];

/// All three documents.
#[derive(Debug)]
pub(crate) struct Described {
    routes: Vec<Route>,
    members: BTreeMap<String, Member>,
    /// Names and values that are no secrets, whoever chooses them for one.
    words: BTreeSet<String>,
    headers: BTreeSet<String>,
    errors: Place,
}

/// What the documents say of all members of one name.
#[derive(Debug)]
struct Member {
    only_numbers: bool,
    values: BTreeSet<String>,
}

#[derive(Debug)]
struct Route {
    root: &'static Value,
    method: String,
    segments: Vec<String>,
    operation: &'static Value,
    parameters: Vec<&'static Value>,
}

/// An operation that a request is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation(&'static Route);

impl Described {
    /// Reads the documents at the first call.
    pub(crate) fn get() -> &'static Self {
        static DESCRIBED: OnceLock<Described> = OnceLock::new();
        static ROOTS: OnceLock<Vec<(&str, Value)>> = OnceLock::new();
        let roots = ROOTS.get_or_init(|| {
            let read =
                |(base, text)| (base, serde_json::from_str(text).expect("a published document, which a test reads"));
            DOCUMENTS.map(read).into()
        });
        DESCRIBED.get_or_init(|| Self::new(roots))
    }

    fn new(roots: &'static [(&'static str, Value)]) -> Self {
        let mut described = Self {
            routes: Vec::new(),
            members: BTreeMap::new(),
            words: BTreeSet::new(),
            headers: BTreeSet::new(),
            errors: Place::none(),
        };
        for (base, root) in roots {
            for (template, item) in root["paths"].as_object().into_iter().flatten() {
                for (method, operation) in item.as_object().into_iter().flatten() {
                    if operation.get("responses").is_some() {
                        described.add_route(root, &format!("{base}{template}"), method, item, operation);
                    }
                }
            }
            let errors = root["components"]["responses"].as_object().into_iter().flatten();
            let errors = errors.map(|(_, response)| &response["content"]["application/json"]["schema"]);
            described.errors.add(root, errors);
            described.read(root, root);
        }
        // `/workflows/run` before `/workflows/{id}`: the more fixed words, and the earlier, the closer the match.
        let fixed = |route: &Route| route.segments.iter().map(|word| word.starts_with('{')).collect::<Vec<_>>();
        described.routes.sort_by_key(fixed);
        described
    }

    fn add_route(
        &mut self,
        root: &'static Value,
        template: &str,
        method: &str,
        item: &'static Value,
        operation: &'static Value,
    ) {
        let lists = [&item["parameters"], &operation["parameters"]];
        let parameters = lists.iter().flat_map(|list| list.as_array().into_iter().flatten());
        self.routes.push(Route {
            root,
            method: method.to_ascii_uppercase(),
            segments: template.split('/').map(str::to_owned).collect(),
            operation,
            parameters: parameters.map(|parameter| follow(root, parameter)).collect(),
        });
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
    pub(crate) fn operation(&'static self, method: &Method, path: &str) -> Option<Operation> {
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        let fits = |route: &&Route| route.method == method && matches(&route.segments, path);
        self.routes.iter().find(fits).map(Operation)
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
        let mut place = operation.and_then(|operation| operation.answer(status, media_type)).unwrap_or_default();
        if status.is_client_error() || status.is_server_error() {
            place.join(&self.errors);
        }
        place
    }
}

impl Operation {
    /// The name of the path's parameter at a segment.
    pub(crate) fn parameter_at(self, segment: usize) -> Option<&'static str> {
        self.0.segments.get(segment)?.strip_prefix('{')?.strip_suffix('}')
    }

    /// Returns the schema of a parameter.
    pub(crate) fn parameter(self, within: &str, name: &str) -> Option<Place> {
        let bare = name.split('[').next().unwrap_or(name);
        let fits = |parameter: &&&Value| {
            let described = parameter["name"].as_str().unwrap_or_default();
            parameter["in"] == within && (described == name || described.trim_end_matches("[]") == bare)
        };
        let parameter = self.0.parameters.iter().find(fits)?;
        Some(Place::of(self.0.root, &parameter["schema"]))
    }

    /// Returns the place of a request's body.
    pub(crate) fn request(self, media_type: &str) -> Place {
        let body = follow(self.0.root, &self.0.operation["requestBody"]);
        content(self.0.root, body, media_type).unwrap_or_else(Place::none)
    }

    fn answer(self, status: StatusCode, media_type: &str) -> Option<Place> {
        let responses = &self.0.operation["responses"];
        let group = format!("{}XX", status.as_u16() / 100);
        let response = [status.as_str(), group.as_str(), "default"].iter().find_map(|key| responses.get(key))?;
        content(self.0.root, follow(self.0.root, response), media_type)
    }
}

fn content(root: &'static Value, message: &'static Value, media_type: &str) -> Option<Place> {
    let contents = message["content"].as_object()?;
    let group = format!("{}/*", media_type.split('/').next().unwrap_or_default());
    let content = [media_type, group.as_str(), "*/*"].iter().find_map(|key| contents.get(*key))?;
    Some(Place::of(root, &content["schema"]))
}

fn matches(segments: &[String], path: &str) -> bool {
    let mut words = path.split('/');
    let fits = segments.iter().all(|segment| {
        words.next().is_some_and(|word| {
            if segment.starts_with('{') { !word.is_empty() } else { percent_decode_str(word).eq(segment.bytes()) }
        })
    });
    fits && words.next().is_none()
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
