//! What a program learns of the calls of a client.

use crate::{Cost, Error, Shown};
use std::{borrow::Cow, sync::Arc, time::Duration};

/// Receives what happens to the calls of a client; registered by `observer` on each builder.
///
/// Each method has an empty default. For each call, [`started`](Self::started) comes first and
/// [`finished`](Self::finished) last, both exactly once, in whatever way the call ends: by an answer, an error, a dropped
/// future, the end of a stream or a download, or a drop in the middle of one. A call begins when it is first polled: one
/// that is never awaited is not observed.
///
/// Calls that the client makes by itself are observed too: those that renew a session
/// ([`ObservedCall::renewal`]), stops of dropped streams, and questions after a followed run. A list walked page by page
/// is one call per page, a followed run one call per connection.
///
/// The methods run in the task of the call and delay it, so they should return soon; no lock of the client is taken
/// meanwhile. A panic in an observer is caught, and the call continues; the panic hook reports it as usual.
///
/// No argument contains a credential, a URL, or text of users or answers. Text of a server is an error code, cut and
/// escaped as by [`Shown`].
///
/// ```
/// use dify_api::{App, ObservedCall, ObservedEnd, Observer};
///
/// struct Log;
///
/// impl Observer for Log {
///     fn finished(&self, call: &ObservedCall<'_>, end: &ObservedEnd<'_>) {
///         println!("{} {} after {:?}", call.operation, end.outcome, end.duration);
///     }
/// }
///
/// let app = App::builder().api_key("app-abc123").observer(Log).build()?;
/// # Ok::<(), dify_api::Error>(())
/// ```
pub trait Observer: Send + Sync + 'static {
    /// A call began. Nothing is sent yet: it may wait for a session, or for a place among the requests under way.
    fn started(&self, call: &ObservedCall<'_>) {
        let _ = call;
    }

    /// An attempt goes out.
    fn attempt_sent(&self, call: &ObservedCall<'_>, attempt: &ObservedAttempt) {
        let _ = (call, attempt);
    }

    /// An attempt failed, and another follows after a pause.
    fn retried(&self, call: &ObservedCall<'_>, retry: &ObservedRetry<'_>) {
        let _ = (call, retry);
    }

    /// The first event of a stream came, pings aside.
    fn first_event(&self, call: &ObservedCall<'_>, event: &ObservedFirstEvent) {
        let _ = (call, event);
    }

    /// A call ended. For a stream or a download that is the end of its content, not of its head.
    fn finished(&self, call: &ObservedCall<'_>, end: &ObservedEnd<'_>) {
        let _ = (call, end);
    }

    /// The run of a dropped stream could not be stopped; see [`EventStream::stop_on_drop`](crate::EventStream::stop_on_drop).
    /// The call is that of the stop operation; [`finished`](Self::finished) reports it too.
    fn stop_failed(&self, call: &ObservedCall<'_>, error: &ObservedError<'_>) {
        let _ = (call, error);
    }
}

/// For programs that keep the observer, to look at what it gathered.
impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn started(&self, call: &ObservedCall<'_>) {
        (**self).started(call);
    }

    fn attempt_sent(&self, call: &ObservedCall<'_>, attempt: &ObservedAttempt) {
        (**self).attempt_sent(call, attempt);
    }

    fn retried(&self, call: &ObservedCall<'_>, retry: &ObservedRetry<'_>) {
        (**self).retried(call, retry);
    }

    fn first_event(&self, call: &ObservedCall<'_>, event: &ObservedFirstEvent) {
        (**self).first_event(call, event);
    }

    fn finished(&self, call: &ObservedCall<'_>, end: &ObservedEnd<'_>) {
        (**self).finished(call, end);
    }

    fn stop_failed(&self, call: &ObservedCall<'_>, error: &ObservedError<'_>) {
        (**self).stop_failed(call, error);
    }
}

