//! Documents as Dify lists them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use dify_api::types::{
    DocumentDisplayStatus, DocumentMetadataPart, DocumentOrigin, DocumentsGetQuery, DocumentsListQuery, ErrorCode,
    IndexingStatus, KnowledgeDocument, MetadataValue,
};
use tokio::time::sleep;

use super::{
    dataset::Session,
    report::{Reason, SyncError},
};

/// Stands in a mark while the file of a document is being replaced. No hash looks like it.
pub const CHANGING: &str = "changing";

/// Between two looks at what is being indexed.
pub const PAUSE: Duration = Duration::from_millis(250);
/// The same when nothing moves for long.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A document, as far as it matters here.
#[derive(Debug)]
pub struct Document {
    pub id: String,
    /// The hash of its file, or [`CHANGING`]; none where it is not ours, or not known to be.
    pub mark: Option<String>,
    /// Of its file, where it has one.
    pub size: Option<u64>,
    /// When its file reached Dify, in Unix seconds.
    pub stored_at: Option<f64>,
    /// Whether it came through the API and was never changed since: then it may be what an interrupted run sent.
    pub untouched: bool,
    pub archived: bool,
    pub status: IndexingStatus,
    pub error: Option<String>,
    created_at: i64,
}

/// All documents by their names, those of one name from the oldest to the newest.
pub async fn list(session: &Session<'_>) -> Result<BTreeMap<String, Vec<Document>>, SyncError> {
    let query = DocumentsListQuery::new().limit(100);
    let mut items = session.knowledge.documents().list(&session.dataset, &query).items();
    let mut groups = BTreeMap::<String, Vec<Document>>::new();
    // What arrives while the pages are read pushes others to the next page, where they come again.
    let mut seen = BTreeSet::new();
    while let Some(item) = items.next().await {
        let item = item.map_err(SyncError::when("listing the documents"))?;
        if seen.insert(item.id.clone()) {
            groups.entry(item.name.clone()).or_default().push(Document::of(item, &session.field));
        }
    }
    for group in groups.values_mut() {
        group.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    }
    Ok(groups)
}

impl Document {
    fn of(item: KnowledgeDocument, field: &str) -> Self {
        let metadata = item.doc_metadata.unwrap_or_default();
        let mark = metadata.into_iter().find(|value| value.id == field).and_then(|value| match value.value {
            Some(MetadataValue::Text(mark)) if !mark.is_empty() => Some(mark),
            _ => None,
        });
        let file = item.data_source_detail_dict.upload_file;
        Self {
            id: item.id,
            mark,
            size: file.as_ref().and_then(|file| u64::try_from(file.size).ok()),
            stored_at: file.map(|file| file.created_at),
            untouched: item.created_from == DocumentOrigin::Api,
            archived: item.archived,
            status: status(item.indexing_status, item.display_status.as_ref()),
            error: item.error,
            created_at: item.created_at,
        }
    }

    /// Whether it is being indexed, or will be.
    pub fn at_work(&self) -> bool {
        at_work(&self.status)
    }

    /// How much it is worth keeping, of several with one name; the least is the best.
    pub fn preference(&self, hash: &str) -> u8 {
        match &self.mark {
            Some(mark) if mark == hash && self.status != IndexingStatus::Error => 0,
            Some(_) => 1,
            None => 2,
        }
    }

    /// Whether it may go when there is a better one of its name. One that somebody else made may not.
    pub fn expendable(&self) -> bool {
        self.mark.is_some() || self.untouched
    }
}

/// How far indexing is. Of a document that was paused, the list names the step that it was paused at; only what Dify
/// displays tells that nobody works on it.
fn status(indexing: IndexingStatus, display: Option<&DocumentDisplayStatus>) -> IndexingStatus {
    match display {
        Some(DocumentDisplayStatus::Paused) => IndexingStatus::Paused,
        _ => indexing,
    }
}

fn at_work(status: &IndexingStatus) -> bool {
    !matches!(status, IndexingStatus::Completed | IndexingStatus::Error | IndexingStatus::Paused)
}

impl Session<'_> {
    /// Deletes a document. Done also when it is gone already.
    pub async fn delete(&self, document: &Document) -> Result<(), Reason> {
        let documents = self.knowledge.documents();
        let mut outcome = documents.delete(&self.dataset, &document.id).await;
        if outcome.as_ref().is_err_and(|error| error.code() == Some(&ErrorCode::DocumentIndexing)) {
            self.rest(&document.id).await?;
            outcome = documents.delete(&self.dataset, &document.id).await;
        }
        match outcome {
            Err(error) if error.code() == Some(&ErrorCode::ArchivedDocumentImmutable) => Err(Reason::Archived),
            Err(error) if error.code() != Some(&ErrorCode::NotFound) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Waits until nobody works on a document, and tells how that ended: Dify may refuse to change it before.
    pub async fn rest(&self, document: &str) -> Result<IndexingStatus, Reason> {
        let query = DocumentsGetQuery::new().metadata(DocumentMetadataPart::Without);
        let begun = Instant::now();
        let mut pause = PAUSE;
        loop {
            let detail = self.knowledge.documents().get(&self.dataset, document, &query).await?;
            let known = detail.indexing_status.unwrap_or(IndexingStatus::Completed);
            let status = status(known, detail.display_status.as_ref());
            if !at_work(&status) {
                return Ok(status);
            }
            if begun.elapsed() > self.options.patience {
                return Err(Reason::StillIndexing(self.options.patience));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
