use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::common::read;
use crate::desk::{Desk, NOBODY};

async fn upload(desk: &Desk, name: &str, text: &str) -> (u16, Value) {
    let part = Part::text(text.to_owned()).file_name(name.to_owned()).mime_str("text/plain").expect("a media type");
    let form = Form::new().text("source", "datasets").part("file", part);
    read(desk.call(Method::POST, "/files/upload").multipart(form).send().await.expect("answered")).await
}

fn sources(file: &Value) -> Value {
    json!({"data_source_type": "upload_file", "file_info_list": {"file_ids": [file]}})
}

fn request(file: &Value) -> Value {
    json!({
        "data_source": {"type": "upload_file", "info_list": sources(file)},
        "indexing_technique": "economy",
        "process_rule": {"mode": "automatic", "rules": {}},
        "doc_form": "text_model",
        "doc_language": "English",
        "embedding_model": "",
        "embedding_model_provider": "",
    })
}

#[tokio::test]
async fn knowledge_is_the_same_for_the_console_and_for_keys() {
    let desk = Desk::new().await;
    let (status, made) = desk.post("/datasets", json!({"name": "Console KB", "description": "x"})).await;
    assert_eq!((status, &made["permission"]), (201, &json!("only_me")));
    assert!(made["permission_keys"].as_array().is_some_and(|rights| rights.len() == 13));
    let id = made["id"].as_str().expect("an id");
    let (_, list) = desk.v1("dataset-knowledge", Method::GET, "/datasets", None).await;
    assert_eq!(list["data"][0]["id"], made["id"]);
    desk.v1("dataset-knowledge", Method::POST, "/datasets", Some(json!({"name": "Other"}))).await;
    let (_, page) = desk.get("/datasets?limit=1").await;
    assert_eq!(
        (&page["total"], &page["data"][0]["name"], &page["has_more"]),
        (&json!(2), &json!("Other"), &json!(true))
    );
    assert_eq!(desk.get("/datasets?keyword=CONSOLE").await.1["total"], 1);
    assert_eq!(desk.get(&format!("/datasets?ids={id}")).await.1["data"][0]["name"], "Console KB");
    assert_eq!(desk.get(&format!("/datasets?ids={NOBODY}")).await.1["data"], json!([]));
    let (status, refused) = desk.post("/datasets", json!({"name": "Console KB"})).await;
    assert_eq!((status, &refused["code"]), (409, &json!("dataset_name_duplicate")));
    let (status, refused) = desk.post("/datasets", json!({"name": "x9", "indexing_technique": "zzz"})).await;
    assert_eq!((status, &refused["code"]), (400, &json!("invalid_param")));
    let change = json!({"name": "Renamed", "description": "y", "permission": "all_team_members"});
    let (_, changed) = desk.send(Method::PATCH, &format!("/datasets/{id}"), change).await;
    assert_eq!((&changed["name"], &changed["partial_member_list"]), (&json!("Renamed"), &json!([])));
    let (_, read) = desk.get(&format!("/datasets/{id}")).await;
    assert_eq!(
        (&read["name"], &read["retrieval_model_dict"]["search_method"]),
        (&json!("Renamed"), &json!("semantic_search"))
    );
    assert_eq!(desk.order(Method::DELETE, &format!("/datasets/{id}")).await.0, 204);
    assert_eq!(desk.order(Method::DELETE, &format!("/datasets/{id}")).await.1["message"], "Dataset not found.");
    assert_eq!(desk.send(Method::PATCH, &format!("/datasets/{id}"), json!({"name": "x"})).await.0, 404);
    desk.answers_agree();
}

#[tokio::test]
async fn files_become_documents_that_are_found() {
    let desk = Desk::new().await;
    let (status, file) = upload(&desk, "c.txt", "console text about Rust.\n\nsecond para").await;
    assert_eq!((status, &file["size"]), (201, &json!(37)));
    assert_eq!(upload(&desk, "c.xyz", "zzz").await.1["code"], "unsupported_file_type");
    assert_eq!(desk.get("/files/upload").await.1["file_size_limit"], 15);
    let estimate = json!({
        "info_list": sources(&file["id"]), "indexing_technique": "economy",
        "process_rule": {"mode": "automatic", "rules": {}}, "doc_form": "text_model", "doc_language": "English",
    });
    let expected = json!({
        "total_segments": 1, "preview": [{"content": "console text about Rust.\n\nsecond para"}], "tokens": 0,
        "total_price": 0, "currency": "USD",
    });
    assert_eq!(desk.post("/datasets/indexing-estimate", estimate).await, (200, expected));

    let (status, made) = desk.post("/datasets/init", request(&file["id"])).await;
    assert_eq!((status, &made["dataset"]["name"]), (200, &json!("c.txt...")));
    assert_eq!(made["dataset"]["description"], "useful for when you want to answer queries about the c.txt");
    let document = &made["documents"][0];
    assert_eq!((&document["created_from"], &document["indexing_status"]), (&json!("web"), &json!("waiting")));
    assert_eq!(document["data_source_info"]["upload_file_id"], file["id"]);
    let id = made["dataset"]["id"].as_str().expect("an id");
    let batch = made["batch"].as_str().expect("a batch");
    let status = format!("/datasets/{id}/batch/{batch}/indexing-status");
    while desk.get(&status).await.1["data"][0]["indexing_status"] != "completed" {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let (_, documents) = desk.get(&format!("/datasets/{id}/documents?limit=5")).await;
    assert_eq!((&documents["total"], &documents["data"][0]["word_count"]), (&json!(1), &json!(37)));
    assert_eq!(documents["data"][0]["process_rule_dict"]["mode"], "automatic");
    let search = json!({"query": "Rust", "retrieval_model": {
        "search_method": "keyword_search", "reranking_enable": false, "top_k": 1, "score_threshold_enabled": false,
    }});
    let (_, found) = desk.post(&format!("/datasets/{id}/hit-testing"), search).await;
    assert_eq!(found["records"][0]["segment"]["document"]["name"], "c.txt");
    let (_, listed) = desk.v1("dataset-knowledge", Method::GET, &format!("/datasets/{id}/documents"), None).await;
    assert_eq!(listed["data"][0]["id"], document["id"]);

    let (_, other) = upload(&desk, "d.txt", "more about Rust").await;
    let (status, more) = desk.post(&format!("/datasets/{id}/documents"), request(&other["id"])).await;
    assert_eq!((status, &more["documents"][0]["position"]), (200, &json!(2)));
    let rule = format!("/datasets/process-rule?document_id={}", document["id"].as_str().expect("an id"));
    assert_eq!(desk.get(&rule).await.1["mode"], "automatic");
    assert_eq!(desk.get("/datasets/process-rule").await.1["rules"]["segmentation"]["max_tokens"], 1024);
    assert_eq!(desk.get("/datasets/retrieval-setting").await.1["retrieval_method"].as_array().map(Vec::len), Some(3));
    let (status, _) = desk.post("/datasets/init", request(&json!(NOBODY))).await;
    assert_eq!(status, 404);
    assert_eq!(desk.get("/datasets").await.1["total"], 1, "what is refused leaves nothing behind");
    desk.answers_agree();
}
