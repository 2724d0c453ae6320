//! A call that has not been made yet.

use crate::{
    Download, Error, ErrorKind, Event, EventStream, Operation, Response, RetryPolicy, Timeouts, Transport,
    error::{Context as Circumstances, DecodeError},
    operation::Named,
    stream::event_stream::{BuildStop, Stopping},
    transport::{
        self, Answer, Build, Content, Due, Exchange,
        requests::{Built, Prepared, Requests},
        span::Span,
    },
};
use bytes::Bytes;
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

#[cfg(any(feature = "app", feature = "knowledge", feature = "web"))]
mod folding;

/// A call of one operation: await it. Nothing is sent before that.
///
/// ```no_run
/// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
/// use dify_api::{Timeouts, types::ChatRequest};
/// use std::time::Duration;
///
/// let request = ChatRequest::new("Hello", "user-1");
/// let reply = app.chat().send(&request).await?;
/// // The same, with limits of its own and everything that came with the answer:
/// let limits = Timeouts::default().call(Duration::from_secs(30));
/// let response = app.chat().send(&request).timeouts(limits).with_response().await?;
/// # Ok(()) }
/// ```
#[must_use = "a call does nothing unless it is awaited"]
pub struct Call<'a, T> {
    state: State<'a, T>,
}

enum State<'a, T> {
    Planned(Box<Plan<'a>>, Start<'a, T>),
    Running(Running<'a, T>),
    Over,
}

/// What is called, before it is.
pub(crate) struct Plan<'a> {
    exchange: Exchange<'a>,
    stopping: Option<Stopping>,
}

type Running<'a, T> = Pin<Box<dyn Future<Output = Result<Response<T>, Error>> + Send + 'a>>;
type Start<'a, T> = fn(Box<Plan<'a>>) -> Running<'a, T>;

impl<'a, T> Call<'a, T> {
    fn plan(transport: &'a Transport, operation: Named, build: Build<'a>, due: Due, start: Start<'a, T>) -> Self {
        Self::of(Exchange::new(transport, operation, build, due), start)
    }

    fn of(exchange: Exchange<'a>, start: Start<'a, T>) -> Self {
        Self { state: State::Planned(Box::new(Plan { exchange, stopping: None }), start) }
    }

    /// Sets the time limits of this call alone, except [`Timeouts::connect`], which belongs to the client.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        if let State::Planned(plan, _) = &mut self.state {
            plan.exchange.timeouts = timeouts;
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
        if let State::Planned(plan, _) = &mut self.state {
            plan.exchange.retry = policy;
        }
        self
    }

    /// Sends a header of your own along, such as `X-Request-Id` for what stands between here and Dify. The credential
    /// cannot be replaced. A name or value that cannot stand in HTTP, such as one with a line break, is told when the
    /// call is awaited, and nothing is sent.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// let info = app.info().get().header("X-Request-Id", "4711").await?;
    /// # Ok(()) }
    /// ```
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        if let State::Planned(plan, _) = &mut self.state {
            plan.exchange.headers.set(name.as_ref(), value.as_ref());
        }
        self
    }

    /// Proves the call by this token (`Authorization: Bearer …`) instead of what the client has: for the few operations
    /// that say so.
    #[cfg(any(feature = "web", feature = "console"))]
    pub fn bearer(mut self, token: impl Into<String>) -> Self {
        let header = crate::values::secret::Secret::new(token.into()).bearer();
        if let State::Planned(plan, _) = &mut self.state {
            plan.exchange.bearer = Some(header);
        }
        self
    }

    /// The client renews its own credential by it.
    #[cfg(any(feature = "web", feature = "console"))]
    pub(crate) fn renewal(mut self) -> Self {
        if let State::Planned(plan, _) = &mut self.state {
            plan.exchange.renewal = true;
        }
        self
    }

    /// With secrets in its path or body, which no error of it shows.
    pub(crate) fn hiding<'s>(mut self, secrets: impl IntoIterator<Item = &'s str>) -> Self {
        if let State::Planned(plan, _) = &mut self.state {
            plan.exchange.secrets.extend(secrets.into_iter().map(str::to_owned));
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

    /// To a URL that the server gave and signed.
    #[cfg(feature = "knowledge")]
    pub(crate) fn signed(mut self) -> Self {
        if let State::Planned(plan, _) = &mut self.state {
            plan.exchange.signed = true;
        }
        self
    }

    /// The answer with its status, headers, server version and raw body.
    pub fn with_response(self) -> impl Future<Output = Result<Response<T>, Error>> + Send + 'a
    where
        T: Send + 'a,
    {
        WithResponse(self)
    }

    /// What it takes to make the call again and again; nothing once it is under way.
    pub(crate) fn into_exchange(self) -> Option<Exchange<'a>> {
        match self.state {
            State::Planned(plan, _) => Some(plan.exchange),
            _ => None,
        }
    }

    fn poll_response(&mut self, cx: &mut Context<'_>) -> Poll<Result<Response<T>, Error>> {
        if let State::Planned(..) = self.state
            && let State::Planned(plan, start) = std::mem::replace(&mut self.state, State::Over)
        {
            self.state = State::Running(start(plan));
        }
        let State::Running(running) = &mut self.state else {
            // Like any future that is polled after its end.
            return Poll::Pending;
        };
        let outcome = std::task::ready!(running.as_mut().poll(cx));
        self.state = State::Over;
        Poll::Ready(outcome)
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

impl<T> Future for Call<'_, T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_response(cx).map(|outcome| outcome.map(Response::into_inner))
    }
}

