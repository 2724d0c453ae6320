use serde_json::{Value, json};

use super::library::{by_meaning, librarian};
use crate::common::Caller;

const ANIMALS: &[(&str, &str)] = &[
    ("crab.txt", "The crab walks sideways along the beach."),
    ("lobster.txt", "A lobster is a cousin of the crab and lives in deep water, where it hides among rocks all day."),
    ("cat.txt", "The cat sleeps on the sofa."),
    ("螃蟹.txt", "螃蟹横着走路。"),
];

async fn zoo(caller: &Caller, technique: &str) -> String {
    let path = caller.dataset_of(json!({"name": technique, "indexing_technique": technique})).await;
    for (name, words) in ANIMALS {
        caller.document(&path, name, words).await;
    }
    path
}

fn names(found: &[(String, f64)]) -> Vec<&str> {
    found.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn what_fits_better_comes_first_with_scores_from_nought_to_one() {
    let caller = librarian().await;
    let path = zoo(&caller, "high_quality").await;
    let found =
        caller.search(&path, json!({"query": "Does a crab walk sideways?", "retrieval_model": by_meaning(5)})).await;
    assert_eq!(names(&found), ["crab.txt", "lobster.txt"]);
    assert!(found.iter().all(|(_, score)| (0.0..=1.0).contains(score)), "{found:?}");
    assert!(found[0].1 > 2.0 * found[1].1, "{found:?}");
    let same = caller.search(&path, json!({"query": ANIMALS[2].1, "retrieval_model": by_meaning(5)})).await;
    assert!(same[0].0 == "cat.txt" && same[0].1 > 0.99, "{same:?}");
    let found = caller.search(&path, json!({"query": "螃蟹"})).await;
    assert_eq!(names(&found), ["螃蟹.txt"]);
    assert!(caller.search(&path, json!({"query": "quantum"})).await.is_empty());
    caller.all_agree();
}

#[tokio::test]
async fn the_number_and_the_least_score_are_kept_to() {
    let caller = librarian().await;
    let path = zoo(&caller, "high_quality").await;
    let search = async |model: Value| caller.search(&path, json!({"query": "crab", "retrieval_model": model})).await;
    assert_eq!(names(&search(by_meaning(1)).await), ["crab.txt"]);
    let both = search(by_meaning(9)).await;
    assert_eq!(both.len(), 2);
    let mut model = by_meaning(9);
    model["score_threshold_enabled"] = json!(true);
    model["score_threshold"] = json!((both[0].1 + both[1].1) / 2.0);
    assert_eq!(names(&search(model.clone()).await), ["crab.txt"]);
    model["score_threshold_enabled"] = json!(false);
    assert_eq!(search(model).await.len(), 2);
    // A knowledge base's own choice counts where a request makes none.
    let body = json!({"retrieval_model": by_meaning(1)});
    caller.send(reqwest::Method::PATCH, &path, body).await;
    assert_eq!(caller.search(&path, json!({"query": "crab"})).await.len(), 1);
    caller.all_agree();
}

#[tokio::test]
async fn economy_finds_by_words_and_gives_no_scores() {
    let caller = librarian().await;
    let path = zoo(&caller, "economy").await;
    let (status, refused) = caller.post(&format!("{path}/retrieve"), json!({"query": "crab"})).await;
    assert_eq!((status, &refused["code"]), (400, &json!("invalid_param")), "there are no vectors to search");
    let model = json!({
        "search_method": "keyword_search", "reranking_enable": false, "top_k": 2, "score_threshold_enabled": false,
    });
    let crab = json!({"query": "crab", "retrieval_model": model});
    let (_, found) = caller.post(&format!("{path}/retrieve"), crab).await;
    let record = &found["records"][0];
    assert_eq!((&record["score"], &record["segment"]["tokens"]), (&json!(0.0), &json!(0)));
    assert_eq!(record["segment"]["keywords"], json!(["crab", "walks", "sideways", "along", "beach"]));
    assert_eq!((&record["segment"]["sign_content"], &record["files"]), (&Value::Null, &json!([])));
    caller.all_agree();
}
