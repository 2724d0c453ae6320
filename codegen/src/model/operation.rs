//! Operations, as the methods of the bindings.

use super::schema::{Secret, last_segment, version};
use super::{API, Paging, Type, members, text, texts, unmarked};
use crate::diagnostic::{Finding, Findings};
use contract::{escape, follow};
use serde_json::{Map, Value};

/// A method of the bindings.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// The name of the inner request builder, such as `app_chat_stream`.
    pub(crate) id: String,
    /// The API of its document; empty if there is only one document.
    pub(crate) api: String,
    pub(crate) client: String,
    pub(crate) group: String,
    pub(crate) method: String,
    /// The HTTP method, in lower case.
    pub(crate) verb: String,
    pub(crate) path: String,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) mode: ReplyMode,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) answer: Answer,
    pub(crate) errors: Vec<String>,
    /// Components that describe refusals.
    pub(crate) refusals: Vec<String>,
    /// Sending it twice does what sending it once does.
    pub(crate) idempotent: bool,
    /// A client may keep its answers for some time.
    pub(crate) cacheable: bool,
    /// Optional parameters and members without which the server answers for no user.
    pub(crate) needs: Vec<String>,
    /// What to use instead, when it is deprecated.
    pub(crate) deprecated: Option<String>,
    pub(crate) since: Option<String>,
    /// The last release that has it.
    pub(crate) until: Option<String>,
    /// Only documents of Dify describe it: it is not in the contract's documents.
    pub(crate) documented: bool,
    pub(crate) credential: Credential,
    /// Refusals whose body is an answer like that of a success, unless it has a `code`.
    pub(crate) states: Vec<u16>,
    /// How its list is paged.
    pub(crate) paging: Option<Paging>,
    /// The example of the request's body.
    pub(crate) example: Option<Value>,
}

/// Which of the two ways of answering a method asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplyMode {
    /// The route answers one way only.
    Only,
    /// The JSON half of a route that can also stream.
    Blocking,
    /// The event stream of such a route.
    Streaming,
}

/// A path, query or header parameter.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) ty: Type,
    /// The value is a URL (`format: uri`).
    pub(crate) uri: bool,
    pub(crate) description: String,
    pub(crate) since: Option<String>,
    pub(crate) secret: Secret,
    pub(crate) example: Option<Value>,
    /// The text that the method always sends (`x-dify-send-default`).
    pub(crate) fixed: Option<String>,
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Json(Type),
    /// A multipart form; its component, and the members whose `encoding` allows sound only.
    Form {
        component: String,
        audio: Vec<String>,
    },
}

/// What a success answers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Json(Type),
    Empty,
    /// A stream of this union.
    Events(String),
    /// Bytes of these media types.
    Download(Vec<String>),
}

/// What the request must prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// Nothing: the operation is open.
    None,
    /// The security scheme of this name, such as `appKey`.
    Scheme(String),
}

