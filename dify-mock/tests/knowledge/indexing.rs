use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::library::{all, librarian, slow_librarian, text};
use crate::common::Caller;

async fn progress(caller: &Caller, dataset: &str, batch: &str) -> Value {
    let (status, told) = caller.get(&format!("{dataset}/documents/{batch}/indexing-status")).await;
    assert_eq!(status, 200, "{told}");
    told["data"][0].clone()
}

#[tokio::test]
async fn a_document_goes_through_all_states_in_order_and_only_then_is_found() {
    let caller = slow_librarian(Duration::from_secs(2)).await;
    let path = caller.dataset("Slow").await;
    // The first question of each kind takes longer than the first state lasts.
    let (_, first) = caller.document(&path, "first.txt", "words").await;
    progress(&caller, &path, &first).await;
    caller.search(&path, json!({"query": "words"})).await;
    let paragraphs: String = (0..20).map(|number| format!("Paragraph {number} about crabs.\n\n")).collect();
    let segmentation = json!({"separator": "\n\n", "max_tokens": 100});
    let rule = json!({"mode": "custom", "rules": {"pre_processing_rules": [], "segmentation": segmentation}});
    let body = json!({"name": "crabs.txt", "text": paragraphs, "process_rule": rule});
    let (id, batch) = caller.document_of(&path, body).await;
    assert!(caller.search(&path, json!({"query": "crabs"})).await.is_empty());
    let disable = json!({"document_ids": [id]});
    let (status, refused) =
        caller.send(reqwest::Method::PATCH, &format!("{path}/documents/status/disable"), disable).await;
    let message = "Document: crabs.txt is not completed.";
    assert_eq!((status, text(&refused["message"])), (400, message));

    let (mut seen, mut parts) = (Vec::<String>::new(), Vec::new());
    let walk = async {
        loop {
            let now = progress(&caller, &path, &batch).await;
            let state = text(&now["indexing_status"]).to_owned();
            if seen.last() != Some(&state) {
                seen.push(state.clone());
            }
            parts.push(now["completed_segments"].as_u64().expect("a number"));
            if state == "completed" {
                break now;
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    let end = timeout(Duration::from_secs(10), walk).await.expect("it ends");
    assert_eq!(seen, ["waiting", "parsing", "cleaning", "splitting", "indexing", "completed"]);
    assert!(parts.is_sorted() && parts.iter().any(|part| (1..20).contains(part)), "{parts:?}");
    assert_eq!((&end["completed_segments"], &end["total_segments"]), (&json!(20), &json!(20)));
    for moment in ["processing_started_at", "parsing_completed_at", "splitting_completed_at", "completed_at"] {
        assert!(end[moment].is_i64(), "{moment}: {end}");
    }
    assert_eq!(caller.search(&path, json!({"query": "crabs"})).await.len(), 2);
    caller.all_agree();
}

#[tokio::test]
async fn what_cannot_be_read_or_indexed_ends_in_an_error_and_what_is_held_rests() {
    let caller = librarian().await;
    let path = caller.dataset("Mishaps").await;
    for (name, words, state, word) in [
        ("unreadable.txt", "words", "error", "error"),
        ("refused.txt", "ERR_EMBED words", "error", "error"),
        ("PAUSED.txt", "words", "paused", "paused"),
        ("good.txt", "words", "completed", "available"),
    ] {
        let (id, batch) = caller.document(&path, name, words).await;
        let told = progress(&caller, &path, &batch).await;
        assert_eq!(text(&told["indexing_status"]), state, "{name}");
        let (_, document) = caller.get(&format!("{path}/documents/{id}")).await;
        assert_eq!((text(&document["display_status"]), &document["error"]), (word, &told["error"]), "{name}");
        assert_eq!(told["error"].is_string(), state == "error");
    }
    let (_, failed) = caller.get(&format!("{path}/documents?status=error")).await;
    assert_eq!(all(&failed, "error")[0], "embedding rate limited (fake)");
    assert!(text(all(&failed, "error")[1]).starts_with("Error loading /tmp/"));
    assert_eq!(caller.search(&path, json!({"query": "words"})).await.len(), 1);

    let segmentation = json!({"max_tokens": 5_000});
    let rule = json!({"mode": "custom", "rules": {"pre_processing_rules": [], "segmentation": segmentation}});
    let (_, batch) = caller.document_of(&path, json!({"name": "n", "text": "t", "process_rule": rule})).await;
    let told = progress(&caller, &path, &batch).await;
    assert_eq!(told["error"], "Custom segment length should be between 50 and 4000.");
    caller.all_agree();
}

#[tokio::test]
async fn a_document_shows_and_takes_no_segments_before_it_is_done() {
    let caller = slow_librarian(Duration::from_secs(600)).await;
    let path = caller.dataset("Early").await;
    let (id, _) = caller.document(&path, "early.txt", "words").await;
    let segments = format!("{path}/documents/{id}/segments");
    let (status, refused) = caller.post(&segments, json!({"segments": [{"content": "x"}]})).await;
    assert_eq!((status, text(&refused["message"])), (404, "Document is not completed."));
    assert_eq!(caller.get(&segments).await.1["total"], 0);
    let (_, document) = caller.get(&format!("{path}/documents/{id}")).await;
    assert_eq!((&document["word_count"], &document["tokens"]), (&Value::Null, &Value::Null));
    assert_eq!((text(&document["display_status"]), &document["completed_at"]), ("queuing", &Value::Null));
    assert_eq!(caller.delete(&format!("{path}/documents/{id}")).await, 204);
    caller.all_agree();
}

#[tokio::test]
async fn a_changed_document_is_indexed_anew_and_keeps_its_place() {
    let caller = slow_librarian(Duration::from_millis(200)).await;
    let path = caller.dataset("Anew").await;
    let (id, batch) = caller.document(&path, "a.txt", "old words").await;
    sleep(Duration::from_millis(250)).await;
    let update = format!("{path}/documents/{id}/update-by-text");
    let (status, changed) = caller.post(&update, json!({"name": "b.txt", "text": "fresh sentences"})).await;
    let document = &changed["document"];
    assert_eq!((status, text(&changed["batch"])), (200, batch.as_str()));
    assert_eq!((text(&document["indexing_status"]), text(&document["created_from"])), ("waiting", "web"));
    assert_eq!((&document["word_count"], &document["position"]), (&json!(9), &json!(1)));
    assert!(caller.search(&path, json!({"query": "fresh"})).await.is_empty());
    sleep(Duration::from_millis(250)).await;
    assert_eq!(caller.search(&path, json!({"query": "fresh"})).await[0].0, "b.txt");
    assert!(caller.search(&path, json!({"query": "old"})).await.is_empty());
    caller.all_agree();
}
