//! The inner layer: builds requests, sends none.

/// Where the generated request builders live: one method per operation, each makes one
/// [`reqwest::Request`] and nothing else. [`Transport`](crate::transport::Transport) alone sends.
#[derive(Clone, Debug)]
pub(crate) struct Requests {
    /// Without a trailing slash: paths begin with one.
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
}

impl Requests {
    /// Returns the URL of an operation; see [`crate::path::url`].
    pub(crate) fn url(&self, template: &str, values: &[&str]) -> Result<reqwest::Url, progenitor_client::Error<()>> {
        crate::path::url(&self.baseurl, template, values)
    }
}

/// What a generated builder returns.
pub(crate) type Built = Result<reqwest::Request, progenitor_client::Error<()>>;

/// What the builder of an upload returns: its source has to be opened first.
pub(crate) type Prepared<'a> =
    std::pin::Pin<Box<dyn Future<Output = Result<reqwest::Request, crate::Error>> + Send + 'a>>;