struct WithResponse<'a, T>(Call<'a, T>);

impl<T> Future for WithResponse<'_, T> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_response(cx)
    }
}

impl<T> fmt::Debug for Call<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            State::Planned(plan, _) => write!(f, "Call({})", plan.exchange.operation),
            State::Running(_) => f.write_str("Call(under way)"),
            State::Over => f.write_str("Call(over)"),
        }
    }
}

impl<'a, T: DeserializeOwned + Send + 'a> Call<'a, T> {
    /// Answered by JSON.
    pub(crate) fn json(
        transport: &'a Transport,
        operation: &'static Operation,
        build: impl Fn(&Requests) -> Built + Send + Sync + 'a,
    ) -> Self {
        Self::json_by(transport, Named::Described(operation), Build::Now(Arc::new(build)))
    }

    /// A file sent, answered by JSON.
    pub(crate) fn upload(
        transport: &'a Transport,
        operation: &'static Operation,
        prepare: impl Fn(&'a Requests) -> Prepared<'a> + Send + Sync + 'a,
    ) -> Self {
        let build = Build::Prepared(Arc::new(prepare));
        Self::json_by(transport, Named::Described(operation), build)
    }

    pub(crate) fn json_by(transport: &'a Transport, operation: Named, build: Build<'a>) -> Self {
        Self::json_of(Exchange::new(transport, operation, build, Due::Json))
    }

    pub(crate) fn json_of(exchange: Exchange<'a>) -> Self {
        Self::of(exchange, |plan| {
            Box::pin(answered(plan, |_, answer| {
                let (answer, body) = Read::whole(answer);
                match decode(&body) {
                    Ok(value) => Ok(answer.response(value, Some(body))),
                    Err(kind) => Err(Error::new(kind, answer.context)),
                }
            }))
        })
    }
}

impl<'a> Call<'a, ()> {
    /// Answered by nothing, or by what nobody reads.
    pub(crate) fn empty(
        transport: &'a Transport,
        operation: &'static Operation,
        build: impl Fn(&Requests) -> Built + Send + Sync + 'a,
    ) -> Self {
        let build = Build::Now(Arc::new(build));
        Self::plan(transport, Named::Described(operation), build, Due::Nothing, |plan| {
            Box::pin(answered(plan, |_, answer| {
                let (answer, body) = Read::whole(answer);
                Ok(answer.response((), Some(body)))
            }))
        })
    }
}

impl<'a> Call<'a, Bytes> {
    /// Answered by anything.
    pub(crate) fn anything(transport: &'a Transport, operation: Named, build: Build<'a>) -> Self {
        Self::plan(transport, operation, build, Due::Anything, |plan| {
            Box::pin(answered(plan, |_, answer| {
                let (answer, body) = Read::whole(answer);
                Ok(answer.response(body.clone(), Some(body)))
            }))
        })
    }
}

