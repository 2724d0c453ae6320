use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};

use super::library::{NOBODY, SETTINGS, librarian, text};
use crate::common::{Caller, read};

/// Asks, and fails unless it is refused so: a message that ends with `…` is a beginning.
async fn refused(caller: &Caller, method: Method, path: &str, body: Value, status: u16, code: &str, message: &str) {
    let (got, answer) = caller.send(method, path, body).await;
    assert_eq!((got, text(&answer["code"])), (status, code), "{path}: {answer}");
    match message.strip_suffix('…') {
        Some(beginning) => assert!(text(&answer["message"]).starts_with(beginning), "{path}: {answer}"),
        None => assert_eq!(text(&answer["message"]), message, "{path}"),
    }
}

#[tokio::test]
async fn a_name_that_is_taken_is_a_conflict_and_on_a_change_a_bad_value() {
    let caller = librarian().await;
    caller.dataset("Taken").await;
    let other = caller.dataset("Other").await;
    let message = "The dataset name already exists. Please modify your dataset name.";
    refused(&caller, Method::POST, "/datasets", json!({"name": "Taken"}), 409, "dataset_name_duplicate", message).await;
    let message = "Dataset name already exists";
    refused(&caller, Method::PATCH, &other, json!({"name": "Taken"}), 400, "invalid_param", message).await;
    assert_eq!(caller.send(Method::PATCH, &other, json!({"name": "Other"})).await.0, 200);
    caller.all_agree();
}

#[tokio::test]
async fn bad_bodies_are_refused_in_the_words_of_the_server() {
    let caller = librarian().await;
    let post = Method::POST;
    let bad = "invalid_param";
    let name = "1 validation error for DatasetCreatePayload\nname\n  String should have at most 40 characters \
        [type=string_too_long, input_value='nnn…";
    refused(&caller, post.clone(), "/datasets", json!({"name": "n".repeat(41)}), 400, bad, name).await;
    let permission = "1 validation error for DatasetCreatePayload\npermission\n  Input should be 'only_me', \
        'all_team_members' or 'partial_members' [type=enum, input_value='everyone', input_type=str]…";
    let body = json!({"name": "x", "permission": "everyone"});
    refused(&caller, post.clone(), "/datasets", body, 400, bad, permission).await;
    let body = json!({"name": "x", "indexing_technique": "high_quality", "embedding_model": "m",
        "embedding_model_provider": "nope/nope/nope"});
    let provider = "Provider nope/nope/nope does not exist.";
    refused(&caller, post.clone(), "/datasets", body, 400, bad, provider).await;
    let limit = caller.get("/datasets?limit=abc").await.1;
    assert!(text(&limit["message"]).starts_with("1 validation error for DatasetListQuery\nlimit\n  Input should be a"));

    let path = caller.dataset_of(json!({"name": "Fresh"})).await;
    let make = format!("{path}/document/create-by-text");
    let missing = "1 validation error for DocumentTextCreatePayload\nname\n  Field required [type=missing, \
        input_value={'text': 'x'}, input_type=dict]…";
    refused(&caller, post.clone(), &make, json!({"text": "x"}), 400, bad, missing).await;
    let technique = "indexing_technique is required.";
    refused(&caller, post.clone(), &make, json!({"name": "x", "text": "y"}), 400, bad, technique).await;
    let ruleless = json!({"name": "x", "text": "y", "indexing_technique": "economy"});
    refused(&caller, post.clone(), &make, ruleless.clone(), 400, bad, "process_rule is required.").await;
    let used = caller.dataset("Used").await;
    caller.document(&used, "a.txt", "words").await;
    let again = format!("{used}/document/create-by-text");
    // Afterwards the rule used last is taken, but the technique is asked for all the same.
    assert_eq!(caller.post(&again, ruleless).await.0, 200);
    let missing = "1 validation error for KnowledgeConfig\nindexing_technique\n  Field required [type=missing, …";
    let without = json!({"name": "x", "text": "y", "process_rule": {"mode": "automatic"}});
    refused(&caller, post.clone(), &again, without, 400, bad, missing).await;
    let custom = json!({"name": "x", "text": "y", "indexing_technique": "economy", "process_rule": {"mode": "custom",
        "rules": {"segmentation": {"max_tokens": 100}}}});
    let cleaning = "Process rule pre_processing_rules is required";
    refused(&caller, post.clone(), &make, custom, 400, bad, cleaning).await;
    let body = json!({"name": "x", "text": "y", "indexing_technique": "economy", "process_rule": {"mode": "zzz"}});
    let mode = "1 validation error for DocumentTextCreatePayload\nprocess_rule.mode\n  Input should be 'automatic', \
        'custom' or 'hierarchical' [type=enum, input_value='zzz', input_type=str]…";
    refused(&caller, post.clone(), &make, body, 400, bad, mode).await;
    let zip = format!("{path}/documents/download-zip");
    refused(&caller, post.clone(), &zip, json!({"document_ids": vec![NOBODY; 101]}), 400, bad, "1 validation error…")
        .await;
    let retrieve = format!("{path}/retrieve");
    refused(&caller, post, &retrieve, json!({"query": ""}), 400, bad, "Query or attachment_ids is required").await;
    caller.answers_agree();
}

