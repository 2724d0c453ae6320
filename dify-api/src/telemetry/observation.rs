//! The notes about one call, from its beginning to its end.

use super::{
    CallOutcome, GenAi, ObservedAttempt, ObservedCall, ObservedEnd, ObservedError, ObservedFirstEvent, ObservedRetry,
    Observer, RunReport, Tally, report::Price, span::Span,
};
use crate::{
    DecodeError, Error, Operation,
    error::Context,
    operation::Named,
    stream::event::{glance, glance_into},
    values::{decode::Substitutions, redactor::Secrets},
};
use reqwest::{StatusCode, Url};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// The observers of a client.
pub(crate) type Observers = Vec<Arc<dyn Observer>>;

/// What the calls of a client report to, and where they go.
pub(crate) struct Telemetry {
    base: Url,
    observers: Observers,
    tally: Tally,
}

impl Telemetry {
    pub(crate) fn new(base: Url, observers: Observers) -> Arc<Self> {
        #[cfg(feature = "metrics")]
        super::metrics::describe();
        Arc::new(Self { base, observers, tally: Tally::default() })
    }

    /// Returns the counts of all calls.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }
}

/// One call under observation. Its owner reports how the call ends; a drop before that is a cancelled call.
pub(crate) struct Observation(Box<State>);

struct State {
    telemetry: Arc<Telemetry>,
    operation: Named,
    id: u64,
    renewal: bool,
    span: Span,
    start: Instant,
    attempts: u32,
    status: Option<StatusCode>,
    bytes: u64,
    streamed: bool,
    first_event: Option<Duration>,
    first_text: Option<Duration>,
    /// Nothing while nothing is reported: streams are open for long, and report at their end.
    report: Option<Box<RunReport>>,
    substitutions: usize,
    undecoded: usize,
    over: bool,
}

impl Observation {
    /// Begins now.
    pub(crate) fn start(telemetry: &Arc<Telemetry>, operation: &Named, renewal: bool) -> Self {
        telemetry.tally.started();
        let observation = Self(Box::new(State {
            telemetry: Arc::clone(telemetry),
            operation: operation.clone(),
            id: next_id(),
            renewal,
            span: Span::new(&telemetry.base, operation),
            start: Instant::now(),
            attempts: 0,
            status: None,
            bytes: 0,
            streamed: false,
            first_event: None,
            first_text: None,
            report: None,
            substitutions: 0,
            undecoded: 0,
            over: false,
        }));
        observation.0.each(|observer, call| observer.started(call));
        observation
    }

    /// Returns the span of the call.
    pub(crate) fn span(&self) -> Span {
        self.0.span.clone()
    }

    /// An attempt goes out.
    pub(crate) fn attempt(&mut self, number: u32) {
        self.0.attempts = number;
        self.0.span.attempt(number);
        self.0.each(|observer, call| observer.attempt_sent(call, &ObservedAttempt { number }));
    }

    /// The head of an answer came.
    pub(crate) fn answered(&mut self, status: StatusCode) {
        self.0.status = Some(status);
        self.0.bytes = 0;
        self.0.span.answered(status);
    }

    /// Notes the members of the request that the release of the server does not read.
    pub(crate) fn newer_members(&self, context: &Context, sends: impl Fn(&str) -> bool) {
        self.0.span.newer_members(context, sends);
    }

    /// An attempt failed, and there is another after the pause.
    pub(crate) fn again(&self, error: &Error, pause: Duration) {
        self.0.telemetry.tally.retried();
        self.0.span.again(error, pause);
        self.0.each(|observer, call| {
            let retry = ObservedRetry { attempt: self.0.attempts, error: ObservedError::of(error), pause };
            observer.retried(call, &retry);
        });
    }

    /// Bytes of the answer were read.
    #[inline]
    pub(crate) fn received(&mut self, bytes: usize) {
        self.0.bytes = self.0.bytes.saturating_add(bytes as u64);
    }

    /// The answer is a stream of events.
    pub(crate) fn streams(&mut self) {
        self.0.streamed = true;
    }

    /// An event of the stream came.
    pub(crate) fn event(&mut self, name: &str, data: &str, secrets: &Secrets) {
        if self.0.first_event.is_none() {
            let after = self.0.start.elapsed();
            self.0.first_event = Some(after);
            self.0.each(|observer, call| observer.first_event(call, &ObservedFirstEvent { after }));
        }
        if self.0.first_text.is_none() && has_text(name, data) {
            self.0.first_text = Some(self.0.start.elapsed());
        }
        if let Some(report) = RunReport::of_event(name, data) {
            self.reports(report, secrets);
        }
    }

    /// The answer reports what the run took.
    pub(crate) fn reports(&mut self, mut report: RunReport, secrets: &Secrets) {
        if report == RunReport::default() {
            return;
        }
        // A server may echo a secret that looks like an id.
        report.conversation = report.conversation.filter(|id| {
            let mut clean = id.clone();
            secrets.redactor().text(&mut clean);
            clean == *id
        });
        self.0.report.get_or_insert_default().add(report);
    }

