//! The client of one application.

use crate::{
    Error, RawRequest, Transport,
    clients::api_key::{Environment, KeyChoice, KeyKind, key_from},
    operation::Credential,
    transport::settings::{Settings, configured},
    values::secret::Secret,
};
use reqwest::Method;
use std::env::VarError;

/// The client of one application of Dify: chat, agent, chatflow, completion or workflow.
///
/// Made from the application's key. Cheap to clone: the clones share connections.
///
/// ```no_run
/// # async fn run() -> Result<(), dify_api::Error> {
/// use dify_api::{App, types::ChatRequest};
///
/// let app = App::from_env()?; // DIFY_API_KEY, DIFY_BASE_URL
/// let reply = app.chat().send(&ChatRequest::new("Hello").user("user-1")).await?;
/// println!("{}", reply.answer);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct App {
    pub(crate) transport: Transport,
}

impl App {
    /// The application of this key, on Dify's own service.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when the key cannot be one.
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A client with choices of its own.
    pub fn builder() -> AppBuilder {
        AppBuilder::default()
    }

    /// The application of the environment: its key in `DIFY_API_KEY`; the server in `DIFY_BASE_URL`, such as
    /// `https://dify.example.com/v1`, Dify's own service without it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when a variable is missing or cannot be used.
    pub fn from_env() -> Result<Self, Error> {
        AppBuilder::from_env()?.build()
    }

    observed!();

    /// Returns a client that fills in `user` where a request names no user; a request's own user takes precedence. The client
    /// shares connections, limits and credentials with this one. [`request`](Self::request) is sent as it is.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::{ChatRequest, ConversationsListQuery};
    ///
    /// let maria = app.as_user("maria-0412");
    /// let reply = maria.chat().send(&ChatRequest::new("Hello")).await?;
    /// let conversations = maria.conversations().list(&ConversationsListQuery::new()).await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn as_user(&self, user: impl Into<String>) -> Self {
        Self { transport: self.transport.as_user(user.into()) }
    }

    /// Any route of the server, described or not, by this client's key and connections.
    ///
    /// The path follows the base URL and begins with a slash.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use reqwest::Method;
    ///
    /// let site: dify_api::RawJson = app.request(Method::GET, "/site").decode().await?;
    /// let answer = app
    ///     .request(Method::POST, "/chat-messages/0/stop")
    ///     .json(&serde_json::json!({"user": "user-1"}))
    ///     .send()
    ///     .await?;
    /// println!("{} {site}", answer.status());
    /// # Ok(()) }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(&self.transport, Credential::App, method, path.into())
    }
}

/// Makes an [`App`].
///
/// ```
/// use dify_api::{App, Timeouts};
/// use std::time::Duration;
///
/// let app = App::builder()
///     .api_key("app-abc123")
///     .base_url("https://dify.example.com/v1")
///     .timeouts(Timeouts::default().connect(Duration::from_secs(3)))
///     .build()?;
/// # Ok::<(), dify_api::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder makes nothing before `build`"]
pub struct AppBuilder {
    key: KeyChoice,
    settings: Settings,
}

impl AppBuilder {
    /// A builder with the values of the environment; see [`App::from_env`].
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when a variable is missing or is not text.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var(name))
    }

    fn from_variables(look: impl Fn(&str) -> Result<String, VarError>) -> Result<Self, Error> {
        let Environment { key, base_url } = KeyKind::App.environment(look)?;
        let builder = Self::default().api_key(key);
        Ok(match base_url {
            Some(url) => builder.base_url(url),
            None => builder,
        })
    }

    /// The application's key, `app-…`, from its page "API Access".
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.key = KeyChoice::Given(Secret::new(key.into()));
        self
    }

    key_from!("App");

    /// Sets the base URL of the server, including `/v1`. Defaults to `https://api.dify.ai/v1`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.settings.base_url = Some(url.into());
        self
    }

    configured!("App");

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when the key is missing or of another kind, the base URL is
    /// none, or TLS cannot be set up.
    pub fn build(self) -> Result<App, Error> {
        Ok(App { transport: KeyKind::App.transport(self.key, self.settings)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn refusal(builder: AppBuilder) -> String {
        let error = builder.build().expect_err("refused");
        assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error}");
        error.to_string()
    }

    #[test]
    fn a_key_that_cannot_be_one_is_refused_and_not_shown() {
        assert!(refusal(App::builder()).contains("no API key"));
        assert!(refusal(App::builder().api_key(" \n")).contains("empty"));
        assert!(refusal(App::builder().api_key("dataset-123")).contains("dataset key"));
        let text = refusal(App::builder().api_key("app-1\r\nX: 2"));
        assert!(text.contains("line break") && !text.contains("app-1"), "{text}");
    }

    #[test]
    fn the_environment_gives_key_and_server_and_says_what_it_lacks() {
        let environment = |key: &'static str, url: &'static str| {
            AppBuilder::from_variables(move |name| match name {
                "DIFY_API_KEY" if !key.is_empty() => Ok(key.to_owned()),
                "DIFY_BASE_URL" => Ok(url.to_owned()),
                _ => Err(VarError::NotPresent),
            })
        };
        let app = environment("app-1", "http://dify.test/v1").and_then(AppBuilder::build).expect("app");
        assert_eq!(app.transport.base().as_str(), "http://dify.test/v1");
        let builder = environment("app-1", " ").expect("a builder");
        assert!(builder.settings.base_url.is_none());
        let error = environment("", "").expect_err("no key").to_string();
        assert!(error.contains("DIFY_API_KEY is not set"), "{error}");
    }

    #[test]
    fn the_key_shows_nowhere() {
        let builder = App::builder().api_key("app-5ecret").base_url("http://dify.test/v1");
        assert!(!format!("{builder:?}").contains("5ecret"));
        let app = builder.build().expect("app");
        assert!(!format!("{app:?}").contains("5ecret"));
        assert!(format!("{app:?}").contains("http://dify.test/v1"));
    }

    #[test]
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn https_needs_nothing_installed_in_the_process() {
        App::builder().api_key("app-1").build().expect("a client for the cloud");
    }

    #[test]
    #[cfg(not(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls")))]
    fn without_tls_https_is_refused_with_the_way_out() {
        assert!(refusal(App::builder().api_key("app-1")).contains("feature `rustls`"));
        App::builder().api_key("app-1").base_url("http://dify.test/v1").build().expect("plain HTTP");
    }

    // Without the check reqwest panics.
    #[test]
    #[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
    fn a_missing_tls_provider_is_an_error() {
        assert!(refusal(App::builder().api_key("app-1")).contains("install_default"));
    }
}
