//! The life of a request. It begins with [`call`] and can be read downwards from there.

use crate::{
    Error, ErrorKind,
    clients::{
        credentials::{Credentials, Generation, Seen},
        settings::Settings,
    },
    error::{Context, HttpError, Situation, Timeout, TransportError},
    files::upload::Unreadable,
    operation::Named,
    values::{media, redactor::Secrets},
};
use bytes::Bytes;
use reqwest::{
    StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, LOCATION},
};
use std::{
    fmt,
    future::poll_fn,
    pin::pin,
    sync::{Arc, OnceLock},
    task::Poll,
};
use tokio::time::Instant;

mod attempts;
pub(crate) mod body;
mod call;
mod deadlines;
pub(crate) mod headers;
pub(crate) mod incoming;
mod judging;
pub(crate) mod limits;
mod origin;
pub(crate) mod path;
mod raw_request;
pub(crate) mod requests;
mod response;
pub(crate) mod retry;
mod sending;
pub(crate) mod span;
pub(crate) mod timeouts;
pub(crate) mod timer;

pub use call::Call;
pub use raw_request::RawRequest;
pub(crate) use requests::Requests;
pub use response::Response;
pub use retry::RetryPolicy;
pub use timeouts::{TimeLimit, Timeouts};

use headers::Headers;
use incoming::Incoming;
use judging::{X_VERSION, is_due, moved, refusal, streams, text, unexpected};
use limits::{ERROR_BODY, Limits};
pub(crate) use origin::same_origin;
use origin::{moved_base, origin, stayed_home};
use requests::{Built, Prepared};
use retry::Budget;
use sending::{Progress, metered};
use span::Span;
use timeouts::Deadline;
use timer::Timer;

/// What all handles of a client share: the connections, the credential, the limits. Cheap to clone.
#[derive(Clone)]
pub struct Transport {
    shared: Arc<Shared>,
}

struct Shared {
    requests: Requests,
    /// For https where the base URL is http: made when it is needed.
    secure: OnceLock<reqwest::Client>,
    base: Url,
    credentials: Credentials,
    settings: Settings,
    budget: Arc<Budget>,
}

/// One request to be made, and what is to be made of its answer.
#[derive(Clone)]
pub(crate) struct Exchange<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) operation: Named,
    pub(crate) build: Build<'a>,
    pub(crate) due: Due,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
    /// Of the caller's own.
    pub(crate) headers: Headers,
    /// The URL proves itself: no credential goes along, wherever it leads.
    pub(crate) signed: bool,
    /// A token in place of the client's credentials; nothing inside, when it fits into no header.
    pub(crate) bearer: Option<Option<HeaderValue>>,
    /// The client renews its own credential by it.
    pub(crate) renewal: bool,
    /// What its path or body carries and no error shows.
    pub(crate) secrets: Vec<String>,
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
    /// JSON, or a stream of events that tells the same.
    Reply,
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

/// Sends a request and brings its answer, or the reason why there is none.
pub(crate) async fn call(exchange: Exchange<'_>, span: &Span) -> Result<Answer, Error> {
    attempts::attempts(&exchange, span).await.inspect_err(|error| span.failed(error))
}

async fn build(exchange: &Exchange<'_>) -> Result<reqwest::Request, Error> {
    let requests = &exchange.transport.shared.requests;
    let mut request = match &exchange.build {
        Build::Now(build) => build(requests)?,
        Build::Prepared(prepare) => prepare(requests).await?,
    };
    let invalid = |why| Error::outside(ErrorKind::InvalidRequest(why));
    if !exchange.signed {
        exchange.transport.shared.settings.headers.fill_in(&mut request).map_err(invalid)?;
    }
    exchange.headers.put_on(&mut request).map_err(invalid)?;
    Ok(request)
}

/// What an attempt leaves behind, whatever comes of it.
#[derive(Default)]
struct Trace {
    /// The credential that it carried.
    used: Generation,
    /// Where the same request is to be sent instead, on the same server.
    moved: Option<Url>,
}