impl<'a> Call<'a, Download> {
    /// Answered by a file.
    pub(crate) fn download(
        transport: &'a Transport,
        operation: &'static Operation,
        build: impl Fn(&Requests) -> Built + Send + Sync + 'a,
    ) -> Self {
        let build = Build::Now(Arc::new(build));
        Self::download_by(transport, Named::Described(operation), build)
    }

    pub(crate) fn download_by(transport: &'a Transport, operation: Named, build: Build<'a>) -> Self {
        Self::plan(transport, operation, build, Due::Download, |plan| {
            Box::pin(answered(plan, |asked, answer| {
                let Answer { status, headers, content, context } = answer;
                let attempts = context.attempts;
                let limit = asked.transport.limits().body;
                let value = Download::new(content, &headers, context, limit);
                Ok(Response { value, status, headers, body: None, attempts })
            }))
        })
    }
}

impl<'a, E: Event> Call<'a, EventStream<E>> {
    /// Answered by events, as they happen.
    pub(crate) fn events(
        transport: &'a Transport,
        operation: &'static Operation,
        build: impl Fn(&Requests) -> Built + Send + Sync + 'a,
    ) -> Self {
        let build = Build::Now(Arc::new(build));
        Self::events_by(transport, Named::Described(operation), build)
    }

    pub(crate) fn events_by(transport: &'a Transport, operation: Named, build: Build<'a>) -> Self {
        Self::plan(transport, operation, build, Due::Events, |plan| Box::pin(answered(plan, stream_of)))
    }

    /// How to stop the run that the stream shows, and whose it is.
    pub(crate) fn stopping(mut self, operation: &'static Operation, user: Option<&str>, build: BuildStop) -> Self {
        if let State::Planned(plan, _) = &mut self.state {
            plan.stopping = Some(Stopping { operation, user: user.map(str::to_owned), build });
        }
        self
    }
}

/// Makes the call, and something of its answer.
async fn answered<'a, T>(
    plan: Box<Plan<'a>>,
    make: fn(Asked<'a>, Answer) -> Result<Response<T>, Error>,
) -> Result<Response<T>, Error> {
    let Plan { exchange, stopping } = *plan;
    let (transport, timeouts) = (exchange.transport, exchange.timeouts);
    let span = Span::new(transport, &exchange.operation);
    let answer = span.hold(transport::call(exchange, &span)).await?;
    make(Asked { transport, timeouts, stopping }, answer).inspect_err(|error| span.failed(error))
}

/// The events that an answer brings.
fn stream_of<E: Event>(asked: Asked<'_>, answer: Answer) -> Result<Response<EventStream<E>>, Error> {
    let Answer { status, headers, content, context } = answer;
    let attempts = context.attempts;
    let Asked { transport, timeouts, stopping } = asked;
    let value = EventStream::new(content, context, transport.clone(), timeouts, stopping);
    Ok(Response { value, status, headers, body: None, attempts })
}

/// What is left of a plan when it was carried out.
struct Asked<'a> {
    transport: &'a Transport,
    timeouts: Timeouts,
    stopping: Option<Stopping>,
}

/// An answer whose body was read.
struct Read {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    context: Circumstances,
}

impl Read {
    fn whole(answer: Answer) -> (Self, Bytes) {
        let body = match answer.content {
            Content::Whole(body) => body,
            Content::Open(_) => Bytes::new(),
        };
        let read = Self { status: answer.status, headers: answer.headers, context: answer.context };
        (read, body)
    }

    fn response<T>(self, value: T, body: Option<Bytes>) -> Response<T> {
        Response { value, status: self.status, headers: self.headers, body, attempts: self.context.attempts }
    }
}

/// JSON to its type; the encoding is checked once, for all of it.
fn decode<T: DeserializeOwned>(body: &Bytes) -> Result<T, ErrorKind> {
    let outcome = match simdutf8::basic::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        // Says where the bad byte is.
        Err(_) => serde_json::from_slice(body),
    };
    outcome.map_err(|source| ErrorKind::Decode(DecodeError::new(body.clone(), source)))
}
