//! What every client can be set up with.

use crate::{
    Error, RetryPolicy, Shown, Timeouts,
    operation::Api,
    telemetry::Observers,
    transport::{
        Credentials, Transport, headers::Headers, limits::Limits, path, places::InFlight, timeouts::bounded, tls,
    },
};
use reqwest::{ClientBuilder, Url, redirect};
use std::{fmt, sync::Arc, time::Duration};

/// The choices of a builder, credential aside.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) base_url: Option<String>,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
    pub(crate) limits: Limits,
    pub(crate) pool: Pool,
    pub(crate) in_flight: InFlight,
    pub(crate) http_client: Option<reqwest::Client>,
    pub(crate) configure: Option<Configure>,
    /// Of the caller's own, for every request to the server.
    pub(crate) headers: Headers,
    #[cfg(feature = "cache")]
    pub(crate) cache: Option<crate::Cache>,
    /// A client of an https server may follow it to http.
    pub(crate) allow_http: bool,
    pub(crate) observers: Observers,
}

/// The idle connections that a client keeps. A Dify without a proxy before it serves 10 to 50 connections a worker, idle
/// or not, so there are few, and not for long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pool {
    pub(crate) max_idle: usize,
    pub(crate) idle_timeout: Option<Duration>,
}

impl Default for Pool {
    fn default() -> Self {
        Self { max_idle: 4, idle_timeout: Some(Duration::from_secs(7)) }
    }
}

/// What the caller does to our HTTP client before it is made.
#[derive(Clone)]
pub(crate) struct Configure(pub(crate) Arc<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>);

/// An HTTP client shows its default headers, so it is not shown.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One that is refused may hold a password.
        let url =
            self.base_url.as_deref().map(|url| base_url(url).map_or_else(|_| "\u{2026}".to_owned(), String::from));
        let shown = url.as_deref().map(Shown::new);
        f.debug_struct("Settings")
            .field("base_url", &shown)
            .field("timeouts", &self.timeouts)
            .field("retry", &self.retry)
            .field("limits", &self.limits)
            .field("headers", &self.headers)
            .field("allow_http", &self.allow_http)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// Makes the transport of these choices.
    pub(crate) fn transport_to(self, api: Api, credentials: impl Credentials) -> Result<Transport, Error> {
        let mut base = base_url(self.base_url.as_deref().unwrap_or(api.cloud))?;
        // The address of a server alone says which API is meant only where there is one.
        if api.path != Api::SERVICE.path && base.path() == "/" {
            base.set_path(api.path);
        }
        let client = self.http_client(&base)?;
        Ok(Transport::new(base, client, Box::new(credentials), self))
    }

    /// The HTTP client for this server: the caller's, or our own.
    pub(crate) fn http_client(&self, server: &Url) -> Result<reqwest::Client, Error> {
        match &self.http_client {
            Some(client) => Ok(client.clone()),
            None => http_client(server, self.timeouts, self.pool, self.configure.as_ref()),
        }
    }
}

