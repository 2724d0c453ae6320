//! The keys of the Service API, and where they come from.

use super::credentials::{
    FixedKey,
    sourced_key::{KeySource, SourcedKey},
};
use crate::{Error, Transport, operation::Api, transport::settings::Settings, values::secret::Secret};
use std::env::VarError;

pub(crate) const UNFIT: &str =
    "the API key contains characters that are not allowed in an HTTP header, such as a line break";

/// The key that a builder was given, or where it comes from.
#[derive(Clone, Debug, Default)]
pub(crate) enum KeyChoice {
    #[default]
    None,
    Given(Secret),
    From(KeySource),
}

/// The kinds of key. Dify distinguishes them by their prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "each client uses its own kind")]
pub(crate) enum KeyKind {
    /// Of one application, `app-…`.
    App,
    /// For the knowledge bases of a workspace, `dataset-…`.
    Dataset,
}

/// The values of the environment.
pub(crate) struct Environment {
    pub(crate) key: String,
    pub(crate) base_url: Option<String>,
}

impl KeyKind {
    /// The environment variable that contains one.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::App => "DIFY_API_KEY",
            Self::Dataset => "DIFY_DATASET_API_KEY",
        }
    }

    fn described(self) -> &'static str {
        match self {
            Self::App => "the key of the application (`app-…`)",
            Self::Dataset => "a key for datasets (`dataset-…`)",
        }
    }

    /// Reads the key's variable and `DIFY_BASE_URL`. Blank values count as unset.
    pub(crate) fn environment(self, look: impl Fn(&str) -> Result<String, VarError>) -> Result<Environment, Error> {
        let variable = |name| crate::clients::environment::variable(&look, name);
        let name = self.variable();
        let Some(key) = variable(name)? else {
            let wanted = self.described();
            return Err(Error::config(format!("the environment variable {name} is not set: give it {wanted}")));
        };
        Ok(Environment { key, base_url: variable("DIFY_BASE_URL")? })
    }

    /// Makes the transport of a builder.
    pub(crate) fn transport(self, key: KeyChoice, settings: Settings) -> Result<Transport, Error> {
        let key = match key {
            KeyChoice::None => None,
            KeyChoice::Given(key) => Some(key),
            KeyChoice::From(source) => {
                return settings.transport_to(Api::SERVICE, SourcedKey::new(source, self));
            }
        };
        let header = self.checked(key)?.bearer().ok_or_else(|| Error::config(UNFIT))?;
        settings.transport_to(Api::SERVICE, FixedKey(header))
    }

    /// The key as it is sent, if it can be one of this kind. It is not looked up.
    pub(crate) fn checked(self, key: Option<Secret>) -> Result<Secret, Error> {
        let Some(key) = key else {
            return Err(Error::config("no API key was given: call `api_key`, or use `from_env`"));
        };
        // A key read from a file often ends in a line feed.
        let key = Secret::new(key.expose().trim().to_owned());
        let mistaken = match self {
            Self::App if key.expose().starts_with("dataset-") => {
                "this is a dataset key: `App` takes the key of an application (`app-…`)"
            }
            Self::Dataset if key.expose().starts_with("app-") => {
                "this is the key of an application: `Knowledge` takes a dataset key (`dataset-…`)"
            }
            _ if key.expose().is_empty() => "the API key is empty",
            _ => return Ok(key),
        };
        Err(Error::config(mistaken))
    }
}

/// The setter of a key that a function returns. The name of the client is for the example.
macro_rules! key_from {
    ($client:literal) => {
        /// Takes the key from a function, for keys that rotate. It is called before the first request, and again when the
        /// server refuses the key with 401: the request is then sent once more with the new one. Several requests that are
        /// refused at once ask for one key.
        ///
        /// A call fails with [`ErrorKind::Config`](crate::ErrorKind::Config) if the function fails. In a blocking call it is
        /// polled on the thread that waits, inside the runtime of blocking calls; it must not make blocking calls itself.
        ///
        /// ```no_run
        /// # async fn run() -> Result<(), dify_api::Error> {
        /// let key = async || tokio::fs::read_to_string("/run/secrets/dify").await;
        #[doc = concat!("let client = dify_api::", $client, "::builder().api_key_from(key).build()?;")]
        /// # Ok(()) }
        /// ```
        pub fn api_key_from<F, K, E>(mut self, source: impl Fn() -> F + Send + Sync + 'static) -> Self
        where
            F: Future<Output = Result<K, E>> + Send + 'static,
            K: Into<String>,
            E: Into<Box<dyn std::error::Error + Send + Sync>>,
        {
            self.key = $crate::clients::api_key::KeyChoice::From(
                $crate::clients::credentials::sourced_key::KeySource::new(source),
            );
            self
        }
    };
}
pub(crate) use key_from;
