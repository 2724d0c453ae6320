//! The differences between a server's own document and ours.
//!
//! A server publishes a document (OpenAPI 3, Swagger 2), or somebody wrote down its routes or its shapes. [`drift`]
//! compares ours with it by the rules of [`diff`](crate::diff), leaves out what no server describes (texts, names, our own
//! vocabulary), and puts aside what a checked-in list of [`Known`] differences explains.

mod catalog;
mod foreign;
mod known;
mod report;

use std::io::{self, Read};

use contract::Api;
use flate2::read::GzDecoder;
use serde_json::{Map, Value};

use crate::bindings::Document;
use crate::diff::rule::Side;
use crate::diff::{Change, diff};
use crate::model::MARK;

pub use foreign::{Foreign, ForeignError, ForeignForm, OPENAPI, PREFIXES, api_of};
pub use known::{Known, KnownError};

/// The differences that nothing explains, by who has what; and how the list of known ones fared.
#[derive(Debug, Default)]
pub struct Drift {
    /// The API that was compared.
    pub api: String,
    /// The release that theirs was compared with.
    pub release: String,
    /// Whether theirs describes requests and answers.
    pub whole: bool,
    /// They have it, we lack it.
    pub theirs: Vec<Change>,
    /// We have it, they lack it.
    pub ours: Vec<Change>,
    /// Both have it, each in another way.
    pub differs: Vec<Change>,
    /// Known differences with how many they explained.
    pub explained: Vec<(Known, usize)>,
    /// Known differences that explain another number than declared.
    pub miscounted: Vec<(Known, usize)>,
}

/// The text of a document as a file or a server has it: it may be compressed by gzip.
///
/// # Errors
/// Bytes that begin as a compressed file and are none, or that are no UTF-8.
pub fn text(bytes: Vec<u8>) -> io::Result<String> {
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text)?;
        return Ok(text);
    }
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Compares our document, as a release is described, with theirs.
///
/// A catalog has no answers: only its operations and what they take are compared.
pub fn drift(ours: &Document, release: &str, theirs: &Foreign, known: &[Known]) -> Drift {
    let mut ours = ours.clone();
    contract::project(&mut ours.value, release);
    if let Some(paths) = ours.value["paths"].as_object_mut() {
        // A second operation of a route that has one already.
        paths.retain(|path, _| !path.contains(MARK));
    }
    if theirs.form == ForeignForm::Catalog {
        without_answers(&mut ours.value);
    }
    let ours = &ours;
    let other = Document { api: ours.api.clone(), value: theirs.document.clone() };
    let mut counts = vec![0_usize; known.len()];
    let mut drift = Drift {
        api: ours.api.clone(),
        release: release.to_owned(),
        whole: !matches!(theirs.form, ForeignForm::Routes | ForeignForm::Catalog),
        ..Drift::default()
    };
    for change in diff(std::slice::from_ref(ours), &[other]).changes {
        let routes_only = theirs.form == ForeignForm::Routes && !change.rule.id.starts_with("operation-");
        // Two components that no operation brings together are not one because of their name.
        if change.rule.side == Side::Words || change.operations().is_empty() || routes_only {
            continue;
        }
        if let Some(number) = known.iter().position(|known| known.explains(&ours.api, &change)) {
            counts[number] += 1;
            continue;
        }
        match change.rule.side {
            Side::New => drift.theirs.push(change),
            Side::Old => drift.ours.push(change),
            Side::Both | Side::Words => drift.differs.push(change),
        }
    }
    for (known, count) in known.iter().zip(counts) {
        if drift.whole && known.is_of(&ours.api) && known.count.is_some_and(|wanted| wanted != count) {
            drift.miscounted.push((known.clone(), count));
        } else if count > 0 {
            drift.explained.push((known.clone(), count));
        }
    }
    drift
}

fn without_answers(document: &mut Value) {
    let items = document["paths"].as_object_mut().into_iter().flatten();
    for (_, operation) in items.filter_map(|(_, item)| item.as_object_mut()).flatten() {
        if let Some(operation) = operation.as_object_mut() {
            operation.insert("responses".to_owned(), Value::Object(Map::new()));
        }
    }
}

