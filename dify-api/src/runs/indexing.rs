//! Waiting for documents to become searchable.

mod waiting;

use crate::{
    Call, Error, ErrorKind, Shown,
    error::IndexingError,
    groups::Documents,
    transport::{timeouts::after, timer::Timer},
    types::IndexingStatusReply,
};
use futures_core::Stream;
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::Instant;
use waiting::Waiting;

const DEADLINE: Duration = Duration::from_secs(30 * 60);

impl Documents<'_> {
    /// Follows the documents of a batch until all of them are indexed.
    ///
    /// Await it for the final states, or read it as a stream of what changes. It asks again after a quarter of a second,
    /// then less and less often while nothing changes, up to every 5 s.
    ///
    /// ```no_run
    /// # async fn run(knowledge: dify_api::Knowledge, dataset: &str) -> Result<(), dify_api::Error> {
    /// use dify_api::types::DocumentTextRequest;
    /// use std::time::Duration;
    ///
    /// let text = DocumentTextRequest::new("tea.txt", "Steep it for three minutes.");
    /// let added = knowledge.documents().create_by_text(dataset, &text).await?;
    ///
    /// let mut indexing = knowledge
    ///     .documents()
    ///     .wait_until_indexed(dataset, &added.batch)
    ///     .deadline(Duration::from_secs(300));
    /// while let Some(progress) = indexing.next().await {
    ///     for document in progress?.data {
    ///         println!("{} of {} segments", document.completed_segments, document.total_segments);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Indexing`] when a document failed or was paused, once no other is being worked on: it names each, with
    /// Dify's reason. [`ErrorKind::Timeout`] with
    /// [`TimeLimit::Indexing`](crate::TimeLimit::Indexing) at the [`deadline`](Indexing::deadline): it names dataset, batch and
    /// the last status of each document that is not indexed. [`ErrorKind::Api`] with `not_found` when there is no such batch.
    pub fn wait_until_indexed(self, dataset_id: &str, batch: &str) -> Indexing {
        self.wait_until_all_indexed(dataset_id, [batch])
    }

    /// Follows the documents of several batches of one dataset until all of them are indexed, as after many uploads; see
    /// [`wait_until_indexed`](Self::wait_until_indexed), whose deadline and errors apply to all batches together.
    ///
    /// One batch is asked for after the other, and none again whose documents are all indexed, failed or paused. Equal
    /// batches are asked for once; without any the wait is over.
    ///
    /// ```no_run
    /// # async fn run(knowledge: dify_api::Knowledge, dataset: &str) -> Result<(), dify_api::Error> {
    /// use dify_api::types::DocumentTextRequest;
    ///
    /// let mut batches = Vec::new();
    /// for (name, text) in [("tea.txt", "Steep it."), ("coffee.txt", "Grind it.")] {
    ///     let added = knowledge.documents().create_by_text(dataset, &DocumentTextRequest::new(name, text)).await?;
    ///     batches.push(added.batch);
    /// }
    /// let states = knowledge.documents().wait_until_all_indexed(dataset, batches).await?;
    /// println!("{} documents are indexed", states.data.len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`wait_until_indexed`](Self::wait_until_indexed).
    pub fn wait_until_all_indexed(
        self,
        dataset_id: &str,
        batches: impl IntoIterator<Item = impl Into<String>>,
    ) -> Indexing {
        let batches = batches.into_iter().map(Into::into).collect();
        Indexing {
            waiting: Waiting::new(self.transport.clone(), dataset_id.to_owned(), batches),
            state: IndexingState::Begins,
            deadline: Some(DEADLINE),
            due: None,
            timer: Timer::new(None),
        }
    }
}

/// The indexing of batches of documents; see [`Documents::wait_until_indexed`].
///
/// As a stream it yields the states of all documents whenever one has changed, and ends when all are
/// indexed. A document that failed or was paused comes as an `Err` at the end.
#[must_use = "nothing happens unless it is awaited or read"]
pub struct Indexing {
    waiting: Waiting,
    state: IndexingState,
    deadline: Option<Duration>,
    /// When the deadline is, once it was polled.
    due: Option<Instant>,
    timer: Timer,
}

type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

enum IndexingState {
    Begins,
    /// The batch of this place is asked for.
    Asking(usize, Call<IndexingStatusReply>),
    Resting(Timer, Instant),
    /// The names of those that failed are looked up.
    Naming(Later<IndexingError>),
    Over,
}

impl Indexing {
    /// How long to wait at most, from the first time it is polled. Defaults to half an hour; `None` waits for ever.
    ///
    /// Dify continues indexing nevertheless.
    pub fn deadline(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.deadline = limit.into();
        self
    }

    /// The next change; `None` when all documents are indexed.
    ///
    /// The same as `StreamExt::next`. Nothing is lost when the future is dropped before it is done.
    pub async fn next(&mut self) -> Option<Result<IndexingStatusReply, Error>> {
        poll_fn(|cx| self.poll_progress(cx)).await
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<IndexingStatusReply, Error>>> {
        if matches!(self.state, IndexingState::Over) {
            return Poll::Ready(None);
        }
        if let Some(limit) = self.deadline {
            let due = *self.due.get_or_insert_with(|| after(Instant::now(), limit));
            if self.timer.poll_until(cx, due).is_ready() {
                return self.ends_with(self.waiting.late(limit));
            }
        }
        loop {
            match &mut self.state {
                IndexingState::Over => return Poll::Ready(None),
                IndexingState::Begins => self.state = self.goes_on(0),
                IndexingState::Resting(timer, due) => {
                    ready!(timer.poll_until(cx, *due));
                    self.state = self.goes_on(0);
                }
                IndexingState::Naming(naming) => {
                    let unindexed = ready!(naming.as_mut().poll(cx));
                    return self.ends_with(self.waiting.error(ErrorKind::Indexing(unindexed)));
                }
                IndexingState::Asking(place, call) => match ready!(Pin::new(call).poll(cx)) {
                    Err(error) => return self.ends_with(error),
                    Ok(reply) => {
                        let place = *place;
                        let changed = self.waiting.take(place, reply);
                        self.state = self.goes_on(place + 1);
                        if changed {
                            return Poll::Ready(Some(Ok(self.waiting.states())));
                        }
                    }
                },
            }
        }
    }

    /// What to do after the batches before this place.
    fn goes_on(&mut self, place: usize) -> IndexingState {
        if let Some((place, call)) = self.waiting.ask(place) {
            IndexingState::Asking(place, call)
        } else if let Some(rest) = self.waiting.rest() {
            IndexingState::Resting(Timer::new(None), after(Instant::now(), rest))
        } else if let Some(naming) = self.waiting.name() {
            IndexingState::Naming(Box::pin(naming))
        } else {
            IndexingState::Over
        }
    }

    fn ends_with(&mut self, error: Error) -> Poll<Option<Result<IndexingStatusReply, Error>>> {
        self.state = IndexingState::Over;
        Poll::Ready(Some(Err(error)))
    }
}

impl Stream for Indexing {
    type Item = Result<IndexingStatusReply, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_progress(cx)
    }
}

impl IntoFuture for Indexing {
    type Output = Result<IndexingStatusReply, Error>;
    type IntoFuture = Later<Self::Output>;

    /// The final states.
    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            while let Some(progress) = self.next().await {
                progress?;
            }
            Ok(self.waiting.states())
        })
    }
}

impl fmt::Debug for Indexing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Indexing")
            .field("dataset_id", &Shown::new(&self.waiting.dataset_id))
            .field("batches", &self.waiting.batches.len())
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
