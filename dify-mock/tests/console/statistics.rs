use reqwest::Method;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test]
async fn days_are_counted_from_what_was_said_and_run() {
    let desk = Desk::new().await;
    let id = desk.make("counted", "chat").await;
    let key = desk.mint(&id).await;
    let path = format!("/apps/{id}/statistics");
    assert_eq!(desk.get(&format!("{path}/daily-messages")).await, (200, json!({"data": []})));
    for query in ["One", "Two"] {
        let body = json!({"query": query, "inputs": {}, "user": "maria", "response_mode": "blocking"});
        assert_eq!(desk.v1(&key, Method::POST, "/chat-messages", Some(body)).await.0, 200);
    }
    let (_, days) = desk.get(&format!("{path}/daily-messages")).await;
    assert_eq!(days["data"][0]["message_count"], 2);
    assert_eq!(days["data"][0]["date"].as_str().map(str::len), Some(10));
    let (_, costs) = desk.get(&format!("{path}/token-costs")).await;
    assert!(costs["data"][0]["token_count"].as_u64().is_some_and(|tokens| tokens > 20), "{costs}");
    assert!(costs["data"][0]["total_price"].as_str().is_some_and(|price| price.starts_with("0.0000")), "{costs}");
    let (_, none) = desk.get(&format!("{path}/daily-messages?start=2020-01-01%2000:00&end=2020-01-02%2000:00")).await;
    assert_eq!(none["data"], json!([]));

    let body = json!({"inputs": {"query": "tea"}, "user": "maria", "response_mode": "blocking"});
    desk.v1("app-workflow", Method::POST, "/workflows/run", Some(body)).await;
    let (_, page) = desk.get("/apps?name=workflow").await;
    let runs =
        format!("/apps/{}/workflow/statistics/daily-conversations", page["data"][0]["id"].as_str().expect("an id"));
    assert_eq!(desk.get(&runs).await.1["data"][0]["runs"], 1);
    let (status, refused) = desk.get(&format!("{runs}?start=zzz")).await;
    let message = "Invalid start time format: time data 'zzz' does not match format '%Y-%m-%d %H:%M'";
    assert_eq!((status, &refused["code"], &refused["message"]), (400, &json!("bad_request"), &json!(message)));
    desk.answers_agree();
}
