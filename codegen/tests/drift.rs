//! What the described release of Dify says of itself, compared with our documents: every difference is known.

use std::fs;
use std::path::{Path, PathBuf};

use codegen::bindings::Document;
use codegen::bundle::bundle;
use codegen::drift::{self, Drift, Foreign, Known, drift};
use codegen::source;

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> String {
    let bytes = fs::read(workspace(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    drift::text(bytes).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The released Dify that the documents describe.
fn release() -> String {
    let service: serde_json::Value = serde_json::from_str(&read("spec/published/dify-service-3.0.json")).expect("JSON");
    service["info"]["version"].as_str().expect("a version").to_owned()
}

fn served(api: &str) -> String {
    read(&format!("spec/upstream/dify-{}-{api}.json.gz", release()))
}

fn known() -> Vec<Known> {
    Known::read("spec/upstream/known.yaml", &read("spec/upstream/known.yaml")).expect("a list")
}

fn compared(api: &str, release: &str, theirs: &str) -> Drift {
    let source = source::load(&workspace("spec")).expect("it loads");
    let ours = Document { api: api.to_owned(), value: bundle(&source, api) };
    drift(&ours, release, &Foreign::read(theirs).expect("a document"), &known())
}

#[test]
fn every_difference_to_the_documents_of_dify_is_known() {
    let drifts = ["service", "web", "console"].map(|api| compared(api, &release(), &served(api)));
    for drift in &drifts {
        assert!(drift.is_clean(), "{drift}");
        assert!(!drift.explained.is_empty(), "nothing was compared");
    }
    assert_eq!(drift::stale(&known(), &drifts), Vec::<&Known>::new());
}

// What only unreleased code has was once described as 1.16.1.
#[test]
fn what_begins_with_1_17_0_is_not_in_1_16_1() {
    let drift = compared("console", "1.17.0", &served("console"));
    let gone: Vec<&str> = drift.ours.iter().map(|change| change.rule.id).collect();
    assert!(gone.contains(&"operation-removed") && gone.contains(&"member-removed"), "{drift}");
}

#[test]
fn a_document_of_openapi_is_compared_with_the_one_of_a_release() {
    let text = served("openapi");
    let theirs = Foreign::read(&text).expect("a document");
    assert_eq!(theirs.api, Some("openapi"));
    let ours = Document { api: "openapi".to_owned(), value: theirs.document.clone() };
    let compared = |text: &str| drift(&ours, &release(), &Foreign::read(text).expect("a document"), &known());
    assert!(compared(&text).is_clean(), "{}", compared(&text));
    let mut next: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    next["paths"]["/apps/{app_id}/chat:run"] = serde_json::json!({"post": {"responses": {}}});
    next["paths"].as_object_mut().expect("paths").shift_remove("/apps/{app_id}:run");
    let drift = compared(&next.to_string());
    assert_eq!(drift.theirs[0].place, "POST /apps/{app_id}/chat:run");
    assert_eq!(drift.ours[0].place, "POST /apps/{app_id}:run");
}

#[test]
fn a_catalog_of_openapi_is_compared_by_what_operations_take() {
    let ours = Foreign::read(&served("openapi")).expect("a document").document;
    let ours = Document { api: "openapi".to_owned(), value: ours };
    let operation = |method: &str, path: &str| serde_json::json!({"method": method, "path": format!("/openapi/v1{path}"), "kind": "JSON", "bind": {}, "input": {}});
    let catalog = serde_json::json!({"ops": {
        "apps.list": operation("GET", "/apps"), "planted": operation("POST", "/planted"),
    }});
    let theirs = Foreign::read(&catalog.to_string()).expect("a catalog");
    assert_eq!(theirs.api, Some("openapi"));
    let drift = drift(&ours, &release(), &theirs, &known());
    let added: Vec<&str> = drift.theirs.iter().map(|change| change.place.as_str()).collect();
    assert_eq!(added, ["POST /planted"]);
    let gone = |place: &str| drift.ours.iter().any(|change| change.place == place);
    assert!(gone("POST /apps/{app_id}:run") && !gone("GET /apps"), "{drift}");
    assert!(drift.ours.iter().chain(&drift.differs).all(|change| !change.rule.id.contains("response")), "{drift}");
    assert!(drift.to_string().contains(&format!("Compared with Dify {}.", release())), "{drift}");
}

#[test]
fn what_a_next_release_adds_takes_away_and_changes_is_told() {
    let mut theirs: serde_json::Value = serde_json::from_str(&served("service")).expect("JSON");
    theirs["paths"]["/planted"] = serde_json::json!({"get": {"responses": {}}});
    theirs["paths"].as_object_mut().expect("paths").shift_remove("/info");
    theirs["components"]["schemas"]["AnnotationCreatePayload"]["properties"]["answer"]["type"] = "integer".into();
    let drift = compared("service", &release(), &theirs.to_string());
    let told = |changes: &[codegen::diff::Change]| -> Vec<String> {
        changes.iter().map(|change| format!("{} {}", change.rule.id, change.place)).collect()
    };
    assert_eq!(told(&drift.theirs), ["operation-added GET /planted"]);
    assert_eq!(told(&drift.ours), ["operation-removed GET /info"]);
    assert!(drift.differs.iter().all(|change| change.place.ends_with(".answer")) && !drift.differs.is_empty());
}
