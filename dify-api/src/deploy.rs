//! From a definition to an application that answers.

use crate::{
    App, Console, Error, ErrorKind,
    credentials::Credentials,
    error::DeployError,
    secret::Secret,
    types::{ApiSwitchRequest, AppMode, ImportMode, ImportRequest, ImportStatus, ImportWarning, PublishRequest},
};
use reqwest::Url;
use std::fmt;

impl Console {
    /// Brings an application in from its definition (DSL) and makes it answer: imports it, checks that the plugins it
    /// needs are there, publishes its workflow, opens its API and mints a key.
    ///
    /// Takes the definition's text, or an [`ImportRequest`] that says more: another name, or `app_id` to overwrite the
    /// draft of a workflow that exists. A definition that is held, because it has another form than the server writes,
    /// is confirmed.
    ///
    /// ```no_run
    /// # async fn run(console: dify_api::Console) -> Result<(), Box<dyn std::error::Error>> {
    /// use dify_api::types::ChatRequest;
    ///
    /// let definition = std::fs::read_to_string("assistant.yml")?;
    /// let deployment = console.deploy(definition).await?;
    /// let reply = deployment.app().chat().send(&ChatRequest::new("Hello", "user-1")).await?;
    /// println!("{}: {}", deployment.app_id(), reply.answer);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Deploy`] when the import fails or plugins are missing: it names them, and what was made so far
    /// stays. Otherwise that of the call that failed.
    pub async fn deploy(&self, definition: impl Into<ImportRequest>) -> Result<Deployment, Error> {
        let mut import = self.definitions().import_app(&definition.into()).await?;
        if import.status == ImportStatus::Pending {
            import = self.definitions().confirm_import(&import.id).await?;
        }
        let done = matches!(import.status, ImportStatus::Completed | ImportStatus::CompletedWithWarnings);
        let (true, Some(app_id)) = (done, import.app_id) else {
            let refused = DeployError::Import {
                status: import.status,
                reason: import.error,
                definition_version: import.imported_dsl_version,
                server_version: import.current_dsl_version,
            };
            return Err(Error::outside(ErrorKind::Deploy(refused)));
        };
        let missing = self.definitions().check_dependencies(&app_id).await?.leaked_dependencies;
        if !missing.is_empty() {
            let plugins = missing.iter().map(|plugin| plugin.value.shown()).collect();
            return Err(Error::outside(ErrorKind::Deploy(DeployError::MissingPlugins { app_id, plugins })));
        }
        let detail = self.apps().get(&app_id).await?;
        if matches!(detail.mode, AppMode::Workflow | AppMode::AdvancedChat) {
            self.workflows().publish(&app_id, &PublishRequest::new()).await?;
        }
        if !detail.enable_api {
            self.apps().set_api(&app_id, &ApiSwitchRequest::new(true)).await?;
        }
        let key = self.api_keys().create_for_app(&app_id).await?;
        let api_key = Secret::new(key.token);
        let header =
            api_key.bearer().ok_or_else(|| Error::config("the server's key cannot stand in an HTTP header"))?;
        let base = self.service(&detail.api_base_url)?;
        let app = App { transport: self.transport.beside(base, Credentials::Key(header)) };
        let warnings = import.warnings.unwrap_or_default();
        Ok(Deployment { app, app_id, mode: detail.mode, api_key, key_id: key.id, warnings })
    }

    /// Where the Service API is: where the server says, or beside the console.
    fn service(&self, told: &str) -> Result<Url, Error> {
        if let Some(url) = Url::parse(told).ok().filter(|url| matches!(url.scheme(), "http" | "https")) {
            return Ok(url);
        }
        let console = self.transport.base();
        let mut base = console.clone();
        match console.path().trim_end_matches('/').strip_suffix("/console/api") {
            Some(root) => base.set_path(&format!("{root}/v1")),
            None => return Err(Error::config("the server does not say where its Service API is")),
        }
        Ok(base)
    }
}

/// An application that was deployed, with a key of its own.
pub struct Deployment {
    app: App,
    app_id: String,
    mode: AppMode,
    api_key: Secret,
    key_id: String,
    warnings: Vec<ImportWarning>,
}

impl Deployment {
    /// Its client.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Its id in the console.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// What kind of application it is.
    #[must_use]
    pub fn mode(&self) -> &AppMode {
        &self.mode
    }

    /// The key that was minted, `app-…`. A secret: whoever has it is the application to the Service API.
    #[must_use]
    pub fn api_key(&self) -> &str {
        self.api_key.expose()
    }

    /// The key's id, to delete it by.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// What may not work as it was meant, by the server's account.
    #[must_use]
    pub fn warnings(&self) -> &[ImportWarning] {
        &self.warnings
    }

    /// Its client, without the rest.
    #[must_use]
    pub fn into_app(self) -> App {
        self.app
    }
}

impl fmt::Debug for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deployment")
            .field("app_id", &self.app_id)
            .field("mode", &self.mode)
            .field("key_id", &self.key_id)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
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
