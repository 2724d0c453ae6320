//! The events of a run, as they happen.

use crate::{
    Error, ErrorKind, Event, Shown, TimeLimit, Timeouts, Transport,
    error::Context as Circumstances,
    stream::sse::Decoder,
    telemetry::Observation,
    transport::{
        exchange::{Content, Stopping},
        incoming::Incoming,
    },
};
use futures_core::Stream;
use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

mod lent;
mod opening;
mod probe;
mod source;
mod stop;

pub(crate) use probe::{Probe, ProbedState};
pub(crate) use source::FrameSource;
#[cfg(any(feature = "app", feature = "knowledge", feature = "web"))]
pub(crate) use stop::within;

/// The events of one run.
///
/// Read it with [`next`](Self::next), or as a [`Stream`]. Events that this version of the crate does not define, or cannot
/// decode, are returned as `Unknown`, the latter with their error ([`strict`](Self::strict)). Pings, `[DONE]` and empty data are no events; [`last_activity`](Self::last_activity) shows that they come.
///
/// It ends with `None` only after one of the events that end a run ([`Event::FINAL`]): `message_end`,
/// `workflow_finished` and `workflow_paused`, and others of knowledge pipelines. Of a chatflow that sends both,
/// `message_end` alone is not the end. After the end, nothing that happens to the connection is an error, and
/// [`Timeouts::after_end`] bounds the wait for the server to close it. Whatever else ends the stream is an `Err` before:
/// an `error` event, a connection that breaks, a [time limit](crate::Timeouts), or a server that closes without a final
/// event ([`ErrorKind::Incomplete`]); [`failure`](Self::failure) returns it again. Data without the name of an event is an
/// `Err` of its own, and the stream continues.
///
/// Dropping the stream closes the connection. It does not stop the run: [`stop`](Self::stop) does. A workflow continues
/// and stores its result; Dify 1.16.1 stores an empty answer for a chat message whose stream was closed.
///
/// ```no_run
/// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
/// use dify_api::types::ChatRequest;
///
/// let mut stream = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await?;
/// while let Some(event) = stream.next().await {
///     print!("{}", event?.text().unwrap_or_default());
/// }
/// # Ok(()) }
/// ```
#[must_use = "a stream does nothing unless it is read"]
pub struct EventStream<E> {
    /// Nothing after the end, so that the connection goes back at once.
    incoming: Option<Incoming>,
    decoder: Decoder,
    source: Box<FrameSource>,
    timeouts: Timeouts,
    /// Read already, while waiting for the end of a stopped run.
    ahead: VecDeque<Result<E, Error>>,
    /// The event that [`next_ref`](Self::next_ref) lent.
    lent: Option<E>,
    /// How many bytes the events read ahead had, and the last one that came.
    ahead_size: usize,
    size: usize,
    end: StreamEnd,
    /// What ended the stream before its time.
    failure: Option<Error>,
    active: Instant,
    /// Of a stream that follows a run.
    probe: Option<Probe>,
}

impl<E: Event> EventStream<E> {
    pub(crate) fn new(
        content: Content,
        circumstances: Circumstances,
        transport: Transport,
        timeouts: Timeouts,
        stopping: Option<Stopping>,
        observation: Observation,
    ) -> Self {
        let decoder = Decoder::with_limit(transport.limits().event);
        let incoming = match content {
            Content::Open(mut incoming) => {
                incoming.stalls_after([(TimeLimit::Stall, timeouts.stall)]);
                Some(incoming)
            }
            Content::Whole(_) => None,
        };
        let through_pauses = incoming.as_ref().is_some_and(|incoming| incoming.through_pauses);
        Self {
            incoming,
            decoder,
            source: Box::new(FrameSource::new(circumstances, transport, stopping, through_pauses, observation)),
            timeouts,
            ahead: VecDeque::new(),
            lent: None,
            ahead_size: 0,
            size: 0,
            end: StreamEnd::Unseen,
            failure: None,
            active: Instant::now(),
            probe: None,
        }
    }

    /// Returns the next event; `None` after the end of the run.
    ///
    /// The same as `StreamExt::next`, for those who have no use for that crate. Nothing is lost when the future is
    /// dropped before it is done, as `tokio::select!` does.
    pub async fn next(&mut self) -> Option<Result<E, Error>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E, Error>>> {
        match self.ahead.pop_front() {
            Some(event) => {
                if self.ahead.is_empty() {
                    self.ahead_size = 0;
                }
                Poll::Ready(Some(event))
            }
            None => self.poll_fresh(cx),
        }
    }

