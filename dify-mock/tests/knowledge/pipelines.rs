use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::common::{Caller, kinds, read};
use crate::library::{NOBODY, all, librarian, text};

async fn uploaded(caller: &Caller) -> Value {
    let words = "Pipelines bring crabs in.";
    let part = Part::bytes(words.as_bytes()).file_name("run.txt").mime_str("text/plain").expect("a media type");
    let form = Form::new().part("file", part);
    let send = caller.call(Method::POST, "/datasets/pipeline/file-upload").multipart(form).send();
    let (status, file) = read(send.await.expect("answered")).await;
    assert_eq!((status, &file["size"]), (201, &json!(25)));
    file
}

fn run(file: &Value, published: bool, mode: &str) -> Value {
    let info = json!({"related_id": file["id"], "reference": file["id"], "name": "run.txt", "size": 25,
        "extension": "txt", "mime_type": "text/plain", "url": "", "transfer_method": "local_file"});
    json!({"inputs": {}, "datasource_type": "local_file", "datasource_info_list": [info], "start_node_id": "ds",
        "is_published": published, "response_mode": mode})
}

#[tokio::test]
async fn a_published_pipeline_answers_at_once_and_brings_documents_in() {
    let caller = librarian().await;
    let path = caller.dataset("PIPELINE").await;
    let (_, dataset) = caller.get(&path).await;
    assert_eq!((text(&dataset["runtime_mode"]), &dataset["is_published"]), ("rag_pipeline", &json!(true)));
    let file = uploaded(&caller).await;
    let (status, begun) = caller.post(&format!("{path}/pipeline/run"), run(&file, true, "streaming")).await;
    assert_eq!((status, text(&begun["documents"][0]["indexing_status"])), (200, "waiting"));
    let (_, told) = caller.get(&format!("{path}/documents/{}/indexing-status", text(&begun["batch"]))).await;
    assert_eq!(all(&told, "indexing_status"), ["completed"]);
    let (_, listed) = caller.get(&format!("{path}/documents")).await;
    assert_eq!(
        (all(&listed, "created_from"), all(&listed, "data_source_type")),
        (vec![&json!("rag-pipeline")], vec![&json!("local_file")])
    );
    assert_eq!(caller.search(&path, json!({"query": "crabs"})).await[0].0, "run.txt");
    let lost = run(&json!({"id": NOBODY}), true, "blocking");
    let (_, begun) = caller.post(&format!("{path}/pipeline/run"), lost).await;
    let (_, told) = caller.get(&format!("{path}/documents/{}/indexing-status", text(&begun["batch"]))).await;
    assert_eq!(all(&told, "indexing_status"), ["error"]);
    caller.all_agree();
}

#[tokio::test]
async fn a_draft_streams_what_would_happen_and_changes_nothing() {
    let caller = librarian().await;
    let path = caller.dataset("Draft PIPELINE").await;
    let file = uploaded(&caller).await;
    let events = caller.stream(&format!("{path}/pipeline/run"), run(&file, false, "streaming")).await;
    let node = ["node_started", "node_finished"];
    let expected = [&["workflow_started"][..], &node, &node, &node, &["workflow_finished"]].concat();
    assert_eq!(kinds(&events), expected);
    assert_eq!(events[4]["data"]["outputs"]["result"]["general_chunks"], json!(["Pipelines bring crabs in."]));
    let (status, end) = caller.post(&format!("{path}/pipeline/run"), run(&file, false, "blocking")).await;
    assert_eq!((status, text(&end["data"]["status"])), (200, "succeeded"));
    assert_eq!(caller.get(&format!("{path}/documents")).await.1["total"], 0);
    caller.all_agree();
}

#[tokio::test]
async fn data_sources_are_listed_and_asked() {
    let caller = librarian().await;
    let path = caller.dataset("PIPELINE").await;
    let (_, sources) = caller.get(&format!("{path}/pipeline/datasource-plugins?is_published=true")).await;
    let nodes: Vec<&str> = sources.as_array().expect("a list").iter().map(|source| text(&source["node_id"])).collect();
    assert_eq!(nodes, ["ds", "dsdoc", "dscrawl"]);
    for (node, kind, expected) in [
        ("dsdoc", "online_document", ["datasource_processing", "datasource_completed"].as_slice()),
        ("dscrawl", "website_crawl", &["datasource_processing", "datasource_completed"]),
        ("ds", "local_file", &["datasource_error"]),
        ("zz", "online_document", &["datasource_error"]),
    ] {
        let at = format!("{path}/pipeline/datasource/nodes/{node}/run");
        let body = json!({"inputs": {}, "datasource_type": kind, "is_published": true});
        assert_eq!(kinds(&caller.stream(&at, body).await), expected, "{node}");
    }
    let plain = caller.dataset("Plain").await;
    let (status, refused) = caller.get(&format!("{plain}/pipeline/datasource-plugins")).await;
    assert_eq!((status, text(&refused["message"])), (400, "Pipeline not found"));
    let (status, refused) = caller.post(&format!("{path}/pipeline/run"), json!({})).await;
    assert_eq!(status, 400);
    assert!(text(&refused["message"]).starts_with("6 validation errors for PipelineRunApiEntity\n"), "{refused}");
    caller.answers_agree();
}
