//! Batches of documents, and the last states of each.

use crate::{
    Call, Error, ErrorKind, TimeLimit, Timeout, Transport,
    error::{Context, IndexingError, Situation, UnindexedDocument},
    groups::Documents,
    operation::{Credential, Named},
    types::{DocumentMetadataPart, DocumentsGetQuery, IndexingProgress, IndexingStatus, IndexingStatusReply},
};
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use reqwest::Method;
use std::time::Duration;

/// How many documents an error about a deadline names.
const NAMED: usize = 10;

pub(super) struct Waiting {
    transport: Transport,
    pub(super) dataset_id: String,
    pub(super) batches: Vec<Batch>,
    pace: ExponentialBackoff,
}

/// A batch, and the last states of its documents.
pub(super) struct Batch {
    id: String,
    last: Option<IndexingStatusReply>,
}

fn pace() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(250))
        .with_factor(1.5)
        .with_max_delay(Duration::from_secs(5))
        .without_max_times()
        .build()
}

fn is_stuck(document: &IndexingProgress) -> bool {
    matches!(document.indexing_status, IndexingStatus::Error | IndexingStatus::Paused)
}

impl Batch {
    /// Returns whether its state may change without anybody's doing.
    fn is_at_work(&self) -> bool {
        let at_work =
            |document: &IndexingProgress| document.indexing_status != IndexingStatus::Completed && !is_stuck(document);
        self.last.as_ref().is_none_or(|last| last.data.iter().any(at_work))
    }
}

impl Waiting {
    pub(super) fn new(transport: Transport, dataset_id: String, ids: Vec<String>) -> Self {
        let mut batches: Vec<Batch> = Vec::new();
        for id in ids {
            if batches.iter().all(|batch| batch.id != id) {
                batches.push(Batch { id, last: None });
            }
        }
        Self { transport, dataset_id, batches, pace: pace() }
    }

    /// Returns the question about the next batch that is not at its end, from this place on.
    pub(super) fn ask(&self, place: usize) -> Option<(usize, Call<IndexingStatusReply>)> {
        let (place, batch) = self.batches.iter().enumerate().skip(place).find(|(_, batch)| batch.is_at_work())?;
        let documents = Documents::new(&self.transport);
        Some((place, documents.indexing_status(&self.dataset_id, &batch.id)))
    }

    /// Stores an answer; returns whether it is new. Batches that make progress are polled more often.
    pub(super) fn take(&mut self, place: usize, reply: IndexingStatusReply) -> bool {
        let Some(batch) = self.batches.get_mut(place) else { return false };
        let changed = batch.last.as_ref() != Some(&reply);
        if changed {
            self.pace = pace();
        }
        batch.last = Some(reply);
        changed
    }

    /// Returns how long to rest before the batches are asked for again; `None` where there is nothing to wait for.
    pub(super) fn rest(&mut self) -> Option<Duration> {
        let at_work = self.batches.iter().any(Batch::is_at_work);
        at_work.then(|| self.pace.next().unwrap_or(Duration::from_secs(5)))
    }

    /// Returns the states of all documents.
    pub(super) fn states(&self) -> IndexingStatusReply {
        IndexingStatusReply { data: self.documents().cloned().collect() }
    }

    fn documents(&self) -> impl Iterator<Item = &IndexingProgress> {
        self.batches.iter().filter_map(|batch| batch.last.as_ref()).flat_map(|last| &last.data)
    }

    /// Looks up the names of the documents that failed or were paused, if there are any: the states contain only ids.
    pub(super) fn name(&self) -> Option<impl Future<Output = IndexingError> + Send + use<>> {
        let stuck = self.documents().filter(|document| is_stuck(document));
        let mut documents: Vec<UnindexedDocument> = stuck.map(UnindexedDocument::of).collect();
        let (transport, dataset_id) = (self.transport.clone(), self.dataset_id.clone());
        let named = async move {
            let query = DocumentsGetQuery::new().metadata(DocumentMetadataPart::Without);
            for document in &mut documents {
                if let Ok(detail) = Documents::new(&transport).get(&dataset_id, &document.id, &query).await {
                    document.name = detail.name;
                }
            }
            IndexingError { documents }
        };
        self.documents().any(is_stuck).then_some(named)
    }

    pub(super) fn error(&self, kind: ErrorKind) -> Error {
        Error::beside(kind, &self.transport.secrets())
    }

    /// The deadline is over: how far is each document?
    pub(super) fn late(&self, limit: Duration) -> Error {
        let dataset = &self.dataset_id;
        let (batch, mut progress) = match &*self.batches {
            [batch] => (&*batch.id, format!("In the batch {} of the dataset {dataset}", batch.id)),
            batches => ("{batch}", format!("In {} batches of the dataset {dataset}", batches.len())),
        };
        let route = format!("/datasets/{dataset}/documents/{batch}/indexing-status");
        let unfinished = self.documents().filter(|document| document.indexing_status != IndexingStatus::Completed);
        let documents: Vec<&IndexingProgress> = unfinished.collect();
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
        Error::new(kind, Context { situation, ..Context::of(named, self.transport.secrets()) })
    }
}
