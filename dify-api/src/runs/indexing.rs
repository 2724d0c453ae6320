//! Waiting for documents to become searchable.

use crate::{
    Error, ErrorKind, Shown, TimeLimit, Timeout,
    error::{Context as CallContext, IndexingError, Situation, UnindexedDocument},
    groups::Documents,
    operation::{Credential, Named},
    transport::{timeouts::after, timer::Timer},
    types::{DocumentMetadataPart, DocumentsGetQuery, IndexingProgress, IndexingStatus, IndexingStatusReply},
};
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use futures_core::Stream;
use reqwest::Method;
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::Instant;

const DEADLINE: Duration = Duration::from_secs(30 * 60);

impl<'a> Documents<'a> {
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
    /// Dify's reason. [`ErrorKind::Timeout`] with [`TimeLimit::Indexing`] at the deadline, half an hour if it is not
    /// reported: it names dataset, batch and the last status of each document that is not indexed. [`ErrorKind::Api`] with `not_found` when there is no such batch.
    pub fn wait_until_indexed(self, dataset_id: &'a str, batch: &'a str) -> Indexing<'a> {
        let waiting = Waiting { documents: self, dataset_id, batch, last: None, pace: pace() };
        Indexing {
            waiting,
            state: IndexingState::Asking(None),
            deadline: Some(DEADLINE),
            due: None,
            timer: Timer::new(None),
        }
    }
}

/// The indexing of a batch; see [`Documents::wait_until_indexed`].
///
/// As a stream it yields the states of all documents of the batch whenever one has changed, and ends when all are
/// indexed. A document that failed or was paused comes as an `Err` at the end.
#[must_use = "nothing happens unless it is awaited or read"]
pub struct Indexing<'a> {
    waiting: Waiting<'a>,
    state: IndexingState<'a>,
    deadline: Option<Duration>,
    /// When the deadline is, once it was polled.
    due: Option<Instant>,
    timer: Timer,
}

/// The request, and its last answer.
struct Waiting<'a> {
    documents: Documents<'a>,
    dataset_id: &'a str,
    batch: &'a str,
    last: Option<IndexingStatusReply>,
    pace: ExponentialBackoff,
}

type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

enum IndexingState<'a> {
    /// A request is under way, or will be.
    Asking(Option<Later<'a, Result<IndexingStatusReply, Error>>>),
    Resting(Timer, Instant),
    /// The names of those that failed are looked up.
    Naming(Later<'a, IndexingError>),
    Over,
}

fn pace() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(250))
        .with_factor(1.5)
        .with_max_delay(Duration::from_secs(5))
        .without_max_times()
        .build()
}

