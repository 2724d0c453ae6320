//! The events of a run, as they happen.

use crate::{
    Error, ErrorKind, Event, Timeouts, Transport, error::Context as Circumstances, incoming::Incoming, sse::Decoder,
    transport::Content,
};
use futures_core::Stream;
use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

mod source;

pub(crate) use source::{BuildStop, Source, Stopping};

/// The events of one run.
///
/// Read it with [`next`](Self::next), or as a [`Stream`]. Events that this version of the crate does not know come as
/// `Unknown`. Pings are no events.
///
/// It ends with `None` only after one of the events that end a run ([`Event::FINAL`]): `message_end`,
/// `workflow_finished` and `workflow_paused`, and others of knowledge pipelines. Whatever else ends it is an `Err`
/// before: an `error` event, a connection that breaks, a [time limit](crate::Timeouts), or a server that closes without
/// a final event ([`ErrorKind::Incomplete`]). An event that cannot be decoded is an `Err` of its own, after which the
/// stream goes on.
///
/// Dropping the stream closes the connection. It does not stop the run: [`stop`](Self::stop) does.
///
/// ```no_run
/// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
/// use dify_api::types::ChatRequest;
///
/// let mut stream = app.chat().stream(&ChatRequest::new("Hello", "user-1")).await?;
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
    source: Box<Source>,
    /// Read already, while waiting for the end of a stopped run.
    ahead: VecDeque<Result<E, Error>>,
}

impl<E: Event> EventStream<E> {
    pub(crate) fn new(
        content: Content,
        circumstances: Circumstances,
        transport: Transport,
        timeouts: Timeouts,
        stopping: Option<Stopping>,
    ) -> Self {
        let decoder = Decoder::with_limit(transport.limits().event);
        let incoming = match content {
            Content::Open(mut incoming) => {
                incoming.stalls_after(timeouts.stall);
                Some(incoming)
            }
            Content::Whole(_) => None,
        };
        let source = Box::new(Source::new(circumstances, transport, stopping));
        Self { incoming, decoder, source, ahead: VecDeque::new() }
    }

    /// The next event; `None` when the run has told its end.
    ///
    /// The same as `StreamExt::next`, for those who have no use for that crate. Nothing is lost when the future is
    /// dropped before it is done, as `tokio::select!` does.
    pub async fn next(&mut self) -> Option<Result<E, Error>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Stops the run: asks the server to, and waits for the stream's own end, which brings the run's last events.
    ///
    /// Nothing is lost: read on afterwards, and all events come that came meanwhile, down to the last. If no event has
    /// named the task yet, the first that does is waited for. A run that has ended is not stopped.
    ///
    /// # Errors
    /// Those of the stop operation; [`ErrorKind::InvalidRequest`] when the stream is not that of a run that can be
    /// stopped. What goes wrong with the stream itself comes in its place among the events.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::ChatRequest;
    ///
    /// let mut stream = app.chat().stream(&ChatRequest::new("Count to a thousand", "user-1")).await?;
    /// let first = stream.next().await;
    /// stream.stop().await?;
    /// while let Some(event) = stream.next().await {
    ///     println!("{:?}", event?);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn stop(&mut self) -> Result<(), Error> {
        if !self.source.can_be_stopped() {
            return self.request_stop().await;
        }
        while self.source.task_id.is_none() && self.read_ahead().await {}
        if self.source.task_id.is_some() && !self.source.ended {
            self.request_stop().await?;
        }
        while self.read_ahead().await {}
        Ok(())
    }

    /// Reads an event for later; `false` at the end.
    async fn read_ahead(&mut self) -> bool {
        match poll_fn(|cx| self.poll_fresh(cx)).await {
            Some(event) => {
                self.ahead.push_back(event);
                true
            }
            None => false,
        }
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E, Error>>> {
        match self.ahead.pop_front() {
            Some(event) => Poll::Ready(Some(event)),
            None => self.poll_fresh(cx),
        }
    }

    fn poll_fresh(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E, Error>>> {
        for _ in 0..PATIENCE {
            while let Some(frame) = self.decoder.next_frame() {
                let outcome = match frame {
                    // Some proxies keep a connection alive by events without content.
                    Ok(frame) if frame.data().is_empty() => continue,
                    Ok(frame) => match self.source.read(frame.data()) {
                        // Told before this stream went on where another had broken off.
                        Ok(None) => continue,
                        Ok(Some(event)) => Ok(event),
                        Err(kind) => Err(kind),
                    },
                    Err(error) => Err(ErrorKind::Frame(error)),
                };
                if let Some(incoming) = &mut self.incoming {
                    incoming.progressed();
                }
                return Poll::Ready(Some(outcome.map_err(|kind| self.fail(kind))));
            }
            let Some(incoming) = &mut self.incoming else {
                return Poll::Ready(None);
            };
            match std::task::ready!(incoming.poll_chunk(cx)) {
                Some(Ok(chunk)) => self.decoder.push(chunk),
                Some(Err(kind)) => return Poll::Ready(Some(Err(self.fail(kind)))),
                None => {
                    self.incoming = None;
                    let cut = self.decoder.is_mid_event();
                    let missing = if cut { Some(ErrorKind::CutShort) } else { self.source.missing() };
                    if let Some(kind) = missing {
                        return Poll::Ready(Some(Err(self.fail(kind))));
                    }
                }
            }
        }
        // Whoever sends without end and says nothing keeps neither the task busy nor the limits from running out.
        let limits = self.incoming.as_mut().map(|incoming| incoming.poll_limits(cx));
        if let Some(Poll::Ready(kind)) = limits {
            return Poll::Ready(Some(Err(self.fail(kind))));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Makes an error of it, and ends the stream if there is no going on.
    fn fail(&mut self, kind: ErrorKind) -> Error {
        if !kind.spoils_one_event() {
            self.incoming = None;
            self.decoder = Decoder::with_limit(0);
        }
        self.source.error(kind)
    }
}

/// So many pieces without an event are read before others have their turn.
const PATIENCE: u32 = 64;

impl<E> EventStream<E> {
    /// The task that runs, as the first event that knows it named it: what the stop operation takes.
    #[must_use]
    pub fn task_id(&self) -> Option<&str> {
        self.source.task_id.as_deref()
    }

    /// The run of a workflow or chatflow, as the first event that knows it named it.
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

    /// Asks the server to stop the run, and does not wait for it: read on, and the stream ends by itself with the run's
    /// last events. See also [`stop`](Self::stop).
    ///
    /// # Errors
    /// Those of the stop operation; [`ErrorKind::InvalidRequest`] when no event has named the task yet, or when the
    /// stream is not that of a run that can be stopped.
    pub async fn request_stop(&self) -> Result<(), Error> {
        self.source.request_stop().await
    }

    /// From now on, dropping the stream before the run has told its end stops the run as well.
    ///
    /// The request goes out from a task of its own, on the runtime in which the stream is dropped; whether it was heard,
    /// nobody learns. A run whose task no event has named yet cannot be stopped.
    pub fn stop_on_drop(mut self) -> Self {
        self.source.stop_on_drop = true;
        self
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    pub(crate) fn source_mut(&mut self) -> &mut Source {
        &mut self.source
    }
}

/// Events are never pinned where they wait.
impl<E> Unpin for EventStream<E> {}

impl ErrorKind {
    /// Does the stream go on after it?
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
            .field("task_id", &self.source.task_id)
            .field("ended", &self.incoming.is_none())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
