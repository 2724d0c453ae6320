//! The life of a request. It begins with [`call`] and can be read downwards from there.

use crate::{
    Error, ErrorKind, Timeouts,
    credentials::{Credentials, Generation},
    error::{Context, HttpError, Timeout, TransportError},
    incoming::Incoming,
    limits::Limits,
    media,
    operation::Named,
    requests::{Built, Prepared, Requests},
    sending::{Progress, metered},
    span::Span,
    timeouts::TimeLimit,
    timer::Timer,
};
use bytes::Bytes;
use reqwest::{
    StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue},
};
use std::{fmt, future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};
use tokio::time::Instant;

mod judging;

use judging::{X_VERSION, is_due, refusal, text, unexpected};

/// What all handles of a client share: the connections, the credential, the limits. Cheap to clone.
#[derive(Clone)]
pub struct Transport {
    shared: Arc<Shared>,
}

struct Shared {
    requests: Requests,
    base: Url,
    credentials: Credentials,
    timeouts: Timeouts,
    limits: Limits,
}

/// One request to be made, and what is to be made of its answer.
pub(crate) struct Exchange<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) operation: Named,
    pub(crate) build: Build<'a>,
    pub(crate) due: Due,
    pub(crate) timeouts: Timeouts,
    /// The URL proves itself: no credential goes along, wherever it leads.
    pub(crate) signed: bool,
    /// A token in place of the client's credentials; nothing inside, when it fits into no header.
    pub(crate) bearer: Option<Option<HeaderValue>>,
}

/// Makes the request anew for each attempt.
#[derive(Clone)]
pub(crate) enum Build<'a> {
    Now(Arc<dyn Fn(&Requests) -> Built + Send + Sync + 'a>),
    /// Uploads open their source first.
    Prepared(Arc<dyn Fn(&'a Requests) -> Prepared<'a> + Send + Sync + 'a>),
}

impl<'a> Build<'a> {
    /// The same, changed before it is sent.
    pub(crate) fn changed(self, change: impl Fn(&mut reqwest::Request) + Clone + Send + Sync + 'a) -> Self {
        match self {
            Self::Now(build) => Self::Now(Arc::new(move |requests| {
                let mut request = build(requests)?;
                change(&mut request);
                Ok(request)
            })),
            Self::Prepared(prepare) => Self::Prepared(Arc::new(move |requests| {
                let (prepared, change) = (prepare(requests), change.clone());
                Box::pin(async move {
                    let mut request = prepared.await?;
                    change(&mut request);
                    Ok(request)
                })
            })),
        }
    }
}

/// What a successful answer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Json,
    /// Whatever it is, nobody reads it.
    Nothing,
    Events,
    /// Bytes of a media type that the request's `Accept` names, as they come.
    Download,
    /// Whatever it is, whole.
    Anything,
}

/// A successful answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content: Content,
    pub(crate) context: Context,
}

/// Its body: read, or still to come.
pub(crate) enum Content {
    Whole(Bytes),
    Open(Incoming),
}

/// How often a request is sent at most. Nothing is sent twice yet.
const ATTEMPTS: u32 = 1;

/// Sends a request and brings its answer, or the reason why there is none.
pub(crate) async fn call(exchange: Exchange<'_>, span: &Span) -> Result<Answer, Error> {
    let mut context = Context { operation: exchange.operation.clone(), attempts: 0, server_version: None };
    let deadline = exchange.deadline();
    let credentials = &exchange.transport.shared.credentials;
    if !exchange.signed {
        credentials.ready(exchange.transport, &exchange.operation).await.inspect_err(|error| span.failed(error))?;
    }
    let mut refused = None;
    loop {
        let mut used = Generation::default();
        let outcome = attempt(&exchange, &mut context, deadline, span, &mut used).await;
        match outcome {
            Ok((status, headers, content)) => {
                return Ok(Answer { status, headers, content, context });
            }
            Err(kind) if context.attempts < ATTEMPTS && may_go_again(&kind, &exchange.operation) => {}
            // Refused is not acted on: with other credentials it may be said again, once.
            Err(kind) if refused.is_none() && !exchange.signed && is_refusal(&kind) => {
                let error = Error::new(kind, context.clone());
                match credentials.renew(exchange.transport, &exchange.operation, used).await {
                    Ok(true) => refused = Some(error),
                    Ok(false) => {
                        span.failed(&error);
                        return Err(error);
                    }
                    Err(error) => {
                        span.failed(&error);
                        return Err(error);
                    }
                }
            }
            Err(kind) => {
                // What cannot be sent a second time was refused at the first.
                let unsent = matches!(kind, ErrorKind::InvalidRequest(_));
                let error = match refused.take() {
                    Some(first) if unsent => first,
                    _ => Error::new(kind, context),
                };
                span.failed(&error);
                return Err(error);
            }
        }
    }
}

