use serde_json::{Value, json};

use super::library::{by_meaning, librarian, text};
use crate::common::Caller;

/// Books with an author, a year and a day, one of them with nothing.
async fn shelf(caller: &Caller) -> String {
    let path = caller.dataset("Shelf").await;
    let fields = format!("{path}/metadata");
    let mut ids = Vec::new();
    for (name, kind) in [("author", "string"), ("year", "number"), ("read", "time")] {
        let (_, field) = caller.post(&fields, json!({"type": kind, "name": name})).await;
        ids.push(field["id"].clone());
    }
    let books = [
        ("ann.txt", Some(("Ann Lee", 2020, 1_600_000_000))),
        ("bob.txt", Some(("Bob Ray", 2022, 1_700_000_000))),
        ("cyn.txt", Some(("Cyn Lee", 2024, 1_800_000_000))),
        ("nobody.txt", None),
    ];
    for (name, facts) in books {
        let (id, _) = caller.document(&path, name, "A book about crabs.").await;
        let Some((author, year, read)) = facts else { continue };
        let list = json!([
            {"id": ids[0], "name": "author", "value": author},
            {"id": ids[1], "name": "year", "value": year},
            {"id": ids[2], "name": "read", "value": read},
        ]);
        let operation = json!({"document_id": id, "metadata_list": list});
        caller.post(&format!("{path}/documents/metadata"), json!({"operation_data": [operation]})).await;
    }
    path
}

async fn books(caller: &Caller, path: &str, filter: Value) -> Vec<String> {
    let mut model = by_meaning(9);
    model["metadata_filtering_conditions"] = filter;
    let found = caller.search(path, json!({"query": "crabs", "retrieval_model": model})).await;
    let mut names: Vec<String> = found.into_iter().map(|(name, _)| name.replace(".txt", "")).collect();
    names.sort();
    names
}

#[tokio::test]
async fn every_comparison_of_the_contract_chooses_documents() {
    let caller = librarian().await;
    let path = shelf(&caller).await;
    for (field, operator, value, expected) in [
        ("author", "contains", json!("Lee"), "ann cyn"),
        ("author", "not contains", json!("Lee"), "bob"),
        ("author", "start with", json!("Bob"), "bob"),
        ("author", "end with", json!("Ray"), "bob"),
        ("author", "is", json!("Ann Lee"), "ann"),
        ("author", "is not", json!("Ann Lee"), "bob cyn"),
        ("author", "in", json!(["Ann Lee", "Bob Ray"]), "ann bob"),
        ("author", "not in", json!(["Ann Lee", "Bob Ray"]), "cyn"),
        ("author", "empty", Value::Null, "nobody"),
        ("author", "not empty", Value::Null, "ann bob cyn"),
        ("year", "=", json!(2022), "bob"),
        ("year", "≠", json!(2022), "ann cyn"),
        ("year", ">", json!(2022), "cyn"),
        ("year", "<", json!(2022), "ann"),
        ("year", "≥", json!(2022), "bob cyn"),
        ("year", "≤", json!(2022), "ann bob"),
        ("read", "before", json!(1_700_000_000), "ann"),
        ("read", "after", json!(1_700_000_000), "cyn"),
        ("read", "is", json!(1_700_000_000), "bob"),
        ("nope", "is", json!("x"), ""),
    ] {
        let condition = json!({"name": field, "comparison_operator": operator, "value": value});
        let found = books(&caller, &path, json!({"conditions": [condition]})).await;
        assert_eq!(found.join(" "), expected, "{field} {operator}");
    }
    caller.all_agree();
}

#[tokio::test]
async fn conditions_go_together_by_and_or_by_or() {
    let caller = librarian().await;
    let path = shelf(&caller).await;
    let conditions = json!([
        {"name": "author", "comparison_operator": "contains", "value": "Lee"},
        {"name": "year", "comparison_operator": ">", "value": 2021},
    ]);
    for (operator, expected) in [("and", "cyn"), ("or", "ann bob cyn")] {
        let filter = json!({"logical_operator": operator, "conditions": conditions});
        assert_eq!(books(&caller, &path, filter).await.join(" "), expected);
    }
    assert_eq!(books(&caller, &path, json!({"conditions": []})).await.len(), 4);
    caller.answers_agree();
    let odd = json!({"conditions": [{"name": "f", "comparison_operator": "like", "value": "x"}]});
    let mut model = by_meaning(9);
    model["metadata_filtering_conditions"] = odd;
    let (status, refused) =
        caller.post(&format!("{path}/retrieve"), json!({"query": "x", "retrieval_model": model})).await;
    assert_eq!(status, 400);
    let at = "HitTestingPayload\nretrieval_model.metadata_filtering_conditions.conditions.0.comparison_operator\n  \
        Input should be 'contains', ";
    assert!(text(&refused["message"]).contains(at), "{refused}");
}
