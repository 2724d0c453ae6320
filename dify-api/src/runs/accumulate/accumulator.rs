//! A stream whose events are gathered as they are read.

use super::{AccumulateInto, Run, Snapshot};
use crate::{Error, EventStream, stream::event_stream::within};
use futures_core::Stream;
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

/// The events of an answer, and the [`Answer`](crate::Answer) that they have made so far.
#[cfg(any(feature = "app", feature = "web"))]
pub type AnswerStream<E> = Accumulator<E, super::Answer>;

/// The events of a run, and the [`Run`] that they have made so far.
pub type RunStream<E> = Accumulator<E, Run>;

/// A stream of events that accumulates their data into a snapshot: an `Answer` or a [`Run`].
///
/// Await it for the whole. Or read the events one by one with [`next`](Self::next), as from the [`EventStream`] it is
/// made of, and look at the [`snapshot`](Self::snapshot) at any time: it contains the data of the events read so
/// far.
///
/// An event that cannot be decoded is delivered as `Unknown` and noted in the snapshot as missing. Everything else that goes wrong ends the
/// stream, and leaves the snapshot as far as it came.
///
/// ```no_run
/// # #[cfg(feature = "app")]
/// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
/// use dify_api::types::ChatRequest;
///
/// let request = ChatRequest::new("Hello").user("user-1");
/// let answer = app.chat().stream(&request).await?.into_answer().await?;
/// println!("{} for {:?}", answer.text, answer.usage.map(|usage| usage.total_price));
///
/// // The same, and the answer as it grows.
/// let mut stream = app.chat().stream(&request).await?.into_answer();
/// while let Some(event) = stream.next().await {
///     event?;
///     println!("{} characters so far", stream.snapshot().text.chars().count());
/// }
/// # Ok(()) }
/// ```
#[must_use = "a stream does nothing unless it is read"]
pub struct Accumulator<E, S> {
    events: EventStream<E>,
    snapshot: S,
}

impl<E: AccumulateInto<S>, S: Snapshot> Accumulator<E, S> {
    pub(crate) fn new(events: EventStream<E>, mut snapshot: S) -> Self {
        if events.source().continues() {
            snapshot.missing().gap();
        }
        Self { events, snapshot }
    }

    /// The next event, after it was added to the snapshot; `None` when the server has ended the stream.
    ///
    /// Nothing is lost when the future is dropped before it is done.
    pub async fn next(&mut self) -> Option<Result<E, Error>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E, Error>>> {
        let next = std::task::ready!(Pin::new(&mut self.events).poll_next(cx));
        match &next {
            Some(Ok(event)) => self.snapshot.take_in(event),
            Some(Err(error)) => self.snapshot.note(error),
            None => {}
        }
        Poll::Ready(next)
    }

    /// Returns the data of the events read so far.
    pub fn snapshot(&self) -> &S {
        &self.snapshot
    }

    /// Reads to the end.
    ///
    /// # Errors
    /// What ended the stream before its time, or the `error` event by which the run failed, and the same each time it is
    /// called again; then the [`snapshot`](Self::snapshot) contains the data so far. A workflow that fails without such an event is no error: look
    /// at its `status`.
    pub async fn finish(&mut self) -> Result<S, Error> {
        self.drain().await?;
        Ok(self.snapshot.clone())
    }

    async fn drain(&mut self) -> Result<(), Error> {
        while self.next().await.is_some() {}
        match self.events.failure() {
            Some(failure) => Err(failure.clone()),
            None => Ok(()),
        }
    }

    /// Asks the server to stop the run, and reads to the end of the stream.
    ///
    /// If the server does not report that it stopped the run, as for chats, agents and completions, the
    /// status becomes [`Stopped`](crate::RunStatus::Stopped) because it was asked to.
    ///
    /// # Errors
    /// Those of [`EventStream::stop`] but for `Backlog`, and those of [`finish`](Self::finish).
    pub async fn stop(&mut self) -> Result<S, Error> {
        if !self.events.source().can_be_stopped() {
            self.events.request_stop().await?;
        }
        let limit = self.events.stop_limit();
        while self.events.task_id().is_none()
            && within(limit, self.next()).await.map_err(|late| self.events.late(late))?.is_some()
        {}
        let over = self.snapshot.is_over();
        self.events.stop_running().await?;
        self.drain().await?;
        if !over {
            self.snapshot.stopped();
        }
        Ok(self.snapshot.clone())
    }

    /// Returns the id of the task, from the first event that contains it.
    #[must_use]
    pub fn task_id(&self) -> Option<&str> {
        self.events.task_id()
    }

    /// The Dify release that sends the stream (`X-Version`).
    #[must_use]
    pub fn server_version(&self) -> Option<&str> {
        self.events.server_version()
    }

    /// Returns how many required members the events so far lacked; see [`EventStream::substitutions`].
    #[must_use]
    pub fn substitutions(&self) -> usize {
        self.events.substitutions()
    }

    /// When bytes of the stream last came; see [`EventStream::last_activity`].
    #[must_use]
    pub fn last_activity(&self) -> Instant {
        self.events.last_activity()
    }

    /// The remaining events, and the data of those before.
    pub fn into_parts(self) -> (EventStream<E>, S) {
        (self.events, self.snapshot)
    }
}

impl<E> EventStream<E> {
    /// Gathers the answer from the events.
    ///
    /// ```no_run
    /// # #[cfg(feature = "app")]
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::ChatRequest;
    ///
    /// let request = ChatRequest::new("Hello").user("user-1");
    /// let answer = app.chat().stream(&request).await?.into_answer().await?;
    /// println!("{}", answer.text);
    /// # Ok(()) }
    /// ```
    #[cfg(any(feature = "app", feature = "web"))]
    pub fn into_answer(self) -> AnswerStream<E>
    where
        E: AccumulateInto<super::Answer>,
    {
        Accumulator::new(self, super::Answer::default())
    }

    /// Gathers the run from the events.
    ///
    /// ```no_run
    /// # #[cfg(feature = "app")]
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::{RunStatus, types::WorkflowRunRequest};
    ///
    /// let request = WorkflowRunRequest::new([("city", "Beijing")]).user("user-1");
    /// let run = app.workflows().run_stream(&request).await?.into_run().await?;
    /// if run.status == RunStatus::Succeeded {
    ///     println!("{:?}", run.outputs);
    /// }
    /// for node in &run.nodes {
    ///     println!("{} {} {:?}", node.title, node.status, node.elapsed_time);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_run(self) -> RunStream<E>
    where
        E: AccumulateInto<Run>,
    {
        Accumulator::new(self, Run::default())
    }
}

impl<E: AccumulateInto<S>, S: Snapshot> Stream for Accumulator<E, S> {
    type Item = Result<E, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(cx)
    }
}

impl<E: AccumulateInto<S>, S: Snapshot> IntoFuture for Accumulator<E, S> {
    type Output = Result<S, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            self.drain().await?;
            Ok(self.snapshot)
        })
    }
}

impl<E, S> fmt::Debug for Accumulator<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accumulator").field("events", &self.events).finish_non_exhaustive()
    }
}
