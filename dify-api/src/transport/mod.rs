//! What all calls of a client share, and the life of each: it begins in [`call`].

#[cfg(any(feature = "knowledge", feature = "web", feature = "console"))]
use crate::Error;
use crate::{
    telemetry::{Tally, Telemetry},
    values::redactor::{SecretSource, Secrets},
};
use reqwest::Url;
use std::{
    fmt,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

mod answer;
mod authorize;
#[cfg(feature = "cache")]
mod cache;
mod call;
pub(crate) mod credentials;
mod deadlines;
pub(crate) mod exchange;
pub(crate) mod headers;
pub(crate) mod incoming;
pub(crate) mod limits;
mod origin;
pub(crate) mod path;
pub(crate) mod pending;
pub(crate) mod places;
mod raw_request;
mod refusal;
pub(crate) mod request;
mod response;
pub(crate) mod retry;
mod sending;
pub(crate) mod settings;
pub(crate) mod timeouts;
pub(crate) mod timer;
mod tls;
mod user;

#[cfg(feature = "cache")]
pub use cache::Cache;
pub use pending::Call;
pub use raw_request::RawRequest;
#[allow(unused_imports, reason = "the names generated code uses; which, depends on the features")]
pub(crate) use request::{Built, Draft, needed};
pub use response::Response;
pub use retry::RetryPolicy;
pub use timeouts::Timeouts;

use credentials::Credentials;
use limits::Limits;
use places::Places;
use retry::Budget;
use settings::Settings;

/// What all handles of a client share: the connections, the credential, the limits. Cheap to clone.
#[derive(Clone)]
pub struct Transport {
    shared: Arc<Shared>,
    /// The end user of requests that name none.
    user: Option<Arc<str>>,
}

struct Shared {
    client: reqwest::Client,
    /// For https where the base URL is http: made when it is needed.
    secure: OnceLock<reqwest::Client>,
    #[cfg(feature = "blocking")]
    blocking: origin::BlockingClients,
    base: Url,
    credentials: Box<dyn Credentials>,
    settings: Settings,
    budget: Arc<Budget>,
    /// `None` where the number of requests at once is not limited.
    places: Option<Arc<Places>>,
    /// The release that the last answer named.
    server_version: RwLock<Option<Arc<str>>>,
    telemetry: Arc<Telemetry>,
}

impl Transport {
    pub(crate) fn new(
        base: Url,
        client: reqwest::Client,
        credentials: Box<dyn Credentials>,
        settings: Settings,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                client,
                secure: OnceLock::new(),
                #[cfg(feature = "blocking")]
                blocking: origin::BlockingClients::default(),
                telemetry: Telemetry::new(base.clone(), settings.observers.clone()),
                base,
                credentials,
                budget: Arc::new(Budget::new(settings.retry.budget)),
                places: Places::new(settings.in_flight),
                server_version: RwLock::default(),
                settings,
            }),
            user: None,
        }
    }

    pub(crate) fn base(&self) -> &Url {
        &self.shared.base
    }

    /// Returns the URL of an operation, with a value for each parameter of its path; see [`path::url`].
    pub(crate) fn url(&self, template: &str, values: &[&str]) -> Result<Url, String> {
        path::url(self.base(), template, values)
    }

    /// Returns the base URL without a slash at its end: paths begin with one.
    pub(crate) fn base_url(&self) -> &str {
        self.shared.base.as_str().trim_end_matches('/')
    }

    /// Another API by other credentials, over the same connections, with the same limits and observers, and counts of its
    /// own. The headers of the caller go along on the same server only.
    #[cfg(all(feature = "app", feature = "console"))]
    pub(crate) fn beside(&self, base: Url, credentials: impl Credentials) -> Result<Self, Error> {
        let client = self.shared.async_client(&base).map_err(Error::outside)?.clone();
        let mut settings = self.shared.settings.clone();
        if !origin::same_origin(&base, &self.shared.base) {
            settings.headers = headers::Headers::default();
        }
        Ok(Self::new(base, client, Box::new(credentials), settings))
    }

    /// Reads a URL that the server gave; see [`Shared::given`].
    #[cfg(any(feature = "knowledge", feature = "console"))]
    pub(crate) fn given(&self, url: &str, variable: &str) -> Result<Url, Error> {
        self.shared.given(url, variable).map_err(|kind| Error::beside(kind, &self.secrets()))
    }

    /// Gets what operations of this kind need, before there is one.
    #[cfg(any(feature = "web", feature = "console"))]
    pub(crate) async fn authenticate(&self, credential: crate::operation::Credential) -> Result<(), Error> {
        let operation = crate::operation::Named::by_hand(reqwest::Method::GET, String::new(), credential);
        let Some(ready) = self.shared.credentials.ready(self, &operation) else { return Ok(()) };
        let deadline = self.timeouts().call.map(|limit| timeouts::Deadline::after(crate::TimeLimit::Call, limit));
        timeouts::Deadline::bound(deadline, ready).await
    }

    /// Gets a new credential from the server; `false` where there is no way to.
    #[cfg(any(feature = "web", feature = "console"))]
    pub(crate) async fn obtain_credential(&self) -> Result<bool, Error> {
        self.shared.credentials.obtain(self).await
    }

    /// What no error may show, whatever the call.
    pub(crate) fn secrets(&self) -> Secrets {
        Secrets::of(Arc::clone(&self.shared) as Arc<dyn SecretSource>)
    }

    /// Returns the release that the last answer named.
    pub(crate) fn server_version(&self) -> Option<Arc<str>> {
        self.shared.server_version.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stores the release that an answer names. Text that names no release is ignored.
    fn is_of_release(&self, version: &str) {
        let named = version.starts_with(|c: char| c.is_ascii_digit()) && version.len() <= 40;
        if named && self.server_version().as_deref() != Some(version) {
            *self.shared.server_version.write().unwrap_or_else(PoisonError::into_inner) = Some(version.into());
        }
    }

    pub(crate) fn timeouts(&self) -> Timeouts {
        self.shared.settings.timeouts
    }

    pub(crate) fn retry(&self) -> RetryPolicy {
        self.shared.settings.retry
    }

    #[cfg(feature = "cache")]
    fn cache(&self) -> Option<&Cache> {
        self.shared.settings.cache.as_ref()
    }

    /// The headers of the caller that all requests carry.
    #[cfg(feature = "cache")]
    fn headers(&self) -> &headers::Headers {
        &self.shared.settings.headers
    }

    pub(crate) fn limits(&self) -> Limits {
        self.shared.settings.limits
    }

    /// Returns what all calls report to.
    pub(crate) fn telemetry(&self) -> &Arc<Telemetry> {
        &self.shared.telemetry
    }

    /// Returns the counts of all calls.
    pub(crate) fn tally(&self) -> &Tally {
        self.shared.telemetry.tally()
    }
}

impl SecretSource for Shared {
    fn secrets(&self) -> Vec<String> {
        self.credentials.secrets()
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("base_url", &self.shared.base.as_str())
            .field("timeouts", &self.shared.settings.timeouts)
            .field("retry", &self.shared.settings.retry)
            .field("limits", &self.shared.settings.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
