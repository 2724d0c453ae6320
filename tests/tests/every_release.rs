//! The client decodes what servers of every release send, and makes nothing up that decides what a program does.
//!
//! A share of the members is tried; all of them with the environment variable `DIFY_WHOLE`.

use std::collections::{BTreeMap, BTreeSet};

use dify_api::{Console, ErrorKind};
use dify_mock::Server;
use dify_tests::{
    Case, Clients,
    canned::{Answer, CannedServer},
    corpus,
    corpus::UNDECODED,
    generated::{self, OPERATIONS, RoundTrip, Substitutions},
    script::Script,
    sse_frames::reference,
};
use serde_json::Value;

/// A recorded body or event, and how the client reads it.
struct Sample {
    /// Where it was recorded.
    told: String,
    /// The operation and, of an event, its name.
    kind: String,
    text: String,
    value: Value,
    through: RoundTrip,
    lacking: Substitutions,
}

fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for case in &corpus().cases {
        let operation = case.verdict.operation.clone().unwrap_or_default();
        if let Some((body, through)) = case.json_reply().zip(case.reply_type()).filter(|_| case.accepted())
            && !case.is_bare_status()
        {
            let lacking = case.operations().find_map(generated::reply_substitutions).expect("one of each");
            let value = serde_json::from_str(body).expect("JSON");
            let told = case.recording.to_string();
            samples.push(Sample { told, kind: operation, text: body.to_owned(), value, through, lacking });
        } else if let Some((method, stream)) = case.stream() {
            let through = generated::event(method).expect("a stream has events");
            let lacking = generated::event_substitutions(method).expect("one of each");
            for frame in reference(stream.as_bytes()) {
                let Ok(value) = serde_json::from_str::<Value>(&frame.data) else { continue };
                let kind = format!("{method} {}", value["event"].as_str().unwrap_or_default());
                let told = format!("{} {kind}", case.recording);
                samples.push(Sample { told, kind, text: frame.data, value, through, lacking });
            }
        }
    }
    samples
}

#[test]
fn every_answer_and_event_of_every_release_decodes() {
    let (mut tried, mut found) = (BTreeMap::<String, usize>::new(), Vec::new());
    for sample in samples() {
        *tried.entry(sample.told.split('/').next().unwrap_or_default().to_owned()).or_default() += 1;
        if let Err(error) = (sample.through)(&sample.text) {
            found.push(format!("{}: {error}", sample.told));
        }
    }
    let excused =
        |fault: &str| UNDECODED.iter().any(|(file, member)| fault.starts_with(file) && fault.contains(member));
    let (excused, found): (Vec<_>, Vec<_>) = found.into_iter().partition(|fault| excused(fault));
    assert!(found.is_empty(), "{} of {tried:?} do not decode:\n{}", found.len(), found.join("\n"));
    assert_eq!(excused.len(), UNDECODED.len(), "{excused:?}");
    assert_eq!(tried.keys().map(String::as_str).collect::<Vec<_>>(), corpus().servers());
    assert!(tried.values().all(|tried| *tried > 100), "{tried:?}");
}

