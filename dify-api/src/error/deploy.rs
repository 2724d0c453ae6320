//! Applications that could not be deployed.

use super::cases::redact_each;
use crate::{
    Shown,
    values::{
        redactor::Redactor,
        shown::{Bounded, LIST},
    },
};
use std::fmt::{self, Write as _};

/// Why an application could not be deployed.
#[derive(Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DeployError {
    /// The server did not take the definition.
    #[error("the definition was not imported ({status}): {}{}", Shown::new(.reason), versions(.definition_version, .server_version))]
    Import {
        /// What became of the import.
        status: crate::types::ImportStatus,
        /// Why, in the server's words; may be empty.
        reason: String,
        /// The form of the definition; empty where it could not be read.
        definition_version: String,
        /// The form that the server writes.
        server_version: String,
    },
    /// The application is there, and plugins that it needs are not.
    #[error("the workspace lacks plugins that the application {} needs: {}. Install them, then publish it", Shown::new(.app_id), listed(.plugins))]
    MissingPlugins {
        /// Id of the application.
        app_id: String,
        /// The plugins, by their identifiers.
        plugins: Vec<String>,
    },
    /// The application has as many keys as an application may have. Nothing was changed.
    #[error(
        "the application {} has {limit} keys, and there may be no more (`max_keys_exceeded`): use one of them with \
         `Deploy::key`, deploy with `Deploy::without_key`, or delete one with `api_keys().delete_for_app`",
        Shown::new(.app_id)
    )]
    TooManyKeys {
        /// Id of the application.
        app_id: String,
        /// How many an application may have.
        limit: usize,
    },
    /// The key given to [`Deploy::key`](crate::Deploy::key) is none of the application's. Nothing was changed.
    #[error("the key given to `Deploy::key` is not one of the application {}", Shown::new(.app_id))]
    ForeignKey {
        /// Id of the application.
        app_id: String,
    },
    /// The server does not name the base URL of its Service API. No key was made.
    #[error(
        "the server does not report where the Service API of the application {} is: set `SERVICE_API_URL` on the server, \
         or name it with `Deploy::base_url`",
        Shown::new(.app_id)
    )]
    NoServiceUrl {
        /// Id of the application.
        app_id: String,
    },
}

impl DeployError {
    /// Whether the application may have been made or changed.
    pub(super) fn may_have_acted(&self) -> bool {
        !matches!(self, Self::TooManyKeys { .. } | Self::ForeignKey { .. })
    }
}

impl DeployError {
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        match self {
            Self::Import { status, reason, definition_version, server_version } => {
                if let crate::types::ImportStatus::Other(text) = status {
                    redactor.text(text);
                }
                redact_each([reason, definition_version, server_version], redactor);
            }
            Self::TooManyKeys { app_id, .. } | Self::ForeignKey { app_id } | Self::NoServiceUrl { app_id } => {
                redactor.text(app_id);
            }
            Self::MissingPlugins { app_id, plugins } => redact_each(plugins.iter_mut().chain([app_id]), redactor),
        }
    }
}

impl fmt::Debug for DeployError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeployError({self})")
    }
}

fn listed(names: &[String]) -> String {
    let mut list = String::new();
    let mut f = Bounded::new(&mut list, LIST);
    for (index, name) in names.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(f, "{}{}", if index > 0 { ", " } else { "" }, Shown::new(name));
    }
    list
}

fn versions(definition: &str, server: &str) -> String {
    if definition == server || definition.is_empty() {
        return String::new();
    }
    format!(" (the definition has form {}, the server {})", Shown::new(definition), Shown::new(server))
}
