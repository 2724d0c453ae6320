//! One of each thing on the embedded server, and the recorded requests turned to them.

use std::collections::BTreeMap;

use contract::is_uuid;
use dify_mock::{CONSOLE_EMAIL, CONSOLE_PASSWORD, Server};
use dify_tests::{Case, Recording};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";
pub const USER: &str = "user-1";

/// One of each thing on the embedded server, by the name that paths and queries have for its id.
pub struct Scene {
    pub server: Server,
    pub http: Client,
    ids: BTreeMap<&'static str, String>,
    /// Keys of applications that are made for the test.
    pub keys: BTreeMap<&'static str, String>,
    pub session: (String, String),
}

impl Scene {
    pub async fn new() -> Self {
        let server = Server::builder().start().await.expect("the server starts");
        let mut scene = Self {
            server,
            http: Client::new(),
            ids: BTreeMap::new(),
            keys: BTreeMap::new(),
            session: Default::default(),
        };
        let ask = json!({"query": "Hello", "inputs": {}, "user": USER, "response_mode": "blocking"});
        let chat = scene.post("app-chat", "/chat-messages", &ask).await;
        scene.keep("conversation_id", &chat["conversation_id"]);
        scene.keep("message_id", &chat["message_id"]);
        let dataset = json!({"name": "Taken", "indexing_technique": "economy"});
        let dataset = scene.post("dataset-1", "/datasets", &dataset).await;
        scene.keep("dataset_id", &dataset["id"]);
        let base = format!("/datasets/{}", scene.ids["dataset_id"]);
        let text = json!({"name": "a.txt", "text": "words", "indexing_technique": "economy", "process_rule": {"mode": "automatic"}});
        let document = scene.post("dataset-1", &format!("{base}/document/create-by-text"), &text).await;
        scene.keep("document_id", &document["document"]["id"]);
        scene.keep("batch", &document["batch"]);
        let segments = format!("{base}/documents/{}/segments", scene.ids["document_id"]);
        let segment = json!({"segments": [{"content": "one", "keywords": ["one"]}]});
        let mut tries = 0;
        loop {
            // The document is indexed first.
            let made = scene.post("dataset-1", &segments, &segment).await;
            if made["data"][0]["id"].is_string() {
                scene.keep("segment_id", &made["data"][0]["id"]);
                break;
            }
            tries += 1;
            assert!(tries < 200, "{made}");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        for name in ["author", "string-field"] {
            let field = json!({"type": "string", "name": name});
            let field = scene.post("dataset-1", &format!("{base}/metadata"), &field).await;
            scene.keep("metadata_id", &field["id"]);
        }
        let archived = scene.post("dataset-1", &format!("{base}/document/create-by-text"), &text).await;
        scene.keep("archived_document_id", &archived["document"]["id"]);
        let archive = json!({"document_ids": [scene.ids["archived_document_id"]]});
        let url = format!("{}{base}/documents/status/archive", scene.server.base_url());
        let archived = scene.http.patch(url).bearer_auth("dataset-1").json(&archive).send().await.expect("answered");
        assert!(archived.status().is_success());
        scene.send_file().await;
        let url = format!("{}/api/passport", scene.server.url());
        let passport = scene.http.get(url).header("x-app-code", scene.server.app_code("app-chat"));
        let passport = passport.send().await.expect("answered").text().await.expect("read");
        let passport: Value = serde_json::from_str(&passport).expect("a passport");
        scene.keep("passport", &passport["access_token"]);
        // Names that the recorded requests give a second time.
        scene.post("dataset-1", "/datasets", &json!({"name": "Economy KB"})).await;
        scene.post("dataset-1", "/datasets/tags", &json!({"name": "tag-one"})).await;
        scene.session = scene.login().await;
        scene.make_applications().await;
        scene.pause().await;
        scene
    }

    /// Two runs wait for a person; one form is filled then.
    async fn pause(&mut self) {
        for name in ["form_token", "filled_form_token"] {
            let run = json!({"inputs": {}, "user": USER, "response_mode": "blocking"});
            let run = self.post("app-human", "/workflows/run", &run).await;
            let token = &run["data"]["reasons"][0]["form_token"];
            assert!(token.is_string(), "{run}");
            self.ids.insert(name, token.as_str().unwrap_or_default().to_owned());
        }
        let path = format!("/form/human_input/{}", self.ids["filled_form_token"]);
        let filled = json!({"inputs": {"comment": "fine"}, "action": "approve", "user": USER});
        assert_eq!(self.post("app-human", &path, &filled).await, json!({}));
    }

    /// A message of one application has a file.
    async fn send_file(&mut self) {
        let body = "--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nuser-1\r\n--b\r\nContent-Disposition: form-data; \
                    name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\npng\r\n--b--\r\n";
        let request = self.http.post(format!("{}/files/upload", self.server.base_url())).bearer_auth("app-chat");
        let request = request.header("content-type", "multipart/form-data; boundary=b").body(body);
        let file = request.send().await.expect("answered").text().await.expect("read");
        let file: Value = serde_json::from_str(&file).expect("a file");
        self.keep("file_id", &file["id"]);
        let files = json!([{"type": "image", "transfer_method": "local_file", "upload_file_id": file["id"]}]);
        self.post("app-chat", "/chat-messages", &json!({"query": "See", "inputs": {}, "user": USER, "files": files}))
            .await;
    }

    /// What the refusal needs to be so at this moment.
    pub async fn prepare(&mut self, case: &Case) {
        let refusal = case.recording.reply().unwrap_or_default();
        if case.verdict.operation.as_deref().is_some_and(|operation| operation.contains("/form/human_input/")) {
            self.pause().await;
        }
        if refusal.contains("is not completed.") {
            let path =
                format!("/datasets/{}/documents/{}/update-by-text", self.ids["dataset_id"], self.ids["document_id"]);
            self.post("dataset-1", &path, &json!({"name": "a.txt", "text": "other words"})).await;
        }
    }

    pub fn keep(&mut self, name: &'static str, id: &Value) {
        self.ids.insert(name, id.as_str().unwrap_or_else(|| panic!("no {name}")).to_owned());
    }

    pub async fn post(&self, key: &str, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.server.base_url())).bearer_auth(key).json(body);
        let text = request.send().await.expect("answered").text().await.expect("read");
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }

    /// The cookies of a console session, and its token against forged requests.
    async fn login(&self) -> (String, String) {
        use base64::Engine;
        let password = base64::engine::general_purpose::STANDARD.encode(CONSOLE_PASSWORD);
        let body = json!({"email": CONSOLE_EMAIL, "password": password});
        let request = self.http.post(format!("{}/login", self.server.console_url())).json(&body);
        let answer = request.send().await.expect("answered");
        let cookies = answer.headers().get_all("set-cookie").iter();
        let cookies: Vec<&str> = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next()).collect();
        let csrf = cookies.iter().find_map(|cookie| cookie.strip_prefix("csrf_token=")).expect("a token").to_owned();
        (cookies.join("; "), csrf)
    }

    /// The recorded request, about the things that are here.
    pub fn request(&self, case: &Case) -> RequestBuilder {
        let recorded = &case.recording.exchange.request;
        let target = self.target(&recorded.path, case);
        let query = self.query(&recorded.query);
        let url = format!("{}{target}{}{query}", self.server.url(), if query.is_empty() { "" } else { "?" });
        let method = Method::from_bytes(recorded.method.as_bytes()).expect("a method");
        let mut request = self.http.request(method, url);
        if target.starts_with("/console/api") && !recorded.header("cookie").is_empty() {
            request = self.in_session(request);
        }
        let visits = !recorded.header("x-app-passport").is_empty();
        let code = if visits { self.server.app_code("app-chat") } else { recorded.header("x-app-code").into_owned() };
        let passport = if visits { &self.ids["passport"] } else { "" };
        for (name, value) in
            [("content-type", &*recorded.header("content-type")), ("x-app-code", &code), ("x-app-passport", passport)]
        {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        if let Some(authorization) = self.authorization(&case.recording) {
            request = request.header("authorization", authorization);
        }
        match &recorded.body {
            Some(body) => request.body(self.body(body, case)),
            None if recorded.body_base64.is_some() => request.body(recorded.bytes().into_owned()),
            None => request,
        }
    }

    /// Ids by the names that the template has for them; one that leads nowhere stays.
    fn target(&self, path: &str, case: &Case) -> String {
        let template = case.verdict.operation.as_deref().unwrap_or_default();
        let template = template.split_once(' ').map_or("", |(_, path)| path);
        let depth = template.split('/').count();
        let words: Vec<&str> = path.split('/').collect();
        let prefix = words.len() - depth + 1;
        let refusal = case.recording.reply().unwrap_or_default();
        let word = |(index, word): (usize, &&str)| {
            let name =
                index.checked_sub(prefix - 1).and_then(|index| template.split('/').nth(index)).unwrap_or_default();
            let name = match name.trim_matches(['{', '}']) {
                "message_id" if refusal.contains("Suggested Questions Is Disabled") => "plain_message_id",
                "document_id" if refusal.contains("Document Not Exists.") => "none",
                "file_id" if refusal.contains("file_not_found") => "none",
                "document_id" if refusal.contains("archived document") => "archived_document_id",
                "workflow_id" if refusal.contains("Cannot use draft") => "draft_id",
                "form_token" if refusal.contains("already been submitted") => "filled_form_token",
                name => name,
            };
            let known = *word != NOBODY && (is_uuid(word) || word.len() == 22);
            self.ids.get(name).filter(|_| known).cloned().unwrap_or_else(|| (*word).to_owned())
        };
        words.iter().enumerate().map(word).collect::<Vec<_>>().join("/")
    }

    fn query(&self, query: &str) -> String {
        let pair = |pair: &str| match pair.split_once('=') {
            Some((name, id)) if is_uuid(id) && id != NOBODY && self.ids.contains_key(name) => {
                format!("{name}={}", self.ids[name])
            }
            Some(("user", "exam-%E7%94%A8%E6%88%B7")) => format!("user={USER}"),
            _ => pair.to_owned(),
        };
        query.split('&').filter(|part| !part.is_empty()).map(pair).collect::<Vec<_>>().join("&")
    }

    /// Members that name things by their ids, and the user.
    fn body(&self, body: &str, case: &Case) -> String {
        let gone = case.recording.reply().is_some_and(|refusal| refusal.contains("Document not found."));
        let Ok(mut value) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
        for (name, member) in value.as_object_mut().into_iter().flatten() {
            match (name.as_str(), member.as_str()) {
                ("user", Some(user)) if user.starts_with("exam-") => *member = json!(USER),
                ("document_ids", _) if !gone => *member = json!([self.ids["document_id"]]),
                (name, Some(id)) if is_uuid(id) && id != NOBODY && self.ids.contains_key(name) => {
                    *member = json!(self.ids[name]);
                }
                _ => {}
            }
        }
        value.to_string()
    }

    /// The header that was recorded, with a key of the embedded server for an application of the same kind.
    fn authorization(&self, recording: &Recording) -> Option<String> {
        let sent = recording.exchange.request.header("authorization");
        if sent.is_empty() {
            return None;
        }
        let Some((scheme, token)) = sent.split_once(' ') else { return Some(sent.into_owned()) };
        let path = recording.exchange.request.path();
        let refusal = recording.reply().unwrap_or_default();
        if path.starts_with("/api/") && token.contains('.') {
            return Some(format!("{scheme} {}", self.ids["passport"]));
        }
        let area = recording.file.split('/').next().unwrap_or_default();
        let of_form = if area == "live-workflows" { "live-workflows" } else { "workflow" };
        // By what the refusal says, where that names the application; else by path and area.
        let own = [
            ("App unavailable", "unpublished"),
            ("Workflow not published", "unpublished"),
            ("Cannot use draft", "workflow"),
            ("Suggested Questions Is Disabled", "chat"),
            ("Speech to text is disabled", "chat"),
            ("TTS is not enabled", "chat"),
            (
                "in input form",
                match area {
                    "chat" | "completion" => area,
                    _ => of_form,
                },
            ),
        ];
        if let Some((_, name)) = own.iter().find(|(words, _)| refusal.contains(words)) {
            return self.keys.get(name).map(|key| format!("{scheme} {key}"));
        }
        let embedded = [
            ("API service has been disabled", "app-disabled"),
            ("File access denied", "app-chat-2"),
            ("not_chat_app", "app-completion"),
            ("not_workflow_app", "app-chat"),
        ];
        let refused = refusal.contains("Access token is invalid");
        let key = match () {
            () if token.starts_with("dataset-") => "dataset-1",
            () if refused => {
                if path.starts_with("/v1/datasets") {
                    "app-chat"
                } else {
                    "app-invalid"
                }
            }
            () => match embedded.iter().find(|(words, _)| refusal.contains(words)) {
                Some((_, key)) => key,
                None if path.starts_with("/v1/completion-messages/") => "app-chat",
                None if path.starts_with("/v1/form/") => "app-human",
                None if path.starts_with("/v1/workflow") => "app-workflow",
                None if path.starts_with("/v1/completion") => "app-completion",
                None => match area {
                    "agent" => "app-agent",
                    "agent_app" => "app-roster",
                    "chatflow" => "app-chatflow",
                    _ => "app-chat",
                },
            },
        };
        Some(format!("{scheme} {key}"))
    }
}
