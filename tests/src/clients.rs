//! One client of each kind, for tests that go through the operations of all of them.

use dify_api::{App, Console, Error, Knowledge, RetryPolicy, Timeouts, WebApp};

use crate::generated::{self, Arguments};

/// The user of the documents' examples.
pub const USER: &str = "maria-0412";

/// The limits of all clients.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// In time.
    pub timeouts: Timeouts,
    /// When a call is made again.
    pub retry: RetryPolicy,
    /// Bytes of an answer that is read whole.
    pub body_limit: usize,
    /// Bytes of an event.
    pub event_limit: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        let (timeouts, retry) = (Timeouts::default(), RetryPolicy::default());
        Self { timeouts, retry, body_limit: 64 << 20, event_limit: 16 << 20 }
    }
}

/// The clients of one server.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Of an application.
    pub app: App,
    /// Of the knowledge bases.
    pub knowledge: Knowledge,
    /// Of a published web page.
    pub web: WebApp,
    /// Of the console.
    pub console: Console,
}

impl Clients {
    /// The clients of the server at this base URL.
    pub fn at(base_url: &str) -> Self {
        Self::with_app(base_url, "app-chat")
    }

    /// The same, with the application of this key.
    pub fn with_app(base_url: &str, key: &str) -> Self {
        Self::with_page(base_url, key, "page")
    }

    /// The same, with the page of this code.
    pub fn with_page(base_url: &str, key: &str, code: &str) -> Self {
        Self::tuned(base_url, key, code, Tuning::default())
    }

    /// The same, with limits of these.
    pub fn tuned(base_url: &str, key: &str, code: &str, tuning: Tuning) -> Self {
        let Tuning { timeouts, retry, body_limit, event_limit } = tuning;
        let root = base_url.trim_end_matches("/v1");
        let console = Console::builder().base_url(root).login(dify_mock::CONSOLE_EMAIL, dify_mock::CONSOLE_PASSWORD);
        let web = WebApp::builder().base_url(root).app_code(code).user_id(USER);
        let app = App::builder().api_key(key).base_url(base_url);
        let knowledge = Knowledge::builder().api_key("dataset-key").base_url(base_url);
        macro_rules! built {
            ($builder:ident) => {
                $builder
                    .timeouts(timeouts)
                    .retry(retry)
                    .body_limit(body_limit)
                    .event_limit(event_limit)
                    .build()
                    .expect("a client")
            };
        }
        Self { app: built!(app), knowledge: built!(knowledge), web: built!(web), console: built!(console) }
    }

    /// Calls the method of this id; nothing, when there is none.
    pub async fn call(&self, operation: &str, arguments: &Arguments) -> Option<Result<(), Error>> {
        match operation.split('_').next() {
            Some("app") => generated::call(&self.app, operation, arguments).await,
            Some("knowledge") => generated::call_knowledge(&self.knowledge, operation, arguments).await,
            Some("web") => generated::call_web(&self.web, operation, arguments).await,
            Some("console") => generated::call_console(&self.console, operation, arguments).await,
            _ => None,
        }
    }
}