/// The setters that every builder has, in its `impl`; the builder has its choices in `settings`. The name of the client
/// is for the example.
macro_rules! configured {
    ($client:literal) => {
        /// The time limits.
        pub fn timeouts(mut self, timeouts: $crate::Timeouts) -> Self {
            self.settings.timeouts = timeouts;
            self
        }

        /// When a call that failed is made again; [`RetryPolicy::default`](crate::RetryPolicy) by default.
        pub fn retry(mut self, policy: $crate::RetryPolicy) -> Self {
            self.settings.retry = policy;
            self
        }

        /// The largest event of a stream that is taken, in bytes. 16 MiB by default.
        pub fn event_limit(mut self, bytes: usize) -> Self {
            self.settings.limits.event = bytes;
            self
        }

        /// The largest answer that is read whole, in bytes. 64 MiB by default. Streams and downloads have none.
        pub fn body_limit(mut self, bytes: usize) -> Self {
            self.settings.limits.body = bytes;
            self
        }

        /// Limits the requests that are under way at once; the others wait in their order. Defaults to no limit. A stream or
        /// a download counts until it ends or is dropped: what a loop over a stream calls needs a second place. Waiting
        /// counts against [`Timeouts::call`](crate::Timeouts::call). Requests that stop a run or renew a session do not wait.
        ///
        /// Clones of the client share the limit. 0 counts as 1.
        pub fn max_in_flight(mut self, requests: usize) -> Self {
            self.settings.in_flight.max = Some(requests);
            self
        }

        /// Finds the limit on requests under way by what the server refuses, up to
        /// [`max_in_flight`](Self::max_in_flight): it begins with 4, halves on `too_many_requests` and on the 400 of an
        /// application with too many runs, and grows by one after as many answers as it allows requests.
        pub fn adaptive(mut self) -> Self {
            self.settings.in_flight.adaptive = true;
            self
        }

        /// Sets where answers are kept for calls with [`cached`](crate::Call::cached). Defaults to no cache. Clients that
        /// are given clones of one cache share its capacity, and with the same base URL and credential its answers.
        #[cfg(feature = "cache")]
        pub fn cache(mut self, cache: $crate::Cache) -> Self {
            self.settings.cache = Some(cache);
            self
        }

        /// Sets a header that every request to the server carries, such as the credential of a gateway before it. Its
        /// value is treated as a secret. It does not go to other servers; default headers that
        /// [`configure_http`](Self::configure_http) sets do, and are not known as secrets.
        ///
        /// A name or value that HTTP does not allow makes every call fail with
        /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest).
        pub fn default_header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
            self.settings.headers.set(name.as_ref(), value.as_ref());
            self
        }

        /// Sets how many connections that nothing is sent over are kept for later. Defaults to 4: a Dify without a proxy
        /// before it serves only 10 to 50 connections a worker, idle ones included. With 0 none is kept.
        pub fn pool_max_idle_per_host(mut self, connections: usize) -> Self {
            self.settings.pool.max_idle = connections;
            self
        }

        /// Sets after how long such a connection is closed. It is closed after this time, and before twice as much has
        /// passed. Defaults to 7 s. With zero none is kept, with `None` each until the server closes it.
        pub fn pool_idle_timeout(mut self, time: impl Into<Option<std::time::Duration>>) -> Self {
            self.settings.pool.idle_timeout = time.into();
            self
        }

        /// Adds an observer, which receives what happens to the calls of the client; see [`Observer`](crate::Observer).
        /// Several are notified in the order in which they were added.
        pub fn observer(mut self, observer: impl $crate::Observer) -> Self {
            self.settings.observers.push(std::sync::Arc::new(observer));
            self
        }

        /// Changes the HTTP client that this one makes for itself: proxies, addresses. TLS, the pool and the connect
        /// limit are set already; redirects and repeated requests are off, since this client does both itself. Another one
        /// is made, in the same way, for https where the base URL is http, and for blocking calls.
        ///
        /// ```
        #[doc = concat!("use dify_api::", $client, ";")]
        ///
        #[doc = concat!("let builder = ", $client, "::builder()")]
        ///     .configure_http(|http| http.tcp_nodelay(true));
        /// ```
        pub fn configure_http(
            mut self,
            configure: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
        ) -> Self {
            self.settings.configure = Some($crate::transport::settings::Configure(std::sync::Arc::new(configure)));
            self
        }

        /// Takes an HTTP client of your own instead, to share its connections or its TLS.
        ///
        /// It should follow no redirects (`redirect::Policy::none()`), repeat nothing (`retry::never()`) and have no
        /// total timeout, which would cut streams. What it does by itself is not counted by
        /// [`Error::attempts`](crate::Error::attempts). [`Timeouts::connect`](crate::Timeouts::connect) and the settings
        /// of the pool are then ignored. Blocking calls use it too, so that they have no connections of their own.
        pub fn http_client(mut self, client: reqwest::Client) -> Self {
            self.settings.http_client = Some(client);
            self
        }
    };
}

