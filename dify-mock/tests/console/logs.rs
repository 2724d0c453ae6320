use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{Desk, NOBODY};

async fn app(desk: &Desk, name: &str) -> String {
    let (_, page) = desk.get(&format!("/apps?name={name}&sort_by=earliest_created")).await;
    let apps = page["data"].as_array().expect("a list").iter();
    let id = apps.clone().find(|app| app["name"] == name).map(|app| app["id"].as_str().expect("an id").to_owned());
    id.unwrap_or_else(|| panic!("{name} in {page}"))
}

async fn ask(desk: &Desk, key: &str, query: &str) -> Value {
    let body = json!({"query": query, "inputs": {}, "user": "maria", "response_mode": "blocking"});
    desk.v1(key, Method::POST, "/chat-messages", Some(body)).await.1
}

#[tokio::test]
async fn conversations_and_messages_of_people_are_in_the_log() {
    let desk = Desk::new().await;
    for (key, name, drawn) in [("app-chat", "chat", false), ("app-chatflow", "chatflow", true)] {
        let first = ask(&desk, key, "One").await;
        ask(&desk, key, "Two").await;
        let rating = json!({"rating": "like", "user": "maria"});
        let message = first["message_id"].as_str().expect("an id");
        desk.v1(key, Method::POST, &format!("/messages/{message}/feedbacks"), Some(rating)).await;
        let path = format!("/apps/{}", app(&desk, name).await);
        let (_, page) = desk.get(&format!("{path}/chat-conversations?limit=1")).await;
        assert_eq!((&page["total"], &page["has_more"]), (&json!(2), &json!(true)));
        assert_eq!(
            (&page["data"][0]["summary"], &page["data"][0]["from_end_user_session_id"]),
            (&json!("Two"), &json!("maria"))
        );
        assert_eq!(page["data"][0]["status_count"]["success"].is_i64(), drawn);
        let (_, found) = desk.get(&format!("{path}/chat-conversations?keyword=one&sort_by=created_at")).await;
        let conversation = found["data"][0]["id"].as_str().expect("an id");
        assert_eq!((&found["total"], &found["data"][0]["user_feedback_stats"]["like"]), (&json!(1), &json!(1)));
        let (_, one) = desk.get(&format!("{path}/chat-conversations/{conversation}")).await;
        assert_eq!((&one["message_count"], &one["introduction"]), (&json!(1), &json!("Hello , ask me!")));
        let (_, messages) = desk.get(&format!("{path}/chat-messages?conversation_id={conversation}")).await;
        assert_eq!((&messages["data"][0]["query"], &messages["data"][0]["answer"]), (&json!("One"), &first["answer"]));
        let (_, alone) = desk.get(&format!("{path}/messages/{message}")).await;
        assert_eq!(alone, messages["data"][0]);
        assert_eq!(alone["workflow_run_id"].is_string(), drawn);
    }
    let chat = app(&desk, "chat").await;
    for (path, message) in [
        (format!("/apps/{chat}/chat-conversations/{NOBODY}"), "Conversation Not Exists."),
        (format!("/apps/{chat}/messages/{NOBODY}"), "Message Not Exists."),
    ] {
        assert_eq!(desk.get(&path).await.1["message"], message);
    }
    let (status, refused) = desk.get(&format!("/apps/{chat}/chat-messages")).await;
    let message = "1 validation error for ChatMessagesQuery\nconversation_id\n  Field required [type=missing, \
        input_value={}, input_type=dict]\n    For further information visit https://errors.pydantic.dev/2.12/v/missing";
    assert_eq!((status, &refused["message"]), (400, &json!(message)));
    let workflow = app(&desk, "workflow").await;
    let (status, refused) = desk.get(&format!("/apps/{workflow}/chat-conversations")).await;
    let message = refused["message"].as_str().expect("a message");
    let modes = "App mode is not in the supported list: {'agent-chat', 'chat', 'advanced-chat', 'agent'}. You have";
    assert!(status == 404 && message.starts_with(modes), "{message}");
    desk.answers_agree();
}