/// The places of all members: one of the items of each list.
fn places(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let place = format!("{place}/{}", contract::escape(name));
                found.push(place.clone());
                places(value, &place, found);
            }
        }
        Value::Array(items) => {
            if let Some((index, item)) = items.iter().enumerate().next_back() {
                places(item, &format!("{place}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Takes the member away, or sets it to null; returns what it was.
fn damage(value: &mut Value, place: &str, null: bool) -> Option<Value> {
    let (object, name) = place.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    let members = value.pointer_mut(object)?.as_object_mut()?;
    if null { members.insert(name, Value::Null) } else { members.remove(&name) }
}

/// Whether a program decides by a member of this name. It is never made up.
fn decides(name: &str) -> bool {
    let ends = ["id", "ids", "status", "token", "tokens", "price", "amount", "count"];
    name == "has_more" || ends.iter().any(|end| name == *end || name.ends_with(&format!("_{end}")))
}

/// Counters on which nothing depends.
const HARMLESS: [&str; 2] = ["hit_count", "binding_count"];

/// Whether a value that was made up contains what a program decides by.
fn makes_up(name: &str, made: &Value) -> bool {
    match made {
        Value::Null => false,
        Value::Object(members) => members.iter().any(|(name, made)| makes_up(name, made)),
        Value::Array(items) => !items.is_empty(),
        _ => decides(name) && !HARMLESS.contains(&name),
    }
}

/// What is wrong with how the client reads a sample without one of its members.
fn judge(sample: &Sample, before: &Value, place: &str, null: bool) -> Option<String> {
    let mut damaged = sample.value.clone();
    let was = damage(&mut damaged, place, null)?;
    if null && was.is_null() {
        return None;
    }
    let text = damaged.to_string();
    let name = place.rsplit('/').next().unwrap_or_default();
    let mut after = match (sample.through)(&text) {
        Ok(after) => after,
        Err(error) => {
            let error = error.to_string();
            let missing = error.contains(&format!("missing member `{name}`"))
                || error.contains("an object without any of its required members")
                || (name == "event" && error.contains("expected a string"))
                // The name says what is inside.
                || (place.contains("/user_input_form/") && null && error.contains("found null"));
            return (!missing).then(|| format!("is an error that does not name it: {error}"));
        }
    };
    let mut before = before.clone();
    damage(&mut before, place, false);
    let made = damage(&mut after, place, false).filter(|made| !made.is_null());
    if before != after {
        return Some("changes something else".to_owned());
    }
    let made = made?;
    let empty = made.as_array().is_some_and(Vec::is_empty) || made.as_object().is_some_and(serde_json::Map::is_empty);
    if makes_up(name, &made) {
        return Some(format!("is made up: {made}"));
    }
    let counted = (sample.lacking)(&text)
        .is_ok_and(|lacking| lacking.len() == 16 || lacking.iter().any(|path| path.rsplit('.').next() == Some(name)));
    (!empty && !counted).then(|| "is made up and not counted".to_owned())
}

#[test]
fn any_one_member_may_be_missing_or_is_an_error() {
    let whole = std::env::var_os("DIFY_WHOLE").is_some();
    let (mut seen, mut tried, mut found) = (BTreeSet::new(), 0_u64, BTreeMap::<String, usize>::new());
    for sample in samples() {
        let Ok(before) = (sample.through)(&sample.text) else { continue };
        let mut all = Vec::new();
        places(&sample.value, "", &mut all);
        let release = sample.told.split('/').next().unwrap_or_default();
        for place in all {
            // Up to 1.9.1 the data of a login is an object, which the type keeps as text.
            if sample.value.pointer("/data/refresh_token").is_some() && place.starts_with("/data/") {
                continue;
            }
            // 1.11.2 to 1.12.1 name pieces of an answer so; without an answer it is another event.
            if sample.kind.ends_with(" message_file") && place == "/answer" {
                continue;
            }
            let shape: Vec<&str> = place.split('/').filter(|step| step.parse::<usize>().is_err()).collect();
            // Each member once for each release and kind, and in the gate each in one release only.
            let shape = shape.join("/");
            let new = seen.insert((if whole { release.to_owned() } else { String::new() }, sample.kind.clone(), shape));
            if !new {
                continue;
            }
            for null in [false, true] {
                tried += 1;
                if let Some(why) = judge(&sample, &before, &place, null) {
                    let how = if null { "null" } else { "missing" };
                    *found.entry(format!("{} {place} {how} {why}", sample.kind)).or_default() += 1;
                }
            }
        }
    }
    let found: Vec<_> = found.into_iter().map(|(what, times)| format!("{times} {what}")).collect();
    assert!(found.is_empty(), "{} of {tried}:\n{}", found.len(), found.join("\n"));
    assert!(tried > 5_000, "only {tried} were tried");
}

/// Recorded refusals: one of each set of members and each code.
fn envelopes() -> Vec<String> {
    let mut envelopes = BTreeMap::new();
    for case in corpus().cases.iter().filter(|case| case.recording.status() >= 400) {
        let Some(Ok(Value::Object(body))) = case.json_reply().map(serde_json::from_str) else { continue };
        // What is described as a state is an answer.
        if body.get("app_id").is_some() {
            continue;
        }
        let members: Vec<_> = body.keys().cloned().collect();
        let code = body.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
        envelopes.entry((members, code)).or_insert_with(|| Value::Object(body).to_string());
    }
    envelopes.into_values().collect()
}

#[test]
fn a_recorded_refusal_is_no_answer_of_any_type() {
    let (envelopes, mut tried, mut found) = (envelopes(), 0, Vec::new());
    for (operation, ..) in OPERATIONS {
        let Some(through) = generated::reply(operation) else { continue };
        // The answer to some calls is `result` alone; the call reads the reason beside it.
        for envelope in envelopes.iter().filter(|envelope| !envelope.contains(r#""result":"fail""#)) {
            tried += 1;
            if let Ok(value) = through(envelope) {
                found.push(format!("{operation}: {envelope} is {value}"));
            }
        }
    }
    assert!(found.is_empty(), "{} of {tried}:\n{}", found.len(), found.join("\n"));
    assert!(envelopes.len() > 20 && tried > 3_000, "{} envelopes, {tried} tried", envelopes.len());
}

/// A JSON answer of any operation.
fn json(body: &str) -> Answer {
    let headers =
        vec![("Content-Type".to_owned(), "application/json".to_owned()), ("X-Version".to_owned(), "1.7.2".to_owned())];
    Answer { status: 200, headers, body: body.as_bytes().to_vec(), chunk: None }
}

#[tokio::test]
async fn a_recorded_refusal_with_status_200_fails_every_call() {
    let shapes: BTreeMap<Vec<String>, String> = envelopes()
        .into_iter()
        .map(|envelope| {
            let body: serde_json::Map<String, Value> = serde_json::from_str(&envelope).expect("JSON");
            (body.keys().cloned().collect(), envelope)
        })
        .collect();
    let mock = Server::start().await.expect("the server starts");
    let script = Script::new(&mock);
    let canned = CannedServer::start(&json("")).await.expect("a server");
    let mut clients = Clients::at(&canned.base_url());
    let root = canned.base_url().replace("/v1", "");
    let console = || Console::builder().base_url(&root).tokens("access", "csrf").build().expect("a client");
    clients.console = console();
    let (mut tried, mut nothing) = (0, BTreeSet::new());
    for (operation, ..) in OPERATIONS.iter().filter(|(id, ..)| *id != "web_session_passport") {
        let arguments = script.examples(operation);
        let answers_nothing = generated::reply(operation).is_none() && generated::event(operation).is_none();
        for envelope in shapes.values() {
            canned.answer(&json(envelope));
            if operation.starts_with("console_") {
                // A call before may have ended the session.
                clients.console = console();
            }
            let outcome = clients.call(operation, &arguments).await.expect("an operation");
            let error = outcome.err().filter(|error| !matches!(error.kind(), ErrorKind::InvalidRequest(_)));
            let Some(error) = error else {
                // A file is what it is, and a call that waits for nothing sends nothing.
                assert!(answers_nothing && is_download(operation), "{operation} takes {envelope} for a success");
                continue;
            };
            tried += 1;
            if generated::event(operation).is_some() || is_download(operation) {
                continue;
            }
            assert!(matches!(error.kind(), ErrorKind::Decode(_)), "{operation}: {error}");
            assert_eq!(
                (error.server_version(), error.body().map(|body| &**body)),
                (Some("1.7.2"), Some(envelope.as_bytes()))
            );
        }
        if answers_nothing && !is_download(operation) {
            nothing.insert(*operation);
            for body in ["", "204", "200\n", r#"{"result":"success"}"#] {
                canned.answer(&json(body));
                let outcome = clients.call(operation, &arguments).await.expect("an operation");
                assert!(outcome.is_ok(), "{operation}, {body}: {outcome:?}");
            }
        }
    }
    assert!(tried > 500 && nothing.len() > 10, "{tried} calls, {} answer nothing", nothing.len());
}

#[tokio::test]
async fn the_console_logs_in_as_each_release_was_recorded() {
    let (mut sessions, mut refusals) = (BTreeSet::new(), 0);
    for case in corpus().cases.iter().filter(|case| case.verdict.operation.as_deref() == Some("POST /login")) {
        if case.json_reply().is_none() || case.api() != contract::Api::Console {
            continue;
        }
        let response = &case.recording.exchange.response;
        let server = CannedServer::start(&Answer::recorded(&case.recording)).await.expect("a server");
        let root = server.base_url().replace("/v1", "");
        let outcome = Console::login(root, "maria@example.com", "a password").await;
        match (case.accepted(), outcome) {
            (true, Ok(_)) => drop(sessions.insert(case.recording.server.clone())),
            (false, Err(error)) => {
                let known = matches!(error.kind(), ErrorKind::Api(refusal) if refusal.status == response.status);
                assert!(known && !error.to_string().ends_with(": "), "{}: {error}", case.recording);
                refusals += 1;
            }
            (_, outcome) => panic!("{}: {outcome:?}", case.recording),
        }
    }
    assert!(!sessions.is_empty() && refusals > 0, "{sessions:?}, {refusals} refusals");
}

/// Whether the operation answers bytes.
fn is_download(operation: &str) -> bool {
    let document = dify_tests::workspace::document_of(operation);
    let (_, method, path) = OPERATIONS.iter().find(|(id, ..)| *id == operation).expect("an operation");
    let responses = document["paths"][*path][method.to_lowercase()]["responses"].as_object().into_iter().flatten();
    responses.filter(|(status, _)| status.starts_with('2')).any(|(_, response)| {
        let content = contract::follow(document, response)["content"].as_object().into_iter().flatten();
        content.filter(|(media, _)| !["application/json", "text/event-stream"].contains(&media.as_str())).count() > 0
    })
}

#[tokio::test]
async fn a_bare_status_in_the_body_is_a_success_where_that_is_all() {
    let cases: Vec<&Case> = corpus().cases.iter().filter(|case| case.accepted() && case.is_bare_status()).collect();
    let mock = Server::start().await.expect("the server starts");
    let script = Script::new(&mock);
    let canned = CannedServer::start(&json("")).await.expect("a server");
    let clients = Clients::at(&canned.base_url());
    for case in cases {
        let Some(operation) = case.operations().next() else { continue };
        canned.answer(&json(case.recording.reply().unwrap_or_default()));
        let outcome = clients.call(operation, &script.examples(operation)).await.expect("an operation");
        assert!(outcome.is_ok(), "{}: {outcome:?}", case.recording);
    }
    canned.answer(&json("200"));
    let error = clients.app.info().get().await.expect_err("a read that answers nothing");
    assert!(matches!(error.kind(), ErrorKind::Decode(_)), "{error}");
    assert!(error.to_string().contains("[the server is Dify 1.7.2]"), "{error}");
}
