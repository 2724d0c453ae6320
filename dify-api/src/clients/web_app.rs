//! The client of a published web page.

use crate::{
    Error, RawRequest, Transport,
    clients::credentials::passport::PassportCredential,
    operation::{Api, Credential},
    transport::settings::{Settings, configured},
    values::secret::Secret,
};
use reqwest::Method;

/// The client of one published web page: what its visitors can do.
///
/// Made from the page's code, which is in its address and public. The passport that every call needs is
/// fetched by itself, once for all who wait, and again when the server no longer takes it. Cheap to clone: the clones
/// share connections and passport, so they are the same visitor.
///
/// All who wait for a passport share the outcome, and the wait counts against the limits of their calls. A refusal (there
/// is no such page) is not tried again: later calls fail at once with the same error, until `session().passport(…)` or
/// `session().login(…)` succeeds. Any other failure is shared for a pause that grows, as with a console's login.
///
/// ```no_run
/// # async fn run() -> Result<(), dify_api::Error> {
/// use dify_api::{WebApp, types::WebChatRequest};
///
/// let page = WebApp::connect("https://dify.example.com", "FEWmgEFwtqNwqOz3").await?;
/// let site = page.info().site().await?;
/// println!("{}", site.site.title);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct WebApp {
    pub(crate) transport: Transport,
}

impl WebApp {
    /// The page of this code on a server, as a new visitor.
    ///
    /// The address may end in `/api` or not; `https://udify.app` is Dify's own.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when address or code cannot be one;
    /// [`ErrorKind::Api`](crate::ErrorKind::Api) with `not_found` when there is no such page, `unauthorized` when it
    /// wants its visitors to log in.
    pub async fn connect(base_url: impl Into<String>, app_code: impl Into<String>) -> Result<Self, Error> {
        Self::builder().base_url(base_url).app_code(app_code).connect().await
    }

    /// A client with choices of its own.
    pub fn builder() -> WebAppBuilder {
        WebAppBuilder::default()
    }

    observed!();

    /// Any route of the Web API, described or not, with this client's passport and connections.
    ///
    /// The path follows the base URL and begins with a slash.
    ///
    /// ```no_run
    /// # async fn run(page: dify_api::WebApp) -> Result<(), dify_api::Error> {
    /// use reqwest::Method;
    ///
    /// let meta: dify_api::RawJson = page.request(Method::GET, "/meta").decode().await?;
    /// # Ok(()) }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(&self.transport, Credential::WebApp, method, path.into())
    }
}

/// Makes a [`WebApp`].
///
/// ```
/// use dify_api::WebApp;
///
/// let page = WebApp::builder()
///     .base_url("https://dify.example.com")
///     .app_code("FEWmgEFwtqNwqOz3")
///     .user_id("visitor-42")
///     .build()?; // the passport is fetched with the first call
/// # Ok::<(), dify_api::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder makes nothing before `build` or `connect`"]
pub struct WebAppBuilder {
    code: Option<Secret>,
    user: Option<String>,
    settings: Settings,
}

impl WebAppBuilder {
    /// The page's code, the last part of its address, such as `FEWmgEFwtqNwqOz3` in `/chat/FEWmgEFwtqNwqOz3`.
    pub fn app_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(Secret::new(code.into()));
        self
    }

    /// Your own id for the visitor: with the same one it is the same visitor again, who finds the same conversations. A
    /// new visitor by default.
    pub fn user_id(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Where the server is, with or without `/api`. Defaults to `https://udify.app/api`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.settings.base_url = Some(url.into());
        self
    }

    configured!("WebApp");

    /// Makes the client. Nothing is sent before the first call.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when the code is missing, the base URL is none, or TLS cannot be
    /// set up.
    pub fn build(self) -> Result<WebApp, Error> {
        let code = self.code.as_ref().map(|code| code.expose().trim()).filter(|code| !code.is_empty());
        let Some(code) = code else {
            return Err(Error::config(
                "no app code was given: call `app_code` with the last part of the page's address",
            ));
        };
        let passport = PassportCredential::new(code, self.user)?;
        Ok(WebApp { transport: self.settings.transport_to(Api::WEB, passport)? })
    }

    /// Makes the client and fetches its passport, so that a wrong code shows at once.
    ///
    /// # Errors
    /// Those of [`build`](Self::build) and of [`WebApp::connect`].
    pub async fn connect(self) -> Result<WebApp, Error> {
        let page = self.build()?;
        page.transport.authenticate(Credential::WebApp).await?;
        Ok(page)
    }
}
