use reqwest::Method;
use serde_json::{Value, json};

use super::library::{NOBODY, all, librarian, text};

#[tokio::test]
async fn a_knowledge_base_is_made_read_changed_and_deleted() {
    let caller = librarian().await;
    let path = caller.dataset_of(json!({"name": "Handbook", "description": "How we work ✓"})).await;
    let (_, fresh) = caller.get(&path).await;
    assert_eq!((&fresh["indexing_technique"], &fresh["permission"]), (&Value::Null, &json!("only_me")));
    assert_eq!(fresh["retrieval_model_dict"]["search_method"], "keyword_search");

    let change = json!({"name": "Handbook 2", "permission": "partial_members",
        "partial_member_list": [{"user_id": NOBODY}], "description": null});
    let (_, changed) = caller.send(Method::PATCH, &path, change).await;
    assert_eq!((&changed["name"], &changed["description"]), (&json!("Handbook 2"), &Value::Null));
    assert_eq!(changed["partial_member_list"], json!([NOBODY]));
    let model = json!({
        "search_method": "hybrid_search", "reranking_enable": true, "reranking_mode": "weighted_score", "top_k": 4,
        "score_threshold_enabled": true, "score_threshold": 0.1,
        "weights": {"keyword_setting": {"keyword_weight": 0.3}, "vector_setting": {
            "vector_weight": 0.7, "embedding_provider_name": "p", "embedding_model_name": "m"}},
    });
    let technique = json!({"indexing_technique": "high_quality", "retrieval_model": model});
    let (_, changed) = caller.send(Method::PATCH, &path, technique).await;
    assert_eq!(changed["embedding_model"], "text-embedding-3-small");
    assert_eq!(changed["retrieval_model_dict"]["weights"]["weight_type"], Value::Null);
    assert_eq!(caller.get(&path).await.1["retrieval_model_dict"]["search_method"], "hybrid_search");

    caller.document(&path, "one.txt", "Some words.").await;
    let (_, filled) = caller.get(&path).await;
    let counts = ["document_count", "total_available_documents", "word_count"].map(|name| filled[name].as_u64());
    assert_eq!(counts, [Some(1), Some(1), Some(11)]);
    assert_eq!((&filled["doc_form"], &filled["data_source_type"]), (&json!("text_model"), &json!("upload_file")));

    assert_eq!([caller.delete(&path).await, caller.delete(&path).await], [204, 404]);
    assert_eq!(caller.get(&path).await.1["message"], "Dataset not found.");
    caller.all_agree();
}

#[tokio::test]
async fn knowledge_bases_are_listed_by_page_and_by_word_the_newest_first() {
    let caller = librarian().await;
    for number in 1..=5 {
        caller.dataset(&format!("Base {number}")).await;
    }
    let (_, page) = caller.get("/datasets?limit=2&page=2").await;
    assert_eq!(all(&page, "name"), ["Base 3", "Base 2"]);
    let paging = ["has_more", "total", "page", "limit"].map(|name| page[name].to_string());
    assert_eq!(paging, ["true", "5", "2", "2"]);
    let (_, last) = caller.get("/datasets?limit=2&page=3").await;
    assert_eq!((all(&last, "name"), &last["has_more"]), (vec![&json!("Base 1")], &json!(false)));
    let (_, found) = caller.get("/datasets?keyword=base%204").await;
    assert_eq!(all(&found, "name"), ["Base 4"]);
    caller.all_agree();
}

#[tokio::test]
async fn knowledge_that_another_system_keeps_is_named_and_renamed() {
    let caller = librarian().await;
    let body = json!({"name": "Archive", "provider": "external", "external_knowledge_id": "know-1",
        "external_knowledge_api_id": NOBODY});
    let path = caller.dataset_of(body).await;
    let change = json!({"external_knowledge_id": "k2", "external_knowledge_api_id": NOBODY,
        "external_retrieval_model": {"top_k": 3, "score_threshold": 0.1, "score_threshold_enabled": true}});
    let (_, changed) = caller.send(Method::PATCH, &path, change).await;
    assert_eq!(text(&changed["external_knowledge_info"]["external_knowledge_id"]), "k2");
    assert_eq!(changed["external_retrieval_model"]["top_k"], 3);
    let (status, refused) = caller.send(Method::PATCH, &path, json!({"name": "x"})).await;
    assert_eq!((status, &refused["code"]), (400, &json!("invalid_param")));
    caller.answers_agree();
}