/// One attempt: prove, send, judge the head, read the body.
async fn attempt(
    exchange: &Exchange<'_>,
    mut request: reqwest::Request,
    context: &mut Context,
    deadline: Option<Deadline>,
    span: &Span,
    trace: &mut Trace,
) -> Result<(StatusCode, HeaderMap, Content), ErrorKind> {
    let shared = &exchange.transport.shared;
    if !exchange.signed {
        trace.used = authorize(shared, &mut request)?;
    }
    if let Some(bearer) = &exchange.bearer {
        let bearer = bearer.clone().ok_or_else(|| {
            ErrorKind::InvalidRequest("the token contains characters that cannot stand in an HTTP header".to_owned())
        })?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
    }
    let accept = request.headers().get(ACCEPT).cloned();
    let url = request.url().clone();

    context.secrets.sent(&request, exchange.signed);
    context.attempts += 1;
    span.attempt(context.attempts);
    // The body's limit is the next to be watched.
    let mut timer = Timer::new(exchange.timeouts.read_idle.map(|limit| timeouts::after(Instant::now(), limit)));
    let mut response = send(exchange, request, deadline, &mut timer).await?;
    context.server_version = text(response.headers(), &X_VERSION).map(Box::from);
    span.answered(response.status());
    let status = response.status();
    if !exchange.signed {
        stayed_home(shared, response.url())?;
        shared.credentials.observe(&Seen {
            operation: &exchange.operation,
            renewal: exchange.renewal,
            status,
            headers: response.headers(),
            used: trace.used,
        });
    }
    trace.moved = moved(status, response.headers(), &url);

    let mut headers = std::mem::take(response.headers_mut());
    context.secrets.mark(&mut headers);
    if !status.is_success() || !is_due(exchange.due, &headers, accept.as_ref()) {
        context.situation.fitting_base = exchange.fitting_base();
        context.situation.moved_to =
            text(&headers, &LOCATION).and_then(|to| moved_base(&shared.base, response.url(), to));
    }
    let whole = deadline.or_else(|| exchange.deadline_of_the_answer());
    let mut incoming = Incoming::new(response.into(), exchange.timeouts.read_idle, whole, timer);
    incoming.through_pauses = stays_through_pauses(&url);
    let end = exchange.deadline_of_an_error_body(deadline);
    if !status.is_success() {
        let refused = refusal(status, &headers, exchange.due, incoming, end).await;
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
        return Err(unexpected(status, &headers, exchange.due, incoming, end).await);
    }
    let content = match exchange.due {
        Due::Events | Due::Download => Content::Open(incoming),
        Due::Reply if streams(&headers) => Content::Open(incoming),
        Due::Reply | Due::Json | Due::Anything => Content::Whole(incoming.whole(shared.settings.limits.body).await?),
        // It is done, whatever becomes of words that nobody reads.
        Due::Nothing => Content::Whole(incoming.beginning(ERROR_BODY, end).await),
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
    deadline: Option<Deadline>,
    timer: &mut Timer,
) -> Result<reqwest::Response, ErrorKind> {
    let client = exchange.transport.shared.client(request.url())?;
    let mut progress = Progress::default();
    if let Build::Prepared(_) = exchange.build {
        progress = metered(&mut request);
    }
    let mut response = pin!(client.execute(request));
    loop {
        let first = exchange.deadline_of_the_head(deadline);
        let outcome = poll_fn(|cx| match (response.as_mut().poll(cx), first) {
            (Poll::Ready(outcome), _) => Poll::Ready(Ok(outcome)),
            (Poll::Pending, None) => Poll::Pending,
            (Poll::Pending, Some(Deadline { at, timeout })) => {
                timer.poll_until(cx, at).map(|()| Err(ErrorKind::Timeout(timeout)))
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
    if let Some(unreadable) = Unreadable::behind(&error) {
        return unreadable;
    }
    match exchange.transport.shared.settings.timeouts.connect {
        Some(limit) if error.is_connect() && error.is_timeout() => {
            ErrorKind::Timeout(Timeout { which: TimeLimit::Connect, limit })
        }
        _ if error.is_builder() => ErrorKind::from(progenitor_client::Error::CommunicationError(error)),
        _ => ErrorKind::Transport(TransportError::new(error, false)),
    }
}

/// Whether the events of a run were asked for beyond its pauses.
fn stays_through_pauses(url: &Url) -> bool {
    url.query_pairs().any(|(name, value)| name == "continue_on_pause" && value.eq_ignore_ascii_case("true"))
}

impl Due {
    fn media(self) -> &'static str {
        match self {
            Self::Json | Self::Reply => "application/json",
            Self::Events => "text/event-stream",
            Self::Download => "a file",
            Self::Nothing | Self::Anything => "anything",
        }
    }
}

impl<'a> Exchange<'a> {
    /// By the client's own choices.
    pub(crate) fn new(transport: &'a Transport, operation: Named, build: Build<'a>, due: Due) -> Self {
        let (timeouts, retry) = (transport.timeouts(), transport.retry());
        let headers = Headers::default();
        let (signed, bearer, renewal, secrets) = (false, None, false, Vec::new());
        Self { transport, operation, build, due, timeouts, retry, headers, signed, bearer, renewal, secrets }
    }

    /// What hints about a failure depend on.
    fn situation(&self) -> Situation {
        Situation {
            uploads: matches!(self.build, Build::Prepared(_)),
            blocks: self.due == Due::Reply,
            ..Situation::default()
        }
    }

    /// The base URL, if it ends as that of the operation's API does.
    fn fitting_base(&self) -> Option<Box<str>> {
        let base = self.transport.base().as_str().trim_end_matches('/');
        base.ends_with(self.operation.api_path()).then(|| base.into())
    }
}

impl Transport {
    pub(crate) fn new(base: Url, client: reqwest::Client, credentials: Credentials, settings: Settings) -> Self {
        // Generated paths begin with a slash.
        let baseurl = base.as_str().trim_end_matches('/').to_owned();
        Self {
            shared: Arc::new(Shared {
                requests: Requests { baseurl, client },
                secure: OnceLock::new(),
                base,
                credentials,
                budget: Arc::new(Budget::new(settings.retry.budget)),
                settings,
            }),
        }
    }

    #[cfg_attr(not(any(feature = "tracing", test)), allow(dead_code, reason = "spans name the server"))]
    pub(crate) fn base(&self) -> &Url {
        &self.shared.base
    }

    /// Another API by other credentials, over the same connections and with the same limits. The headers of the caller
    /// go along on the same server only.
    #[cfg(all(feature = "app", feature = "console"))]
    pub(crate) fn beside(&self, base: Url, credentials: Credentials) -> Result<Self, Error> {
        let client = self.shared.client(&base).map_err(Error::outside)?.clone();
        let mut settings = self.shared.settings.clone();
        if !same_origin(&base, &self.shared.base) {
            settings.headers = Headers::default();
        }
        Ok(Self::new(base, client, credentials, settings))
    }

    /// Reads a URL that the server gave; see [`Shared::given`].
    #[cfg(any(feature = "knowledge", feature = "console"))]
    pub(crate) fn given(&self, url: &str, variable: &str) -> Result<Url, Error> {
        self.shared.given(url, variable).map_err(|kind| Error::beside(kind, self))
    }

    /// Gets what operations of this kind need, before there is one.
    #[cfg(any(feature = "web", feature = "console"))]
    pub(crate) async fn authenticate(&self, credential: crate::operation::Credential) -> Result<(), Error> {
        let operation = Named::by_hand(reqwest::Method::GET, String::new(), credential);
        let deadline = self.timeouts().call.map(|limit| Deadline::after(TimeLimit::Call, limit));
        Deadline::bound(deadline, self.shared.credentials.ready(self, &operation)).await
    }

    /// Gets a new credential from the server; `false` where there is no way to.
    #[cfg(any(feature = "web", feature = "console"))]
    pub(crate) async fn obtain_credential(&self) -> Result<bool, Error> {
        self.shared.credentials.obtain(self).await
    }

    /// What no error may show, whatever the call.
    pub(crate) fn secrets(&self) -> Secrets {
        Secrets::of(self)
    }

    /// The credentials as they are now.
    pub(crate) fn credentials(&self) -> Vec<String> {
        self.shared.credentials.secrets()
    }

    pub(crate) fn timeouts(&self) -> Timeouts {
        self.shared.settings.timeouts
    }

    pub(crate) fn retry(&self) -> RetryPolicy {
        self.shared.settings.retry
    }

    pub(crate) fn limits(&self) -> Limits {
        self.shared.settings.limits
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
