use reqwest::Method;
use serde_json::{Value, json};

use super::library::{NOBODY, librarian, text};

#[tokio::test]
async fn fields_are_made_renamed_and_deleted_with_their_values() {
    let caller = librarian().await;
    let path = caller.dataset("Fields").await;
    let fields = format!("{path}/metadata");
    let (id, _) = caller.document(&path, "a.txt", "words").await;
    let (status, author) = caller.post(&fields, json!({"type": "string", "name": "author"})).await;
    assert_eq!((status, text(&author["type"])), (201, "string"));
    let (_, year) = caller.post(&fields, json!({"type": "number", "name": "year"})).await;
    let field = format!("{fields}/{}", text(&author["id"]));
    assert_eq!(caller.send(Method::PATCH, &field, json!({"name": "writer"})).await.1["name"], "writer");
    let (status, refused) = caller.send(Method::PATCH, &field, json!({"name": "year"})).await;
    assert_eq!((status, text(&refused["message"])), (400, "Metadata name already exists."));

    let set = async |list: Value, partial: bool| {
        let operation = json!({"document_id": id, "metadata_list": list, "partial_update": partial});
        let values = format!("{path}/documents/metadata");
        assert_eq!(caller.post(&values, json!({"operation_data": [operation]})).await.0, 200);
    };
    let value = |field: &Value, value: Value| json!({"id": field["id"], "name": field["name"], "value": value});
    let told = async || {
        let (_, document) = caller.get(&format!("{path}/documents/{id}?metadata=only")).await;
        let facts = document["doc_metadata"].as_array().cloned().unwrap_or_default();
        facts.iter().map(|fact| format!("{}={}", text(&fact["name"]), fact["value"])).collect::<Vec<_>>()
    };
    set(json!([value(&author, json!("Ann")), value(&year, json!(2024))]), false).await;
    assert_eq!(told().await, [r#"writer="Ann""#, "year=2024"]);
    set(json!([value(&author, Value::Null)]), true).await;
    assert_eq!(told().await, ["writer=null", "year=2024"]);
    set(json!([value(&year, json!(2025))]), false).await;
    assert_eq!(told().await, ["year=2025"]);
    let (_, listed) = caller.get(&fields).await;
    assert_eq!(listed["doc_metadata"][1]["count"], 1);
    let (_, found) = caller.post(&format!("{path}/retrieve"), json!({"query": "words"})).await;
    assert_eq!(found["records"][0]["segment"]["document"]["doc_metadata"], json!({"year": 2025}));

    assert_eq!(caller.delete(&format!("{fields}/{}", text(&year["id"]))).await, 204);
    assert_eq!(caller.delete(&format!("{fields}/{NOBODY}")).await, 204);
    assert_eq!(told().await, Vec::<String>::new());
    caller.all_agree();
}
