//! Every call of the client accepts what servers of every release were recorded to answer.

use std::collections::BTreeSet;

use dify_api::{Console, ErrorKind};
use dify_mock::Server;
use dify_tests::{
    Case, Clients,
    canned::{Answer, CannedServer},
    corpus, generated,
    release::{replay, supported},
    script::Script,
};
use serde_json::Value;

fn clients_at(server: &CannedServer) -> Clients {
    let root = server.base_url().replace("/v1", "");
    let console = Console::builder().base_url(root).tokens("access", "csrf").build().expect("a client");
    Clients { console, ..Clients::at(&server.base_url()) }
}

/// The method of the bindings that reads an answer of this media type.
fn reader(case: &Case) -> Option<&'static str> {
    let streams = case.recording.media_type() == "text/event-stream";
    let mut operations = case.operations();
    operations.find(|operation| generated::event(operation).is_some() == streams)
}

#[tokio::test]
async fn every_recorded_answer_is_what_its_call_returns_or_fails_with() {
    let mock = Server::start().await.expect("the server starts");
    let script = Script::new(&mock);
    let canned = CannedServer::start(&Answer::stream("", None)).await.expect("a server");
    let mut clients = clients_at(&canned);
    let (mut taken, mut refused, mut found) = (0, 0, BTreeSet::new());
    for case in corpus().cases.iter().filter(|case| case.recording.server != "dify-0.15.8") {
        let (status, Some(operation)) = (case.recording.status(), reader(case)) else { continue };
        // A session and a passport are asked for by other means; a redirect is no answer.
        let aside = case.verdict.aside.is_some() || (300..400).contains(&status);
        if aside || operation.contains("_session_") || case.recording.exchange.response.body_note.is_some() {
            continue;
        }
        canned.answer(&Answer::recorded(&case.recording));
        let outcome = clients.call(operation, &script.examples(operation)).await.expect("an operation");
        if operation.starts_with("console_") {
            clients = clients_at(&canned);
        }
        let body = case.json_reply().and_then(|body| serde_json::from_str::<Value>(body).ok()).unwrap_or_default();
        let fits = match (&outcome, status) {
            // What the documents describe as a state is an answer.
            (Ok(()), _) => status < 300 || body["app_id"].is_string() || body["status"] == "failed",
            (Err(error), 200..300) => {
                let streams = generated::event(operation).is_some();
                let ends = matches!(error.kind(), ErrorKind::Stream(_) | ErrorKind::Incomplete { .. });
                // Text to audio may answer JSON without a file.
                (streams && ends) || (operation.ends_with("text_to_audio") && case.json_reply().is_some())
            }
            (Err(error), _) => {
                let code = match error.kind() {
                    ErrorKind::Api(refusal) => Some(refusal.code.as_str()),
                    _ => None,
                };
                let same = body["code"].as_str().is_none_or(|sent| code == Some(sent));
                same && error.status().is_some_and(|seen| seen.as_u16() == status)
            }
        };
        if !fits {
            found.insert(format!("{} ({operation}): {outcome:?}", case.recording));
        }
        *(if outcome.is_ok() { &mut taken } else { &mut refused }) += 1;
    }
    assert!(
        found.is_empty(),
        "{} of {}:\n{}",
        found.len(),
        taken + refused,
        found.into_iter().collect::<Vec<_>>().join("\n")
    );
    assert!(taken > 2_000 && refused > 1_000, "{taken} were taken, {refused} refused");
}

const DATASET: &str = "196ecaf3-9587-4026-8863-0a6d6d713022";

#[tokio::test(start_paused = true)]
async fn waiting_for_an_index_ends_on_every_release() {
    for server in supported() {
        let replayed = replay(server).await;
        let Clients { knowledge, .. } = clients_at(&replayed);
        let outcome = knowledge.documents().wait_until_indexed(DATASET, "20261130033236267607").await;
        assert!(outcome.as_ref().is_ok_and(|reply| !reply.data.is_empty()), "{server}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_definition_is_deployed_on_every_release() {
    for server in supported() {
        let replayed = replay(server).await;
        let Clients { console, .. } = clients_at(&replayed);
        let deployment = console.deploy("kind: app").await.unwrap_or_else(|error| panic!("{server}: {error}"));
        assert!(!deployment.app_id().is_empty() && deployment.api_key().starts_with("app-"), "{server}");
    }
}
