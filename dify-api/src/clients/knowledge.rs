//! The client of the knowledge bases.

use crate::{
    Error, RawRequest, Transport,
    clients::api_key::{Environment, KeyChoice, KeyKind, key_from},
    operation::Credential,
    transport::settings::{Settings, configured},
    values::secret::Secret,
};
use reqwest::Method;
use std::env::VarError;

/// The client of a workspace's knowledge bases: datasets, their documents, segments, metadata and tags, and searches.
///
/// Made from a dataset key, which opens every knowledge base of its workspace. Cheap to clone: the clones share
/// connections.
///
/// ```no_run
/// # async fn run() -> Result<(), dify_api::Error> {
/// use dify_api::{
///     Knowledge,
///     types::{DatasetCreateRequest, DocumentFileUpload, IndexingTechnique, RetrieveRequest},
/// };
/// use std::path::Path;
///
/// let knowledge = Knowledge::from_env()?; // DIFY_DATASET_API_KEY, DIFY_BASE_URL
/// let guides = DatasetCreateRequest::new("Rust guides").indexing_technique(IndexingTechnique::HighQuality);
/// let dataset = knowledge.datasets().create(&guides).await?;
///
/// let file = DocumentFileUpload::new(Path::new("rust-guide.pdf"));
/// let added = knowledge.documents().create_by_file(&dataset.id, &file).await?;
/// knowledge.documents().wait_until_indexed(&dataset.id, &added.batch).await?;
///
/// let found = knowledge.datasets().retrieve(&dataset.id, &RetrieveRequest::new("What is a lifetime?")).await?;
/// for record in &found.records {
///     println!("{:?} {}", record.score, record.segment.content);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Knowledge {
    pub(crate) transport: Transport,
}

impl Knowledge {
    /// The knowledge bases that this key opens, on Dify's own service.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when the key cannot be one.
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A client with choices of its own.
    pub fn builder() -> KnowledgeBuilder {
        KnowledgeBuilder::default()
    }

    /// The knowledge bases of the environment: the key in `DIFY_DATASET_API_KEY`; the server in `DIFY_BASE_URL`, such
    /// as `https://dify.example.com/v1`, Dify's own service without it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when a variable is missing or cannot be used.
    pub fn from_env() -> Result<Self, Error> {
        KnowledgeBuilder::from_env()?.build()
    }

    observed!();

    /// Any route of the server, described or not, by this client's key and connections.
    ///
    /// The path follows the base URL and begins with a slash.
    ///
    /// ```no_run
    /// # async fn run(knowledge: dify_api::Knowledge) -> Result<(), dify_api::Error> {
    /// use reqwest::Method;
    ///
    /// let datasets: dify_api::RawJson = knowledge.request(Method::GET, "/datasets").decode().await?;
    /// # Ok(()) }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(&self.transport, Credential::Knowledge, method, path.into())
    }
}

/// Makes a [`Knowledge`].
///
/// ```
/// use dify_api::{Knowledge, Timeouts};
/// use std::time::Duration;
///
/// let knowledge = Knowledge::builder()
///     .api_key("dataset-abc123")
///     .base_url("https://dify.example.com/v1")
///     .timeouts(Timeouts::default().connect(Duration::from_secs(3)))
///     .build()?;
/// # Ok::<(), dify_api::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder makes nothing before `build`"]
pub struct KnowledgeBuilder {
    key: KeyChoice,
    settings: Settings,
}

impl KnowledgeBuilder {
    /// A builder with the values of the environment; see [`Knowledge::from_env`].
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when a variable is missing or is not text.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var(name))
    }

    fn from_variables(look: impl Fn(&str) -> Result<String, VarError>) -> Result<Self, Error> {
        let Environment { key, base_url } = KeyKind::Dataset.environment(look)?;
        let builder = Self::default().api_key(key);
        Ok(match base_url {
            Some(url) => builder.base_url(url),
            None => builder,
        })
    }

    /// The dataset key, `dataset-…`, made under Knowledge, "API Access".
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.key = KeyChoice::Given(Secret::new(key.into()));
        self
    }

    key_from!("Knowledge");

    /// Sets the base URL of the server, including `/v1`. Defaults to `https://api.dify.ai/v1`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.settings.base_url = Some(url.into());
        self
    }

    configured!("Knowledge");

    /// Sets whether a client of an `https` server follows it to `http` when the server requests it: by the link to a
    /// document's file.
    /// Defaults to `false`: whoever is between could read the file.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.settings.allow_http = allow;
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when the key is missing or of another kind, the base URL is
    /// none, or TLS cannot be set up.
    pub fn build(self) -> Result<Knowledge, Error> {
        Ok(Knowledge { transport: KeyKind::Dataset.transport(self.key, self.settings)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_an_application_is_refused_and_not_shown() {
        let error = Knowledge::new("app-5ecret").expect_err("refused").to_string();
        assert!(error.contains("dataset key") && !error.contains("5ecret"), "{error}");
    }

    #[test]
    fn the_environment_gives_key_and_server_and_says_what_it_lacks() {
        let builder = KnowledgeBuilder::from_variables(|name| match name {
            "DIFY_DATASET_API_KEY" => Ok("dataset-1\n".to_owned()),
            "DIFY_BASE_URL" => Ok("http://dify.test/v1".to_owned()),
            _ => Err(VarError::NotPresent),
        });
        let knowledge = builder.and_then(KnowledgeBuilder::build).expect("a client");
        assert_eq!(knowledge.transport.base().as_str(), "http://dify.test/v1");
        let error = KnowledgeBuilder::from_variables(|_| Err(VarError::NotPresent)).expect_err("no key").to_string();
        assert!(error.contains("DIFY_DATASET_API_KEY is not set") && error.contains("dataset-"), "{error}");
    }

    #[test]
    fn the_key_shows_nowhere() {
        let builder = Knowledge::builder().api_key("dataset-5ecret").base_url("http://dify.test/v1");
        assert!(!format!("{builder:?}").contains("5ecret"));
        assert!(!format!("{:?}", builder.build().expect("a client")).contains("5ecret"));
    }
}