#[tokio::test]
async fn what_is_not_there_is_404_each_in_its_words() {
    let caller = librarian().await;
    let path = caller.dataset("Real").await;
    let (id, _) = caller.document(&path, "a.txt", "words").await;
    let (nowhere, gone) = (format!("/datasets/{NOBODY}"), "not_found");
    let none = format!("{path}/documents/{NOBODY}");
    let update = json!({"name": "n", "text": "t"});
    for (method, at, body, message) in [
        (Method::GET, nowhere.clone(), json!({}), "Dataset not found."),
        (Method::GET, format!("{nowhere}/documents"), json!({}), "Dataset not found."),
        (Method::POST, format!("{nowhere}/document/create-by-text"), update.clone(), "Dataset not found. You have …"),
        (Method::GET, none.clone(), json!({}), "Document not found."),
        (Method::DELETE, none.clone(), json!({}), "Document Not Exists."),
        (Method::POST, format!("{none}/update-by-text"), update, "Document not found"),
        (Method::GET, format!("{none}/segments"), json!({}), "Document not found."),
        (Method::GET, format!("{none}/download"), json!({}), "Document not found."),
        (Method::GET, format!("{path}/documents/nope/indexing-status"), json!({}), "Documents not found."),
        (Method::GET, format!("{path}/documents/{id}/segments/{NOBODY}"), json!({}), "Segment not found."),
        (Method::PATCH, "/datasets/tags".to_owned(), json!({"tag_id": NOBODY, "name": "x"}), "Tag not found. You …"),
    ] {
        refused(&caller, method, &at, body, 404, gone, message).await;
    }
    for at in ["/datasets/abc", "/datasets/"] {
        assert_eq!(caller.raw(Method::GET, at).await.headers()["content-type"], "text/html; charset=utf-8");
    }
    let other = caller.dataset("Elsewhere").await;
    assert_eq!(caller.get(&format!("{other}/documents/{id}")).await.0, 404);
    caller.answers_agree();
}

#[tokio::test]
async fn segments_are_refused_with_nothing_but_a_text() {
    let caller = librarian().await;
    let path = caller.dataset("Bare").await;
    let (id, _) = caller.document(&path, "a.txt", "words").await;
    let at = format!("{path}/documents/{id}/segments");
    for (body, said) in [
        (json!({}), "segments\n  Field required [type=missing, input_value={}, input_type=dict]"),
        (
            json!({"segments": []}),
            "segments\n  List should have at least 1 item after validation, not 0 [type=too_short,",
        ),
        (json!({"segments": [{}]}), "segments.0.content\n  Field required [type=missing, input_value={}"),
        (json!({"segments": [{"content": ""}]}), "segments.0.content\n  String should have at least 1 character [type"),
        (json!({"segments": "x"}), "segments\n  Input should be a valid list [type=list_type, input_value='x'"),
    ] {
        let (status, answer) = caller.post(&at, body).await;
        assert_eq!((status, answer.get("code")), (400, None));
        let said = format!("1 validation error for SegmentCreatePayload\n{said}");
        assert!(text(&answer["error"]).starts_with(&said), "{answer}");
    }
    caller.answers_agree();
}

