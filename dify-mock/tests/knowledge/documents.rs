use reqwest::Method;
use serde_json::{Value, json};

use super::library::{SETTINGS, all, by_meaning, librarian, text};

#[tokio::test]
async fn documents_are_listed_by_word_and_state_and_deleted() {
    let caller = librarian().await;
    let path = caller.dataset("Listed").await;
    let mut ids = Vec::new();
    for name in ["alpha.txt", "beta.txt", "gamma.txt"] {
        ids.push(caller.document(&path, name, "words").await.0);
    }
    let list = format!("{path}/documents");
    let (_, page) = caller.get(&format!("{list}?limit=2")).await;
    assert_eq!((all(&page, "name"), &page["has_more"]), (vec![&json!("gamma.txt"), &json!("beta.txt")], &json!(true)));
    let (_, found) = caller.get(&format!("{list}?keyword=ALPHA")).await;
    assert_eq!(all(&found, "position"), [1]);
    let (_, available) = caller.get(&format!("{list}?status=available")).await;
    assert_eq!(available["total"], 3);
    assert_eq!(
        [caller.delete(&format!("{list}/{}", ids[1])).await, caller.delete(&format!("{list}/{}", ids[1])).await],
        [204, 404]
    );
    caller.document(&path, "delta.txt", "words").await;
    let (_, rest) = caller.get(&list).await;
    assert_eq!(all(&rest, "position"), [4, 3, 1]);
    caller.all_agree();
}

#[tokio::test]
async fn a_document_is_told_whole_in_part_and_with_the_rule_it_was_cut_by() {
    let caller = librarian().await;
    let path = caller.dataset("NodeData").await;
    let segmentation = json!({"separator": "\n\n", "max_tokens": 200});
    let rule = json!({"mode": "custom", "rules": {"pre_processing_rules": [], "segmentation": segmentation}});
    let (id, _) =
        caller.document_of(&path, json!({"name": "a.txt", "text": "One two.\n\nThree.", "process_rule": rule})).await;
    let one = format!("{path}/documents/{id}");
    let (_, whole) = caller.get(&one).await;
    assert_eq!(
        (&whole["segment_count"], &whole["tokens"], &whole["doc_metadata"]),
        (&json!(2), &json!(5), &Value::Null)
    );
    assert_eq!(whole["document_process_rule"]["rules"]["segmentation"]["separator"], "\n\n");
    let (_, only) = caller.get(&format!("{one}?metadata=only")).await;
    assert_eq!(only, json!({"id": id, "doc_type": null, "doc_metadata": null}));
    let (_, without) = caller.get(&format!("{one}?metadata=without")).await;
    assert!(without.get("doc_metadata").is_none() && without["name"] == "a.txt");
    caller.all_agree();
}

#[tokio::test]
async fn what_is_disabled_or_archived_is_not_found_until_it_is_taken_back() {
    let caller = librarian().await;
    let path = caller.dataset("States").await;
    let (id, _) = caller.document(&path, "crab.txt", "The crab walks sideways.").await;
    let question = || json!({"query": "crab", "retrieval_model": by_meaning(3)});
    for (action, state, found) in [
        ("disable", "disabled", 0),
        ("disable", "disabled", 0),
        ("enable", "available", 1),
        ("archive", "archived", 0),
        ("un_archive", "available", 1),
    ] {
        let status = format!("{path}/documents/status/{action}");
        let (code, done) =
            caller.send(Method::PATCH, &status, json!({"document_ids": [id, super::library::NOBODY]})).await;
        assert_eq!((code, text(&done["result"])), (200, "success"), "{action}");
        let (_, document) = caller.get(&format!("{path}/documents/{id}")).await;
        assert_eq!(text(&document["display_status"]), state, "{action}");
        assert_eq!(document["disabled_at"].is_i64(), state == "disabled");
        assert_eq!(caller.search(&path, question()).await.len(), found, "{action}");
        if action == "archive" {
            let one = format!("{path}/documents/{id}");
            assert_eq!(caller.delete(&one).await, 403);
            let (code, refused) =
                caller.post(&format!("{one}/update-by-text"), json!({"name": "n", "text": "t"})).await;
            assert_eq!((code, text(&refused["code"])), (403, "archived_document_immutable"));
        }
    }
    caller.all_agree();
}

#[tokio::test]
async fn older_names_of_routes_do_the_same() {
    let caller = librarian().await;
    let path = caller.dataset("Older").await;
    let mut body: Value = serde_json::from_str(SETTINGS).expect("JSON");
    body["name"] = json!("a.txt");
    body["text"] = json!("first words");
    let (_, made) = caller.post(&format!("{path}/document/create_by_text"), body).await;
    let one = format!("{path}/documents/{}", text(&made["document"]["id"]));
    let (_, changed) = caller.post(&format!("{one}/update_by_text"), json!({"name": "b.txt", "text": "second"})).await;
    assert_eq!(text(&changed["document"]["name"]), "b.txt");
    let data = r#"{"name": "c.txt"}"#;
    let update = format!("{one}/update_by_file");
    let (_, changed) = caller.file(Method::POST, &update, "d.txt", b"third".to_vec(), data).await;
    assert_eq!(text(&changed["document"]["name"]), "c.txt");
    let make = format!("{path}/document/create_by_file");
    assert_eq!(caller.file(Method::POST, &make, "e.txt", b"fourth".to_vec(), SETTINGS).await.0, 200);
    let (_, found) = caller.post(&format!("{path}/hit-testing"), json!({"query": "third"})).await;
    assert_eq!(text(&found["records"][0]["segment"]["content"]), "third");
    caller.all_agree();
}
