//! One client of each kind, for tests that go through the operations of all of them.

use dify_api::{App, Error, Knowledge};

use crate::generated::{self, Arguments};

/// The clients of one server.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Of an application.
    pub app: App,
    /// Of the knowledge bases.
    pub knowledge: Knowledge,
}

impl Clients {
    /// The clients of the server at this base URL.
    pub fn at(base_url: &str) -> Self {
        Self::with_app(base_url, "app-chat")
    }

    /// The same, with the application of this key.
    pub fn with_app(base_url: &str, key: &str) -> Self {
        Self {
            app: App::builder().api_key(key).base_url(base_url).build().expect("a client"),
            knowledge: Knowledge::builder().api_key("dataset-key").base_url(base_url).build().expect("a client"),
        }
    }

    /// Calls the method of this id; nothing, when there is none.
    pub async fn call(&self, operation: &str, arguments: &Arguments) -> Option<Result<(), Error>> {
        match generated::call(&self.app, operation, arguments).await {
            None => generated::call_knowledge(&self.knowledge, operation, arguments).await,
            called => called,
        }
    }
}
