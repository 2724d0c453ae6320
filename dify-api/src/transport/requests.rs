//! The inner layer: builds requests, sends none.

/// Where the generated request builders live: one method per operation, each makes one
/// [`reqwest::Request`] and nothing else. [`Transport`](crate::transport::Transport) alone sends.
#[derive(Clone)]
pub(crate) struct Requests {
    /// Without a trailing slash: paths begin with one.
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
}

impl Requests {
    /// Returns the URL of an operation; see [`crate::transport::path::url`].
    pub(crate) fn url(&self, template: &str, values: &[&str]) -> Result<reqwest::Url, progenitor_client::Error<()>> {
        crate::transport::path::url(&self.baseurl, template, values)
    }
}

/// Refuses a value that is unset or empty, where the server would answer for nobody or with a refusal.
pub(crate) fn needed(name: &str, value: Option<&str>) -> Result<(), progenitor_client::Error<()>> {
    if value.is_some_and(|value| !value.is_empty()) {
        return Ok(());
    }
    Err(progenitor_client::Error::InvalidRequest(format!(
        "`{name}` is not set: Dify finds nothing without it; set it by `.{name}(…)` or in `new`"
    )))
}

/// What a generated builder returns.
pub(crate) type Built = Result<reqwest::Request, progenitor_client::Error<()>>;

/// What the builder of an upload returns: its source has to be opened first.
pub(crate) type Prepared<'a> =
    std::pin::Pin<Box<dyn Future<Output = Result<reqwest::Request, crate::Error>> + Send + 'a>>;
