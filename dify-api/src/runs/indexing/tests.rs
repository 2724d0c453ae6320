use super::*;
use crate::tests::test_server::{Server, Step, answer};
use crate::{TimeLimit, Timeout, types::IndexingStatus};
use serde_json::{Value, json};

fn state(id: &str, status: &str, segments: i64, error: Option<&str>) -> Value {
    json!({
        "id": id, "indexing_status": status, "processing_started_at": 1795229072, "parsing_completed_at": null,
        "cleaning_completed_at": null, "splitting_completed_at": null, "completed_at": null, "paused_at": null,
        "error": error, "error_code": null, "estimated_vector_space_mb": null, "vector_space_limit_mb": null,
        "stopped_at": null, "completed_segments": segments, "total_segments": 4,
    })
}

fn states(documents: &[Value]) -> Vec<Step> {
    answer(200, "application/json", &json!({"data": documents}).to_string())
}

#[tokio::test]
async fn every_change_is_shown_once_and_the_end_is_the_last_of_them() {
    let server = Server::start(vec![
        states(&[state("a", "waiting", 0, None)]),
        states(&[state("a", "waiting", 0, None)]),
        states(&[state("a", "indexing", 2, None)]),
        states(&[state("a", "completed", 4, None)]),
    ])
    .await;
    let knowledge = server.knowledge();
    let mut indexing = knowledge.documents().wait_until_indexed("d", "b");
    let mut seen = Vec::new();
    while let Some(progress) = indexing.next().await {
        seen.push(progress.expect("progress").data[0].indexing_status.clone());
    }
    assert_eq!(seen, [IndexingStatus::Waiting, IndexingStatus::Indexing, IndexingStatus::Completed]);
    assert_eq!(server.seen().len(), 4);

    let server = Server::start(vec![states(&[state("a", "completed", 4, None)])]).await;
    let last = server.knowledge().documents().wait_until_indexed("d", "b").await.expect("indexed");
    assert_eq!(last.data[0].completed_segments, 4);
}

#[tokio::test]
async fn what_failed_or_was_paused_is_named_with_its_reason_when_the_rest_is_done() {
    let server = Server::start(vec![
        states(&[state("a", "error", 0, Some("no model")), state("b", "indexing", 1, None)]),
        states(&[
            state("a", "error", 0, Some("no model")),
            state("b", "completed", 4, None),
            state("c", "paused", 1, None),
        ]),
        // The names are looked up; a lookup that fails leaves the id.
        answer(404, "application/json", r#"{"code":"not_found","message":"no","status":404}"#),
    ])
    .await;
    let knowledge = server.knowledge();
    let error = knowledge.documents().wait_until_indexed("d", "b").await.expect_err("two are not indexed");
    let ErrorKind::Indexing(failed) = error.kind() else { panic!("{error}") };
    let ids: Vec<&str> = failed.documents.iter().map(|document| document.id.as_str()).collect();
    assert_eq!(ids, ["a", "c"]);
    let text = error.to_string();
    assert_eq!(text, "the document a could not be indexed: no model; the document c was paused");
    assert!(!error.may_have_acted());
}

#[tokio::test]
async fn the_deadline_ends_the_wait_under_its_own_name() {
    let server = Server::start(vec![states(&[state("a", "indexing", 1, None)])]).await;
    let knowledge = server.knowledge();
    let limit = Duration::from_millis(600);
    let mut indexing = knowledge.documents().wait_until_indexed("d", "b").deadline(limit);
    assert!(indexing.next().await.is_some_and(|progress| progress.is_ok()));
    let error = indexing.next().await.expect("an item").expect_err("the deadline");
    let late = matches!(error.kind(), ErrorKind::Timeout(Timeout { which: TimeLimit::Indexing, .. }));
    let text = error.to_string();
    assert!(late && text.contains("600ms (`deadline`)"), "{text}");
    let last = "In the batch b of the dataset d, the document a is indexing (1 of 4 segments). Dify continues";
    assert!(text.contains(last) && !error.may_have_acted(), "{text}");
    assert!(indexing.next().await.is_none());
    let asked = server.seen().len();
    assert!((2..=3).contains(&asked), "asked {asked} times");
}

#[tokio::test]
async fn a_batch_that_is_not_there_is_the_servers_refusal() {
    let refused =
        answer(404, "application/json", r#"{"code":"not_found","message":"Documents not found.","status":404}"#);
    let server = Server::start(vec![refused]).await;
    let error = server.knowledge().documents().wait_until_indexed("d", "b").await.expect_err("no batch");
    assert_eq!(error.operation(), Some("knowledge_documents_indexing_status"));
}

#[tokio::test(start_paused = true)]
async fn many_batches_are_asked_for_until_each_is_at_its_end() {
    let counts = std::sync::Mutex::new([0; 3]);
    let server = Server::answering(move |request| {
        let batch = (0..3).find(|batch| request.contains(&format!("/documents/b{batch}/"))).expect("a batch");
        let mut counts = counts.lock().expect("counts");
        counts[batch] += 1;
        // The first is indexed at once, the second after two more answers, the third after one more.
        let done = counts[batch] > [0, 2, 1][batch];
        states(&[state(&format!("d{batch}"), if done { "completed" } else { "indexing" }, 1, None)])
    })
    .await;
    let documents = server.knowledge();
    let mut indexing = documents.documents().wait_until_all_indexed("d", ["b0", "b1", "b2", "b1"]);
    let mut known = Vec::new();
    while let Some(progress) = indexing.next().await {
        known.push(progress.expect("progress").data.len());
    }
    assert_eq!(known, [1, 2, 3, 3, 3]);
    let seen = server.seen();
    let asked = |batch: &str| seen.iter().filter(|request| request.contains(batch)).count();
    assert_eq!([asked("/b0/"), asked("/b1/"), asked("/b2/")], [1, 3, 2]);
}

#[tokio::test]
async fn no_batch_is_indexed_without_a_request() {
    let server = Server::start(Vec::new()).await;
    let none = Vec::<String>::new();
    let states = server.knowledge().documents().wait_until_all_indexed("d", none).await.expect("indexed");
    assert!(states.data.is_empty() && server.seen().is_empty());
}

#[tokio::test]
async fn failed_documents_of_all_batches_are_in_one_error() {
    let server = Server::answering(|request| {
        if !request.contains("indexing-status") {
            return answer(404, "application/json", r#"{"code":"not_found","message":"no","status":404}"#);
        }
        let batch = if request.contains("/b0/") { "a" } else { "b" };
        states(&[state(batch, "error", 0, Some("no model"))])
    })
    .await;
    // The wait owns what it needs: it can go to another task.
    let waiting = tokio::spawn(server.knowledge().documents().wait_until_all_indexed("d", ["b0", "b1"]).into_future());
    let error = waiting.await.expect("a task").expect_err("two are not indexed");
    let ErrorKind::Indexing(failed) = error.kind() else { panic!("{error}") };
    assert_eq!(failed.documents.len(), 2);
}