/// Which call something happened to.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ObservedCall<'a> {
    /// Distinguishes the calls of a process.
    pub id: u64,
    /// The operation, by its id in the description, such as `app_chat_send`; `raw_request` for a route called by hand.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: &'a str,
    /// The path with names in place of values, such as `/messages/{message_id}/feedbacks`; `None` for a route called by
    /// hand, whose path contains values.
    pub path: Option<&'static str>,
    /// The client renews its own session by this call.
    pub renewal: bool,
}

/// An attempt of a call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ObservedAttempt {
    /// Its number; the first is 1.
    pub number: u32,
}

/// Why a call is sent again, and when.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ObservedRetry<'a> {
    /// The number of the attempt that failed.
    pub attempt: u32,
    /// Why it failed. A renewed credential follows a refusal with 401, a redirect is an `http` error with its status.
    pub error: ObservedError<'a>,
    /// The pause before the next attempt; zero after a renewed credential or a redirect.
    pub pause: Duration,
}

/// The first event of a stream.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ObservedFirstEvent {
    /// The time since the call began.
    pub after: Duration,
}

/// Why something failed, without the texts of an [`Error`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObservedError<'a> {
    /// The kind of the error in one word, such as `api`, `timeout` or `transport`.
    pub kind: &'static str,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// Dify's code, where there is one, cut and escaped as by [`Shown`].
    pub code: Option<Cow<'a, str>>,
    /// Whether the server may have done what was asked; see [`Error::may_have_acted`].
    pub may_have_acted: bool,
}

impl<'a> ObservedError<'a> {
    pub(crate) fn of(error: &'a Error) -> Self {
        Self {
            kind: error.kind().name(),
            status: error.status().map(|status| status.as_u16()),
            code: error.code().map(|code| Shown::new(code.as_str()).text()),
            may_have_acted: error.may_have_acted(),
        }
    }
}

/// How a call ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ObservedEnd<'a> {
    /// Whether it succeeded.
    pub outcome: CallOutcome,
    /// Why it failed; only with [`CallOutcome::Failed`].
    pub error: Option<ObservedError<'a>>,
    /// The time since the call began, for a stream or a download until its end.
    pub duration: Duration,
    /// How often the request was sent. 0 where it never came to that, and for an answer from the cache.
    pub attempts: u32,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// Bytes of the last answer's body, as far as they were read.
    pub bytes: u64,
    /// Whether the answer was a stream of events.
    pub streamed: bool,
    /// The time from the start of the call to the first event of a stream, pings aside.
    pub first_event: Option<Duration>,
    /// The time from the start of the call to the first piece of text of a stream.
    pub first_text: Option<Duration>,
    /// Tokens of an application's run.
    pub tokens: TokenCounts,
    /// The cost of an application's answer; `None` where the server does not report it, as for workflows. Unknown is not 0.
    pub cost: Option<&'a Cost>,
    /// Required members that the answer lacked; see [`Response::substitutions`](crate::Response::substitutions).
    pub substitutions: usize,
    /// Events of the stream that could not be decoded.
    pub undecoded: usize,
}

/// Whether a call succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallOutcome {
    /// The call brought its answer. A run that was stopped, pauses, or succeeded in part is among these.
    Succeeded,
    /// The call brought its answer: a run whose status is `failed`.
    RunFailed,
    /// The call ended with an error.
    Failed,
    /// The caller dropped the call, its stream or its download before the end.
    Cancelled,
}

impl CallOutcome {
    /// Returns the outcome as metrics name it: `succeeded`, `run_failed`, `failed` or `cancelled`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::RunFailed => "run_failed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::fmt::Display for CallOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Tokens as the server reports them. `None` is unknown, which is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenCounts {
    /// Tokens of prompts. Workflows do not report them.
    pub input: Option<u64>,
    /// Tokens that models wrote. Workflows do not report them.
    pub output: Option<u64>,
    /// Both.
    pub total: Option<u64>,
}
