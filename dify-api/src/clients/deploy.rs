//! From a definition to an application that answers.

use crate::{
    App, Console, Error, ErrorKind, Shown,
    clients::credentials::FixedKey,
    error::DeployError,
    types::{
        ApiKey, ApiSwitchRequest, AppMode, ConsoleAppDetail, ImportMode, ImportRequest, ImportStatus, ImportWarning,
        PublishRequest,
    },
    values::secret::Secret,
};
use reqwest::{Url, header::HeaderValue};
use std::{fmt, pin::Pin};

mod deployment;

pub use deployment::{DeployedApp, Deployment};

/// How many keys Dify lets an application have.
const MOST_KEYS: usize = 10;

impl Console {
    /// Brings an application in from its definition (DSL) and makes it answer: imports it, checks that the plugins it
    /// needs are there, publishes its workflow, opens its API and makes a key.
    ///
    /// Takes the definition's text, or an [`ImportRequest`] with more options: another name, or `app_id` to overwrite the
    /// draft of an existing workflow. A pending definition, because its version differs from the server's,
    /// is confirmed.
    ///
    /// ```no_run
    /// # async fn run(console: dify_api::Console) -> Result<(), Box<dyn std::error::Error>> {
    /// use dify_api::types::ChatRequest;
    ///
    /// let definition = std::fs::read_to_string("assistant.yml")?;
    /// let deployment = console.deploy(definition).await?;
    /// let reply = deployment.app().chat().send(&ChatRequest::new("Hello").user("user-1")).await?;
    /// println!("{}: {}", deployment.app_id(), reply.answer);
    /// # Ok(()) }
    /// ```
    ///
    /// The client of the application uses the Service API URL that the server reports, which may be another host:
    /// the key is that server's own, and it alone decides where it is good. From `https` it is not followed to `http`,
    /// unless [`allow_http`](crate::ConsoleBuilder::allow_http) is on.
    ///
    /// An application has ten keys at most. Whoever deploys again and again, such as a CI job, overwrites the same
    /// application and uses the same key:
    ///
    /// ```no_run
    /// # async fn run(console: dify_api::Console, definition: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// use dify_api::types::ImportRequest;
    ///
    /// let request = ImportRequest::from(definition).app_id(std::env::var("DIFY_APP_ID")?);
    /// let deployment = console.deploy(request).key(std::env::var("DIFY_API_KEY")?).await?;
    /// # Ok(()) }
    /// ```
    pub fn deploy(&self, definition: impl Into<ImportRequest>) -> Deploy<'_> {
        Deploy { console: self, import: definition.into(), base_url: None, key: None }
    }
}

/// A deployment that has not begun: await it. See [`Console::deploy`].
///
/// # Errors
/// [`ErrorKind::Deploy`] when the definition is not imported, plugins are missing, there are too many keys, or a key of
/// another application was given. Otherwise that of the call that failed.
///
/// Where the application exists, its base URL and its keys are looked up before anything is changed. The key is made
/// last, and deleted when it cannot be used. What else was made before a failure stays: the error of missing plugins
/// names the application. When the future is dropped while the last request is under way, or its answer is lost, a new
/// key may stay behind without an owner; the application's page lists it.
#[must_use = "nothing is deployed before it is awaited"]
#[derive(Clone)]
pub struct Deploy<'a> {
    console: &'a Console,
    import: ImportRequest,
    base_url: Option<String>,
    /// One that exists.
    key: Option<Secret>,
}

