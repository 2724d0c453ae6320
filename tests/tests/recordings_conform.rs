//! The published documents are true: every recorded exchange with a real server is as they say.

use std::collections::{BTreeMap, BTreeSet};

use contract::{Aside, Violation};
use dify_tests::{
    Case, corpus,
    generated::OPERATIONS,
    workspace::{APIS, published_in},
};
use serde_json::{Value, json};

/// What a recording shows that the documents do not say.
fn findings(case: &Case) -> Vec<String> {
    let told = |violation: &Violation| {
        format!("{}: {} {} {}", case.recording, violation.kind, violation.place, violation.message)
    };
    case.verdict.violations.iter().filter(|violation| !violation.informs()).map(told).collect()
}

#[test]
fn every_exchange_of_every_release_is_what_the_documents_say() {
    let mut found = Vec::new();
    for case in &corpus().cases {
        if case.verdict.aside.is_none() {
            found.extend(findings(case));
        }
    }
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_body_had_a_schema_to_be_held_against() {
    let unchecked = corpus().cases.iter().filter(|case| case.verdict.aside.is_none() && !case.verdict.checked);
    let unchecked: Vec<String> = unchecked.map(|case| case.recording.to_string()).collect();
    assert!(unchecked.is_empty(), "{unchecked:#?}");
}

#[test]
fn at_most_five_exchanges_of_a_release_are_excused() {
    for server in corpus().servers() {
        let of_server = |case: &&Case| case.recording.server == server;
        let excused: Vec<_> = corpus()
            .cases
            .iter()
            .filter(of_server)
            .filter(|case| case.verdict.aside == Some(Aside::Declared))
            .collect();
        assert!(
            excused.len() <= 5,
            "{server}: {:#?}",
            excused.iter().flat_map(|case| findings(case)).collect::<Vec<_>>()
        );
    }
}

#[test]
fn fourteen_releases_and_more_are_recorded() {
    let servers = corpus().servers();
    assert!(servers.iter().filter(|server| !server.contains("main")).count() >= 14, "{servers:?}");
    for server in servers {
        let of_server = corpus().cases.iter().filter(|case| case.recording.server == server);
        let judged = of_server.filter(|case| case.verdict.aside.is_none()).count();
        assert!(judged > 200, "{server}: only {judged} exchanges were judged");
    }
}

#[test]
fn the_recordings_reach_every_operation() {
    assert_eq!(corpus().judge("dify-main-20260815").release(), "1.17.0");
    let reached: BTreeSet<_> = corpus().cases.iter().filter_map(|case| case.verdict.operation.clone()).collect();
    let described: BTreeSet<_> = OPERATIONS.iter().map(|(_, method, path)| format!("{method} {path}")).collect();
    let unrecorded = [
        "DELETE /saved-messages/{message_id}",
        // Older servers have them, up to 1.8.1 and 1.3.0.
        "GET /datasets/metadata/built-in",
        "GET /datasets/{dataset_id}/documents/{document_id}/upload-file",
        "POST /apps/annotations/{annotation_id}",
        // Older names of operations that are recorded by their newer ones.
        "POST /datasets/{dataset_id}/document/create_by_file",
        "POST /datasets/{dataset_id}/documents/{document_id}/update_by_file",
        // Only the enterprise edition has them.
        "POST /email-code-login/validity",
        "POST /forgot-password/resets",
        "POST /forgot-password/validity",
    ];
    assert_eq!(described.difference(&reached).collect::<Vec<_>>(), unrecorded);
}

#[test]
fn an_answer_with_a_member_that_is_not_documented_is_found_out() {
    let mut tried = 0;
    for case in corpus().cases.iter().filter(|case| case.accepted() && case.verdict.aside.is_none()) {
        let Some(Ok(mut body)) = case.json_reply().map(serde_json::from_str::<serde_json::Value>) else { continue };
        let Some(members) = body.as_object_mut() else { continue };
        members.insert("planted".to_owned(), json!(1));
        let mut exchange = case.recording.exchange.clone();
        exchange.response.body = Some(body.to_string());
        let verdict = corpus().judge(&case.recording.server).exchange(&case.recording.file, &exchange);
        let open = case.reply_type().is_none();
        assert!(open || !verdict.conforms_strictly(), "{} may hold anything", case.recording);
        tried += 1;
    }
    assert!(tried > 100, "only {tried} answers were tried");
}

// A past bug: codes of forms began with 1.16.1, and those of logins up to 1.7.2 were not described.
#[test]
fn recorded_codes_are_in_the_document_of_their_release() {
    let documents: Vec<Value> = APIS.iter().map(|api| published_in(api, "3.0")).collect();
    let lists = documents.iter().filter_map(|document| {
        document.pointer("/components/schemas/ErrorCode/x-extensible-enum").and_then(Value::as_array)
    });
    let described: BTreeMap<&str, &Value> =
        lists.flatten().filter_map(|value| Some((value["value"].as_str()?, value))).collect();
    let (mut tried, mut wrong) = (BTreeSet::new(), BTreeSet::new());
    for case in corpus().cases.iter().filter(|case| case.verdict.operation.is_some() && !case.accepted()) {
        let Some(Ok(body)) = case.json_reply().map(serde_json::from_str::<Value>) else { continue };
        let Some(code) = body["code"].as_str().filter(|_| body["message"].is_string()) else { continue };
        let release = corpus().judge(&case.recording.server).release();
        let outside = |code: &Value| {
            let until = code["until"].as_str().unwrap_or_default();
            contract::before(release, code.get("since")) || contract::before(until, Some(&release.into()))
        };
        if described.get(code).is_none_or(|code| outside(code)) {
            wrong.insert(format!("{code} on {release}: {}", case.recording));
        }
        tried.insert((release, code.to_owned()));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried.len() > 200, "only {} codes were tried", tried.len());
}

// A past bug: ids of other forms, empty texts and empty lists were refused, and the document allowed them.
#[test]
fn refused_values_are_outside_the_document_as_well() {
    let cases = corpus().cases.iter().filter(|case| case.recording.server == "dify-1.16.1");
    let lax = cases.filter(|case| case.verdict.violations.iter().any(|violation| violation.kind == "lax_request"));
    let validated = lax.filter_map(|case| {
        let body: Value = serde_json::from_str(case.json_reply()?).ok()?;
        let (_, model) = body["message"].as_str()?.lines().next()?.split_once("validation error for ")?;
        Some(model.to_owned())
    });
    // A name is required only without `auto_generate`; the other is a reply that the server cannot write.
    let expected = ["ConversationRenamePayload", "DatasetMetadataResponse"].map(str::to_owned);
    assert_eq!(validated.collect::<BTreeSet<_>>(), BTreeSet::from(expected));
}
