//! A logged-in account at its desk.

use dify_mock::{Builder, CONSOLE_EMAIL, CONSOLE_PASSWORD, Server};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::common::{Caller, read};

pub const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// What a session consists of.
#[derive(Clone, Default)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub csrf: String,
}

pub struct Desk {
    /// With a key of the Service API.
    pub caller: Caller,
    pub tokens: Tokens,
}

/// The password as the login wants it.
pub fn encoded(password: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(password)
}

impl Tokens {
    /// The cookies that an answer sets.
    pub fn of(response: &Response) -> Tokens {
        let cookies = response.headers().get_all("set-cookie");
        let value = |name: &str| {
            let mut values = cookies.iter().filter_map(|cookie| cookie.to_str().ok());
            let pair = values.find_map(|cookie| cookie.split(';').next()?.strip_prefix(&format!("{name}=")));
            pair.unwrap_or_default().to_owned()
        };
        Tokens { access: value("access_token"), refresh: value("refresh_token"), csrf: value("csrf_token") }
    }

    pub fn cookie(&self) -> String {
        format!("access_token={}; refresh_token={}; csrf_token={}", self.access, self.refresh, self.csrf)
    }
}

impl Desk {
    pub async fn new() -> Desk {
        Desk::of(Server::builder()).await
    }

    pub async fn of(builder: Builder) -> Desk {
        let caller = Caller::of(builder, "app-chat").await;
        let mut desk = Desk { caller, tokens: Tokens::default() };
        desk.tokens = Tokens::of(&desk.login(CONSOLE_PASSWORD).await);
        desk
    }

    pub async fn login(&self, password: &str) -> Response {
        let body = json!({"email": CONSOLE_EMAIL, "password": encoded(password), "remember_me": true});
        self.bare(Method::POST, "/login").json(&body).send().await.expect("answered")
    }

    /// A request without a session.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.caller.http.request(method, format!("{}{path}", self.caller.server.console_url()))
    }

    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("cookie", self.tokens.cookie()).header("x-csrf-token", &self.tokens.csrf)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        read(self.call(Method::GET, path).send().await.expect("answered")).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        read(self.call(method, path).json(&body).send().await.expect("answered")).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(Method::POST, path, body).await
    }

    /// Without a body.
    pub async fn order(&self, method: Method, path: &str) -> (u16, Value) {
        read(self.call(method, path).send().await.expect("answered")).await
    }

    /// Makes an application; gives its id.
    pub async fn make(&self, name: &str, mode: &str) -> String {
        let (status, app) = self.post("/apps", json!({"name": name, "mode": mode})).await;
        assert_eq!(status, 201, "{app}");
        app["id"].as_str().expect("an id").to_owned()
    }

    /// Makes a key for an application.
    pub async fn mint(&self, app: &str) -> String {
        let (status, key) = self.order(Method::POST, &format!("/apps/{app}/api-keys")).await;
        assert_eq!(status, 201, "{key}");
        key["token"].as_str().expect("a key").to_owned()
    }

    /// A call of the Service API.
    pub async fn v1(&self, key: &str, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.caller.http.request(method, format!("{}{path}", self.caller.server.base_url()));
        let request = request.bearer_auth(key);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        read(request.send().await.expect("answered")).await
    }

    pub fn all_agree(&self) {
        self.caller.all_agree();
    }

    /// Only the answers: requests may be wrong on purpose.
    pub fn answers_agree(&self) {
        for request in self.caller.server.requests() {
            let asked = format!("{} {} {}", request.method, request.path, request.status);
            assert_eq!(request.answer_problems, Vec::<String>::new(), "answer to {asked}");
        }
    }
}
