use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{Desk, NOBODY};

/// As a real server wrote it, cut short.
const WORKFLOW: &str = r##"app:
  description: wf_plain app
  icon: 🤖
  icon_background: '#FFEAD5'
  icon_type: emoji
  mode: workflow
  name: wf_plain
  use_icon_as_answer_icon: false
dependencies: []
kind: app
version: 0.7.0
workflow:
  conversation_variables: []
  environment_variables:
  - description: secret
    id: 11111111-1111-4111-8111-111111111112
    name: KEY
    selector:
    - env
    - KEY
    value: s3cret
    value_type: secret
  features:
    opening_statement: ''
    suggested_questions: []
  graph:
    edges: []
    nodes:
    - data:
        title: Start
        type: start
        variables:
        - label: name
          max_length: 48
          options: []
          required: true
          type: text-input
          variable: name
      id: start
      position:
        x: 300
        y: 200
      type: custom
    viewport:
      x: 0
      y: 0
      zoom: 1
  rag_pipeline_variables: []
"##;

fn import(yaml: &str) -> Value {
    json!({"mode": "yaml-content", "yaml_content": yaml})
}

fn id(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}

#[tokio::test]
async fn an_imported_workflow_is_a_draft_until_it_is_published() {
    let desk = Desk::new().await;
    let mut body = import(WORKFLOW);
    body["name"] = json!("imported");
    let (status, done) = desk.post("/apps/imports", body).await;
    assert_eq!((status, &done["status"], &done["app_mode"]), (200, &json!("completed"), &json!("workflow")));
    assert_eq!((&done["current_dsl_version"], &done["error"]), (&json!("0.7.0"), &json!("")));
    let app = id(&done, "app_id");
    assert_eq!(desk.get(&format!("/apps/{app}")).await.1["name"], "imported");
    let leaked = json!({"leaked_dependencies": []});
    assert_eq!(desk.get(&format!("/apps/imports/{app}/check-dependencies")).await, (200, leaked));

    let key = desk.mint(&app).await;
    let run = |inputs: Value| Some(json!({"inputs": inputs, "user": "maria", "response_mode": "blocking"}));
    let (status, refused) = desk.v1(&key, Method::POST, "/workflows/run", run(json!({"name": "x"}))).await;
    assert_eq!((status, &refused["message"]), (400, &json!("Workflow not published")));
    let (status, refused) = desk.v1(&key, Method::GET, "/parameters", None).await;
    assert_eq!((status, &refused["code"]), (400, &json!("app_unavailable")));
    assert_eq!(desk.post(&format!("/apps/{app}/workflows/publish"), json!({})).await.0, 200);
    let (status, refused) = desk.v1(&key, Method::POST, "/workflows/run", run(json!({}))).await;
    assert_eq!((status, &refused["message"]), (400, &json!("name is required in input form")));
    let (status, done) = desk.v1(&key, Method::POST, "/workflows/run", run(json!({"name": "tea"}))).await;
    assert_eq!((status, &done["data"]["status"]), (200, &json!("succeeded")));
    let (_, parameters) = desk.v1(&key, Method::GET, "/parameters", None).await;
    assert_eq!(parameters["user_input_form"][0]["text-input"]["variable"], "name");
    desk.answers_agree();
}

#[tokio::test]
async fn a_newer_definition_is_held_and_confirmed_once() {
    let desk = Desk::new().await;
    let (status, held) = desk.post("/apps/imports", import(&WORKFLOW.replace("0.7.0", "99.0.0"))).await;
    assert_eq!((status, &held["status"], &held["app_id"]), (202, &json!("pending"), &Value::Null));
    assert_eq!(held["imported_dsl_version"], "99.0.0");
    let confirm = format!("/apps/imports/{}/confirm", id(&held, "id"));
    let (status, done) = desk.order(Method::POST, &confirm).await;
    assert_eq!((status, &done["status"], &done["id"]), (200, &json!("completed"), &held["id"]));
    assert_eq!(desk.get(&format!("/apps/{}", id(&done, "app_id"))).await.0, 200);
    for path in [confirm, format!("/apps/imports/{NOBODY}/confirm")] {
        let (status, failed) = desk.order(Method::POST, &path).await;
        assert_eq!((status, &failed["status"]), (400, &json!("failed")));
        assert_eq!(failed["error"], "Import information expired or does not exist");
    }
    let (status, warned) = desk.post("/apps/imports", import(&WORKFLOW.replace("0.7.0", "0.5.0"))).await;
    assert_eq!((status, &warned["status"]), (200, &json!("completed-with-warnings")));
    desk.all_agree();
}

