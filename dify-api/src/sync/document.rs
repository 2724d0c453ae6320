//! Documents as Dify lists them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use crate::types::{
    DocumentDisplayStatus, DocumentMetadataPart, DocumentOrigin, DocumentsGetQuery, DocumentsListQuery, ErrorCode,
    IndexingStatus, KnowledgeDocument, MetadataValue,
};
use tokio::time::sleep;

use super::{
    dataset::SyncSession,
    report::{SyncError, SyncReason},
};

/// The mark while the file of a document is being replaced. No hash looks like it.
pub(super) const CHANGING: &str = "changing";

/// Between two looks at the progress of indexing.
pub(super) const PAUSE: Duration = Duration::from_millis(250);
/// The same when nothing moves for long.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A document, as far as it matters here.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) id: String,
    /// The hash of its file, or [`CHANGING`]; `None` where it is not ours, or may not be.
    pub(super) mark: Option<String>,
    /// The texts of its other metadata by name.
    pub(super) metadata: BTreeMap<String, String>,
    /// Of its file, where it has one.
    pub(super) size: Option<u64>,
    /// When its file reached Dify, in Unix seconds.
    pub(super) stored_at: Option<f64>,
    /// Whether it came through the API and was never changed since: then it may be what an interrupted run sent.
    pub(super) untouched: bool,
    pub(super) archived: bool,
    pub(super) status: IndexingStatus,
    pub(super) error: Option<String>,
    created_at: i64,
}

/// The documents of a knowledge base.
pub(super) struct DocumentListing {
    /// By their names, those of one name from the oldest to the newest.
    pub(super) documents: BTreeMap<String, Vec<Document>>,
    /// Nothing of the list was missing, so that a document without a file is one.
    pub(super) certain: bool,
}

/// Reads the list of documents to its end.
pub(super) async fn list(session: &SyncSession<'_>) -> Result<DocumentListing, SyncError> {
    let mut listed = DocumentListing { documents: BTreeMap::new(), certain: true };
    let Some(dataset) = &session.dataset else { return Ok(listed) };
    // What arrives while the pages are read pushes others to the next page, where they come again.
    let mut seen = BTreeSet::new();
    for number in 1.. {
        let query = DocumentsListQuery::new().limit(100).page(number);
        let page = session.knowledge.documents().list(dataset, &query).with_response().await;
        let page = page.map_err(SyncError::when("listing the documents"))?;
        listed.certain &= page.substitutions() == 0;
        let page = page.into_inner();
        let (before, listing) = (seen.len(), !page.data.is_empty());
        for item in page.data {
            if seen.insert(item.id.clone()) {
                let document = Document::of(item.clone(), session.mark_field());
                listed.documents.entry(item.name).or_default().push(document);
            }
        }
        let repeats = listing && seen.len() == before;
        // Dify promises another page after a full one, which may be empty.
        if !page.has_more || !listing || repeats {
            let all = u64::try_from(page.total).is_ok_and(|total| total == seen.len() as u64);
            listed.certain &= all && !(repeats && page.has_more);
            break;
        }
    }
    for group in listed.documents.values_mut() {
        group.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    }
    Ok(listed)
}

impl Document {
    fn of(item: KnowledgeDocument, field: Option<&str>) -> Self {
        let (mut metadata, mut mark) = (BTreeMap::new(), None);
        for value in item.doc_metadata.unwrap_or_default() {
            let Some(MetadataValue::Text(text)) = value.value else { continue };
            if field == Some(&*value.id) {
                mark = Some(text).filter(|text| !text.is_empty());
            } else {
                metadata.insert(value.name, text);
            }
        }
        let file = item.data_source_detail_dict.upload_file;
        Self {
            id: item.id,
            mark,
            metadata,
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
    pub(super) fn at_work(&self) -> bool {
        at_work(&self.status)
    }

    /// How much it is worth keeping, of several with one name; the least is the best.
    pub(super) fn preference(&self, hash: &str) -> u8 {
        match &self.mark {
            Some(mark) if mark == hash && self.status != IndexingStatus::Error => 0,
            Some(_) => 1,
            None => 2,
        }
    }

    /// Whether it may go when there is a better one of its name. One that was made otherwise may not.
    pub(super) fn expendable(&self) -> bool {
        self.mark.is_some() || self.untouched
    }
}

/// How far indexing is. Of a document that was paused, the list names the step that it was paused at; only what Dify
/// displays shows that no work is done on it.
fn status(indexing: IndexingStatus, display: Option<&DocumentDisplayStatus>) -> IndexingStatus {
    match display {
        Some(DocumentDisplayStatus::Paused) => IndexingStatus::Paused,
        _ => indexing,
    }
}

fn at_work(status: &IndexingStatus) -> bool {
    !matches!(status, IndexingStatus::Completed | IndexingStatus::Error | IndexingStatus::Paused)
}

impl SyncSession<'_> {
    /// Deletes a document. Done also when it is gone already.
    pub(super) async fn delete(&self, document: &Document) -> Result<(), SyncReason> {
        let documents = self.knowledge.documents();
        let mut outcome = documents.delete(self.dataset(), &document.id).await;
        if outcome.as_ref().is_err_and(|error| error.code() == Some(&ErrorCode::DocumentIndexing)) {
            self.rest(&document.id).await?;
            outcome = documents.delete(self.dataset(), &document.id).await;
        }
        match outcome {
            Err(error) if error.code() == Some(&ErrorCode::ArchivedDocumentImmutable) => Err(SyncReason::Archived),
            Err(error) if error.code() != Some(&ErrorCode::NotFound) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Waits until no work is done on a document, and returns the last status: Dify may refuse to change it before.
    pub(super) async fn rest(&self, document: &str) -> Result<IndexingStatus, SyncReason> {
        let query = DocumentsGetQuery::new().metadata(DocumentMetadataPart::Without);
        let begun = Instant::now();
        let mut pause = PAUSE;
        loop {
            let detail = self.knowledge.documents().get(self.dataset(), document, &query).await?;
            let known = detail.indexing_status.unwrap_or(IndexingStatus::Completed);
            let status = status(known, detail.display_status.as_ref());
            if !at_work(&status) {
                return Ok(status);
            }
            if begun.elapsed() > self.options.patience {
                return Err(SyncReason::StillIndexing(self.options.patience));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
