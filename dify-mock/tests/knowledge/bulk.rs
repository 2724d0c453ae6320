use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::library::{all, librarian, text};

const COUNT: usize = 2_000;

#[tokio::test]
async fn two_thousand_documents_are_made_listed_described_changed_and_deleted_in_seconds() {
    let begun = Instant::now();
    let caller = librarian().await;
    let path = caller.dataset("Bulk").await;
    let (_, field) = caller.post(&format!("{path}/metadata"), json!({"type": "number", "name": "number"})).await;
    for number in 0..COUNT {
        caller.document(&path, &format!("{number}.txt"), &format!("Document {number} is about crabs.")).await;
    }
    let mut ids: Vec<String> = Vec::new();
    for page in 1.. {
        let (_, listed) = caller.get(&format!("{path}/documents?limit=100&page={page}")).await;
        assert_eq!(listed["total"], COUNT);
        ids.extend(all(&listed, "id").into_iter().map(|id| text(id).to_owned()));
        if all(&listed, "id").is_empty() {
            break;
        }
    }
    assert_eq!(ids.len(), COUNT);
    for batch in ids.chunks(100) {
        let operation = |id: &String| {
            let list = json!([{"id": field["id"], "name": "number", "value": 1}]);
            json!({"document_id": id, "metadata_list": list})
        };
        let operations: Vec<Value> = batch.iter().map(operation).collect();
        let values = json!({"operation_data": operations});
        assert_eq!(caller.post(&format!("{path}/documents/metadata"), values).await.0, 200);
    }
    let (_, fields) = caller.get(&format!("{path}/metadata")).await;
    assert_eq!(fields["doc_metadata"][0]["count"], COUNT);
    for id in &ids {
        let change = json!({"name": "changed.txt", "text": "Lobsters now."});
        assert_eq!(caller.post(&format!("{path}/documents/{id}/update-by-text"), change).await.0, 200);
    }
    assert_eq!(caller.search(&path, json!({"query": "lobsters"})).await.len(), 2);
    assert!(caller.search(&path, json!({"query": "crabs"})).await.is_empty());
    for id in &ids {
        assert_eq!(caller.raw(Method::DELETE, &format!("{path}/documents/{id}")).await.status(), 204);
    }
    assert_eq!(caller.get(&path).await.1["document_count"], 0);
    caller.answers_agree();
    // Built for tests, with every answer held against the document, and beside other tests.
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}
