//! A call that has not been made yet.

#[cfg(feature = "cache")]
use super::cache::{Writing, cached, hit};
use super::request::Built;
use crate::{
    Error, Operation, Response, RetryPolicy, Timeouts, Transport,
    transport::exchange::{BuildStop, Exchange, Expect, Ongoing, Received, Stopping},
    values::decode::Decode,
};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// A call of one operation: await it. Nothing is sent before that.
///
/// It owns what it sends: the request is encoded when the call is made, and the call can go to another task.
///
/// ```no_run
/// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
/// use dify_api::types::ChatRequest;
/// use std::time::Duration;
///
/// let request = ChatRequest::new("Hello").user("user-1");
/// let reply = app.chat().send(&request).await?;
/// // The same, with limits of its own and everything that came with the answer:
/// let call = app.chat().send(&request).timeouts(|limits| limits.call(Duration::from_secs(30)));
/// let response = call.with_response().await?;
/// # Ok(()) }
/// ```
#[must_use = "a call does nothing unless it is awaited"]
pub struct Call<T> {
    state: CallState<T>,
}

enum CallState<T> {
    Planned(Box<Exchange>, Finish<T>),
    /// The same for calls of every type.
    Running(Running, Finish<T>),
    Finishing(Later<T>),
    Over,
}

type Running = Pin<Box<dyn Future<Output = Result<Received, Error>> + Send>>;

/// Starts a call. It is not generic, so that the life of a request is compiled here and not in each program.
fn start(exchange: Box<Exchange>) -> Running {
    #[cfg(feature = "cache")]
    {
        if let Some(ttl) = exchange.cached {
            return Box::pin(cached(exchange, ttl));
        }
        if let Some(writing) = Writing::of(&exchange) {
            return Box::pin(writing.call(exchange));
        }
    }
    Box::pin(Ongoing::new(exchange).run())
}

impl Ongoing {
    /// Makes the call.
    ///
    /// The future moves to the heap when a call begins, so its size is part of the cost of each call: an `async fn` keeps
    /// its arguments twice, and what rarely runs is boxed.
    #[allow(clippy::manual_async_fn, reason = "an `async fn` has a second place for `self`")]
    pub(super) fn run(mut self) -> impl Future<Output = Result<Received, Error>> + Send {
        async move {
            let span = self.observation.span();
            match span.hold(self.answer()).await {
                Ok((head, content)) => {
                    let Self { exchange, context, observation, .. } = self;
                    Ok(Received { exchange, head, content, context, observation })
                }
                Err(error) => {
                    self.observation.failed(&error);
                    Err(error)
                }
            }
        }
    }
}

/// Makes of an answer what the call brings.
type Finish<T> = fn(Received) -> Finished<T>;

/// The result of an answer, or its future.
pub(crate) enum Finished<T> {
    Now(Result<Response<T>, Error>),
    Later(Later<T>),
}

type Later<T> = Pin<Box<dyn Future<Output = Result<Response<T>, Error>> + Send>>;

impl<T> Call<T> {
    pub(crate) fn of(exchange: Exchange, finish: Finish<T>) -> Self {
        Self { state: CallState::Planned(Box::new(exchange), finish) }
    }

    /// Makes something else of the answer.
    pub(crate) fn finished_by<U>(self, finish: Finish<U>) -> Call<U> {
        Call { state: self.into_exchange().map_or(CallState::Over, |exchange| CallState::Planned(exchange, finish)) }
    }

    /// Changes the time limits of this call alone, beginning with those of the client. [`Timeouts::connect`] belongs to the
    /// client and is ignored.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use std::time::Duration;
    ///
    /// let info = app.info().get().timeouts(|limits| limits.call(Duration::from_secs(5))).await?;
    /// # Ok(()) }
    /// ```
    pub fn timeouts(mut self, change: impl FnOnce(Timeouts) -> Timeouts) -> Self {
        if let CallState::Planned(exchange, _) = &mut self.state {
            exchange.timeouts = change(exchange.timeouts);
        }
        self
    }

