//! What a call is made of: before it is made, while it is under way, and when an answer came.

#[cfg(feature = "cache")]
use crate::values::decode::Fault;
use crate::{
    Error, ErrorKind, Operation, Response, RetryPolicy, Timeouts, Transport,
    error::{Context, Situation},
    operation::Named,
    telemetry::Observation,
    transport::{
        credentials::Generation,
        headers::Headers,
        incoming::Incoming,
        request::{Built, Request},
        retry::Pauses,
        timeouts::Deadline,
    },
};
use bytes::Bytes;
use reqwest::{
    StatusCode, Url,
    header::{HeaderMap, HeaderValue},
};
#[cfg(feature = "cache")]
use std::time::Duration;
use tokio::time::Instant;

/// One request to be sent, how, and what answers it.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) transport: Transport,
    pub(crate) operation: Named,
    pub(crate) request: Built,
    pub(crate) expect: Expect,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
    /// Of the caller's own.
    pub(crate) headers: Headers,
    /// The URL carries its own proof: no credential goes along, wherever it leads.
    pub(crate) presigned: bool,
    /// A token in place of the client's credentials; nothing inside, when it fits into no header.
    pub(crate) bearer: Option<Option<HeaderValue>>,
    /// The client renews its own credential by it.
    pub(crate) renewal: bool,
    /// What its path or body carries and no error shows.
    pub(crate) secrets: Vec<String>,
    /// How to stop the run that its events show.
    pub(crate) stopping: Option<Stopping>,
    /// When its call began, where it may have waited for another since then.
    pub(crate) begun: Option<Instant>,
    /// How old the answer may be.
    #[cfg(feature = "cache")]
    pub(crate) cached: Option<Duration>,
    /// Finds out whether an answer can be decoded.
    #[cfg(feature = "cache")]
    pub(crate) decodes: Option<Decodes>,
}

/// What a successful answer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    Json,
    /// JSON, or a stream of events with the same content.
    Reply,
    /// Whatever it is, it is not read.
    Nothing,
    Events,
    /// Bytes of a media type that the request's `Accept` names, as they come.
    Download,
    /// Whatever it is, whole.
    Anything,
}

/// How to stop a run: the operation, whose run it is, and the request for a task and a user.
#[derive(Clone)]
pub(crate) struct Stopping {
    pub(crate) operation: &'static Operation,
    pub(crate) user: Option<String>,
    pub(crate) build: BuildStop,
}

#[cfg(feature = "cache")]
pub(crate) type Decodes = fn(&Received) -> Result<(), Fault>;

pub(crate) type BuildStop = fn(&Transport, &str, &str) -> Built;

/// A call under way: what its attempts share.
pub(crate) struct Ongoing {
    pub(crate) exchange: Box<Exchange>,
    pub(crate) context: Context,
    pub(crate) observation: Observation,
    pub(crate) start: Instant,
    /// Of the whole call; see [`Exchange::deadline`].
    pub(crate) deadline: Option<Deadline>,
    pub(crate) pauses: Pauses,
    /// The credential that the last attempt carried.
    pub(crate) used: Generation,
    /// The credential was renewed for this call.
    pub(crate) renewed: bool,
    /// Where the server wants the same request instead.
    pub(crate) moved: Option<Url>,
    /// How many redirects were followed.
    pub(crate) hops: u32,
}

/// The head of an answer.
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The media types that the request takes.
    pub(crate) accept: Option<HeaderValue>,
    /// Where the answer comes from.
    pub(crate) url: Url,
}

/// A successful answer, and the call that it answers.
pub(crate) struct Received {
    pub(crate) exchange: Box<Exchange>,
    pub(crate) head: Head,
    pub(crate) content: Content,
    pub(crate) context: Context,
    pub(crate) observation: Observation,
}

/// The body of an answer: read, or still to come.
pub(crate) enum Content {
    Whole(Bytes),
    Open(Incoming),
}

impl Exchange {
    /// With the client's own limits and policy.
    pub(crate) fn new(transport: &Transport, operation: Named, request: Built, expect: Expect) -> Self {
        Self {
            transport: transport.clone(),
            operation,
            request,
            expect,
            timeouts: transport.timeouts(),
            retry: transport.retry(),
            headers: Headers::default(),
            presigned: false,
            bearer: None,
            renewal: false,
            secrets: Vec::new(),
            stopping: None,
            begun: None,
            #[cfg(feature = "cache")]
            cached: None,
            #[cfg(feature = "cache")]
            decodes: None,
        }
    }

    pub(crate) fn described(
        transport: &Transport,
        operation: &'static Operation,
        request: Built,
        expect: Expect,
    ) -> Self {
        Self::new(transport, Named::Described(operation), request, expect)
    }

    /// Returns the request, unless it could not be built.
    pub(crate) fn built(&self) -> Result<&Request, Error> {
        self.request.as_ref().map_err(|why| Error::outside(ErrorKind::InvalidRequest(why.clone())))
    }

    /// Begins the observation of the call.
    pub(crate) fn observed(&self) -> Observation {
        Observation::start(self.transport.telemetry(), &self.operation, self.renewal)
    }

    /// Returns whether the request is a form with files.
    pub(crate) fn uploads(&self) -> bool {
        self.request.as_ref().is_ok_and(Request::uploads)
    }
}

impl Ongoing {
    /// Begins now.
    pub(crate) fn new(exchange: Box<Exchange>) -> Self {
        let observation = exchange.observed();
        Self::observed(exchange, observation)
    }

    /// The same for a call that is observed already.
    pub(crate) fn observed(exchange: Box<Exchange>, observation: Observation) -> Self {
        let secrets = exchange.transport.secrets().and(&exchange.secrets);
        let situation =
            Situation { uploads: exchange.uploads(), blocks: exchange.expect == Expect::Reply, ..Situation::default() };
        Self {
            context: Context { situation, ..Context::of(exchange.operation.clone(), secrets) },
            observation,
            start: Instant::now(),
            deadline: exchange.deadline(),
            pauses: exchange.retry.pauses(),
            used: Generation::default(),
            renewed: false,
            moved: None,
            hops: 0,
            exchange,
        }
    }
}

impl Received {
    /// Returns the body; nothing of one that is still to come.
    pub(crate) fn body(&self) -> Bytes {
        match &self.content {
            Content::Whole(body) => body.clone(),
            Content::Open(_) => Bytes::new(),
        }
    }

    /// Returns the value that was made of it, with its circumstances. The call has succeeded.
    pub(crate) fn response<T>(mut self, value: T, body: Option<Bytes>) -> Response<T> {
        if let Some(body) = &body {
            self.observation.received(body.len());
        }
        self.observation.succeeded();
        Response {
            value,
            status: self.head.status,
            headers: self.head.headers,
            body,
            attempts: self.context.attempts,
            substitutions: 0,
        }
    }

    /// Returns the error of an answer that is not what it seemed to be.
    pub(crate) fn failed(mut self, kind: ErrorKind) -> Error {
        let error = Error::new(kind, self.context);
        self.observation.failed(&error);
        error
    }
}

impl Expect {
    /// The expected content, for messages.
    pub(crate) fn media(self) -> &'static str {
        match self {
            Self::Json | Self::Reply => "application/json",
            Self::Events => "text/event-stream",
            Self::Download => "a file",
            Self::Nothing => "nothing",
            Self::Anything => "anything",
        }
    }
}