/// What was never sent may be sent again; what may have been acted on, only where twice is the same as once.
fn may_go_again(kind: &ErrorKind, operation: &Named) -> bool {
    match kind {
        ErrorKind::Transport(error) if error.connecting => true,
        ErrorKind::Transport(_) | ErrorKind::Timeout(_) => operation.idempotent(),
        _ => false,
    }
}

fn is_refusal(kind: &ErrorKind) -> bool {
    let status = match kind {
        ErrorKind::Api(error) => error.status,
        ErrorKind::Http(error) => error.status,
        _ => return false,
    };
    status == StatusCode::UNAUTHORIZED
}

/// When the whole call has to be over, and how long that is.
type Deadline = Option<(Instant, Duration)>;

/// One attempt: build, send, judge the head, read the body.
async fn attempt(
    exchange: &Exchange<'_>,
    context: &mut Context,
    deadline: Deadline,
    span: &Span,
    used: &mut Generation,
) -> Result<(StatusCode, HeaderMap, Content), ErrorKind> {
    let shared = &exchange.transport.shared;
    let mut request = match &exchange.build {
        Build::Now(build) => build(&shared.requests)?,
        Build::Prepared(prepare) => prepare(&shared.requests).await.map_err(Error::into_kind)?,
    };
    if !exchange.signed {
        *used = authorize(shared, &mut request)?;
    }
    if let Some(bearer) = &exchange.bearer {
        let bearer = bearer.clone().ok_or_else(|| {
            ErrorKind::InvalidRequest("the token contains characters that cannot stand in an HTTP header".to_owned())
        })?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
    }
    let accept = request.headers().get(ACCEPT).cloned();

    context.attempts += 1;
    // The body's limit is the next to be watched.
    let mut timer = Timer::new(exchange.timeouts.read_idle.map(|limit| Instant::now() + limit));
    let mut response = send(exchange, request, deadline, &mut timer).await?;
    context.server_version = text(response.headers(), &X_VERSION).map(Box::from);
    span.answered(response.status());
    if !exchange.signed {
        stayed_home(shared, response.url())?;
        shared.credentials.observe(response.headers());
    }

    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let incoming = Incoming::new(response.into(), exchange.timeouts.read_idle, deadline, timer);
    if !status.is_success() {
        let refused = refusal(status, &headers, exchange.due, incoming).await;
        return match refused {
            // Words without a code, where the description says so, are how it stands.
            ErrorKind::Http(HttpError { body, content_type, .. })
                if exchange.operation.may_be_a_state(status) && media::is_json(&content_type) =>
            {
                Ok((status, headers, Content::Whole(body)))
            }
            refused => Err(refused),
        };
    }
    if !is_due(exchange.due, &headers, accept.as_ref()) {
        return Err(unexpected(status, &headers, exchange.due, incoming).await);
    }
    let content = match exchange.due {
        Due::Events | Due::Download => Content::Open(incoming),
        Due::Json | Due::Nothing | Due::Anything => Content::Whole(incoming.whole(shared.limits.body).await?),
    };
    Ok((status, headers, content))
}

/// Puts the credential on, once it is certain that the request goes to the server it belongs to.
fn authorize(shared: &Shared, request: &mut reqwest::Request) -> Result<Generation, ErrorKind> {
    if !same_origin(request.url(), &shared.base) {
        return Err(ErrorKind::InvalidRequest(format!("it would go to another server than {}", origin(&shared.base))));
    }
    Ok(shared.credentials.put_on(request))
}