    /// Sets when this call is made again, in place of the client's policy; [`RetryPolicy::budget`] stays the client's.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::RetryPolicy;
    ///
    /// let info = app.info().get().retry(RetryPolicy::none()).await?;
    /// # Ok(()) }
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        if let CallState::Planned(exchange, _) = &mut self.state {
            exchange.retry = policy;
        }
        self
    }

    /// Adds a header, such as `X-Request-Id` for proxies in front of Dify. The credential
    /// cannot be replaced. A name or value that HTTP does not allow, such as one with a line break, is reported when the
    /// call is awaited, and nothing is sent.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// let info = app.info().get().header("X-Request-Id", "4711").await?;
    /// # Ok(()) }
    /// ```
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        if let CallState::Planned(exchange, _) = &mut self.state {
            exchange.headers.set(name.as_ref(), value.as_ref());
        }
        self
    }

    /// Returns an answer of the client's [`Cache`](crate::Cache) that is younger than `ttl`; else sends the request, and keeps
    /// the answer for that time. The time begins when the answer comes.
    ///
    /// - Calls with the same request that come while it is under way wait for its answer, within their own
    ///   [`Timeouts::call`]. The other limits and the policy are those of the call that sends it. An error is shared, and not
    ///   kept; when the call that sends it is dropped or reaches its own limit, one of those who wait sends it again. A call that
    ///   sends it has to be awaited or dropped: while it is neither, the others wait.
    /// - An answer belongs to the base URL, the credential, the request, and the headers of the caller, those of
    ///   [`header`](Self::header) and of the builder. A renewed session, passport or key begins with nothing.
    /// - A call that may write empties the cache for its credential when it begins and when it ends, whatever comes of it; a
    ///   stream also when it opens. Requests by hand with a method other than `GET` and `HEAD` count as writes.
    ///   Writes of others are not noticed before `ttl` is over.
    /// - [`pages`](Self::pages) and [`items`](Self::items) keep each page by itself.
    ///
    /// [`Response::from_cache`] returns where the answer comes from.
    ///
    /// Fails with [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) before sending if the documentation of the
    /// method does not allow caching, or for a request by hand; with [`ErrorKind::Config`](crate::ErrorKind::Config) if the
    /// client has no cache.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), dify_api::Error> {
    /// use dify_api::{AppBuilder, Cache};
    /// use std::time::Duration;
    ///
    /// let app = AppBuilder::from_env()?.cache(Cache::new()).build()?;
    /// let parameters = app.info().parameters().cached(Duration::from_secs(60)).await?;
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "cache")]
    pub fn cached(mut self, ttl: std::time::Duration) -> Self {
        if let CallState::Planned(exchange, _) = &mut self.state {
            exchange.cached = Some(ttl);
        }
        self
    }

    /// Proves the call by this token (`Authorization: Bearer …`) instead of what the client has: for the few operations
    /// that are marked so.
    #[cfg(any(feature = "web", feature = "console"))]
    pub fn bearer(mut self, token: impl Into<String>) -> Self {
        let header = crate::values::secret::Secret::new(token.into()).bearer();
        if let CallState::Planned(exchange, _) = &mut self.state {
            exchange.bearer = Some(header);
        }
        self
    }

    /// The client renews its own credential by it.
    #[cfg(any(feature = "web", feature = "console"))]
    pub(crate) fn renewal(mut self) -> Self {
        if let CallState::Planned(exchange, _) = &mut self.state {
            exchange.renewal = true;
        }
        self
    }

    /// With secrets in its path or body, which no error of it shows.
    pub(crate) fn hiding<'s>(mut self, secrets: impl IntoIterator<Item = &'s str>) -> Self {
        if let CallState::Planned(exchange, _) = &mut self.state {
            exchange.secrets.extend(secrets.into_iter().map(str::to_owned));
        }
        self
    }

    /// The same for all texts of a JSON value.
    pub(crate) fn hiding_json(self, value: &crate::RawJson) -> Self {
        let mut texts = Vec::new();
        if let Ok(value) = value.to_value() {
            texts_of(value, &mut texts);
        }
        self.hiding(texts.iter().map(String::as_str))
    }

    /// Goes to a URL that the server gave and signed.
    #[cfg(feature = "knowledge")]
    pub(crate) fn presigned(mut self) -> Self {
        if let CallState::Planned(exchange, _) = &mut self.state {
            exchange.presigned = true;
        }
        self
    }

    /// How to stop the run that the answer shows, and whose it is.
    pub(crate) fn stopping(mut self, operation: &'static Operation, user: Option<&str>, build: BuildStop) -> Self {
        if let CallState::Planned(exchange, _) = &mut self.state {
            exchange.stopping = Some(Stopping { operation, user: user.map(str::to_owned), build });
        }
        self
    }

    /// The answer with its status, headers, server version and raw body.
    pub fn with_response(self) -> impl Future<Output = Result<Response<T>, Error>> + Send
    where
        T: Send,
    {
        WithResponse(self)
    }

    /// Returns what it takes to make the call again and again; nothing once it is under way.
    pub(crate) fn into_exchange(self) -> Option<Box<Exchange>> {
        match self.state {
            CallState::Planned(exchange, _) => Some(exchange),
            _ => None,
        }
    }

    fn poll_response(&mut self, cx: &mut Context<'_>) -> Poll<Result<Response<T>, Error>> {
        loop {
            match &mut self.state {
                CallState::Planned(..) => {
                    if let CallState::Planned(exchange, finish) = mem::replace(&mut self.state, CallState::Over) {
                        #[cfg(feature = "cache")]
                        let exchange = match hit(exchange) {
                            // Without the future of a request, which is large.
                            Ok(answer) => match finish(answer) {
                                Finished::Now(outcome) => return Poll::Ready(outcome),
                                Finished::Later(later) => {
                                    self.state = CallState::Finishing(later);
                                    continue;
                                }
                            },
                            Err(exchange) => exchange,
                        };
                        self.state = CallState::Running(start(exchange), finish);
                    }
                }
                CallState::Running(answer, finish) => {
                    let (answer, finish) = (ready!(answer.as_mut().poll(cx)), *finish);
                    self.state = CallState::Over;
                    match answer.map(finish) {
                        Err(error) => return Poll::Ready(Err(error)),
                        Ok(Finished::Now(outcome)) => return Poll::Ready(outcome),
                        Ok(Finished::Later(later)) => self.state = CallState::Finishing(later),
                    }
                }
                CallState::Finishing(later) => {
                    let outcome = ready!(later.as_mut().poll(cx));
                    self.state = CallState::Over;
                    return Poll::Ready(outcome);
                }
                // Like any future that is polled after its end.
                CallState::Over => return Poll::Pending,
            }
        }
    }
}