impl<'a> Deploy<'a> {
    /// Uses a key of the application instead of making one. Requires the `app_id` of an [`ImportRequest`], as a new
    /// application has no key yet.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(Secret::new(key.into().trim().to_owned()));
        self
    }

    /// Makes no key and no client of the application.
    pub fn without_key(self) -> DeployWithoutKey<'a> {
        DeployWithoutKey(self)
    }

    /// Sets the base URL of the Service API, `https://dify.example.com/v1`, for servers that do not name it, or not as it
    /// is seen from here. Defaults to the URL that the server reports, or to the `/v1` beside the console.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    async fn run(self) -> Result<Deployment, Error> {
        let console = self.console;
        let known = self.known_key()?;
        let target = self.target().await?;
        let key_id = match &target {
            Some(target) => self.check_keys(&target.app.id).await?,
            None => None,
        };
        let ready = self.place(target).await?;
        let app_id = ready.app.app_id();
        let (key_id, api_key, header) = match known {
            Some((key, header)) => (key_id, key, header),
            None => {
                let made = console.api_keys().create_for_app(app_id).await?;
                let key = Secret::new(made.token);
                let Some(header) = key.bearer() else {
                    // The first failure is the one to report.
                    let _ = console.api_keys().delete_for_app(app_id, &made.id).await;
                    return Err(Error::config("the server's key is not allowed in an HTTP header"));
                };
                (Some(made.id), key, header)
            }
        };
        let app = App { transport: console.transport.beside(ready.base, FixedKey(header))? };
        Ok(Deployment { app, api_key, key_id, deployed: ready.app })
    }

    /// The key that was given, and how it is sent.
    fn known_key(&self) -> Result<Option<(Secret, HeaderValue)>, Error> {
        let Some(key) = self.key.clone() else {
            return Ok(None);
        };
        if self.import.app_id.is_none() {
            return Err(Error::config(
                "`Deploy::key` requires the `app_id` of the application to overwrite: a new application has no key yet",
            ));
        }
        match key.bearer() {
            Some(header) if key.expose().starts_with("app-") => Ok(Some((key, header))),
            _ => Err(Error::config("`Deploy::key` requires the key of an application (`app-…`)")),
        }
    }

    /// The application that is overwritten, and where its API is.
    async fn target(&self) -> Result<Option<Target>, Error> {
        if let Some(url) = &self.base_url {
            crate::transport::settings::base_url(url)?;
        }
        match &self.import.app_id {
            Some(app_id) => Ok(Some(self.look_up(app_id).await?)),
            None => Ok(None),
        }
    }

    async fn look_up(&self, app_id: &str) -> Result<Target, Error> {
        let app = self.console.apps().get(app_id).await?;
        let base = self.service(&app)?;
        Ok(Target { app, base })
    }

    /// The id of the key that was given, where the server shows it, or room for another.
    async fn check_keys(&self, app_id: &str) -> Result<Option<String>, Error> {
        let keys = self.console.api_keys().list_for_app(app_id).await?.data;
        let refused = |error| Err(Error::outside(ErrorKind::Deploy(error)));
        match &self.key {
            None if keys.len() >= MOST_KEYS => {
                refused(DeployError::TooManyKeys { app_id: app_id.to_owned(), limit: MOST_KEYS })
            }
            None => Ok(None),
            Some(key) => match keys.iter().find(|known| known.token == key.expose()) {
                Some(known) => Ok(Some(known.id.clone())),
                // Masked, it may be any.
                None if keys.iter().any(is_masked) => Ok(None),
                None => refused(DeployError::ForeignKey { app_id: app_id.to_owned() }),
            },
        }
    }

    /// Imports, publishes and opens the application.
    async fn place(&self, target: Option<Target>) -> Result<Ready, Error> {
        let console = self.console;
        let mut import = console.definitions().import_app(&self.import).await?;
        if import.status == ImportStatus::Pending {
            import = console.definitions().confirm_import(&import.id).await?;
        }
        let done = matches!(import.status, ImportStatus::Completed | ImportStatus::CompletedWithWarnings);
        let (true, Some(app_id)) = (done, import.app_id) else {
            let refused = DeployError::Import {
                status: import.status,
                reason: import.error,
                definition_version: import.imported_dsl_version,
                server_version: import.current_dsl_version,
            };
            return Err(Error::beside(ErrorKind::Deploy(refused), &console.transport.secrets()));
        };
        let missing = console.definitions().check_dependencies(&app_id).await?.leaked_dependencies;
        if !missing.is_empty() {
            let plugins = missing.iter().map(|plugin| plugin.value.shown()).collect();
            let missing = DeployError::MissingPlugins { app_id, plugins };
            return Err(Error::beside(ErrorKind::Deploy(missing), &console.transport.secrets()));
        }
        let Target { app, base } = match target {
            Some(target) => target,
            None => self.look_up(&app_id).await?,
        };
        if matches!(app.mode, AppMode::Workflow | AppMode::AdvancedChat) {
            console.workflows().publish(&app_id, &PublishRequest::new()).await?;
        }
        if !app.enable_api {
            console.apps().set_api(&app_id, &ApiSwitchRequest::new(true)).await?;
        }
        let warnings: Vec<ImportWarning> = import.warnings;
        Ok(Ready { app: DeployedApp::new(app_id, app.mode, warnings), base })
    }

    /// The address of the Service API: as the caller or the server specifies it, else beside the console.
    fn service(&self, app: &ConsoleAppDetail) -> Result<Url, Error> {
        if let Some(url) = &self.base_url {
            return crate::transport::settings::base_url(url);
        }
        if crate::transport::settings::base_url(&app.api_base_url).is_ok() {
            return self.console.transport.given(&app.api_base_url, "SERVICE_API_URL");
        }
        let console = self.console.transport.base();
        let mut base = console.clone();
        match console.path().trim_end_matches('/').strip_suffix("/console/api") {
            Some(root) => base.set_path(&format!("{root}/v1")),
            None => {
                let unknown = DeployError::NoServiceUrl { app_id: app.id.clone() };
                return Err(Error::outside(ErrorKind::Deploy(unknown)));
            }
        }
        Ok(base)
    }
}

/// An application that exists.
struct Target {
    app: ConsoleAppDetail,
    base: Url,
}

/// An application that answers.
struct Ready {
    app: DeployedApp,
    base: Url,
}

fn is_masked(key: &ApiKey) -> bool {
    key.token.contains('*') || key.token.contains("...")
}

impl<'a> IntoFuture for Deploy<'a> {
    type Output = Result<Deployment, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Deploy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deploy")
            .field("app_id", &self.import.app_id.as_deref().map(Shown::new))
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// A deployment without a key; see [`Deploy::without_key`].
#[must_use = "nothing is deployed before it is awaited"]
#[derive(Clone, Debug)]
pub struct DeployWithoutKey<'a>(Deploy<'a>);

impl<'a> IntoFuture for DeployWithoutKey<'a> {
    type Output = Result<DeployedApp, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let target = self.0.target().await?;
            Ok(self.0.place(target).await?.app)
        })
    }
}

impl From<String> for ImportRequest {
    /// A definition's text, as a new application.
    fn from(definition: String) -> Self {
        Self::new(ImportMode::YamlContent).yaml_content(definition)
    }
}

impl From<&str> for ImportRequest {
    /// A definition's text, as a new application.
    fn from(definition: &str) -> Self {
        definition.to_owned().into()
    }
}

impl crate::types::PluginDependencyValue {
    /// The plugin by whatever name it has.
    fn shown(&self) -> String {
        let name = self
            .marketplace_plugin_unique_identifier
            .as_ref()
            .or(self.plugin_unique_identifier.as_ref())
            .or(self.github_plugin_unique_identifier.as_ref());
        name.cloned().unwrap_or_else(|| "a plugin without a name".to_owned())
    }
}
