//! The events of a run, as they happen.

use crate::{
    Error, ErrorKind, Event, Operation, Transport,
    error::{Context as Circumstances, DecodeError, StreamError},
    event::{glance, peek},
    incoming::Incoming,
    operation::Named,
    requests::{Built, Requests},
    span::Span,
    sse::{Decoder, FrameError},
    transport::{self, Build, Content, Due, Exchange},
};
use bytes::Bytes;
use futures_core::Stream;
use serde::Deserialize;
use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// The events of one run.
///
/// Read it with [`next`](Self::next), or as a [`Stream`]. An `error` event comes as an `Err` and ends the stream, and so does
/// a connection that breaks; an event that cannot be decoded is an `Err` of its own, after which the stream goes on.
/// Events that this version of the crate does not know come as `Unknown`. Pings are no events.
///
/// Dropping the stream closes the connection. It does not stop the run: [`stop`](Self::stop) does.
///
/// ```no_run
/// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
/// use dify_api::types::{ChatEvent, ChatRequest};
///
/// let mut stream = app.chat().stream(&ChatRequest::new("Hello", "user-1")).await?;
/// while let Some(event) = stream.next().await {
///     if let ChatEvent::Message(message) = event? {
///         print!("{}", message.answer);
///     }
/// }
/// # Ok(()) }
/// ```
#[must_use = "a stream does nothing unless it is read"]
pub struct EventStream<E> {
    /// Nothing after the end, so that the connection goes back at once.
    incoming: Option<Incoming>,
    decoder: Decoder,
    run: Box<Run>,
    events: PhantomData<fn() -> E>,
}

/// What is known of the run behind the stream.
struct Run {
    circumstances: Circumstances,
    transport: Transport,
    stopping: Option<Stopping>,
    task_id: Option<String>,
}

/// How to stop a run: the operation, and its request for a task.
#[derive(Clone)]
pub(crate) struct Stopping {
    pub(crate) operation: &'static Operation,
    pub(crate) build: Arc<BuildStop>,
}

type BuildStop = dyn Fn(&Requests, &str) -> Built + Send + Sync;

impl<E: Event> EventStream<E> {
    pub(crate) fn new(
        content: Content,
        circumstances: Circumstances,
        transport: Transport,
        stopping: Option<Stopping>,
    ) -> Self {
        let decoder = Decoder::with_limit(transport.limits().event);
        let incoming = match content {
            Content::Open(incoming) => Some(incoming),
            Content::Whole(_) => None,
        };
        let run = Run { circumstances, transport, stopping, task_id: None };
        Self { incoming, decoder, run: Box::new(run), events: PhantomData }
    }

    /// The next event; `None` when the server has ended the stream.
    ///
    /// The same as `StreamExt::next`, for those who have no use for that crate. Nothing is lost when the future is
    /// dropped before it is done, as `tokio::select!` does.
    pub async fn next(&mut self) -> Option<Result<E, Error>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E, Error>>> {
        loop {
            if let Some(frame) = self.decoder.next_frame() {
                let outcome = match frame {
                    // Some proxies keep a connection alive by events without content.
                    Ok(frame) if frame.data().is_empty() => continue,
                    Ok(frame) => self.run.read(frame.data()),
                    Err(error) => Err(ErrorKind::Frame(error)),
                };
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
                    if self.decoder.is_mid_event() {
                        return Poll::Ready(Some(Err(self.fail(ErrorKind::CutShort))));
                    }
                }
            }
        }
    }

    /// Makes an error of it, and ends the stream if there is no going on.
    fn fail(&mut self, kind: ErrorKind) -> Error {
        let goes_on = match &kind {
            ErrorKind::Decode(_) => true,
            ErrorKind::Frame(error) => matches!(error, FrameError::NotUtf8 { .. }),
            _ => false,
        };
        if !goes_on {
            self.incoming = None;
            self.decoder = Decoder::with_limit(0);
        }
        Error::new(kind, self.run.circumstances.clone())
    }
}

impl<E> EventStream<E> {
    /// The task that runs, as the first event that knows it named it.
    #[must_use]
    pub fn task_id(&self) -> Option<&str> {
        self.run.task_id.as_deref()
    }

    /// The Dify release that sends the stream (`X-Version`).
    #[must_use]
    pub fn server_version(&self) -> Option<&str> {
        self.run.circumstances.server_version.as_deref()
    }

    /// Asks the server to stop the run. Then read on: the stream ends by itself, with the run's last events.
    ///
    /// # Errors
    /// Those of the stop operation; [`ErrorKind::InvalidRequest`] when no event has named the task yet, or when the
    /// stream is not that of a run that can be stopped.
    pub async fn stop(&self) -> Result<(), Error> {
        let Run { circumstances, transport, stopping, task_id } = &*self.run;
        let refused = |why: &str| Err(Error::new(ErrorKind::InvalidRequest(why.to_owned()), circumstances.clone()));
        let Some(stopping) = stopping else {
            return refused("this stream is not that of a run that can be stopped");
        };
        let Some(task_id) = task_id else {
            return refused("no event has named the task to stop yet: read on until one does");
        };
        let exchange = Exchange {
            transport,
            operation: Named::Described(stopping.operation),
            build: Build::Now(Arc::new(|requests| (stopping.build)(requests, task_id))),
            due: Due::Nothing,
            timeouts: transport.timeouts(),
            signed: false,
            bearer: None,
        };
        let span = Span::new(transport, &exchange.operation);
        span.hold(transport::call(exchange, &span)).await?;
        Ok(())
    }
}

impl Run {
    fn read<E: Event>(&mut self, data: &str) -> Result<E, ErrorKind> {
        let unfit = |source| ErrorKind::Decode(DecodeError::new(Bytes::copy_from_slice(data.as_bytes()), source));
        let name = peek(data, "event").map_err(unfit)?;
        if name == "error" {
            return Err(failed(data).unwrap_or_else(unfit));
        }
        if self.stopping.is_some() && self.task_id.is_none() {
            // Not every event has one: the next may.
            self.task_id = glance(data, "task_id").map(|id| id.into_owned());
        }
        E::decode(&name, data).map_err(unfit)
    }
}

/// What an `error` event says. Only its code is certain: completions have no conversation, and so on.
fn failed(data: &str) -> serde_json::Result<ErrorKind> {
    #[derive(Deserialize)]
    struct Wire {
        code: Option<String>,
        status: Option<u16>,
        message: Option<String>,
        message_id: Option<String>,
        conversation_id: Option<String>,
    }

    let wire: Wire = serde_json::from_str(data)?;
    Ok(ErrorKind::Stream(StreamError {
        code: wire.code.unwrap_or_default().into(),
        status: wire.status,
        message: wire.message.unwrap_or_default(),
        message_id: wire.message_id,
        conversation_id: wire.conversation_id,
        body: Bytes::copy_from_slice(data.as_bytes()),
    }))
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
            .field("operation", &format_args!("{}", self.run.circumstances.operation))
            .field("task_id", &self.run.task_id)
            .field("ended", &self.incoming.is_none())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