#[tokio::test]
async fn bad_files_and_forms_are_refused() {
    let caller = Caller::of(dify_mock::Server::builder().upload_limit(10), "dataset-knowledge").await;
    let path = caller.dataset("Files").await;
    let make = format!("{path}/document/create-by-file");
    let code =
        |answer: (u16, Value)| (answer.0, text(&answer.1["code"]).to_owned(), text(&answer.1["message"]).to_owned());
    let post = async |name: &str, bytes: &[u8], data: &str| {
        code(caller.file(Method::POST, &make, name, bytes.to_vec(), data).await)
    };
    let said = |status: u16, code: &str, message: &str| (status, code.to_owned(), message.to_owned());
    assert_eq!(post("f.xyz", b"abc", SETTINGS).await, said(400, "invalid_param", ""));
    assert_eq!(post("f.txt", b"more than ten", SETTINGS).await, said(400, "invalid_param", ""));
    let broken = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)";
    assert_eq!(post("f.txt", b"abc", "{bad").await, said(400, "invalid_param", broken));
    for data in ["{}", r#"{"process_rule": {"mode": "automatic"}}"#] {
        let missing = post("f.txt", b"abc", data).await;
        assert!(missing.0 == 400 && missing.2.contains("\nindexing_technique\n  Field required"), "{missing:?}");
    }
    let form = Form::new().text("data", SETTINGS);
    let bare = read(caller.call(Method::POST, &make).multipart(form).send().await.expect("answered")).await;
    assert_eq!(code(bare), said(400, "no_file_uploaded", "Please upload your file."));
    let (id, _) = caller.document(&path, "a.txt", "words").await;
    let one = format!("{path}/documents/{id}");
    let exe = caller.file(Method::PATCH, &one, "n.exe", b"x".to_vec(), "{}").await;
    assert_eq!(code(exe), said(415, "unsupported_file_type", "File type not allowed."));
    let (status, refused) = read(caller.raw(Method::PATCH, &one).await).await;
    assert_eq!((status, text(&refused["message"])), (400, "Data source or Process rule is required"));
    caller.answers_agree();
}

#[tokio::test]
async fn actions_and_kinds_that_nobody_knows_are_refused() {
    let caller = librarian().await;
    let path = caller.dataset("Odd").await;
    let (id, _) = caller.document(&path, "a.txt", "words").await;
    let at = format!("{path}/documents/status/foo");
    let message = "Invalid action: foo. Must be one of ['enable', 'disable', 'archive', 'un_archive']";
    refused(&caller, Method::PATCH, &at, json!({"document_ids": [id]}), 400, "invalid_action", message).await;
    assert_eq!(caller.send(Method::PATCH, &at, json!({"document_ids": []})).await.0, 200);
    let (status, odd) = caller.get("/workspaces/current/models/model-types/bogus").await;
    assert_eq!((status, text(&odd["message"])), (400, "'bogus' is not a valid ModelType"));
    let (status, odd) = caller.get(&format!("{path}/documents/{id}?metadata=zzz")).await;
    assert_eq!((status, text(&odd["code"])), (400, "invalid_metadata"));
    assert_eq!(caller.get(&format!("{path}/documents?status=zzz")).await.1["total"], 1);
    let body = json!({"type": "string", "name": "n".repeat(256)});
    let message = "Metadata name cannot exceed 255 characters.";
    refused(&caller, Method::POST, &format!("{path}/metadata"), body, 400, "invalid_param", message).await;
    let renamed = caller.send(Method::PATCH, &format!("{path}/metadata/{NOBODY}"), json!({"name": "x"})).await;
    assert_eq!((renamed.0, text(&renamed.1["code"])), (400, "invalid_param"));
    caller.answers_agree();
}
