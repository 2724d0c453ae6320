//! Two doctored versions of the real documents: every planted change is found, weighed rightly, and nothing else is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use codegen::bindings::Document;
use codegen::diff::{Level, diff};
use serde_json::Value;

const PLANTS: &str = include_str!("diff_acceptance/plants.txt");

/// What to do at a place of a document.
enum Edit {
    Set(Value),
    Remove,
    /// A list gets one element more.
    With(Value),
    /// A list loses this element.
    Without(&'static str),
    /// The member gets another name.
    Rename(&'static str),
}
use Edit::{Remove, Rename, Set, With, Without};

struct Plant {
    /// Which of the two versions is edited: `old` or `new`.
    version: &'static str,
    /// The API, or `*` for every document that has the place.
    api: &'static str,
    edits: Vec<(&'static str, Edit)>,
    expected: Expected,
}

/// Rule, place, weight for the document, weight for the crate.
type Expected = (&'static str, &'static str, Level, Level);

fn plants() -> Vec<Plant> {
    let mut plants: Vec<Plant> = Vec::new();
    for line in PLANTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("    ") {
            Some(edit) => plants.last_mut().expect("a plant").edits.push(read_edit(edit)),
            None => plants.push(read_plant(line)),
        }
    }
    plants
}

fn read_plant(line: &'static str) -> Plant {
    let parts: Vec<_> = line.split(" | ").collect();
    let [head, rule, place] = parts[..] else { panic!("{line}") };
    let words: Vec<_> = head.split(' ').collect();
    let [version @ ("old" | "new"), api, document, bindings] = words[..] else { panic!("{line}") };
    Plant { version, api, edits: Vec::new(), expected: (rule, place, level(document), level(bindings)) }
}

fn read_edit(line: &'static str) -> (&'static str, Edit) {
    let (at, edit) = line.split_once(' ').expect(line);
    let (verb, operand) = edit.split_once(' ').unwrap_or((edit, ""));
    let value = || serde_json::from_str(operand).unwrap_or_else(|error| panic!("{line}: {error}"));
    let edit = match verb {
        "=" => Set(value()),
        "remove" => Remove,
        "add" => With(value()),
        "drop" => Without(operand),
        "rename" => Rename(operand),
        _ => panic!("{line}"),
    };
    (at, edit)
}

fn level(name: &str) -> Level {
    match name {
        "breaking" => Level::Breaking,
        "additive" => Level::Additive,
        "documentation" => Level::Documentation,
        _ => panic!("{name} is no level"),
    }
}

fn published() -> Vec<Document> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/published");
    let read = |api: &str| {
        let text = fs::read_to_string(folder.join(format!("dify-{api}-3.0.json"))).expect("a published document");
        Document { api: api.to_owned(), value: serde_json::from_str(&text).expect("JSON") }
    };
    ["service", "web", "console"].map(read).into()
}

/// Whether there was something to edit.
fn apply(document: &mut Value, pointer: &str, edit: &Edit) -> bool {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let name = name.replace("~1", "/");
    if let With(element) = edit {
        let list = document.pointer_mut(pointer).and_then(Value::as_array_mut);
        return list.map(|list| list.push(element.clone())).is_some();
    }
    if let Without(element) = edit {
        let list = document.pointer_mut(pointer).and_then(Value::as_array_mut);
        let same = |value: &Value| value == element || value["$ref"] == *element;
        return list.is_some_and(|list| {
            let before = list.len();
            list.retain(|value| !same(value));
            list.len() < before
        });
    }
    match (document.pointer_mut(parent), edit) {
        (Some(Value::Object(members)), Set(value)) => {
            members.insert(name, value.clone());
            true
        }
        (Some(Value::Object(members)), Remove) => members.shift_remove(&name).is_some(),
        (Some(Value::Object(members)), Rename(to)) => {
            let Some(value) = members.shift_remove(&name) else { return false };
            members.insert((*to).to_owned(), value).is_none()
        }
        (Some(Value::Array(items)), Remove) => match name.parse::<usize>() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

fn doctored(version: &str, plants: &[Plant]) -> Vec<Document> {
    let mut documents = published();
    for plant in plants.iter().filter(|plant| plant.version == version) {
        for (pointer, edit) in &plant.edits {
            let mut applied = false;
            for document in documents.iter_mut().filter(|document| plant.api == "*" || document.api == plant.api) {
                applied |= apply(&mut document.value, pointer, edit);
            }
            assert!(applied, "{pointer} of {} is no more: plant this change elsewhere", plant.api);
        }
    }
    // A component under another name, wherever it is referred to.
    if version == "new" {
        for document in &mut documents {
            let text = document.value.to_string();
            let text = text.replace("\"AudioTranscript\":", "\"PlantedTranscript\":");
            let text = text.replace("/schemas/AudioTranscript\"", "/schemas/PlantedTranscript\"");
            document.value = serde_json::from_str(&text).expect("JSON");
        }
    }
    documents
}

#[test]
fn every_planted_change_is_found_and_weighed_and_nothing_else() {
    let plants = plants();
    let mut expected: BTreeSet<_> = plants.iter().map(|plant| plant.expected).collect();
    expected.insert(("schema-renamed", "PlantedTranscript", Level::Documentation, Level::Breaking));
    assert!(expected.len() >= 70, "only {} different changes are planted", expected.len());

    let diff = diff(&doctored("old", &plants), &doctored("new", &plants));
    let found: Vec<_> = diff
        .changes
        .iter()
        .map(|change| (change.rule.id, change.place.as_str(), change.document(), change.bindings()))
        .collect();
    let set: BTreeSet<_> = found.iter().copied().collect();
    let missed: Vec<_> = expected.difference(&set).collect();
    let unplanted: Vec<_> = set.difference(&expected).collect();
    assert!(missed.is_empty() && unplanted.is_empty(), "missed: {missed:#?}\nnot planted: {unplanted:#?}");
    assert_eq!(found.len(), expected.len(), "a change is told more than once");
}

#[test]
fn a_change_of_a_shared_component_is_told_once_with_all_that_it_reaches() {
    let mut new = published();
    for document in &mut new {
        apply(&mut document.value, "/components/schemas/ApiErrorBody/properties/message", &Remove);
    }
    let diff = diff(&published(), &new);
    assert_eq!(diff.changes.len(), 1);
    let change = &diff.changes[0];
    assert_eq!(change.apis.iter().map(String::as_str).collect::<Vec<_>>(), ["console", "service", "web"]);
    assert!(change.operations().len() > 200, "every operation may refuse: {}", change.operations().len());
}

#[test]
fn the_documents_are_equal_to_themselves() {
    assert!(diff(&published(), &published()).changes.is_empty());
}