/// Known differences that explain nothing any more, after a comparison of all that they could explain.
pub fn stale<'k>(known: &'k [Known], compared: &[Drift]) -> Vec<&'k Known> {
    let was = |api: &str| compared.iter().any(|drift| drift.whole && drift.api == api);
    let idle = |known: &&Known| {
        let all = Api::ALL.map(Api::name).into_iter().filter(|api| known.is_of(api)).all(was);
        all && compared.iter().all(|drift| drift.explained.iter().all(|(used, _)| used != *known))
    };
    known.iter().filter(|known| known.count.is_none()).filter(idle).collect()
}

impl Drift {
    /// Whether every difference is known.
    pub fn is_clean(&self) -> bool {
        self.theirs.is_empty() && self.ours.is_empty() && self.differs.is_empty() && self.miscounted.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// An operation of `/openapi/v1` as a served document has it.
    fn served() -> Document {
        let schema = json!({"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}});
        let run = json!({"post": {
            "parameters": [{"name": "app_id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
            "responses": {"200": {"content": {"application/json": {"schema": {"type": "string"}}}}},
        }});
        Document {
            api: OPENAPI.to_owned(),
            value: json!({"paths": {"/apps/{app_id}:run": run, "/apps/{app_id}": {"post": {}}}}),
        }
    }

    #[test]
    fn a_catalog_is_compared_by_routes_and_input() {
        let catalog = |properties: Value| {
            let run = json!({
                "method": "POST", "path": "/openapi/v1/apps/{id}:run", "bind": {"id": "path"},
                "input": {"required": ["id", "query"], "properties": properties},
            });
            let list = json!({"method": "GET", "path": "/openapi/v1/runs", "input": {}});
            Foreign::read(&json!({"ops": {"run": run, "list": list}}).to_string()).expect("a catalog")
        };
        let text = || json!({"type": "string"});
        let same = catalog(json!({"id": text(), "query": text()}));
        assert_eq!((same.form, same.api), (ForeignForm::Catalog, Some(OPENAPI)));
        let found = drift(&served(), "1.16.1", &same, &[]);
        assert_eq!(told(&found.theirs), ["operation-added GET /runs"]);
        // A past bug: a verb after a parameter was lost, so that two routes were one.
        assert_eq!(told(&found.ours), ["operation-removed POST /apps/{app_id}"]);
        assert!(found.differs.is_empty(), "{found}");
        assert!(found.to_string().starts_with("Compared with Dify 1.16.1.\n"), "{found}");
        assert_eq!(found.to_json()["release"], "1.16.1");
        let changed = drift(&served(), "1.16.1", &catalog(json!({"id": text(), "query": {"type": "integer"}})), &[]);
        assert_eq!(told(&changed.differs), ["type-changed POST /apps/{id}:run, request, application/json.query"]);
    }

    // A reason of the described APIs says nothing of documents that servers made themselves.
    #[test]
    fn differences_of_openapi_are_known_by_its_name_only() {
        let known = Known::read("known.yaml", "- {rule: operation-removed, reason: Old.}\n").expect("a list");
        let routes = Foreign::read("POST /openapi/v1/apps/<id>:run\n").expect("routes");
        assert_eq!(drift(&served(), "1.16.1", &routes, &known).ours.len(), 1);
        let own = "- {rule: operation-removed, api: openapi, reason: Old.}\n";
        let known = Known::read("known.yaml", own).expect("a list");
        assert!(drift(&served(), "1.16.1", &routes, &known).is_clean());
    }

    fn ours() -> Document {
        let reply = |schema: &str| json!({"200": {"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}}});
        Document {
            api: "service".to_owned(),
            value: json!({
                "paths": {
                    "/a/{id}": {"get": {"responses": reply("A"), "summary": "Ours."}},
                    "/b": {"get": {"responses": {"200": {}, "404": {}}}},
                },
                "components": {"schemas": {"A": {
                    "type": "object", "required": ["x"],
                    "properties": {"x": {"type": "string"}, "y": {"type": "string"}},
                }}},
            }),
        }
    }

    fn shapes() -> Foreign {
        Foreign::read(
            &json!({
                "operations": {
                    "GET /a/{other}": {"responses": {"200": {"content": {"application/json": {"$ref": "#/components/schemas/B"}}}}},
                    "GET /b": {"responses": {"200": {"content": null}}},
                    "POST /c": {},
                },
                "schemas": {"B": {
                    "type": "object", "required": ["x"],
                    "properties": {"x": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "z": {"type": "string"}},
                }},
            })
            .to_string(),
        )
        .expect("shapes")
    }

    fn told(changes: &[Change]) -> Vec<String> {
        changes.iter().map(|change| format!("{} {}", change.rule.id, change.place)).collect()
    }

    #[test]
    fn differences_are_told_by_who_has_what() {
        let drift = drift(&ours(), "1.16.1", &shapes(), &[]);
        assert_eq!(told(&drift.theirs), ["member-added-optional A → B.z", "operation-added POST /c"]);
        assert_eq!(told(&drift.ours), ["member-removed A → B.y", "status-removed-refusal GET /b, 404"]);
        assert_eq!(told(&drift.differs), ["null-allowed A → B.x"]);
        assert!(!drift.is_clean());
    }

    #[test]
    fn what_is_known_is_put_aside_and_what_explains_nothing_is_stale() {
        let text = "- {rule: status-removed-refusal, reason: Refusals are not theirs to tell.}\n\
                    - {rule: [member-removed, member-added-optional], place: 'A → B.*', reason: Seen.}\n\
                    - {rule: operation-added, api: service, place: POST /gone, reason: Old.}\n\
                    - {rule: operation-added, api: web, reason: Another.}\n\
                    - {rule: null-allowed, api: service, count: 2, reason: Counted.}\n";
        let known = Known::read("known.yaml", text).expect("a list");
        let drift = drift(&ours(), "1.16.1", &shapes(), &known);
        assert_eq!(drift.explained.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(told(&drift.theirs), ["operation-added POST /c"]);
        assert_eq!(drift.miscounted.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1]);
        let text = drift.to_string();
        assert!(text.contains("THEY HAVE, WE LACK (1)\n  POST /c: is new (operation-added)\n"), "{text}");
        assert!(text.contains("explains 1, not 2: Counted."), "{text}");
        assert_eq!(drift.to_json()["they_have_we_lack"][0]["rule"], "operation-added");
        let compared = [drift];
        let stale = stale(&known, &compared);
        assert_eq!(stale.iter().map(|known| known.reason.as_str()).collect::<Vec<_>>(), ["Old."]);
    }

    #[test]
    fn circles_and_nesting_in_their_document_come_to_an_end() {
        let circle = json!({
            "openapi": "3.0.3",
            "paths": {"/b": {"$ref": "#/paths/~1b"}, "/a/{id}": {"get": {"responses": {"200": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/A"}}}}}}}},
            "components": {"schemas": {
                "A": {"$ref": "#/components/schemas/B"},
                "B": {"allOf": [{"$ref": "#/components/schemas/A"}], "properties": {"b": {"$ref": "#/components/schemas/B"}}},
            }},
        });
        let theirs = Foreign::read(&circle.to_string()).expect("a document");
        assert!(!drift(&ours(), "1.16.1", &theirs, &[]).is_clean());
        assert!(!diff(&[ours()], &[Document { api: "service".to_owned(), value: circle }]).changes.is_empty());
        for deep in [format!("{{\"a\": {}", "[".repeat(5_000)), "- ".repeat(5_000)] {
            assert!(Foreign::read(&deep).is_err());
            assert!(crate::source::value("deep", &deep).is_err());
        }
    }

    #[test]
    fn a_list_of_routes_is_held_against_our_operations_only() {
        let routes = "GET,POST   /v1/a/<uuid:id>  [x.y]\nGET /v1/b\n";
        let drift = drift(&ours(), "1.16.1", &Foreign::read(routes).expect("routes"), &[]);
        assert_eq!(told(&drift.theirs), ["operation-added POST /a/{id}"]);
        assert!(drift.ours.is_empty() && drift.differs.is_empty());
    }
}