/// Sends the request and waits for the head of the answer.
async fn send(
    exchange: &Exchange<'_>,
    mut request: reqwest::Request,
    deadline: Deadline,
    timer: &mut Timer,
) -> Result<reqwest::Response, ErrorKind> {
    let client = &exchange.transport.shared.requests.client;
    let mut progress = Progress::default();
    if let Build::Prepared(_) = exchange.build {
        progress = metered(&mut request);
    }
    let mut response = pin!(client.execute(request));
    loop {
        let headers =
            exchange.timeouts.response_headers.map(|limit| (Instant::now() + limit, TimeLimit::ResponseHeaders, limit));
        let whole = deadline.map(|(at, limit)| (at, TimeLimit::Call, limit));
        let first = headers.into_iter().chain(whole).min_by_key(|(at, ..)| *at);
        let outcome = poll_fn(|cx| match (response.as_mut().poll(cx), first) {
            (Poll::Ready(outcome), _) => Poll::Ready(Ok(outcome)),
            (Poll::Pending, None) => Poll::Pending,
            (Poll::Pending, Some((at, which, limit))) => {
                timer.poll_until(cx, at).map(|()| Err(ErrorKind::Timeout(Timeout { which, limit })))
            }
        });
        match outcome.await {
            Ok(outcome) => return outcome.map_err(|error| unsent(exchange, error)),
            // Bytes of the request are still going out: the server is not to blame yet.
            Err(_) if progress.moved() => {}
            Err(timeout) => return Err(timeout),
        }
    }
}

/// No head came: why?
fn unsent(exchange: &Exchange<'_>, error: reqwest::Error) -> ErrorKind {
    match exchange.transport.shared.timeouts.connect {
        Some(limit) if error.is_connect() && error.is_timeout() => {
            ErrorKind::Timeout(Timeout { which: TimeLimit::Connect, limit })
        }
        _ if error.is_builder() => ErrorKind::from(progenitor_client::Error::CommunicationError(error)),
        _ => ErrorKind::Transport(TransportError {
            connecting: error.is_connect(),
            in_body: false,
            source: error.without_url(),
        }),
    }
}

/// Our own client follows no redirect to another server; one of the caller's may.
fn stayed_home(shared: &Shared, answered: &Url) -> Result<(), ErrorKind> {
    if same_origin(answered, &shared.base) {
        return Ok(());
    }
    Err(ErrorKind::Config(format!(
        "the HTTP client was set up to follow redirects, and followed one from {} to {}: give it \
         `redirect::Policy::none()`",
        origin(&shared.base),
        origin(answered)
    )))
}

/// Same scheme, host and port.
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

impl Due {
    fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Events => "text/event-stream",
            Self::Download => "a file",
            Self::Nothing | Self::Anything => "anything",
        }
    }
}

impl Exchange<'_> {
    /// Streams, downloads and uploads have none: they last as long as bytes flow.
    fn deadline(&self) -> Deadline {
        let open = matches!(self.due, Due::Events | Due::Download) || matches!(self.build, Build::Prepared(_));
        let limit = self.timeouts.call.filter(|_| !open)?;
        Some((Instant::now() + limit, limit))
    }
}

impl Transport {
    pub(crate) fn new(
        base: Url,
        client: reqwest::Client,
        credentials: Credentials,
        timeouts: Timeouts,
        limits: Limits,
    ) -> Self {
        // Generated paths begin with a slash.
        let baseurl = base.as_str().trim_end_matches('/').to_owned();
        Self {
            shared: Arc::new(Shared { requests: Requests { baseurl, client }, base, credentials, timeouts, limits }),
        }
    }

    #[cfg_attr(not(any(feature = "tracing", test)), allow(dead_code, reason = "spans name the server"))]
    pub(crate) fn base(&self) -> &Url {
        &self.shared.base
    }

    /// Another API by other credentials, over the same connections and with the same limits.
    #[cfg(all(feature = "app", feature = "console"))]
    pub(crate) fn beside(&self, base: Url, credentials: Credentials) -> Self {
        Self::new(base, self.shared.requests.client.clone(), credentials, self.shared.timeouts, self.shared.limits)
    }

    /// Gets what operations of this kind need, before there is one.
    #[cfg(any(feature = "web", feature = "console"))]
    pub(crate) async fn authenticate(&self, credential: crate::operation::Credential) -> Result<(), Error> {
        let operation = Named::by_hand(reqwest::Method::GET, String::new(), credential);
        self.shared.credentials.ready(self, &operation).await
    }

    pub(crate) fn timeouts(&self) -> Timeouts {
        self.shared.timeouts
    }

    pub(crate) fn limits(&self) -> Limits {
        self.shared.limits
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("base_url", &self.shared.base.as_str())
            .field("timeouts", &self.shared.timeouts)
            .field("limits", &self.shared.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
