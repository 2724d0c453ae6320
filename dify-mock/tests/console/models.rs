use serde_json::{Value, json};

use crate::desk::Desk;

const WORKSPACE: &str = "/workspaces/current";
const OPENAI: &str = "/workspaces/current/model-providers/langgenius/openai/openai";
const ANTHROPIC: &str = "/workspaces/current/model-providers/langgenius/anthropic/anthropic";

#[tokio::test]
async fn providers_models_and_their_parameters_are_listed() {
    let desk = Desk::new().await;
    let (_, all) = desk.get(&format!("{WORKSPACE}/model-providers")).await;
    let states: Vec<&Value> =
        all["data"].as_array().expect("a list").iter().map(|one| &one["custom_configuration"]["status"]).collect();
    assert_eq!(states, [&json!("active"), &json!("no-configure")]);
    let (_, some) = desk.get(&format!("{WORKSPACE}/model-providers?model_type=rerank")).await;
    assert_eq!(some["data"].as_array().map(Vec::len), Some(1));
    let (status, refused) = desk.get(&format!("{WORKSPACE}/model-providers?model_type=zzz")).await;
    assert_eq!(status, 400);
    assert!(
        refused["message"].as_str().is_some_and(|text| text.starts_with("1 validation error for ParserModelList\n"))
    );
    // The summary came after 1.16.1.
    assert_eq!(desk.get(&format!("{WORKSPACE}/model-providers/summary")).await.0, 404);
    let (_, models) = desk.get(&format!("{OPENAI}/models")).await;
    assert_eq!(
        (&models["data"][0]["model"], &models["data"][0]["provider"]["provider"]),
        (&json!("gpt-4o-mini"), &json!("langgenius/openai/openai"))
    );
    let (_, rules) = desk.get(&format!("{OPENAI}/models/parameter-rules?model=gpt-4o-mini")).await;
    assert_eq!((rules["data"].as_array().map(Vec::len), &rules["data"][2]["default"]), (Some(5), &json!(512)));
    let (_, llm) = desk.get(&format!("{WORKSPACE}/models/model-types/llm")).await;
    assert_eq!(llm["data"][0]["models"][0]["model"], "gpt-4o-mini");
    let (status, refused) = desk.get(&format!("{WORKSPACE}/models/model-types/zzz")).await;
    assert_eq!((status, &refused["message"]), (400, &json!("'zzz' is not a valid ModelType")));
    desk.answers_agree();
}

#[tokio::test]
async fn defaults_are_asked_for_and_set() {
    let desk = Desk::new().await;
    let path = format!("{WORKSPACE}/default-model");
    let (_, first) = desk.get(&format!("{path}?model_type=llm")).await;
    assert_eq!(first["data"]["model"], "gpt-4o-mini");
    let set = |model: &str| json!({"model_settings": [{"model_type": "llm", "provider": "langgenius/openai/openai", "model": model}]});
    let (status, refused) = desk.post(&path, set("nope")).await;
    assert_eq!((status, &refused["message"]), (400, &json!("Model nope does not exist.")));
    assert_eq!(desk.post(&path, set("gpt-4o")).await, (200, json!({"result": "success"})));
    assert_eq!(desk.get(&format!("{path}?model_type=llm")).await.1["data"]["model"], "gpt-4o");
    assert_eq!(desk.get(&format!("{path}?model_type=moderation")).await.1["data"], Value::Null);
    let (status, refused) = desk.get(&path).await;
    assert_eq!((status, &refused["code"]), (400, &json!("invalid_param")));
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("model_type\n  Field required")), "{refused}");
    desk.answers_agree();
}

#[tokio::test]
async fn credentials_are_tried_kept_and_masked() {
    let desk = Desk::new().await;
    let key = |key: &str| json!({"credentials": {"openai_api_key": key}});
    let (_, shown) = desk.get(&format!("{OPENAI}/credentials")).await;
    assert_eq!(shown, json!({"credentials": {"openai_api_key": "sk-fak************56"}}));
    let validate = format!("{OPENAI}/credentials/validate");
    assert_eq!(desk.post(&validate, key("sk-x")).await.1, json!({"result": "success", "error": null}));
    let bad = json!({"result": "error", "error": "Incorrect API key provided"});
    assert_eq!(desk.post(&validate, key("sk-bad")).await, (200, bad));
    let create = format!("{ANTHROPIC}/credentials");
    let (status, refused) = desk.post(&create, key("sk-bad")).await;
    assert_eq!((status, &refused["message"]), (400, &json!("Incorrect API key provided")));
    let (_, refused) = desk.post(&create, json!({"credentials": {}, "name": "k3"})).await;
    assert_eq!(refused["message"], "Variable openai_api_key is required");
    assert_eq!(desk.post(&create, key("sk-fake-2-and-more")).await, (201, json!({"result": "success"})));
    let (_, all) = desk.get(&format!("{WORKSPACE}/model-providers")).await;
    assert_eq!(all["data"][1]["custom_configuration"]["status"], "active");
    let (status, refused) = desk.get(&format!("{WORKSPACE}/model-providers/no/such/one/models")).await;
    assert_eq!((status, &refused["message"]), (400, &json!("Provider no/such/one does not exist.")));
    desk.answers_agree();
}
