//! What a deployment comes to.

use crate::{
    App, Shown,
    types::{AppMode, ImportWarning},
    values::secret::Secret,
};
use std::fmt;

/// An application that was deployed, and its client.
pub struct Deployment {
    pub(super) app: App,
    pub(super) api_key: Secret,
    pub(super) key_id: Option<String>,
    pub(super) deployed: DeployedApp,
}

impl Deployment {
    /// Returns its client.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Returns its id in the console.
    #[must_use]
    pub fn app_id(&self) -> &str {
        self.deployed.app_id()
    }

    /// Returns what kind of application it is.
    #[must_use]
    pub fn mode(&self) -> &AppMode {
        self.deployed.mode()
    }

    /// Returns the key that was made or given, `app-…`. A secret: whoever has it is the application to the Service API.
    #[must_use]
    pub fn api_key(&self) -> &str {
        self.api_key.expose()
    }

    /// Returns the key's id, to delete it by. `None` for a key that was given, where the server does not show its keys.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Returns what may not work as it was meant, according to the server.
    #[must_use]
    pub fn warnings(&self) -> &[ImportWarning] {
        self.deployed.warnings()
    }

    /// Returns its client, without the rest.
    #[must_use]
    pub fn into_app(self) -> App {
        self.app
    }
}

impl fmt::Debug for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deployment")
            .field("deployed", &self.deployed)
            .field("key_id", &self.key_id.as_deref().map(Shown::new))
            .finish_non_exhaustive()
    }
}

/// An application that was deployed.
#[derive(Clone)]
#[non_exhaustive]
pub struct DeployedApp {
    app_id: String,
    mode: AppMode,
    warnings: Vec<ImportWarning>,
}

impl fmt::Debug for DeployedApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeployedApp")
            .field("app_id", &Shown::new(&self.app_id))
            .field("mode", &self.mode)
            .field("warnings", &self.warnings.len())
            .finish()
    }
}

impl DeployedApp {
    pub(super) fn new(app_id: String, mode: AppMode, warnings: Vec<ImportWarning>) -> Self {
        Self { app_id, mode, warnings }
    }

    /// Returns its id in the console.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// Returns what kind of application it is.
    #[must_use]
    pub fn mode(&self) -> &AppMode {
        &self.mode
    }

    /// Returns what may not work as it was meant, according to the server.
    #[must_use]
    pub fn warnings(&self) -> &[ImportWarning] {
        &self.warnings
    }
}
