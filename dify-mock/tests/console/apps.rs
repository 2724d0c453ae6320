use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{Desk, NOBODY};

fn names(page: &Value) -> Vec<&str> {
    page["data"].as_array().into_iter().flatten().filter_map(|app| app["name"].as_str()).collect()
}

#[tokio::test]
async fn the_applications_of_the_known_keys_are_listed() {
    let desk = Desk::new().await;
    let (_, page) = desk.get("/apps").await;
    let mut all = names(&page);
    all.sort_unstable();
    let known =
        ["agent", "chat", "chatflow", "chatflow-human", "completion", "disabled", "human", "roster", "workflow"];
    assert_eq!((all, &page["total"], &page["has_more"]), (known.to_vec(), &json!(9), &json!(false)));
    let (_, found) = desk.get("/apps?name=CHATFLOW&limit=1").await;
    assert_eq!((&found["total"], &found["has_more"]), (&json!(2), &json!(true)));
    let id = found["data"][0]["id"].as_str().expect("an id");
    let (_, app) = desk.get(&format!("/apps/{id}")).await;
    assert_eq!((&app["mode"], &app["site"]["title"]), (&json!("advanced-chat"), &app["name"]));
    assert!(app["workflow"]["id"].is_string());
    // Another key is another application, from its first call on.
    desk.v1("app-mine", Method::GET, "/info", None).await;
    assert_eq!(names(&desk.get("/apps?sort_by=recently_created&limit=1").await.1), ["mine"]);
    assert_eq!(names(&desk.get("/apps?mode=completion").await.1), ["completion"]);
    assert_eq!(desk.get("/apps?is_created_by_me=true").await.1["total"], 10);
    desk.all_agree();
}

#[tokio::test]
async fn a_wrong_query_and_a_wrong_body_are_refused_as_recorded() {
    let desk = Desk::new().await;
    let (status, refused) = desk.get("/apps?mode=zzz").await;
    let message = refused["message"].as_str().expect("a message");
    // The server names the modes in another order than the document.
    assert!(message.starts_with("1 validation error for AppListQuery\nmode\n  Input should be 'all', 'chat', "));
    assert!(
        status == 400 && message.contains("[type=literal_error, input_value='zzz', input_type=str]\n"),
        "{message}"
    );
    let (_, refused) = desk.get("/apps?limit=101").await;
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("less than or equal to 100")));
    for (body, message) in [
        (json!({"name": "x"}), "mode\n  Field required [type=missing, input_value={'name': 'x'}"),
        (json!({"name": "x", "mode": "zzz"}), "mode\n  Input should be 'chat', 'agent-chat', "),
        (json!({"name": "", "mode": "chat"}), "name\n  String should have at least 1 character [type=string_too_short"),
    ] {
        let (status, refused) = desk.post("/apps", body).await;
        assert_eq!((status, &refused["code"]), (400, &json!("invalid_param")));
        let said = refused["message"].as_str().expect("a message");
        assert!(said.starts_with("1 validation error for ") && said.contains(message), "{said}");
    }
    let bare = desk.call(Method::POST, "/apps").body("{}").send().await.expect("answered");
    assert_eq!(bare.status(), 415);
    assert_eq!(desk.get(&format!("/apps/{NOBODY}")).await.1["message"], "App not found.");
    assert_eq!(desk.order(Method::DELETE, "/apps/abc").await.0, 404);
    desk.answers_agree();
}

#[tokio::test]
async fn applications_of_five_modes_are_made_and_deleted() {
    let desk = Desk::new().await;
    for mode in ["chat", "agent-chat", "completion", "workflow", "advanced-chat"] {
        let body = json!({
            "name": format!("my {mode}"), "mode": mode, "description": "d ✨", "icon_type": "emoji", "icon": "🤖",
            "icon_background": "#FFEAD5",
        });
        let (status, app) = desk.post("/apps", body).await;
        assert_eq!((status, &app["mode"], &app["enable_api"]), (201, &json!(mode), &json!(true)));
        assert_eq!(app["model_config"].is_null(), matches!(mode, "workflow" | "advanced-chat"));
        assert_eq!(app["site"]["code"].as_str().map(str::len), Some(16));
        let path = format!("/apps/{}", app["id"].as_str().expect("an id"));
        assert_eq!(desk.get(&path).await.1["description"], "d ✨");
        assert_eq!(desk.order(Method::DELETE, &path).await.0, 204);
        assert_eq!(desk.order(Method::DELETE, &path).await.1["code"], "app_not_found");
    }
    desk.answers_agree();
}

#[tokio::test]
async fn settings_hold_for_the_next_message() {
    let desk = Desk::new().await;
    let id = desk.make("asks", "chat").await;
    let key = desk.mint(&id).await;
    let form = json!([{"text-input": {"label": "Name", "variable": "name", "required": true, "max_length": 48}}]);
    let settings = json!({
        "model": {"provider": "langgenius/openai/openai", "name": "gpt-4o-mini", "mode": "chat", "completion_params": {}},
        "pre_prompt": "Talk to {{name}}.", "user_input_form": form, "opening_statement": "Hello {{name}}!",
        "sensitive_word_avoidance": {"enabled": false, "type": "", "configs": []},
    });
    let path = format!("/apps/{id}/model-config");
    let (status, refused) = desk.post(&path, json!({})).await;
    assert_eq!((status, &refused["message"]), (400, &json!("model is required")));
    assert_eq!(desk.post(&path, settings.clone()).await, (200, json!({"result": "success"})));
    let (_, app) = desk.get(&format!("/apps/{id}")).await;
    assert_eq!(app["model_config"]["sensitive_word_avoidance"], json!({"enabled": false}));
    let (_, parameters) = desk.v1(&key, Method::GET, "/parameters", None).await;
    assert_eq!((&parameters["opening_statement"], &parameters["user_input_form"]), (&json!("Hello {{name}}!"), &form));
    let ask = |inputs: Value| Some(json!({"query": "Hi", "inputs": inputs, "user": "maria"}));
    let (status, refused) = desk.v1(&key, Method::POST, "/chat-messages", ask(json!({}))).await;
    assert_eq!((status, &refused["message"]), (400, &json!("name is required in input form")));
    let (status, answer) = desk.v1(&key, Method::POST, "/chat-messages", ask(json!({"name": "Mei"}))).await;
    assert_eq!(status, 200, "{answer}");
    let (_, conversations) = desk.v1(&key, Method::GET, "/conversations?user=maria", None).await;
    assert_eq!(conversations["data"][0]["introduction"], "Hello Mei!");
    let drawn = desk.make("w", "workflow").await;
    let (status, refused) = desk.post(&format!("/apps/{drawn}/model-config"), settings).await;
    assert_eq!((status, &refused["code"]), (404, &json!("app_not_found")));
    desk.answers_agree();
}