    /// The same of the body of a route called by hand, which is not decoded here.
    pub(crate) fn body_of_a_raw_request(&mut self, body: &[u8], secrets: &Secrets) {
        if matches!(self.0.operation, Named::ByHand(_))
            && GenAi::of(&self.0.operation).is_some_and(|kind| kind != GenAi::Retrieval)
        {
            self.reports(RunReport::of_body(body), secrets);
        }
    }

    /// Members of an answer or event were missing and have their empty values.
    #[inline]
    pub(crate) fn substituted(&mut self, substitutions: &Substitutions, body: &[u8]) {
        if substitutions.count > 0 {
            self.0.substitutions += substitutions.count;
            self.0.span.substituted(&self.0.operation, substitutions, body);
        }
    }

    /// An event of a defined name could not be decoded and is delivered as it came.
    pub(crate) fn undecoded(&mut self, event: &str, error: &DecodeError) {
        self.0.undecoded += 1;
        self.0.span.undecoded(&self.0.operation, event, error);
    }

    /// The call brought what it should.
    pub(crate) fn succeeded(&mut self) {
        let outcome = if self.0.report.as_ref().is_some_and(|report| report.failed) {
            CallOutcome::RunFailed
        } else {
            CallOutcome::Succeeded
        };
        self.0.finish(outcome, None);
    }

    /// The call ended with an error.
    pub(crate) fn failed(&mut self, error: &Error) {
        if self.0.bytes == 0 {
            self.0.bytes = error.body().map_or(0, |body| body.len() as u64);
        }
        self.0.finish(CallOutcome::Failed, Some(error));
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        self.0.finish(CallOutcome::Cancelled, None);
    }
}

impl State {
    /// Reports the end, once.
    fn finish(&mut self, outcome: CallOutcome, error: Option<&Error>) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        let RunReport { tokens, cost: price, conversation, .. } =
            self.report.take().map(|report| *report).unwrap_or_default();
        let cost = price.as_ref().filter(|_| self.is_observed()).map(Price::cost);
        let end = ObservedEnd {
            outcome,
            error: error.map(ObservedError::of),
            duration: self.start.elapsed(),
            attempts: self.attempts,
            status: self.status.map(|status| status.as_u16()),
            bytes: self.bytes,
            streamed: self.streamed,
            first_event: self.first_event,
            first_text: self.first_text,
            tokens,
            cost: cost.as_ref(),
            substitutions: self.substitutions,
            undecoded: self.undecoded,
        };
        self.telemetry.tally.finished(&end, price.as_ref());
        self.span.finished(&end, conversation.as_deref());
        self.each(|observer, call| observer.finished(call, &end));
        // The span ends with the call, and not with what is left of its stream.
        self.span = Span::none();
    }

    /// Whether the cost is needed as text.
    fn is_observed(&self) -> bool {
        cfg!(any(feature = "tracing", feature = "metrics")) || !self.telemetry.observers.is_empty()
    }

    fn each(&self, notify: impl Fn(&dyn Observer, &ObservedCall<'_>)) {
        each(&self.telemetry, &self.operation, self.id, self.renewal, notify);
    }
}

/// The run of a dropped stream could not be stopped, and no caller is left.
pub(crate) fn stop_failed(telemetry: &Telemetry, operation: &'static Operation, error: &Error) {
    super::span::stop_failed(error);
    each(telemetry, &Named::Described(operation), next_id(), false, |observer, call| {
        observer.stop_failed(call, &ObservedError::of(error));
    });
}

/// Notifies the observers of a client. What panics in one of them concerns neither the call nor the other observers.
fn each(
    telemetry: &Telemetry,
    operation: &Named,
    id: u64,
    renewal: bool,
    notify: impl Fn(&dyn Observer, &ObservedCall<'_>),
) {
    let observers = &telemetry.observers;
    if observers.is_empty() && cfg!(not(feature = "metrics")) {
        return;
    }
    let (name, path) = match operation {
        Named::Described(operation) => (operation.id, Some(operation.path)),
        Named::ByHand(_) => ("raw_request", None),
    };
    let call = ObservedCall { id, operation: name, method: operation.method().as_str(), path, renewal };
    let contained = |observer: &dyn Observer| {
        let _ = catch_unwind(AssertUnwindSafe(|| notify(observer, &call)));
    };
    #[cfg(feature = "metrics")]
    contained(&super::metrics::Metrics);
    observers.iter().for_each(|observer| contained(&**observer));
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Whether the event brings text of an answer.
fn has_text(name: &str, data: &str) -> bool {
    let text = match name {
        // Some releases name the pieces of an answer to a question with a file `message_file`.
        "message" | "agent_message" | "message_replace" | "message_file" => glance(data, "answer"),
        "text_chunk" | "text_replace" => glance_into(data, "data", "text"),
        _ => None,
    };
    text.is_some_and(|text| !text.is_empty())
}
