use serde_json::{Value, json};

use super::library::{librarian, text};
use crate::common::kinds;

fn run(published: bool, mode: &str) -> Value {
    let info = json!({"related_id": "1", "reference": "1", "name": "run.txt", "size": 25,
        "extension": "txt", "mime_type": "text/plain", "url": "", "transfer_method": "local_file"});
    json!({"inputs": {}, "datasource_type": "local_file", "datasource_info_list": [info], "start_node_id": "ds",
        "is_published": published, "response_mode": mode})
}

#[tokio::test]
async fn a_published_pipeline_answers_in_one_piece_and_a_draft_streams() {
    let caller = librarian().await;
    let path = caller.dataset("PIPELINE").await;
    let (_, dataset) = caller.get(&path).await;
    assert_eq!((text(&dataset["runtime_mode"]), &dataset["is_published"]), ("rag_pipeline", &json!(true)));
    let (status, begun) = caller.post(&format!("{path}/pipeline/run"), run(true, "streaming")).await;
    assert_eq!((status, &begun["documents"]), (200, &json!([])));
    let events = caller.stream(&format!("{path}/pipeline/run"), run(false, "streaming")).await;
    assert_eq!(kinds(&events), ["workflow_started", "workflow_finished"]);
    let (status, end) = caller.post(&format!("{path}/pipeline/run"), run(false, "blocking")).await;
    assert_eq!((status, text(&end["data"]["status"])), (200, "succeeded"));
    let node = json!({"inputs": {}, "datasource_type": "website_crawl", "is_published": true});
    let events = caller.stream(&format!("{path}/pipeline/datasource/nodes/ds/run"), node).await;
    assert_eq!(kinds(&events), ["datasource_processing", "datasource_completed"]);
    assert_eq!(caller.get(&format!("{path}/pipeline/datasource-plugins?is_published=true")).await.0, 200);
    caller.all_agree();
}

#[tokio::test]
async fn a_knowledge_base_without_a_pipeline_is_refused() {
    let caller = librarian().await;
    let plain = caller.dataset("Plain").await;
    let (status, refused) = caller.get(&format!("{plain}/pipeline/datasource-plugins")).await;
    assert_eq!((status, text(&refused["message"])), (400, "Pipeline not found"));
    let (status, refused) = caller.post(&format!("{plain}/pipeline/run"), json!({})).await;
    assert_eq!(status, 400);
    assert!(text(&refused["message"]).starts_with("6 validation errors for PipelineRunApiEntity\n"), "{refused}");
    caller.answers_agree();
}
