//! An answer with its circumstances.

use crate::values::shown::Size;
use bytes::Bytes;
use reqwest::{StatusCode, header::HeaderMap};
use std::{fmt, ops::Deref};

/// What [`Call::with_response`](crate::Call::with_response) brings: the value, and what came along with it.
///
/// ```no_run
/// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
/// use dify_api::types::ChatRequest;
///
/// let request = ChatRequest::new("Hello").user("user-1");
/// let response = app.chat().send(&request).with_response().await?;
/// println!("{} from Dify {:?}", response.status(), response.server_version());
/// println!("{}", response.answer); // the value itself
/// let reply = response.into_inner();
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) attempts: u32,
    pub(crate) substitutions: usize,
}

impl<T> Response<T> {
    /// The value alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The Dify release that answered, from its header `X-Version`.
    #[must_use]
    pub fn server_version(&self) -> Option<&str> {
        self.headers.get("x-version")?.to_str().ok()
    }

    /// The body as it came; `None` where it is a stream that is still to be read.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    /// How often the request was sent. 0 for an answer from the cache.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns whether this call sent nothing: the answer was in the client's [`Cache`](crate::Cache), or came to another call
    /// with the same request. Status, headers and body are those of that answer, without `Set-Cookie`.
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn from_cache(&self) -> bool {
        self.attempts == 0
    }

    /// Returns how many required members the answer lacked, or had as null, and the value has empty: `""`, 0, `false`, no
    /// items. Servers of other releases than the description's may send fewer members. A debug event of the feature
    /// `tracing` names each.
    #[must_use]
    pub fn substitutions(&self) -> usize {
        self.substitutions
    }

    /// The value, and its circumstances.
    pub(crate) fn split(self) -> (T, Response<()>) {
        let Self { value, status, headers, body, attempts, substitutions } = self;
        (value, Response { value: (), status, headers, body, attempts, substitutions })
    }

    /// The same circumstances around another value.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            value: change(self.value),
            status: self.status,
            headers: self.headers,
            body: self.body,
            attempts: self.attempts,
            substitutions: self.substitutions,
        }
    }
}

/// Shows sizes: the value, the headers and the body are content.
impl<T> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &format_args!("{}", std::any::type_name::<T>()))
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("body", &self.body.as_ref().map(|body| Size(body.len())))
            .field("attempts", &self.attempts)
            .field("substitutions", &self.substitutions)
            .finish()
    }
}

impl<T> Deref for Response<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}
