//! The applications that the scene makes in the console.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::scene::{Scene, USER};

impl Scene {
    /// Applications with forms to fill, and one that was never published.
    pub async fn make_applications(&mut self) {
        let field = |kind: &str, name: &str, more: Value| {
            let mut field = json!({"label": name, "variable": name, "type": kind, "required": false, "options": []});
            field.as_object_mut().expect("a field").extend(more.as_object().cloned().unwrap_or_default());
            field
        };
        let colors = json!({"options": ["red", "green"]});
        let chat = self.make("chat").await;
        let form = json!([
            {"text-input": field("text-input", "city", json!({"required": true, "max_length": 10}))},
            {"select": field("select", "color", colors.clone())},
        ]);
        let model = json!({"provider": "langgenius/openai/openai", "name": "gpt-4o-mini", "mode": "chat", "completion_params": {}});
        let settings = json!({"model": model, "pre_prompt": "{{city}}", "user_input_form": form});
        self.desk(&format!("/apps/{chat}/model-config"), &settings).await;
        let key = self.mint("chat", &chat).await;
        let ask = json!({"query": "Hi", "inputs": {"city": "Rome", "color": "red"}, "user": USER});
        let answer = self.post(&key, "/chat-messages", &ask).await;
        self.keep("plain_message_id", &answer["message_id"]);
        let completion = self.make("completion").await;
        self.mint("completion", &completion).await;
        let blank = self.make("workflow").await;
        self.mint("unpublished", &blank).await;
        let small = [
            field("text-input", "name", json!({"required": true, "max_length": 48})),
            field("select", "color", colors),
            field("number", "n", json!({})),
            field("file", "doc", json!({"allowed_file_types": ["document"]})),
        ];
        let draft = self.draw("workflow", &small).await;
        self.keep("draft_id", &draft);
        let large = [
            field("text-input", "t", json!({"max_length": 200})),
            field("select", "sel", json!({"options": ["red", "green", "名前"]})),
            field("number", "n", json!({})),
            field("json_object", "j", json!({})),
            field("file", "f", json!({})),
            field("file-list", "fs", json!({"max_length": 5})),
        ];
        self.draw("live-workflows", &large).await;
    }

    /// A published workflow whose start asks for these inputs; gives the id of its draft.
    async fn draw(&mut self, name: &'static str, variables: &[Value]) -> Value {
        let app = self.make("workflow").await;
        let start = json!({"id": "start", "type": "custom", "position": {"x": 0, "y": 0}, "data": {
            "type": "start", "title": "Start", "variables": variables,
        }});
        let graph = json!({"nodes": [start], "edges": [], "viewport": {"x": 0, "y": 0, "zoom": 1}});
        let body = json!({"graph": graph, "features": {}, "environment_variables": [], "conversation_variables": []});
        let path = format!("/apps/{app}/workflows/draft");
        self.desk(&path, &body).await;
        self.desk(&format!("/apps/{app}/workflows/publish"), &json!({})).await;
        self.mint(name, &app).await;
        let request = self.http.get(format!("{}{path}", self.server.console_url()));
        let draft = self.in_session(request).send().await.expect("answered").text().await.expect("read");
        serde_json::from_str::<Value>(&draft).expect("a draft")["id"].clone()
    }

    async fn make(&self, mode: &str) -> String {
        let body =
            json!({"name": mode, "mode": mode, "icon_type": "emoji", "icon": "🤖", "icon_background": "#FFEAD5"});
        let made = self.desk("/apps", &body).await;
        made["id"].as_str().unwrap_or_else(|| panic!("no application: {made}")).to_owned()
    }

    async fn mint(&mut self, name: &'static str, app: &str) -> String {
        let made = self.desk(&format!("/apps/{app}/api-keys"), &json!({})).await;
        let key = made["token"].as_str().unwrap_or_else(|| panic!("no key: {made}")).to_owned();
        self.keys.insert(name, key.clone());
        key
    }

    pub async fn desk(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.server.console_url())).json(body);
        let text = self.in_session(request).send().await.expect("answered").text().await.expect("read");
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }

    pub fn in_session(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("cookie", &self.session.0).header("x-csrf-token", &self.session.1)
    }
}