pub(crate) use configured;

/// Our own HTTP client: no total time limit (it would cut streams), and nothing that repeats a request by itself. A
/// call follows redirects and repeats itself, so that it can count both.
fn http_client(
    base: &Url,
    timeouts: Timeouts,
    pool: Pool,
    configure: Option<&Configure>,
) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("dify-api/", env!("CARGO_PKG_VERSION"), " (Rust)"))
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        // With no time at all, the pool keeps connections and never looks after them.
        .pool_max_idle_per_host(if pool.idle_timeout == Some(Duration::ZERO) { 0 } else { pool.max_idle })
        .pool_idle_timeout(pool.idle_timeout.map(bounded));
    if let Some(limit) = timeouts.connect {
        builder = builder.connect_timeout(bounded(limit));
    }
    builder = tls::set_up(builder, base)?;
    if let Some(Configure(configure)) = configure {
        builder = configure(builder);
    }
    builder.build().map_err(|error| Error::config(format!("the HTTP client cannot be set up: {error}")))
}

pub(crate) fn base_url(text: &str) -> Result<Url, Error> {
    // The text is not repeated where it may hold a password.
    let refused = |why: &str| Err(Error::config(format!("the base URL {why}")));
    let text = text.trim();
    let Ok(url) = Url::parse(text) else {
        return refused("is not an absolute URL such as https://api.dify.ai/v1");
    };
    // Parsers take `https:host` and `https:///host`, too.
    let rest = text.get(url.scheme().len()..).and_then(|rest| rest.strip_prefix("://"));
    let (true, Some(rest)) = (matches!(url.scheme(), "http" | "https"), rest.filter(|rest| !rest.starts_with('/')))
    else {
        return refused("must begin with https:// or http:// and a host");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refused("must not contain a user or password: Dify uses the key instead");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refused("must not have a query or fragment");
    }
    if let Some(problem) = path::misread(text).or_else(|| path::dot_segment(rest)) {
        return refused(problem);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::credentials::FixedKey;
    use reqwest::header::HeaderValue;

    #[test]
    fn a_base_url_is_taken_with_and_without_a_slash_at_its_end() {
        for text in ["http://dify.test/v1", "http://dify.test/v1/", " http://dify.test/v1\n"] {
            let settings = Settings { base_url: Some(text.to_owned()), ..Settings::default() };
            let transport =
                settings.transport_to(Api::SERVICE, FixedKey(HeaderValue::from_static("Bearer app-1"))).expect(text);
            assert_eq!(transport.base().as_str().trim_end_matches('/'), "http://dify.test/v1");
        }
    }

    // Guards a past bug: parsers strip, turn and resolve these, so that another base URL was used than was written.
    #[test]
    fn a_base_url_that_parsers_change_is_refused() {
        for text in [
            "https:x/v1",
            "https:///x/v1",
            "https:\\\\x\\v1",
            "https://x\\v1",
            "https://x/\tv1",
            "https://x/v\n1",
            "https://x/a/../v1",
            "https://x/./v1",
            "https://x/a/%2e%2E/v1",
            "https://x/..",
            "https://x/v1?",
            "https://x/v1#",
        ] {
            let error = base_url(text).expect_err(text).to_string();
            assert!(error.starts_with("the base URL "), "{error}");
        }
        assert!(base_url("https://x/a..b/...//v1///").is_ok());
    }

    #[test]
    fn what_is_no_base_url_is_refused_without_showing_a_password() {
        for text in ["", "api.dify.ai/v1", "ftp://x/v1", "https://u:secret@x/v1", "https://x/v1?a=1", "https://x#a"] {
            let error = base_url(text).expect_err(text).to_string();
            assert!(error.starts_with("the base URL "), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
