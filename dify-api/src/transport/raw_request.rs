//! A route called by hand.

use crate::{
    Call, Download, Error, Event, EventStream, Response, RetryPolicy, Shown, Timeouts, Transport,
    operation::{Credential, Named},
    transport::{
        exchange::{Exchange, Expect},
        headers::Headers,
        path,
        request::{Built, Request},
    },
    values::shown::Size,
};
use bytes::Bytes;
use reqwest::{
    Method,
    header::{ACCEPT, CONTENT_TYPE, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// A request to any route, made by [`App::request`](crate::App::request): with the client's key, connections, limits
/// and errors, but nothing known of the route.
///
/// The path follows the base URL and begins with a slash; it may have a query, like what [`query`](Self::query) adds.
/// A value in it is percent-encoded by the caller. A path is refused that has a backslash, a control character, `#`, an
/// empty segment (except the last), or a dot segment (`.`, `..`), also when one of them is percent-encoded, even several
/// times: the URL would lead to another route. `%2F` is allowed, for routes that take a URL in one segment.
///
/// What does not fit (such a path, a header with a line break, a body that has no JSON) is an
/// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) when the request is sent; nothing is sent then.
#[must_use = "a request does nothing unless it is sent"]
pub struct RawRequest {
    transport: Transport,
    named: Named,
    parts: RawParts,
    timeouts: Timeouts,
    retry: RetryPolicy,
}

/// What the request is made of.
struct RawParts {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: Headers,
    body: Option<Bytes>,
    /// The first thing that did not fit.
    problem: Option<String>,
}

impl RawRequest {
    pub(crate) fn new(transport: &Transport, credential: Credential, method: Method, path: String) -> Self {
        Self {
            transport: transport.clone(),
            named: named(transport, credential, &method, &path),
            parts: RawParts { method, path, query: Vec::new(), headers: Headers::default(), body: None, problem: None },
            timeouts: transport.timeouts(),
            retry: transport.retry(),
        }
    }

    /// Adds a parameter to the query. May be called again, with the same name too.
    pub fn query(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.parts.query.push((name.into(), value.to_string()));
        self
    }

    /// Sets a header. The client's own credential cannot be replaced.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.parts.headers.set(name.as_ref(), value.as_ref());
        self
    }

    /// Sets the body: this value as JSON.
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.body("application/json", json),
            Err(error) => {
                self.parts.problem(format!("the body has no JSON form: {error}"));
                self
            }
        }
    }

    /// Sets the body and its media type.
    pub fn body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.parts.body = Some(body.into());
        self.header(CONTENT_TYPE.as_str(), media_type)
    }

    /// Changes the time limits of this request alone, beginning with those of the client. [`Timeouts::connect`] belongs to
    /// the client and is ignored.
    pub fn timeouts(mut self, change: impl FnOnce(Timeouts) -> Timeouts) -> Self {
        self.timeouts = change(self.timeouts);
        self
    }

    /// Sets when this request is made again, in place of the client's policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets whether the request is idempotent, so that it may be retried after any failure;
    /// see [`RetryPolicy`]. Defaults to the idempotence of the HTTP method.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.named.set_idempotent(idempotent);
        self
    }

    /// Sends it. The answer is brought as it is, whatever its media type.
    ///
    /// # Errors
    /// Any status but 2xx is an error, as for all calls, and so is a path that leads away from the base URL.
    pub async fn send(self) -> Result<Response<Bytes>, Error> {
        Call::anything_of(self.exchange("*/*", Expect::Anything)).with_response().await
    }

    /// Sends it, and reads the JSON of the answer into a type of yours.
    pub fn decode<T: DeserializeOwned + Send>(self) -> Call<T> {
        Call::own_json_of(self.exchange("application/json", Expect::Json))
    }

    /// Sends it, and reads the events of the answer.
    pub fn stream<E: Event>(self) -> Call<EventStream<E>> {
        Call::events_of(self.exchange("text/event-stream", Expect::Events))
    }

    /// Sends it, and takes the answer as a file.
    pub fn download(self) -> Call<Download> {
        Call::download_of(self.exchange("*/*", Expect::Download))
    }

    fn exchange(self, accept: &'static str, expect: Expect) -> Exchange {
        let Self { transport, named, parts, timeouts, retry } = self;
        let request = parts.build(transport.base_url(), accept);
        Exchange { timeouts, retry, headers: parts.headers, ..Exchange::new(&transport, named, request, expect) }
    }
}

/// Shows names and sizes, no values.
impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = self.parts.query.iter().map(|(name, _)| Shown::new(name));
        f.debug_struct("RawRequest")
            .field("operation", &format_args!("{}", self.named))
            .field("query", &query.collect::<Vec<_>>())
            .field("headers", &self.parts.headers)
            .field("body", &self.parts.body.as_ref().map(|body| Size(body.len())))
            .field("problem", &self.parts.problem.as_deref().map(Shown::new))
            .finish_non_exhaustive()
    }
}

impl RawParts {
    fn problem(&mut self, text: String) {
        self.problem.get_or_insert(text);
    }

    fn build(&self, base: &str, accept: &'static str) -> Built {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        let mut url = path::written(base, &self.path)?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let mut request = Request::new(self.method.clone(), url);
        request.headers.insert(ACCEPT, HeaderValue::from_static(accept));
        if let Some(body) = &self.body {
            request.set_body(body.clone(), None);
        }
        Ok(request)
    }
}

/// What errors and spans call the route.
fn named(transport: &Transport, credential: Credential, method: &Method, path: &str) -> Named {
    let mut named = Named::by_hand(method.clone(), path.to_owned(), credential);
    named.redact(&transport.secrets().redactor());
    named
}
