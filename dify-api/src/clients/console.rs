//! The client of the console.

use crate::{
    Error, RawRequest, Transport,
    clients::credentials::session::{Jar, Login, SessionCredential},
    operation::{Api, Credential},
    transport::settings::{Settings, configured},
    values::secret::Secret,
};
use reqwest::Method;
use std::env::VarError;

/// The client of the console: what a member of a workspace can do there, by their account.
///
/// It logs in with the first call, keeps the session's cookies, and renews the session when the server no longer takes it:
/// by one refresh, and by one login where that is refused, however many callers wait. All of them share the outcome, and
/// the wait counts against the limits of their calls. Cheap to clone: the clones share connections and session.
///
/// Every release since Dify 1.0 is logged in to: with cookies from 1.9.2 on, a token before; with the password in Base64
/// from 1.11.2 on, as it is before. The first login at a server before 1.11.2 costs one refused attempt.
///
/// A login that the server refuses (a wrong password, a locked account) is not tried again: Dify locks an account after
/// five of those. Later calls fail at once with the same error, until `account().login(…)` succeeds. After any other
/// failure, such as a broken connection or a 500, the next login or refresh is tried after a random pause of up to a
/// second, up to twice as long after each further failure in a row, a minute at most; calls before that fail at once,
/// with the same error. `account().logout()` ends the session until `account().login(…)`; a session that the server ends
/// begins again.
///
/// ```no_run
/// # async fn run() -> Result<(), dify_api::Error> {
/// use dify_api::{Console, types::AppsListQuery};
///
/// let console = Console::from_env()?; // DIFY_CONSOLE_URL, DIFY_CONSOLE_EMAIL, DIFY_CONSOLE_PASSWORD
/// let mut apps = console.apps();
/// let query = AppsListQuery::new();
/// let mut apps = apps.list(&query).items();
/// while let Some(app) = apps.next().await {
///     println!("{}", app?.name);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Console {
    pub(crate) transport: Transport,
}

impl Console {
    /// The console of a server, logged in.
    ///
    /// The address may end in `/console/api` or not; `https://cloud.dify.ai` is Dify's own.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when something is missing or cannot be used;
    /// [`ErrorKind::Api`](crate::ErrorKind::Api) with `authentication_failed` when address or password is wrong.
    pub async fn login(
        base_url: impl Into<String>,
        email: impl Into<String>,
        password: impl Into<String>,
    ) -> Result<Self, Error> {
        let console = Self::builder().base_url(base_url).login(email, password).build()?;
        console.transport.authenticate(Credential::Console).await?;
        Ok(console)
    }

    /// A client with choices of its own.
    pub fn builder() -> ConsoleBuilder {
        ConsoleBuilder::default()
    }

    /// The console of the environment: the server in `DIFY_CONSOLE_URL`, Dify's own without it; the account in
    /// `DIFY_CONSOLE_EMAIL` and `DIFY_CONSOLE_PASSWORD`, or the tokens of a session in `DIFY_CONSOLE_ACCESS_TOKEN`,
    /// `DIFY_CONSOLE_CSRF_TOKEN` and, to renew it, `DIFY_CONSOLE_REFRESH_TOKEN`.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when a variable is missing or cannot be used.
    pub fn from_env() -> Result<Self, Error> {
        ConsoleBuilder::from_env()?.build()
    }

    observed!();

    /// Any route of the console, described or not, with this client's session and connections.
    ///
    /// The path follows the base URL and begins with a slash.
    ///
    /// ```no_run
    /// # async fn run(console: dify_api::Console) -> Result<(), dify_api::Error> {
    /// use reqwest::Method;
    ///
    /// let profile: dify_api::RawJson = console.request(Method::GET, "/account/profile").decode().await?;
    /// # Ok(()) }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(&self.transport, Credential::Console, method, path.into())
    }
}

