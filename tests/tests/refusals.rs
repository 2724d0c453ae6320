//! The embedded server refuses what the released 1.16.1 was recorded to refuse, with the same status and code.

use std::collections::{BTreeMap, BTreeSet};

use dify_tests::{Case, corpus};
use serde_json::Value;

mod application;
mod scene;

use scene::Scene;

/// Refusals that the embedded server does not give, and why.
const OTHERWISE: &[(&str, &str)] = &[
    ("chat/051-", "a plugin of the server broke; the embedded server breaks by its faults"),
    ("files/008-", "the recording does not carry the 16 MB; the embedded server's own tests upload too much"),
    ("live-conversations/001-", "a variable broke its conversation, a defect that the embedded server does not have"),
    ("live-datasets/238-", "states are written by a worker, which the embedded server does not have"),
    ("documents/038-", "the same"),
    ("live-form/003-", "the form of the embedded server has one field, a comment"),
    ("live-workflows/022-", "the embedded server never fetches files"),
    ("live-workflows/023-", "the same"),
];

const RELEASE: &str = "dify-1.16.1";

/// Status, code and the beginning of the message: what tells refusals of an operation apart.
fn sort(case: &Case) -> (String, u16, String, String) {
    let body: Value = case.json_reply().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
    let code = body["code"].as_str().unwrap_or_default().to_owned();
    let message = body["message"].as_str().unwrap_or_default();
    let message = message.split(", form_id=").next().unwrap_or_default();
    let message: String = message.lines().take(3).collect::<Vec<_>>().join(" ").chars().take(90).collect();
    (case.verdict.operation.clone().unwrap_or_default(), case.recording.status(), code, message)
}

#[tokio::test]
async fn every_refusal_of_the_release_is_given_alike() {
    let refused = corpus().cases.iter().filter(|case| case.recording.server == RELEASE);
    let refused = refused.filter(|case| (400..500).contains(&case.recording.status()));
    let mut sorts: BTreeMap<_, &Case> = BTreeMap::new();
    for case in refused {
        sorts.entry(sort(case)).or_insert(case);
    }
    let mut scene = Scene::new().await;
    let (mut found, mut needed) = (Vec::new(), BTreeSet::new());
    for ((operation, status, code, message), case) in &sorts {
        scene.prepare(case).await;
        let answer = scene.request(case).send().await.expect("answered");
        let got = answer.status().as_u16();
        let text = answer.text().await.unwrap_or_default();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        if (got, body["code"].as_str().unwrap_or_default()) == (*status, code.as_str()) {
            continue;
        }
        match OTHERWISE.iter().find(|(file, _)| case.recording.file.starts_with(file)) {
            Some((file, _)) => drop(needed.insert(*file)),
            None => found.push(format!(
                "{} {operation}: {status} {code} ({message}), here {got} {}",
                case.recording.file,
                text.chars().take(160).collect::<String>()
            )),
        }
    }
    assert!(found.is_empty(), "{} of {} differ:\n{}", found.len(), sorts.len(), found.join("\n"));
    let stale: Vec<_> = OTHERWISE.iter().filter(|(file, _)| !needed.contains(file)).collect();
    assert!(stale.is_empty(), "these are given alike by now: {stale:?}");
    assert!(sorts.len() > 150, "only {} sorts of refusals are recorded", sorts.len());
}