#[tokio::test]
async fn completions_are_conversations_of_one_answer() {
    let desk = Desk::new().await;
    let body = json!({"inputs": {"query": "tea"}, "user": "maria", "response_mode": "blocking"});
    let (_, answer) = desk.v1("app-completion", Method::POST, "/completion-messages", Some(body)).await;
    let path = format!("/apps/{}/completion-conversations", app(&desk, "completion").await);
    let (_, page) = desk.get(&path).await;
    assert_eq!((&page["total"], &page["data"][0]["message"]["answer"]), (&json!(1), &answer["answer"]));
    let (_, one) = desk.get(&format!("{path}/{}", page["data"][0]["id"].as_str().expect("an id"))).await;
    assert_eq!((&one["message"]["id"], &one["message"]["conversation_id"]), (&answer["message_id"], &one["id"]));
    assert_eq!(desk.get(&format!("{path}/{NOBODY}")).await.0, 404);
    assert_eq!(desk.get(&format!("/apps/{}/completion-conversations", app(&desk, "chat").await)).await.0, 404);
    desk.answers_agree();
}

#[tokio::test]
async fn runs_are_listed_counted_and_read_with_their_nodes() {
    let desk = Desk::new().await;
    let path = format!("/apps/{}", app(&desk, "workflow").await);
    let run = async |query: &str| {
        let body = json!({"inputs": {"query": query}, "user": "maria", "response_mode": "blocking"});
        desk.v1("app-workflow", Method::POST, "/workflows/run", Some(body)).await.1
    };
    let (good, bad) = (run("tea").await, run("ERR_SERVER").await);
    assert_eq!(desk.get(&format!("{path}/workflow-runs")).await.1["data"], json!([]), "nobody tests drafts here");
    let (_, page) = desk.get(&format!("{path}/workflow-runs?triggered_from=app-run&limit=1")).await;
    assert_eq!((&page["data"][0]["id"], &page["has_more"]), (&bad["workflow_run_id"], &json!(true)));
    let last = bad["workflow_run_id"].as_str().expect("an id");
    let (_, page) = desk.get(&format!("{path}/workflow-runs?triggered_from=app-run&last_id={last}")).await;
    assert_eq!((&page["data"][0]["id"], &page["has_more"]), (&good["workflow_run_id"], &json!(false)));
    let (_, count) = desk.get(&format!("{path}/workflow-runs/count?triggered_from=app-run&time_range=1d")).await;
    assert_eq!((&count["total"], &count["succeeded"], &count["failed"]), (&json!(2), &json!(1), &json!(1)));
    assert_eq!(desk.get(&format!("{path}/workflow-runs/count")).await.1["total"], 0);

    let id = good["workflow_run_id"].as_str().expect("an id");
    let (_, one) = desk.get(&format!("{path}/workflow-runs/{id}")).await;
    assert_eq!((&one["status"], &one["outputs"]), (&json!("succeeded"), &good["data"]["outputs"]));
    assert_eq!(one["graph"]["nodes"].as_array().map(Vec::len), Some(3));
    let (_, nodes) = desk.get(&format!("{path}/workflow-runs/{id}/node-executions")).await;
    assert_eq!((&nodes["data"][1]["node_type"], &nodes["data"][2]["index"]), (&json!("llm"), &json!(3)));
    assert_eq!(nodes["data"][1]["outputs"]["text"], good["data"]["outputs"]["text"]);
    assert_eq!(desk.get(&format!("{path}/workflow-runs/{NOBODY}")).await.1["message"], "Workflow run not found");
    assert_eq!(desk.get(&format!("{path}/workflow-runs/{NOBODY}/node-executions")).await, (200, json!({"data": []})));
    let (_, logs) = desk.get(&format!("{path}/workflow-app-logs?limit=1&detail=true&status=succeeded")).await;
    assert_eq!((&logs["total"], &logs["data"][0]["workflow_run"]["id"]), (&json!(1), &json!(id)));
    assert_eq!(logs["data"][0]["details"], json!({"trigger_metadata": {}}));
    for query in ["workflow-runs?limit=101", "workflow-app-logs?status=zzz"] {
        let (status, refused) = desk.get(&format!("{path}/{query}")).await;
        assert_eq!((status, &refused["code"]), (400, &json!("invalid_param")));
    }

    ask(&desk, "app-chatflow", "Hello").await;
    let chatflow = format!("/apps/{}", app(&desk, "chatflow").await);
    let (_, page) = desk.get(&format!("{chatflow}/advanced-chat/workflow-runs?triggered_from=app-run")).await;
    assert!(page["data"][0]["message_id"].is_string() && page["data"][0]["conversation_id"].is_string());
    assert_eq!(desk.get(&format!("{path}/advanced-chat/workflow-runs")).await.0, 404);
    desk.answers_agree();
}
