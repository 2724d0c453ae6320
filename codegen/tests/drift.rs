//! What Dify 1.16.1 says of itself, held against our documents: every difference is known.

use std::fs;
use std::path::{Path, PathBuf};

use codegen::bindings::Document;
use codegen::drift::{Drift, Foreign, Known, drift};

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn held(api: &str, theirs: &str) -> Drift {
    let ours = read(&format!("spec/published/dify-{api}-3.0.json"));
    let ours = Document { api: api.to_owned(), value: serde_json::from_str(&ours).expect("JSON") };
    let known = Known::read("drift/known.yaml", &read("drift/known.yaml")).expect("a list");
    drift(&ours, &Foreign::read(theirs).expect("a document"), &known)
}

#[test]
fn every_difference_to_the_documents_of_1_16_1_is_known() {
    for api in ["service", "web"] {
        let drift = held(api, &read(&format!("drift/dify-1.16.1-{api}.json")));
        assert!(drift.is_clean(), "{drift}");
        assert!(!drift.explained.is_empty(), "nothing was compared");
    }
}

#[test]
fn what_a_next_release_adds_takes_away_and_changes_is_told() {
    let mut theirs: serde_json::Value = serde_json::from_str(&read("drift/dify-1.16.1-service.json")).expect("JSON");
    theirs["operations"]["GET /planted"] = serde_json::json!({"responses": {}});
    theirs["operations"].as_object_mut().expect("operations").shift_remove("GET /info");
    theirs["schemas"]["AnnotationCreatePayload"]["properties"]["answer"]["type"] = "integer".into();
    let drift = held("service", &theirs.to_string());
    let told = |changes: &[codegen::diff::Change]| -> Vec<String> {
        changes.iter().map(|change| format!("{} {}", change.rule.id, change.place)).collect()
    };
    assert_eq!(told(&drift.theirs), ["operation-added GET /planted"]);
    assert_eq!(told(&drift.ours), ["operation-removed GET /info"]);
    assert!(drift.differs.iter().all(|change| change.place.ends_with(".answer")) && !drift.differs.is_empty());
}
