//! The published documents say the same in every version of OpenAPI: the judge, which reads 3.1, accepts a body exactly when
//! 3.0 does, read independently. The bodies are those that real servers sent and took, whole and damaged.

use std::collections::{BTreeMap, BTreeSet};

use dify_tests::{
    Case, corpus,
    sse_frames::reference,
    workspace::{APIS, published_in},
};
use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

/// So many damages of one body are tried.
const DAMAGES: usize = 40;

/// The schemas of a document in 3.0, put into JSON Schema 2020-12 by other rules than the publisher's.
struct Schemas {
    document: Value,
    registry: Registry<'static>,
    made: BTreeMap<String, Validator>,
}

/// What may be null is one of two things. Discriminators are left to [`Schemas::accept`].
fn as_json_schema(value: &Value) -> Value {
    let members = match value {
        Value::Object(members) => members,
        Value::Array(items) => return items.iter().map(as_json_schema).collect(),
        other => return other.clone(),
    };
    let mut out = Map::new();
    for (name, value) in members {
        match (name.as_str(), value) {
            ("nullable" | "example", _) => {}
            ("properties", Value::Object(members)) => {
                let members = members.iter().map(|(name, member)| (name.clone(), as_json_schema(member)));
                out.insert(name.clone(), Value::Object(members.collect()));
            }
            (name, _) if name.starts_with("x-") => {}
            ("enum" | "default", data) => {
                out.insert(name.clone(), data.clone());
            }
            (_, value) => {
                out.insert(name.clone(), as_json_schema(value));
            }
        }
    }
    if members.get("nullable") == Some(&json!(true)) { json!({"anyOf": [out, {"type": "null"}]}) } else { out.into() }
}

impl Schemas {
    fn of(api: &str, release: &str) -> Self {
        let mut document = published_in(api, "3.0");
        contract::project(&mut document, release);
        let document = as_json_schema(&document);
        let registry = Registry::new().add("urn:dify", document.clone()).and_then(|registry| registry.prepare());
        Self { document, registry: registry.expect("references lead somewhere"), made: BTreeMap::new() }
    }

    /// Where the schema of a body stands: the pointer follows the reference of an answer.
    fn pointer(&self, operation: &str, of: &str, media: &str) -> Option<String> {
        let (method, path) = operation.split_once(' ')?;
        let path = contract::escape(path);
        let mut place = format!("/paths/{path}/{}/{of}", method.to_lowercase());
        if let Some(reference) = self.document.pointer(&place)?.get("$ref").and_then(Value::as_str) {
            place = reference.trim_start_matches('#').to_owned();
        }
        let place = format!("{place}/content/{}/schema", media.replace('/', "~1"));
        self.document.pointer(&place).is_some().then_some(place)
    }

    /// The tag of a union names the schema of the value.
    fn accept(&mut self, pointer: &str, value: &Value) -> bool {
        let schema = self.document.pointer(pointer).expect("a schema");
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let pointer = reference.trim_start_matches('#').to_owned();
            return self.accept(&pointer, value);
        }
        if let Some(discriminator) = schema.get("discriminator").filter(|_| value.is_object()) {
            let tag = value[discriminator["propertyName"].as_str().expect("a name")].as_str().unwrap_or_default();
            let Some(reference) = discriminator["mapping"][tag].as_str() else { return false };
            let pointer = reference.trim_start_matches('#').to_owned();
            return self.accept(&pointer, value);
        }
        if !self.made.contains_key(pointer) {
            // A pointer in a reference is part of an address.
            let reference = pointer.replace('{', "%7B").replace('}', "%7D").replace('*', "%2A");
            let validator = jsonschema::options()
                .with_draft(Draft::Draft202012)
                .with_registry(&self.registry)
                .should_validate_formats(true)
                .build(&json!({"$ref": format!("urn:dify#{reference}")}))
                .unwrap_or_else(|error| panic!("{pointer}: {error}"));
            self.made.insert(pointer.to_owned(), validator);
        }
        self.made[pointer].is_valid(value)
    }
}

/// All documents as the release of each server is described, by server and API.
fn schemas() -> BTreeMap<(&'static str, &'static str), Schemas> {
    let servers = corpus().servers().into_iter();
    let of_server = |server| {
        let release = corpus().judge(server).release();
        APIS.iter().map(move |api| ((server, *api), Schemas::of(api, release)))
    };
    servers.flat_map(of_server).collect()
}