impl<'a> Indexing<'a> {
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
                self.state = IndexingState::Over;
                return Poll::Ready(Some(Err(self.waiting.late(limit))));
            }
        }
        loop {
            match &mut self.state {
                IndexingState::Over => return Poll::Ready(None),
                IndexingState::Resting(timer, due) => {
                    std::task::ready!(timer.poll_until(cx, *due));
                    self.state = IndexingState::Asking(None);
                }
                IndexingState::Naming(naming) => {
                    let error = std::task::ready!(naming.as_mut().poll(cx));
                    self.state = IndexingState::Over;
                    let error = Error::beside(ErrorKind::Indexing(error), self.waiting.documents.transport);
                    return Poll::Ready(Some(Err(error)));
                }
                IndexingState::Asking(call) => {
                    let waiting = &self.waiting;
                    let call = call.get_or_insert_with(|| {
                        Box::pin(waiting.documents.indexing_status(waiting.dataset_id, waiting.batch))
                    });
                    match std::task::ready!(call.as_mut().poll(cx)) {
                        Err(error) => {
                            self.state = IndexingState::Over;
                            return Poll::Ready(Some(Err(error)));
                        }
                        Ok(reply) => {
                            let changed = self.waiting.take(reply.clone());
                            self.state = self.waiting.after(&reply);
                            if changed {
                                return Poll::Ready(Some(Ok(reply)));
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How many documents an error about a deadline names.
const NAMED: usize = 10;

impl<'a> Waiting<'a> {
    /// The deadline is over: how far is each document?
    fn late(&self, limit: Duration) -> Error {
        let route = format!("/datasets/{}/documents/{}/indexing-status", self.dataset_id, self.batch);
        let mut progress = format!("In the batch {} of the dataset {}", self.batch, self.dataset_id);
        let unfinished = |document: &&IndexingProgress| document.indexing_status != IndexingStatus::Completed;
        let data = self.last.as_ref().map_or(&[][..], |last| &last.data);
        let documents: Vec<&IndexingProgress> = data.iter().filter(unfinished).collect();
        for (index, document) in documents.iter().take(NAMED).enumerate() {
            let IndexingProgress { id, indexing_status, completed_segments, total_segments, .. } = document;
            let and = if index == 0 { "," } else { ";" };
            progress += &format!(
                "{and} the document {id} is {indexing_status} ({completed_segments} of {total_segments} segments)"
            );
        }
        match documents.len() {
            0 => progress += " no document has a known status",
            named if named > NAMED => progress += &format!("; {} more are not indexed", named - NAMED),
            _ => {}
        }
        progress += ". Dify continues: wait again, or raise `deadline`";
        let named = Named::by_hand(Method::GET, route, Credential::Knowledge);
        let situation = Situation { progress: Some(progress.into()), ..Situation::default() };
        let kind = ErrorKind::Timeout(Timeout { which: TimeLimit::Indexing, limit });
        Error::new(kind, CallContext { situation, ..CallContext::of(named, self.documents.transport.secrets()) })
    }

    /// Stores an answer; returns whether it is new. A batch that makes progress is polled more often.
    fn take(&mut self, reply: IndexingStatusReply) -> bool {
        let changed = self.last.as_ref() != Some(&reply);
        if changed {
            self.pace = pace();
        }
        self.last = Some(reply);
        changed
    }

    /// What to do after an answer.
    fn after(&mut self, reply: &IndexingStatusReply) -> IndexingState<'a> {
        let stuck = |document: &&IndexingProgress| {
            matches!(document.indexing_status, IndexingStatus::Error | IndexingStatus::Paused)
        };
        let at_work = |document: &IndexingProgress| document.indexing_status != IndexingStatus::Completed;
        if reply.data.iter().any(|document| at_work(document) && !stuck(&document)) {
            let rest = self.pace.next().unwrap_or(Duration::from_secs(5));
            return IndexingState::Resting(Timer::new(None), Instant::now() + rest);
        }
        let documents: Vec<UnindexedDocument> = reply.data.iter().filter(stuck).map(UnindexedDocument::of).collect();
        if documents.is_empty() {
            return IndexingState::Over;
        }
        IndexingState::Naming(Box::pin(named(self.documents, self.dataset_id, documents)))
    }
}

/// With their names if available: the states contain only ids.
async fn named(handle: Documents<'_>, dataset_id: &str, mut documents: Vec<UnindexedDocument>) -> IndexingError {
    let query = DocumentsGetQuery::new().metadata(DocumentMetadataPart::Without);
    for document in &mut documents {
        if let Ok(detail) = handle.get(dataset_id, &document.id, &query).await {
            document.name = detail.name;
        }
    }
    IndexingError { documents }
}

impl Stream for Indexing<'_> {
    type Item = Result<IndexingStatusReply, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_progress(cx)
    }
}

impl<'a> IntoFuture for Indexing<'a> {
    type Output = Result<IndexingStatusReply, Error>;
    type IntoFuture = Later<'a, Self::Output>;

    /// The final states.
    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            while let Some(progress) = self.next().await {
                progress?;
            }
            Ok(self.waiting.last.take().unwrap_or(IndexingStatusReply { data: Vec::new() }))
        })
    }
}

impl fmt::Debug for Indexing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Indexing")
            .field("dataset_id", &Shown::new(self.waiting.dataset_id))
            .field("batch", &Shown::new(self.waiting.batch))
            .field("last", &self.waiting.last.as_ref().map(|last| last.data.len()))
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