impl Operation {
    /// The methods that one operation of the document becomes: two, when it answers JSON or a stream.
    pub(super) fn read(
        document: &Value,
        path: &str,
        item: &Value,
        verb: &str,
        operation: &Value,
        findings: &mut Findings,
    ) -> Vec<Self> {
        let place = format!("#/paths/{}/{verb}", escape(path));
        let names: Vec<&str> = text(operation, "x-dify-method").split('.').collect();
        let [client, group, method] = names[..] else {
            findings.push(Finding::in_document(
                place,
                "`x-dify-method` is missing or not `client.group.method`",
                "write it, such as `x-dify-method: app.chat.send`",
            ));
            return Vec::new();
        };
        let body = Body::read(document, operation);
        let success = success(document, operation);
        let base = Self {
            id: format!("{client}_{group}_{method}"),
            api: text(operation, API).to_owned(),
            client: client.to_owned(),
            group: group.to_owned(),
            method: method.to_owned(),
            verb: verb.to_owned(),
            path: unmarked(path).to_owned(),
            summary: text(operation, "summary").to_owned(),
            description: text(operation, "description").to_owned(),
            mode: ReplyMode::Only,
            parameters: Parameter::read_all(document, item, operation, body.as_ref()),
            body,
            answer: Answer::Empty,
            errors: texts(operation, "x-dify-errors"),
            refusals: refusals(document, operation),
            needs: texts(operation, "x-dify-needs"),
            idempotent: operation
                .get("x-dify-idempotent")
                .and_then(Value::as_bool)
                .unwrap_or(matches!(verb, "get" | "put" | "delete")),
            cacheable: operation.get("x-dify-cacheable") == Some(&Value::Bool(true)),
            deprecated: (operation.get("deprecated") == Some(&Value::Bool(true)))
                .then(|| text(operation, "x-dify-deprecated").to_owned())
                .or_else(|| version(operation, "x-dify-deprecated")),
            since: version(operation, "x-dify-since"),
            until: version(operation, "x-dify-until"),
            documented: text(operation, "x-dify-evidence") == "documented",
            credential: Credential::read(document, operation),
            states: states(document, operation),
            paging: Paging::read(path, verb, operation, findings),
            example: example(document, operation),
        };
        let events = success.and_then(|content| content.get("text/event-stream"));
        let json = success.and_then(|content| content.get("application/json"));
        let stream = operation.get("x-dify-stream-method").and_then(Value::as_str);
        match (json, events, stream) {
            (Some(json), Some(events), Some(stream)) => {
                let blocking =
                    Self { mode: ReplyMode::Blocking, answer: Answer::Json(answer_of(json)), ..base.clone() };
                let streaming = Self {
                    id: format!("{client}_{group}_{stream}"),
                    method: stream.to_owned(),
                    mode: ReplyMode::Streaming,
                    answer: Answer::events(events),
                    ..base
                };
                vec![blocking, streaming]
            }
            (Some(_), Some(_), None) => {
                findings.push(Finding::in_document(
                    place,
                    "answers JSON or an event stream, but has no `x-dify-stream-method`",
                    "name the method that streams, such as `x-dify-stream-method: stream`",
                ));
                vec![base]
            }
            (_, Some(events), None) => vec![Self { answer: Answer::events(events), ..base }],
            (_, _, Some(stream)) => {
                findings.push(Finding::in_document(
                    place,
                    format!("`x-dify-stream-method: {stream}`, but not both a JSON and an event-stream answer"),
                    "remove it, or describe both answers",
                ));
                vec![base]
            }
            (json, None, None) => vec![Self { answer: Answer::of(success, json), ..base }],
        }
    }

    /// The parameters of the path, in its order.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|p| p.location == Location::Path)
    }

    /// The parameters of the query struct.
    pub(crate) fn query_parameters(&self) -> impl Iterator<Item = &Parameter> {
        let chosen = |p: &Parameter| p.fixed.is_some() || (self.mode != ReplyMode::Only && chosen_by_method(&p.name));
        self.parameters.iter().filter(move |p| p.location != Location::Path && !chosen(p))
    }

    /// The components that the signature of the method names.
    pub(crate) fn roots(&self) -> Vec<String> {
        let mut names = Vec::new();
        match &self.body {
            Some(Body::Json(ty)) => ty.names(&mut names),
            Some(Body::Form { component, .. }) => names.push(component.clone()),
            None => {}
        }
        names.extend(self.answered());
        for parameter in &self.parameters {
            parameter.ty.names(&mut names);
        }
        names
    }

    /// The components that its answer names.
    pub(crate) fn answered(&self) -> Vec<String> {
        let mut names = Vec::new();
        match &self.answer {
            Answer::Json(ty) => ty.names(&mut names),
            Answer::Events(union) => names.push(union.clone()),
            Answer::Empty | Answer::Download(_) => {}
        }
        names
    }
}

impl Parameter {
    fn read_all(document: &Value, item: &Value, operation: &Value, body: Option<&Body>) -> Vec<Self> {
        let shared = item.get("parameters").and_then(Value::as_array);
        let own = operation.get("parameters").and_then(Value::as_array);
        let body = body.map(|b| b.members(document));
        shared
            .into_iter()
            .flatten()
            .chain(own.into_iter().flatten())
            .map(|parameter| follow(document, parameter))
            .filter(|parameter| !carried_by_body(parameter, body))
            .filter_map(|parameter| {
                Some(Self {
                    name: text(parameter, "name").to_owned(),
                    location: match text(parameter, "in") {
                        "path" => Location::Path,
                        "query" => Location::Query,
                        "header" => Location::Header,
                        _ => return None,
                    },
                    required: parameter.get("required") == Some(&Value::Bool(true)),
                    ty: Type::read(parameter.get("schema")?),
                    uri: parameter.pointer("/schema/format").and_then(Value::as_str) == Some("uri"),
                    description: text(parameter, "description").to_owned(),
                    since: version(parameter, "x-dify-since"),
                    secret: Secret::read(parameter.get("schema")?),
                    example: parameter.get("example").cloned(),
                    fixed: parameter.pointer("/schema/x-dify-send-default").and_then(Value::as_str).map(str::to_owned),
                })
            })
            .collect()
    }
}

