//! The life of a request.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::connect_info::ConnectInfo;
use axum::extract::{Request, State};
use axum::response::Response;
use contract::{Finding, Part, essence};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

use super::fault::Line;
use super::host::Host;
use super::records::{KEPT_OF_A_BODY, RecordedRequest};
use super::{authorize, form};
use crate::described::guess::guess;
use crate::described::{Api, Complaint, Credential, Found, Operation};
use crate::handlers::call::{Call, Content, Headers};
use crate::handlers::form_data::FormData;
use crate::handlers::handler::Handler;
use crate::handlers::reply::Reply;
use crate::handlers::{console, routes};
use crate::state::feed::Frame;
use crate::values::cookie::Cookies;
use crate::values::key::Key;
use crate::values::refusal::Refusal;

/// A longer JSON body is refused, because it would be kept in memory.
const LONGEST_JSON: usize = 256 * 1024 * 1024;

/// Answers one request, whatever it is.
pub(crate) async fn serve(
    State(host): State<Arc<Host>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut record = RecordedRequest {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.clone(),
        ..RecordedRequest::default()
    };
    let found = Found::at(host.documents, &record.method, &record.path);
    let operation = match &found {
        Found::Operation(operation, _) => Some(*operation),
        _ => None,
    };
    record.operation = operation.map(|operation| operation.id().to_owned());
    let fault = host.faults.meet(record.operation.as_deref(), &record.path);
    record.fault.clone_from(&fault);
    host.counts.receive(record.operation.as_deref(), fault.is_some());
    let query: Vec<(String, String)> = form_urlencoded::parse(record.query.as_bytes()).into_owned().collect();
    let method = parts.method.clone();
    let body = match fault.as_deref() {
        Some(fault) if !fault.reads() => Sent::Other(0),
        _ => read(parts, body, operation, &mut record).await,
    };
    let findings = operation.map(|operation| check(operation, &query, &record.headers, &body)).unwrap_or_default();
    record.problems = findings.notes.clone();
    let (headers, path) = (record.headers.clone(), record.path.clone());
    let number = host.records.keep(record, host.shared.options.kept_requests);
    let begun = |status: u16| host.records.amend(number, |record| record.status = status);
    if let Some(fault) = fault.as_deref().filter(|fault| !fault.acts()) {
        return fault.refuse(&line, begun).await;
    }

    let outcome = match found {
        Found::Nothing => match routes::beside(host.documents, &host.shared, method.as_str(), &path, &query) {
            Some(outcome) => outcome,
            None => Err(Refusal::Html),
        },
        Found::OtherMethod => Err(Refusal::other_method()),
        Found::Operation(operation, values) => {
            let understood = understand(&host, operation, Asked { path: values, query, body, findings }, &headers);
            match understood {
                Ok((call, handler)) => {
                    host.counts.execute(operation.id(), &method, &headers);
                    host.records.amend(number, |record| record.executed = true);
                    routes::answer(call, handler, operation).await
                }
                Err(refusal) => Err(refusal),
            }
            .map_err(|refusal| match host.shared.options.since("1.8.0") {
                true => guess(host.documents, refusal, &path),
                false => refusal,
            })
        }
    };
    let mut response = match outcome {
        Ok(reply) => checked(&host, operation, number, of_release(&host, operation, reply)).into_response(),
        Err(refusal) => {
            let mut refusal = refusal.of(&host.shared.options.release);
            if let (Some(operation), Some((status, body))) = (operation, refusal.json().filter(|_| host.is_earlier))
                && let Some(body) = operation.fitted(status, "application/json", Some(&body))
            {
                refusal = Refusal::Shaped { status, body };
            }
            if let (Some(operation), Some((status, body))) = (operation, refusal.json().filter(|_| checks(&host))) {
                let problems = operation.check_answer(status, "application/json", &body);
                host.records.amend(number, |record| record.answer_problems.extend(problems));
            }
            refusal.into_response()
        }
    };
    sign(&host, &path, &mut response);
    match fault {
        Some(fault) => fault.distort(&method, response, &line, begun).await,
        None => {
            begun(response.status().as_u16());
            response
        }
    }
}