fn texts_of(value: serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => texts.push(text),
        serde_json::Value::Array(items) => items.into_iter().for_each(|item| texts_of(item, texts)),
        serde_json::Value::Object(members) => members.into_iter().for_each(|(_, value)| texts_of(value, texts)),
        _ => {}
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_response(cx).map(|outcome| outcome.map(Response::into_inner))
    }
}

struct WithResponse<T>(Call<T>);

impl<T> Future for WithResponse<T> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_response(cx)
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            CallState::Planned(exchange, _) => write!(f, "Call({})", exchange.operation),
            CallState::Running(..) | CallState::Finishing(_) => f.write_str("Call(under way)"),
            CallState::Over => f.write_str("Call(over)"),
        }
    }
}

impl<T: Decode> Call<T> {
    /// Answered by JSON.
    pub(crate) fn json(transport: &Transport, operation: &'static Operation, request: Built) -> Self {
        Self::json_of(Exchange::described(transport, operation, request, Expect::Json))
    }

    pub(crate) fn json_of(exchange: Exchange) -> Self {
        #[cfg(feature = "cache")]
        let exchange = Exchange { decodes: Some(|answer| answer.reads_into(&mut T::blank())), ..exchange };
        Self::of(exchange, |answer| Finished::Now(answer.decode()))
    }
}

impl<T: DeserializeOwned> Call<T> {
    /// Answered by JSON, read into a type of the caller's.
    pub(crate) fn own_json_of(exchange: Exchange) -> Self {
        Self::of(exchange, |answer| Finished::Now(answer.deserialize()))
    }
}

impl Call<()> {
    /// An answer without content, or with content that is not read.
    pub(crate) fn empty(transport: &Transport, operation: &'static Operation, request: Built) -> Self {
        Self::of(Exchange::described(transport, operation, request, Expect::Nothing), |answer| {
            let body = answer.body();
            Finished::Now(Ok(answer.response((), Some(body))))
        })
    }
}

impl Call<Bytes> {
    /// Answered by anything.
    pub(crate) fn anything_of(exchange: Exchange) -> Self {
        Self::of(exchange, |mut answer| {
            let body = answer.body();
            answer.observation.body_of_a_raw_request(&body, &answer.context.secrets);
            Finished::Now(Ok(answer.response(body.clone(), Some(body))))
        })
    }
}