/// Makes a [`Console`].
///
/// ```
/// use dify_api::Console;
///
/// let console = Console::builder()
///     .base_url("https://dify.example.com")
///     .login("maria@example.com", "a password")
///     .build()?; // logs in with the first call
/// # Ok::<(), dify_api::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder makes nothing before `build`"]
pub struct ConsoleBuilder {
    login: Option<Login>,
    jar: Jar,
    settings: Settings,
}

impl ConsoleBuilder {
    /// A builder with the values of the environment; see [`Console::from_env`].
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when a variable is missing or is not text.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var(name))
    }

    pub(crate) fn from_variables(look: impl Fn(&str) -> Result<String, VarError>) -> Result<Self, Error> {
        let variable = |name| crate::clients::environment::variable(&look, name);
        let mut builder = Self::default();
        if let Some(url) = variable("DIFY_CONSOLE_URL")? {
            builder = builder.base_url(url);
        }
        match (variable("DIFY_CONSOLE_EMAIL")?, variable("DIFY_CONSOLE_PASSWORD")?) {
            (Some(email), Some(password)) => builder = builder.login(email, password),
            (None, None) => {}
            _ => {
                return Err(Error::config(
                    "of the environment variables DIFY_CONSOLE_EMAIL and DIFY_CONSOLE_PASSWORD one is not set",
                ));
            }
        }
        if let (Some(access), Some(csrf)) =
            (variable("DIFY_CONSOLE_ACCESS_TOKEN")?, variable("DIFY_CONSOLE_CSRF_TOKEN")?)
        {
            builder = builder.tokens(access, csrf);
        }
        if let Some(refresh) = variable("DIFY_CONSOLE_REFRESH_TOKEN")? {
            builder = builder.refresh_token(refresh);
        }
        if builder.login.is_none() && builder.jar.access.is_none() {
            return Err(Error::config(
                "the environment variables DIFY_CONSOLE_EMAIL and DIFY_CONSOLE_PASSWORD are not set, nor are \
                 DIFY_CONSOLE_ACCESS_TOKEN and DIFY_CONSOLE_CSRF_TOKEN",
            ));
        }
        Ok(builder)
    }

    /// Who logs in: the account's email address and password, as typed.
    pub fn login(mut self, email: impl Into<String>, password: impl Into<String>) -> Self {
        self.login = Some(Login { email: email.into(), password: Secret::new(password.into()) });
        self
    }

    /// The tokens of a session that exists already, from the cookies `access_token` and `csrf_token`.
    pub fn tokens(mut self, access: impl Into<String>, csrf: impl Into<String>) -> Self {
        self.jar.access = Some(Secret::new(access.into()));
        self.jar.csrf = Some(Secret::new(csrf.into()));
        self
    }

    /// What the session of [`tokens`](Self::tokens) is renewed by, from the cookie `refresh_token`. Good for one time;
    /// the client keeps what it gets in return.
    pub fn refresh_token(mut self, refresh: impl Into<String>) -> Self {
        self.jar.refresh = Some(Secret::new(refresh.into()));
        self
    }

    /// Where the server is, with or without `/console/api`. Defaults to `https://cloud.dify.ai/console/api`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.settings.base_url = Some(url.into());
        self
    }

    configured!("Console");

    /// Sets whether a client of an `https` server follows it to `http` when the server requests it: by the address of
    /// the Service API, to which [`deploy`](Console::deploy) connects.
    /// Defaults to `false`: whoever is between could read the key.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.settings.allow_http = allow;
        self
    }

    /// Makes the client. Nothing is sent before the first call. Without an account or tokens only the operations that
    /// need none can be called, such as setting up a fresh server.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when the base URL is none, or TLS cannot be set up.
    pub fn build(self) -> Result<Console, Error> {
        let session = SessionCredential::new(self.login, self.jar);
        Ok(Console { transport: self.settings.transport_to(Api::CONSOLE, session)? })
    }
}