impl Body {
    fn read(document: &Value, operation: &Value) -> Option<Self> {
        let body = follow(document, operation.get("requestBody")?);
        let content = body.get("content")?;
        if let Some(form) = content.pointer("/multipart~1form-data/schema/$ref") {
            let audio = members(content.pointer("/multipart~1form-data/encoding"))
                .filter(|(_, encoding)| {
                    let mut types = text(encoding, "contentType").split(',');
                    types.all(|media| media.trim().starts_with("audio/"))
                })
                .map(|(name, _)| name.clone())
                .collect();
            return Some(Self::Form { component: last_segment(form.as_str()?), audio });
        }
        Some(Self::Json(Type::read(content.pointer("/application~1json/schema")?)))
    }

    /// The properties of a JSON body's schema.
    fn members<'a>(&self, document: &'a Value) -> Option<&'a Map<String, Value>> {
        let Self::Json(Type::Named(name)) = self else { return None };
        document.pointer("/components/schemas")?.get(name)?.get("properties")?.as_object()
    }
}

impl Answer {
    fn events(media: &Value) -> Self {
        match schema_of(media) {
            Type::Named(union) => Self::Events(union),
            _ => Self::Empty,
        }
    }

    fn of(content: Option<&Map<String, Value>>, json: Option<&Value>) -> Self {
        let other: Vec<String> =
            content.into_iter().flat_map(Map::keys).filter(|media| *media != "application/json").cloned().collect();
        match json {
            _ if !other.is_empty() => Self::Download(other),
            Some(json) => Self::Json(answer_of(json)),
            None => Self::Empty,
        }
    }
}

impl Credential {
    fn read(document: &Value, operation: &Value) -> Self {
        operation
            .get("security")
            .or_else(|| document.get("security"))
            .and_then(|security| security.get(0)?.as_object()?.keys().next().cloned())
            .map_or(Self::None, Self::Scheme)
    }
}

/// Whether the method, not the caller, decides the value of this request member.
pub(crate) fn chosen_by_method(member: &str) -> bool {
    member == "response_mode"
}

/// Whether a query or header parameter only repeats a member of the JSON body: `trace_id`, and `X-Trace-Id` beside it.
pub(crate) fn carried_by_body(parameter: &Value, body: Option<Option<&Map<String, Value>>>) -> bool {
    let Some(Some(body)) = body else { return false };
    let name = text(parameter, "name").to_lowercase().replace('-', "_");
    let name = name.strip_prefix("x_").unwrap_or(&name);
    matches!(text(parameter, "in"), "query" | "header") && body.contains_key(name)
}

/// The content of the most detailed success: the first with any content. What only earlier releases answered counts where
/// there is no other.
fn success<'a>(document: &'a Value, operation: &'a Value) -> Option<&'a Map<String, Value>> {
    let of_today = |response: &Value| follow(document, response).get("x-dify-until").is_none();
    let successes = || members(operation.get("responses")).filter(|(status, _)| status.starts_with('2'));
    let any = successes().any(|(_, response)| of_today(response));
    successes()
        .filter(|(_, response)| !any || of_today(response))
        .find_map(|(_, response)| follow(document, response).get("content")?.as_object())
}

/// The components that refusals of the operation carry.
fn refusals(document: &Value, operation: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for (_, response) in members(operation.get("responses")).filter(|(s, _)| !s.starts_with('2')) {
        for (_, media) in members(follow(document, response).get("content")) {
            schema_of(media).names(&mut names);
        }
    }
    names.sort();
    names.dedup();
    names
}

/// The example of the request's body.
fn example(document: &Value, operation: &Value) -> Option<Value> {
    let body = follow(document, operation.get("requestBody")?);
    let (_, media) = members(body.get("content")).next()?;
    media.get("example").cloned()
}

fn schema_of(media: &Value) -> Type {
    media.get("schema").map_or(Type::Any, Type::read)
}

/// The type of an answer, which may be null as a whole.
fn answer_of(media: &Value) -> Type {
    match (media.pointer("/schema/nullable"), schema_of(media)) {
        (Some(Value::Bool(true)), ty) => Type::Nullable(Box::new(ty)),
        (_, ty) => ty,
    }
}

/// The statuses of refusals that may be states of what was asked for.
fn states(document: &Value, operation: &Value) -> Vec<u16> {
    members(operation.get("responses"))
        .filter(|(_, response)| follow(document, response).get("x-dify-state") == Some(&Value::Bool(true)))
        .filter_map(|(status, _)| status.parse().ok())
        .collect()
}
