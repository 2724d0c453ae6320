//! Documents for other releases, made from the real source: complete, and true on the packed recordings.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use codegen::bundle::bundle;
use codegen::publish::{Cut, Range, Version, publish};
use codegen::source;
use contract::{Corpus, Judge, before, corpora};
use serde_json::{Value, json};

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The bundles of the source, and the releases of Dify.
struct Spec {
    bundles: Vec<Value>,
    released: String,
}

impl Spec {
    fn load() -> Self {
        let source = source::load(&workspace("spec")).expect("it loads");
        let bundles = source.apis.iter().map(|api| bundle(&source, &api.name)).collect();
        Self { bundles, released: fs::read_to_string(workspace("spec/upstream/releases.txt")).expect("a list") }
    }

    fn released(&self) -> Vec<&str> {
        self.released.lines().collect()
    }

    fn one(&self, release: &str) -> Range {
        Range::one(release, &self.bundles, &self.released()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn from(&self, release: &str) -> Range {
        Range::from(release, &self.bundles, &self.released()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn documents(&self, range: &Range) -> Vec<Value> {
        self.bundles.iter().map(|bundle| range.document(bundle).expect("references lead somewhere")).collect()
    }

    fn source(&self, release: &str) -> Judge {
        let documents = self.bundles.iter().map(|bundle| publish(bundle, Version::V31));
        Judge::new(documents, release).expect("a judge")
    }

    fn judge(&self, range: &Range, release: &str) -> Judge {
        let documents = self.documents(range);
        let documents = documents.iter().map(|document| publish(document, Version::V31));
        Judge::new(documents, release).expect("a judge")
    }
}

/// Every so many recordings are judged: all of them take minutes.
const STEP: usize = 5;

fn recorded() -> Vec<Corpus> {
    corpora(&workspace("tests/recordings")).expect("the recordings are readable")
}

#[test]
fn the_document_of_a_release_judges_as_the_source_does() {
    let spec = Spec::load();
    let mut conforming = 0;
    for corpus in recorded() {
        let release = corpus.release().expect("a release");
        let (of_release, of_source) = (spec.judge(&spec.one(&release), &release), spec.source(&release));
        for (file, exchange) in corpus.recordings.iter().step_by(STEP) {
            let (verdict, expected) = (of_release.exchange(file, exchange), of_source.exchange(file, exchange));
            assert_eq!(verdict.violations, expected.violations, "{release} {file}");
            conforming += usize::from(verdict.aside.is_none() && verdict.conforms_strictly());
        }
    }
    assert!(conforming > 600, "{conforming}");
}

#[test]
fn the_document_of_a_range_takes_what_the_release_takes() {
    let spec = Spec::load();
    let judge = spec.judge(&spec.from("1.0.0"), "");
    for corpus in recorded() {
        let release = corpus.release().expect("a release");
        if before(&release, Some(&json!("1.0.0"))) || before("1.16.1", Some(&json!(release))) {
            continue;
        }
        let of_source = spec.source(&release);
        let mut wrong = Vec::new();
        for (file, exchange) in corpus.recordings.iter().step_by(STEP) {
            let expected = of_source.exchange(file, exchange);
            let verdict = judge.exchange(file, exchange);
            if expected.aside.is_none() && expected.conforms_strictly() && !verdict.conforms_strictly() {
                wrong.push(format!("{file}: {:?}", verdict.violations));
            }
        }
        assert!(wrong.is_empty(), "{release}: {} of {}\n{wrong:#?}", wrong.len(), corpus.recordings.len());
    }
}

#[test]
fn documents_of_other_releases_are_complete() {
    let spec = Spec::load();
    let ranges = ["1.0.1", "1.7.2", "1.16.1", "1.17.0"].map(|release| spec.one(release));
    for range in ranges.into_iter().chain(["1.0.0", "1.9.2"].map(|release| spec.from(release))) {
        for document in spec.documents(&range) {
            let at = format!("{range:?} {}", document["info"]["title"]);
            let text = document.to_string();
            serde_json::from_str::<openapiv3::OpenAPI>(&text).unwrap_or_else(|error| panic!("{at}: {error}"));
            assert!(!text.contains("x-dify-earlier"), "{at}");
            let mut references = BTreeSet::new();
            collect(&document, &mut references);
            for section in ["schemas", "parameters", "responses", "headers"] {
                for name in document["components"][section].as_object().into_iter().flatten().map(|(name, _)| name) {
                    let unused = !references.remove(&format!("#/components/{section}/{name}"));
                    assert!(!unused, "{at}: nothing refers to {name}");
                }
            }
            assert!(references.is_empty(), "{at}: {references:?} lead nowhere");
            let tags: BTreeSet<_> = operations(&document).map(|operation| operation["tags"][0].as_str()).collect();
            let listed: BTreeSet<_> =
                document["tags"].as_array().into_iter().flatten().map(|tag| tag["name"].as_str()).collect();
            assert_eq!(tags, listed, "{at}");
            for operation in operations(&document) {
                let answers = operation["responses"].as_object().map_or(0, serde_json::Map::len);
                assert!(answers > 0, "{at}: {} answers nothing", operation["operationId"]);
            }
        }
    }
}

#[test]
fn documents_for_one_use_are_complete() {
    let spec = Spec::load();
    let contract = spec.documents(&spec.one("1.16.1"));
    let service =
        contract.iter().find(|document| document["info"]["title"] == "Dify Service API").expect("it is there");
    for (cut, count) in Cut::ALL.into_iter().zip([37, 51, 15]) {
        let document = publish(&cut.document(service), Version::V31);
        assert_eq!(operations(&document).count(), count, "{cut:?}");
        let mut references = BTreeSet::new();
        collect(&document, &mut references);
        for reference in &references {
            let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
            assert!(target.is_some(), "{cut:?}: {reference} leads nowhere");
        }
        for name in document["components"]["schemas"].as_object().into_iter().flatten().map(|(name, _)| name) {
            let used = references.contains(&format!("#/components/schemas/{name}"));
            assert!(used, "{cut:?}: nothing refers to {name}");
        }
        let listed = document["tags"].as_array().map_or(0, Vec::len);
        let used: BTreeSet<_> = operations(&document).map(|operation| operation["tags"][0].as_str()).collect();
        assert_eq!(used.len(), listed, "{cut:?}");
        let schemes = document["components"]["securitySchemes"].as_object().map_or(0, serde_json::Map::len);
        assert_eq!(schemes, if cut == Cut::Agent { 2 } else { 1 }, "{cut:?}");
    }
    // A tool list is about as long as the document: four bytes are about one token.
    let agent = publish(&Cut::Agent.document(service), Version::V31).to_string();
    assert!(agent.len() < 30_000, "{} bytes", agent.len());
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let items = document["paths"].as_object().into_iter().flatten().filter_map(|(_, item)| item.as_object());
    items.flatten().map(|(_, operation)| operation).filter(|operation| operation.is_object())
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(reference) if name == "$ref" => {
                        references.insert(reference.clone());
                    }
                    value => collect(value, references),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
