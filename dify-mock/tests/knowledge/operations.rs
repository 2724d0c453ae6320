use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;

use super::library::{NOBODY, librarian, text};

/// Each is asked once, in vain: an example of the document would be a success, whatever is asked for.
#[tokio::test]
async fn every_operation_of_knowledge_has_an_answer_of_its_own() {
    let caller = librarian().await;
    let nowhere = format!("/datasets/{NOBODY}");
    let none = format!("{nowhere}/documents/{NOBODY}");
    let segment = format!("{none}/segments/{NOBODY}");
    let chunk = format!("{segment}/child_chunks/{NOBODY}");
    let text_body = json!({"name": "n", "text": "t"});
    let segments = json!({"segments": [{"content": "c"}]});
    let run = json!({"inputs": {}, "datasource_type": "local_file", "datasource_info_list": [], "start_node_id": "n",
        "is_published": true, "response_mode": "blocking"});
    let node = json!({"inputs": {}, "datasource_type": "local_file", "is_published": true});
    let (get, post, patch, delete) = (Method::GET, Method::POST, Method::PATCH, Method::DELETE);
    for (method, path, body) in [
        (&get, nowhere.clone(), json!({})),
        (&patch, nowhere.clone(), json!({"name": "n"})),
        (&delete, nowhere.clone(), json!({})),
        (&post, format!("{nowhere}/retrieve"), json!({"query": "q"})),
        (&post, format!("{nowhere}/hit-testing"), json!({"query": "q"})),
        (&get, format!("{nowhere}/documents"), json!({})),
        (&get, none.clone(), json!({})),
        (&delete, none.clone(), json!({})),
        (&get, format!("{nowhere}/documents/batch/indexing-status"), json!({})),
        (&patch, format!("{nowhere}/documents/status/enable"), json!({"document_ids": [NOBODY]})),
        (&get, format!("{none}/download"), json!({})),
        (&post, format!("{nowhere}/documents/download-zip"), json!({"document_ids": [NOBODY]})),
        (&post, format!("{nowhere}/document/create-by-text"), text_body.clone()),
        (&post, format!("{nowhere}/document/create_by_text"), text_body.clone()),
        (&post, format!("{none}/update-by-text"), text_body.clone()),
        (&post, format!("{none}/update_by_text"), text_body),
        (&get, format!("{none}/segments"), json!({})),
        (&post, format!("{none}/segments"), segments),
        (&get, segment.clone(), json!({})),
        (&post, segment.clone(), json!({"segment": {"content": "c"}})),
        (&delete, segment.clone(), json!({})),
        (&get, format!("{segment}/child_chunks"), json!({})),
        (&post, format!("{segment}/child_chunks"), json!({"content": "c"})),
        (&patch, chunk.clone(), json!({"content": "c"})),
        (&delete, chunk, json!({})),
        (&get, format!("{nowhere}/metadata"), json!({})),
        (&post, format!("{nowhere}/metadata"), json!({"type": "string", "name": "n"})),
        (&patch, format!("{nowhere}/metadata/{NOBODY}"), json!({"name": "n"})),
        (&delete, format!("{nowhere}/metadata/{NOBODY}"), json!({})),
        (&get, format!("{nowhere}/metadata/built-in"), json!({})),
        (&post, format!("{nowhere}/metadata/built-in/enable"), json!({})),
        (&post, format!("{nowhere}/documents/metadata"), json!({"operation_data": []})),
        (&patch, "/datasets/tags".to_owned(), json!({"tag_id": NOBODY, "name": "n"})),
        (&delete, "/datasets/tags".to_owned(), json!({"tag_id": NOBODY})),
        (&post, "/datasets/tags/binding".to_owned(), json!({"tag_ids": [NOBODY], "target_id": NOBODY})),
        (&post, "/datasets/tags/unbinding".to_owned(), json!({"tag_id": NOBODY, "target_id": NOBODY})),
        (&get, format!("{nowhere}/tags"), json!({})),
        (&get, format!("{nowhere}/pipeline/datasource-plugins"), json!({})),
        (&post, format!("{nowhere}/pipeline/datasource/nodes/n/run"), node),
        (&post, format!("{nowhere}/pipeline/run"), run),
    ] {
        let (status, answer) = caller.send(method.clone(), &path, body).await;
        assert_eq!((status, text(&answer["code"])), (404, "not_found"), "{method} {path}");
    }
    for (method, path) in [
        (&post, format!("{nowhere}/document/create-by-file")),
        (&post, format!("{nowhere}/document/create_by_file")),
        (&post, format!("{none}/update-by-file")),
        (&post, format!("{none}/update_by_file")),
        (&patch, none),
    ] {
        let (status, _) = caller.file(method.clone(), &path, "f.txt", b"words".to_vec(), "{}").await;
        assert_eq!(status, 404, "{method} {path}");
    }
    let form = reqwest::multipart::Form::new().text("x", "y");
    let upload = caller.call(Method::POST, "/datasets/pipeline/file-upload").multipart(form).send().await;
    assert_eq!(upload.expect("answered").status(), 400);
    // What cannot fail shows what was made.
    assert_eq!(caller.post("/datasets", json!({"name": "Own"})).await.1["name"], "Own");
    assert_eq!(caller.get("/datasets").await.1["data"][0]["name"], "Own");
    assert_eq!(caller.post("/datasets/tags", json!({"name": "own"})).await.1["name"], "own");
    assert_eq!(caller.get("/datasets/tags").await.1[0]["name"], "own");
    assert_eq!(caller.get("/workspaces/current/models/model-types/bogus").await.0, 400);

    let asked: BTreeSet<String> =
        caller.server.requests().into_iter().filter_map(|request| request.operation).collect();
    let known = caller.server.operations().into_iter().filter(|id| id.starts_with("knowledge_")).map(str::to_owned);
    assert_eq!(asked, known.collect());
    caller.answers_agree();
}

#[tokio::test]
async fn models_of_every_kind_agree_with_the_document() {
    let caller = librarian().await;
    for kind in ["llm", "text-embedding", "rerank", "speech2text", "moderation", "tts"] {
        let (status, models) = caller.get(&format!("/workspaces/current/models/model-types/{kind}")).await;
        assert_eq!((status, text(&models["data"][0]["provider"])), (200, "langgenius/openai/openai"));
    }
    caller.all_agree();
}