    fn poll_fresh(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E, Error>>> {
        for _ in 0..PATIENCE {
            if let Some(event) = self.next_frame() {
                return Poll::Ready(Some(event));
            }
            match std::mem::replace(&mut self.end, StreamEnd::Unseen) {
                StreamEnd::Unseen => {}
                StreamEnd::Proper => return Poll::Ready(self.close(self.source.missing())),
                StreamEnd::InEvent => return Poll::Ready(self.close(Some(ErrorKind::CutShort))),
                StreamEnd::Broken(kind) => return Poll::Ready(self.close(Some(kind))),
            }
            let Some(incoming) = &mut self.incoming else {
                // Of a stream that never had a body.
                self.source.finished();
                return Poll::Ready(None);
            };
            match incoming.poll_chunk(cx) {
                Poll::Ready(Some(Ok(chunk))) => {
                    self.active = Instant::now();
                    self.source.observation.received(chunk.len());
                    self.decoder.push(chunk);
                }
                Poll::Ready(end) => {
                    self.incoming = None;
                    let cut = self.decoder.is_mid_event();
                    self.end = match end {
                        Some(Err(kind)) => StreamEnd::Broken(kind),
                        _ if cut => StreamEnd::InEvent,
                        _ => StreamEnd::Proper,
                    };
                    // An event that lacks only its blank line is whole.
                    self.decoder.push(if cut { "\n\n" } else { "" });
                }
                Poll::Pending => return self.poll_probe(cx),
            }
        }
        // Whoever sends without end and says nothing keeps neither the task busy nor the limits from running out.
        let limits = self.incoming.as_mut().map(|incoming| incoming.poll_limits(cx));
        if let Some(Poll::Ready(kind)) = limits {
            return Poll::Ready(self.close(Some(kind)));
        }
        cx.waker().wake_by_ref();
        self.poll_probe(cx)
    }

    /// The next event among the bytes that came.
    fn next_frame(&mut self) -> Option<Result<E, Error>> {
        loop {
            let outcome = match self.decoder.next_frame()? {
                Ok(frame) if self.incoming.is_none() && !is_json(frame.data()) => return None,
                Ok(frame) => {
                    self.size = frame.data().len();
                    let outcome = self.source.read(frame.event(), frame.data(), &mut self.lent).transpose();
                    self.decoder.let_go();
                    outcome
                }
                Err(error) => Some(Err(ErrorKind::Frame(error))),
            };
            if let StreamEnd::InEvent = self.end {
                self.end = StreamEnd::Proper;
            }
            if let Some(outcome) = outcome {
                self.progressed();
                return match outcome {
                    Ok(event) => Some(Ok(event)),
                    Err(kind) if kind.spoils_one_event() => Some(Err(self.source.error(kind))),
                    Err(kind) => self.close(Some(kind)),
                };
            }
        }
    }

    /// An event came: the limits start again from now.
    fn progressed(&mut self) {
        if let Some(incoming) = &mut self.incoming {
            incoming.progressed();
            let after_end = self.timeouts.after_end.filter(|_| self.source.is_over());
            incoming.stalls_after([(TimeLimit::Stall, self.timeouts.stall), (TimeLimit::AfterEnd, after_end)]);
        }
        if let Some(probe) = &mut self.probe {
            probe.progressed();
        }
    }

    /// Ends the stream: successfully if the run has reported its end before, whatever happened to the connection since.
    fn close(&mut self, kind: Option<ErrorKind>) -> Option<Result<E, Error>> {
        self.incoming = None;
        self.probe = None;
        self.end = StreamEnd::Unseen;
        self.decoder = Decoder::with_limit(0);
        let kind = kind.filter(|kind| matches!(kind, ErrorKind::Stream(_)) || !self.source.is_over());
        let Some(kind) = kind else {
            self.source.finished();
            return None;
        };
        let error = self.source.error(kind);
        self.source.observation.failed(&error);
        self.failure = Some(error.clone());
        Some(Err(error))
    }

    /// Waits for news of the run where its events do not come.
    fn poll_probe(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E, Error>>> {
        while let Some(probe) = &mut self.probe {
            match std::task::ready!(probe.poll(cx)) {
                ProbedState::Unknown => {}
                ProbedState::Paused => {
                    let limit = self.timeouts.resumption.filter(|_| self.source.ends_with_pause);
                    if limit.is_some_and(|limit| probe.quiet_for() >= limit) {
                        return Poll::Ready(self.close(None));
                    }
                }
                ProbedState::Ended(event) => {
                    if let Ok(Some(event)) = self.source.read("message", &event, &mut None) {
                        self.close(None);
                        return Poll::Ready(Some(Ok(event)));
                    }
                }
            }
        }
        Poll::Pending
    }
}

fn is_json(data: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(data).is_ok()
}

/// How the body ended, while the last of its events are delivered.
enum StreamEnd {
    Unseen,
    Proper,
    /// In the middle of an event.
    InEvent,
    Broken(ErrorKind),
}

/// So many pieces without an event are read before others have their turn.
const PATIENCE: u32 = 64;

impl<E> EventStream<E> {
    /// Returns the id of the task, for the stop operation, from the first event that contains it.
    #[must_use]
    pub fn task_id(&self) -> Option<&str> {
        self.source.task_id.as_deref()
    }

    /// Returns the id of the run of a workflow or chatflow, from the first event that contains it.
    #[must_use]
    pub fn run_id(&self) -> Option<&str> {
        self.source.run_id.as_deref()
    }

    /// The Dify release that sends the stream (`X-Version`).
    #[must_use]
    pub fn server_version(&self) -> Option<&str> {
        self.source.circumstances.server_version.as_deref()
    }

    /// Has an event come that ends a run?
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.source.ended
    }

    /// Returns how many required members the events so far lacked, or had as null, and have empty; see
    /// [`Response::substitutions`](crate::Response::substitutions).
    #[must_use]
    pub fn substitutions(&self) -> usize {
        self.source.substitutions
    }

    /// When bytes of the stream last came, pings among them; at first, when the stream was opened.
    ///
    /// Bytes are noticed while the stream is read: a call of [`next`](Self::next) that waits longer than Dify's 10 s
    /// between two pings, with bytes that came meanwhile, waits for a run that is slow and not for a connection that is
    /// dead.
    #[must_use]
    pub fn last_activity(&self) -> Instant {
        self.active
    }

    /// What ended the stream before its time; `None` while it continues, and when it ended well.
    #[must_use]
    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    /// Asks the server to stop the run, and does not wait for it: read on, and the stream ends by itself with the run's
    /// last events. See also [`stop`](Self::stop).
    ///
    /// # Errors
    /// Those of the stop operation; [`ErrorKind::InvalidRequest`] when no event has named the task yet, or when the
    /// stream is not that of a run that can be stopped.
    pub async fn request_stop(&self) -> Result<(), Error> {
        self.source.request_stop().await
    }

    /// Makes a drop of the stream before the end of the run stop the run as well.
    ///
    /// The request goes out from a task of its own, on the runtime in which the stream is dropped, or on that of blocking
    /// calls if one of them opened the stream; whether it was heard, not reported. A run cannot be stopped before an event contains its task.
    ///
    /// Without this, a workflow continues when its stream is dropped, and its result is stored; the answer to a chat
    /// message stays empty on Dify 1.16.1, whether its run was stopped or not.
    pub fn stop_on_drop(mut self) -> Self {
        self.source.stop_on_drop = true;
        self
    }

    /// Makes an event that cannot be decoded an `Err` with [`ErrorKind::Decode`] instead of an `Unknown` event. The stream
    /// continues after it.
    pub fn strict(mut self) -> Self {
        self.source.strict = true;
        self
    }

    pub(crate) fn source(&self) -> &FrameSource {
        &self.source
    }

    pub(crate) fn source_mut(&mut self) -> &mut FrameSource {
        &mut self.source
    }

    /// Asks for the run itself where its events do not come.
    #[cfg(any(feature = "app", feature = "web"))]
    pub(crate) fn probe(&mut self, probe: Probe) {
        self.probe = Some(probe);
    }
}

/// Events are never pinned where they wait.
impl<E> Unpin for EventStream<E> {}

impl ErrorKind {
    /// Does the stream continue after it?
    pub(crate) fn spoils_one_event(&self) -> bool {
        matches!(self, Self::Decode(_))
    }
}

impl<E: Event> Stream for EventStream<E> {
    type Item = Result<E, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(cx)
    }
}

impl<E> fmt::Debug for EventStream<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("operation", &format_args!("{}", self.source.circumstances.operation))
            .field("task_id", &self.source.task_id.as_deref().map(Shown::new))
            .field("ended", &self.incoming.is_none())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