fn place(case: &'static Case) -> (&'static str, &'static str) {
    (&case.recording.server, api(case))
}

fn api(case: &Case) -> &'static str {
    case.api().name()
}

/// A value with one thing wrong or missing somewhere, in many ways.
fn damaged(value: &Value) -> Vec<Value> {
    let mut places = Vec::new();
    collect(value, &mut String::new(), &mut places);
    let mut damaged = Vec::new();
    for place in places {
        for damage in [None, Some(Value::Null), value.pointer(&place).map(other_type)] {
            let mut copy = value.clone();
            match damage {
                Some(damage) => *copy.pointer_mut(&place).expect("the place is there") = damage,
                None => {
                    let (parent, name) = place.rsplit_once('/').unwrap_or_default();
                    let Some(Value::Object(members)) = copy.pointer_mut(parent) else { continue };
                    members.remove(&name.replace("~1", "/").replace("~0", "~"));
                }
            }
            damaged.push(copy);
        }
    }
    let step = damaged.len().div_ceil(DAMAGES).max(1);
    damaged.into_iter().step_by(step).collect()
}

/// Every member, and the first item of every list.
fn collect(value: &Value, place: &mut String, places: &mut Vec<String>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (contract::escape(name), value)).collect(),
        Value::Array(items) => items.first().map(|first| ("0".to_owned(), first)).into_iter().collect(),
        _ => Vec::new(),
    };
    for (name, value) in inside {
        let length = place.len();
        place.push('/');
        place.push_str(&name);
        places.push(place.clone());
        collect(value, place, places);
        place.truncate(length);
    }
}

fn other_type(value: &Value) -> Value {
    match value {
        Value::Null => json!({"planted": [1]}),
        Value::Bool(_) | Value::Number(_) => json!("text"),
        Value::String(_) => json!(1.5),
        Value::Array(_) => json!({}),
        Value::Object(_) => json!([1]),
    }
}

/// Whether the judge finds that a body fits its schema; none where it sets the exchange aside.
fn judged(case: &Case, side: &str, body: &str, kinds: &str) -> Option<bool> {
    let mut exchange = case.recording.exchange.clone();
    match side {
        "request" => exchange.request.body = Some(body.to_owned()),
        _ => exchange.response.body = Some(body.to_owned()),
    }
    let verdict = corpus().judge(&case.recording.server).exchange(&case.recording.file, &exchange);
    let violations =
        verdict.violations.iter().filter(|violation| !violation.informs() && !violation.is_undocumented_member());
    let fits = !violations.map(|violation| violation.kind.as_str()).any(|kind| kind.starts_with(kinds));
    verdict.aside.is_none().then_some(fits)
}

/// What 3.1 and 3.0 disagree on, and how many bodies each of them accepted and refused.
#[derive(Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    different: BTreeSet<String>,
}

impl Tally {
    fn add(&mut self, new: bool, old: bool, what: impl Fn() -> String) {
        *(if old { &mut self.accepted } else { &mut self.refused }) += 1;
        if new != old {
            self.different.insert(format!("3.1 says {new}, 3.0 says {old}: {}", what()));
        }
    }

    fn assert(&self, accepted: usize, refused: usize) {
        let shown: Vec<_> = self.different.iter().take(5).collect();
        assert!(self.different.is_empty(), "{} differ, such as {shown:#?}", self.different.len());
        assert!(self.accepted >= accepted && self.refused >= refused, "{} and {}", self.accepted, self.refused);
    }
}

#[test]
fn replies_are_accepted_by_31_exactly_when_they_are_by_30() {
    let mut schemas = schemas();
    let mut tally = Tally::default();
    let mut tried = BTreeSet::new();
    for case in corpus().cases.iter().filter(|case| case.verdict.aside.is_none()) {
        let Some(operation) = &case.verdict.operation else { continue };
        let Some(Ok(body)) = case.json_reply().map(serde_json::from_str::<Value>) else { continue };
        let schemas = schemas.get_mut(&place(case)).expect("a known server and API");
        let of = format!("responses/{}", case.recording.status());
        let Some(pointer) = schemas.pointer(operation, &of, "application/json") else { continue };
        let first = tried.insert((api(case), operation.clone(), of));
        for body in std::iter::once(body.clone()).chain(if first { damaged(&body) } else { Vec::new() }) {
            let text = body.to_string();
            if let Some(new) = judged(case, "response", &text, "body_") {
                tally.add(new, schemas.accept(&pointer, &body), || format!("{} {text}", case.recording));
            }
        }
    }
    tally.assert(700, 3000);
}