#[tokio::test]
async fn a_definition_that_cannot_be_read_fails_with_its_state() {
    let desk = Desk::new().await;
    let failed = async |body: Value| {
        let (status, failed) = desk.post("/apps/imports", body).await;
        assert_eq!((status, &failed["status"], &failed["app_id"]), (400, &json!("failed"), &Value::Null), "{failed}");
        failed["error"].as_str().expect("an error").to_owned()
    };
    assert!(failed(import("a: [")).await.starts_with("Invalid YAML format: "));
    assert_eq!(failed(import("- a\n- b")).await, "Invalid YAML format: content must be a mapping");
    assert_eq!(failed(import("version: 0.7.0\nkind: app")).await, "Missing app data in YAML content");
    assert_eq!(
        failed(import("version: 7\napp: {mode: chat}")).await,
        "Invalid version type, expected str, got <class 'int'>"
    );
    assert_eq!(failed(import("version: 0.7.0\napp: {mode: zzz}")).await, "'zzz' is not a valid AppMode");
    let mut unknown = import(WORKFLOW);
    unknown["app_id"] = json!(NOBODY);
    assert_eq!(failed(unknown).await, "App not found");
    let url = json!({"mode": "yaml-url", "yaml_url": "http://127.0.0.1:1/x.yml"});
    let message = "Error fetching YAML from URL: Reached maximum retries (3) for URL http://127.0.0.1:1/x.yml";
    assert_eq!(failed(url).await, message);
    let (status, refused) = desk.post("/apps/imports", json!({"mode": "zzz", "yaml_content": "a: 1"})).await;
    assert_eq!((status, &refused["message"]), (400, &json!("Invalid import_mode: zzz")));
    let (status, refused) = desk.get(&format!("/apps/imports/{NOBODY}/check-dependencies")).await;
    assert_eq!((status, &refused["code"]), (404, &json!("app_not_found")));
    desk.answers_agree();
}

#[tokio::test]
async fn what_is_exported_can_be_imported_again_with_or_without_secrets() {
    let desk = Desk::new().await;
    let (_, done) = desk.post("/apps/imports", import(WORKFLOW)).await;
    let app = id(&done, "app_id");
    let export = async |app: &str, query: &str| id(&desk.get(&format!("/apps/{app}/export{query}")).await.1, "data");
    let (plain, with) = (export(&app, "").await, export(&app, "?include_secret=true").await);
    assert!(!plain.contains("s3cret") && with.contains("s3cret"), "{plain}");
    assert!(plain.starts_with("app:\n") && plain.contains("\nkind: app\n"), "{plain}");
    let (_, again) = desk.post("/apps/imports", import(&with)).await;
    let copy = id(&again, "app_id");
    assert_eq!(export(&copy, "?include_secret=true").await, with);
    let (_, draft) = desk.get(&format!("/apps/{copy}/workflows/draft")).await;
    assert_eq!(draft["environment_variables"][0]["value"], "********************");
    assert_eq!(draft["hash"], desk.get(&format!("/apps/{app}/workflows/draft")).await.1["hash"]);

    // Overwriting changes the draft, not what runs.
    desk.post(&format!("/apps/{app}/workflows/publish"), json!({})).await;
    let mut over = import(&with.replace("max_length: 48", "max_length: 99"));
    over["app_id"] = json!(app);
    assert_eq!(id(&desk.post("/apps/imports", over).await.1, "app_id"), app);
    let length = |workflow: &Value| workflow["graph"]["nodes"][0]["data"]["variables"][0]["max_length"].clone();
    assert_eq!(length(&desk.get(&format!("/apps/{app}/workflows/draft")).await.1), 99);
    let (_, running) = desk.get(&format!("/apps/{app}/workflows/publish")).await;
    assert_eq!(length(&running), 48);
    let version = id(&running, "id");
    assert!(export(&app, &format!("?workflow_id={version}")).await.contains("48"));
    for query in [String::new(), format!("?workflow_id={NOBODY}")] {
        let empty = desk.make("empty", "workflow").await;
        assert_eq!(desk.get(&format!("/apps/{empty}/export{query}")).await.0, 500);
    }

    let (_, page) = desk.get("/apps").await;
    for app in page["data"].as_array().expect("a list") {
        let (status, exported) = desk.get(&format!("/apps/{}/export", id(app, "id"))).await;
        if status == 200 && app["mode"] != "agent" {
            let (status, done) = desk.post("/apps/imports", import(&id(&exported, "data"))).await;
            assert_eq!((status, &done["app_mode"]), (200, &app["mode"]), "{exported}");
        }
    }
    desk.answers_agree();
}