/// The headers that every answer has.
fn sign(host: &Host, path: &str, response: &mut Response) {
    let (headers, options) = (response.headers_mut(), &host.shared.options);
    // Pages and the console are served from the same place as their APIs: only others are told that they may.
    if ![Api::Web, Api::Console].iter().any(|api| path.starts_with(api.prefix())) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        if options.since("1.11.0") {
            let exposed = HeaderValue::from_static("X-Env, X-Trace-Id, X-Version");
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
    if let Ok(version) = HeaderValue::from_str(&options.version) {
        headers.insert("x-version", version);
    }
    headers.insert("x-env", HeaderValue::from_static("PRODUCTION"));
    if options.since("1.13.0") {
        headers.insert(header::VARY, HeaderValue::from_static("Cookie"));
    }
    if !options.since("1.8.0") {
        headers.remove(header::WWW_AUTHENTICATE);
    }
}

/// What a request's body turned out to be.
enum Sent {
    /// JSON was sent as such; nothing when it cannot be read.
    Json(Option<Value>),
    Form(Result<FormData, Refusal>),
    /// So many bytes of something else.
    Other(u64),
}

async fn read(parts: Parts, body: Body, operation: Option<Operation>, record: &mut RecordedRequest) -> Sent {
    let media = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media == "multipart/form-data" && operation.is_some_and(Operation::takes_form) {
        let (form, seen) = form::read(parts, body).await;
        record.body = seen.head.into();
        record.body_length = seen.length;
        return Sent::Form(form);
    }
    let bytes = to_bytes(body, LONGEST_JSON).await.unwrap_or_default();
    record.body_length = bytes.len() as u64;
    record.body = bytes.slice(..bytes.len().min(KEPT_OF_A_BODY));
    // A page that is being closed can send nothing but plain text, and syncs its draft all the same.
    let plain =
        media == "text/plain" && operation.is_some_and(|operation| operation.id() == "console_workflows_sync_draft");
    if plain || media == "application/json" || media.ends_with("+json") {
        return Sent::Json(serde_json::from_slice(&bytes).ok());
    }
    Sent::Other(record.body_length)
}

/// Where a request does not agree with the document.
#[derive(Default)]
struct Findings {
    query: Vec<Complaint>,
    members: Vec<Complaint>,
    /// These and all that the server does not mind.
    notes: Vec<String>,
}

fn check(operation: Operation, query: &[(String, String)], headers: &HeaderMap, body: &Sent) -> Findings {
    let headers: Vec<(&str, &str)> =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let media_type = headers.iter().find(|(name, _)| *name == "content-type").map(|(_, value)| essence(value));
    let (media_type, content) = match body {
        // Some clients name a media type even where they send nothing.
        Sent::Json(None) if operation.request().is_none() => ("", contract::Content::Empty),
        Sent::Json(value) => ("application/json", contract::Content::Json(value.as_ref())),
        Sent::Form(Ok(form)) => ("multipart/form-data", contract::Content::Form(form.names())),
        Sent::Form(Err(_)) => ("multipart/form-data", contract::Content::Other),
        Sent::Other(0) => ("", contract::Content::Empty),
        Sent::Other(_) => (media_type.as_deref().unwrap_or_default(), contract::Content::Other),
    };
    let mut found = Findings::default();
    for Finding { part, problem } in operation.findings(&contract::Sent { query, headers, media_type, content }) {
        match &part {
            Part::Query(name) if problem.keyword != "unknown" => {
                let text = query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
                found.query.push(Complaint::of_query(name, text, &problem));
            }
            // Schemas find problems at a place: the others are about the body as a whole, and members are ignored.
            Part::Body if !problem.path.is_empty() && problem.keyword != "undocumented" => {
                found.members.push(Complaint::of_member(&problem));
            }
            _ => {}
        }
        found.notes.push(Finding { part, problem }.to_string());
    }
    if let Sent::Form(Err(_)) = body {
        found.notes.push("the form cannot be read".to_owned());
    }
    found
}

/// What a request asks, read but not judged.
struct Asked {
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Sent,
    findings: Findings,
}

/// Turns a request into a call, checking what the server checks, in its order: key, body, user, mode, values.
fn understand(
    host: &Arc<Host>,
    operation: Operation,
    asked: Asked,
    sent: &HeaderMap,
) -> Result<(Call, Option<&'static Handler>), Refusal> {
    let Asked { path, query, body, mut findings } = asked;
    let headers = Headers::of(sent);
    let (key, visitor) = match operation.credential() {
        Credential::None if operation.is_console() => (Key::none(), None),
        Credential::None => (Key::of("app-chat"), None),
        Credential::Account => {
            console::gate::check(&host.shared, sent)?;
            (Key::none(), None)
        }
        Credential::Passport => {
            let passport = match host.shared.options.since("1.9.2") {
                true => headers.get("x-app-passport"),
                false => {
                    Some(headers.bearer().ok_or_else(|| Refusal::unauthorized("Authorization header is missing."))?)
                }
            };
            let (key, visitor) = host.shared.world(|world| {
                let visitor = world.passports.holder(passport)?;
                Ok::<_, Refusal>((world.key_of(&visitor.app), visitor))
            })?;
            (key, Some(visitor.session))
        }
        wanted => {
            let key = authorize::key(sent, wanted)?;
            (host.shared.world(|world| world.admit(key))?, None)
        }
    };
    let (api, handler) = (operation.api(), routes::handler(operation));
    let wording = handler.map(|handler| handler.wording).unwrap_or_default();
    let (server, content, cookies) = (Arc::clone(&host.shared), Content::Nothing, Cookies::read(sent));
    let mut call = Call { server, api, headers, key, path, query, content, user: visitor, cookies };
    if wording.absent {
        // Whatever the body is: nobody looks at it.
        return Ok((call, handler));
    }
    call.content = match body {
        Sent::Form(form) => Content::Form(form?),
        // Up to 1.9.1 the refresh token travels in a body, which the document does not describe.
        Sent::Json(Some(Value::Object(members))) if operation.id() == "console_account_refresh" => {
            Content::Json(members)
        }
        Sent::Json(value) if operation.takes_json() => match value {
            None => return Err(Refusal::bad_request()),
            Some(Value::Object(members)) => Content::Json(members),
            // The server looks for members in whatever it is, and that raises.
            Some(_) => return Err(Refusal::unknown()),
        },
        Sent::Other(_) if operation.takes_json() && operation.body_required() => return Err(Refusal::no_json()),
        _ => Content::Nothing,
    };
    if api != Api::Web {
        call.user = user(&call.content, &call.query);
    }
    if operation.needs_user() && call.user.is_none() {
        return Err(Refusal::no_user());
    }
    if let Some(handler) = handler {
        handler.audience.check(call.key.mode, api)?;
    }
    let judged = |complaint: &&Complaint| {
        let among = |names: &[&str]| names.iter().any(|name| complaint.is_about(name));
        let left = complaint.is_of_form() || complaint.is_short() && among(wording.measured);
        !left && !among(wording.unchecked)
    };
    let query_complaints: Vec<Complaint> = findings.query.iter().filter(judged).cloned().collect();
    findings.members.retain(|complaint| judged(&complaint));
    if operation.is_console() {
        console::refusal::judge(&host.shared.options, operation, &findings.members)?;
    }
    refuse(&query_complaints, wording.query.map_or_else(|| operation.title(true), str::to_owned))?;
    let refused = refuse(&findings.members, wording.body.map_or_else(|| operation.title(false), str::to_owned));
    match refused {
        Err(Refusal::Invalid { pydantic, .. }) if wording.bare => {
            return Err(Refusal::Shaped { status: 400, body: json!({"error": pydantic}) });
        }
        refused => refused?,
    }
    Ok((call, handler))
}

fn user(content: &Content, query: &[(String, String)]) -> Option<String> {
    let found = match content {
        Content::Json(members) => members.get("user").and_then(Value::as_str),
        Content::Form(form) => form.text("user"),
        Content::Nothing => None,
    };
    let in_query = || query.iter().find(|(name, _)| name == "user").map(|(_, value)| value.as_str());
    found.or_else(in_query).filter(|user| !user.is_empty()).map(str::to_owned)
}

fn refuse(complaints: &[Complaint], title: String) -> Result<(), Refusal> {
    if complaints.is_empty() { Ok(()) } else { Err(Complaint::refusal(complaints, &title)) }
}

/// The answer as the release gives it, where that is not the described one.
fn of_release(host: &Host, operation: Option<Operation>, reply: Reply) -> Reply {
    let Some(operation) = operation.filter(|_| host.is_earlier) else { return reply };
    match reply {
        Reply::Json(status, value) => fitted(operation, status, Some(&value)),
        Reply::Nothing => fitted(operation, 204, None),
        Reply::Spaced { charset, value } => {
            let value = operation.fitted(200, "application/json", Some(&value)).unwrap_or(value);
            Reply::Spaced { charset, value }
        }
        Reply::WithCookies { cookies, reply } => {
            Reply::WithCookies { cookies, reply: Box::new(of_release(host, Some(operation), *reply)) }
        }
        Reply::Events(mut events) => {
            events.greeting &= host.shared.options.since("1.13.0");
            events.fit = Some(Box::new(move |frame| {
                let value = operation.fitted(200, "text/event-stream", Some(&frame.value()))?;
                Some(Frame::new(&value, frame.turn))
            }));
            Reply::Events(events)
        }
        reply => reply,
    }
}

fn fitted(operation: Operation, status: u16, value: Option<&Value>) -> Reply {
    let status = operation.success(status);
    match operation.fitted(status, "application/json", value) {
        Some(value) => Reply::Json(status, value),
        None if (200..300).contains(&status) && value.is_none() => Reply::Nothing,
        None => Reply::Json(status, value.cloned().unwrap_or_default()),
    }
}

fn checks(host: &Host) -> bool {
    host.shared.options.check_answers
}

/// With `check_answers`, validates an answer and each of its events against the document.
fn checked(host: &Arc<Host>, operation: Option<Operation>, number: u64, reply: Reply) -> Reply {
    let Some(operation) = operation.filter(|_| checks(host)) else { return reply };
    if let Some((status, media, value)) = reply.json() {
        let problems = operation.check_answer(status, media, value);
        host.records.amend(number, |record| record.answer_problems.extend(problems));
    }
    match reply {
        Reply::Events(mut events) => {
            let host = Arc::clone(host);
            events.watcher = Some(Arc::new(move |frame: &Frame| {
                let problems = operation.check_answer(200, "text/event-stream", &frame.value());
                let event = frame.name();
                let problems = problems.into_iter().map(|problem| format!("{event}: {problem}"));
                host.records.amend(number, |record| record.answer_problems.extend(problems));
            }));
            Reply::Events(events)
        }
        reply => reply,
    }
}