#[test]
fn requests_are_accepted_by_31_exactly_when_they_are_by_30() {
    let mut schemas = schemas();
    let mut tally = Tally::default();
    for case in corpus().cases.iter().filter(|case| case.verdict.aside.is_none() && case.accepted()) {
        let Some(operation) = &case.verdict.operation else { continue };
        let Some(Ok(body)) = case.recording.json_request().map(serde_json::from_str::<Value>) else { continue };
        let schemas = schemas.get_mut(&place(case)).expect("a known server and API");
        let Some(pointer) = schemas.pointer(operation, "requestBody", "application/json") else { continue };
        for body in std::iter::once(body.clone()).chain(damaged(&body)) {
            let text = body.to_string();
            if let Some(new) = judged(case, "request", &text, "request_") {
                tally.add(new, schemas.accept(&pointer, &body), || format!("{} {text}", case.recording));
            }
        }
    }
    tally.assert(200, 500);
}

#[test]
fn events_are_accepted_by_31_exactly_when_they_are_by_30() {
    let mut schemas = schemas();
    let mut tally = Tally::default();
    let mut tried = BTreeSet::new();
    for case in corpus().cases.iter().filter(|case| case.verdict.aside.is_none()) {
        let (Some(operation), Some((_, stream))) = (&case.verdict.operation, case.stream()) else { continue };
        let schemas = schemas.get_mut(&place(case)).expect("a known server and API");
        let of = format!("responses/{}", case.recording.status());
        let pointer = schemas.pointer(operation, &of, "text/event-stream").expect("a stream has a schema");
        for frame in reference(stream.as_bytes()) {
            let Ok(event) = serde_json::from_str::<Value>(&frame.data) else { continue };
            if !tried.insert((&case.recording.server, pointer.clone(), event["event"].to_string())) {
                continue;
            }
            for event in std::iter::once(event.clone()).chain(damaged(&event)) {
                let text = format!("data: {event}\n\n");
                if let Some(new) = judged(case, "response", &text, "sse_") {
                    tally.add(new, schemas.accept(&pointer, &event), || format!("{} {text}", case.recording));
                }
            }
        }
    }
    tally.assert(200, 1000);
}

#[test]
fn the_schemas_of_32_are_those_of_31() {
    for api in APIS {
        let [old, new] = ["3.1", "3.2"].map(|version| published_in(api, version));
        assert_eq!(old["components"]["schemas"], new["components"]["schemas"]);
        assert!(!old.to_string().contains("\"itemSchema\""));
        // The console streams nothing: there 3.2 has only its words for tags.
        assert_eq!(new.to_string().contains("\"itemSchema\""), *api != "console");
        assert_ne!(old["tags"], new["tags"], "{api}");
    }
}

#[test]
fn no_word_of_30_is_left_in_the_schemas_of_31() {
    fn words(schema: &Value, found: &mut BTreeSet<String>) {
        for (key, value) in schema.as_object().into_iter().flatten() {
            match key.as_str() {
                "properties" => value.as_object().into_iter().flatten().for_each(|(_, value)| words(value, found)),
                "allOf" | "anyOf" | "oneOf" => {
                    value.as_array().into_iter().flatten().for_each(|value| words(value, found));
                }
                "items" | "additionalProperties" => words(value, found),
                _ => {}
            }
            found.insert(key.clone());
        }
    }
    for api in APIS {
        let mut found = BTreeSet::new();
        for (_, schema) in published_in(api, "3.1")["components"]["schemas"].as_object().expect("schemas") {
            words(schema, &mut found);
        }
        assert!(found.contains("const") && found.contains("examples"));
        assert!(!found.contains("nullable") && !found.contains("example"), "{api}: {found:?}");
    }
}
