use reqwest::Method;
use serde_json::json;

use super::desk::{Desk, NOBODY};
use crate::common::read;

#[tokio::test]
async fn an_operation_without_a_handler_answers_its_example() {
    let desk = Desk::new().await;
    for path in [
        "/tags?type=app",
        "/workspaces",
        "/workspaces/current/model-providers",
        "/datasets?limit=1",
        "/version?current_version=1.13.0",
        "/system-features",
    ] {
        assert_eq!(desk.get(path).await.0, 200, "{path}");
    }
    assert_eq!(desk.order(Method::DELETE, &format!("/tags/{NOBODY}")).await.0, 204);
    desk.all_agree();
}

#[tokio::test]
async fn an_example_is_only_shown_to_requests_that_are_allowed() {
    let desk = Desk::new().await;
    assert_eq!(desk.bare(Method::GET, "/workspaces").send().await.expect("answered").status(), 401);
    assert_eq!(desk.get("/workspaces/current").await.0, 404);
    assert_eq!(desk.order(Method::PUT, "/apps").await.0, 405);
    let (status, refused) = desk.post("/account/name", json!({"name": "x"})).await;
    let message = "name\n  String should have at least 3 characters [type=string_too_short, input_value='x'";
    assert!(status == 400 && refused["message"].as_str().is_some_and(|text| text.contains(message)), "{refused}");
    let workflow = desk.make("drawn", "workflow").await;
    let log = format!("/apps/{workflow}/chat-messages?conversation_id={NOBODY}");
    assert_eq!(desk.get(&log).await.1["code"], "app_not_found");
    let days = format!("/apps/{workflow}/workflow/statistics/daily-conversations");
    let (status, refused) = desk.get(&format!("{days}?start=zzz")).await;
    let message = "Invalid start time format: time data 'zzz' does not match format '%Y-%m-%d %H:%M'";
    assert_eq!((status, &refused["code"], &refused["message"]), (400, &json!("bad_request"), &json!(message)));
    assert_eq!(desk.get(&format!("{days}?start=2020-01-01%2000:00&end=2020-01-02%2000:00")).await.0, 200);
    let credentials = "/workspaces/current/model-providers/langgenius/openai/openai/credentials";
    let (status, refused) = desk.post(credentials, json!({"credentials": {"openai_api_key": "bad-key"}})).await;
    assert_eq!((status, &refused["message"]), (400, &json!("Incorrect API key provided")));
    desk.answers_agree();
}

// Knowledge bases from the console were answered by an example and were not found later.
#[tokio::test]
async fn knowledge_bases_of_the_console_are_those_of_the_service_api() {
    let desk = Desk::new().await;
    let (status, made) = desk.post("/datasets", json!({"name": "Crabs", "indexing_technique": "economy"})).await;
    assert_eq!((status, &made["name"], &made["indexing_technique"]), (201, &json!("Crabs"), &json!("economy")));
    let one = format!("/datasets/{}", made["id"].as_str().expect("an id"));
    assert_eq!(desk.get(&one).await.1["name"], "Crabs");
    let (_, renamed) = desk.send(Method::PATCH, &one, json!({"name": "Lobsters"})).await;
    assert_eq!(renamed["name"], "Lobsters");
    let url = format!("{}{one}", desk.caller.server.base_url());
    let seen = desk.caller.http.get(url).bearer_auth("dataset-knowledge").send().await.expect("answered");
    assert_eq!(read(seen).await.1["name"], "Lobsters");
    for (query, total) in [("keyword=lob", 1), ("keyword=crab", 0), (&*format!("ids={NOBODY}"), 0)] {
        assert_eq!(desk.get(&format!("/datasets?{query}")).await.1["total"], total, "{query}");
    }
    assert_eq!(desk.order(Method::DELETE, &one).await.0, 204);
    assert_eq!(desk.get(&one).await.0, 404);
    desk.all_agree();
}
