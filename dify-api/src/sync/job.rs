//! What one file needs.

use std::collections::BTreeMap;

use crate::types::{DocumentFileConfig, DocumentFileUpdate, DocumentFileUpload, ErrorCode, IndexingStatus};

use super::{
    content,
    dataset::SyncSession,
    document::{CHANGING, Document},
    folder::LocalFile,
    report::{SyncEvent, SyncOutcome, SyncReason, SyncReport},
    verify,
};

/// A file, and the documents that have its name: more than one only after an interruption, and then the best is put right
/// here. [`settle`](super::settle) deletes the others: until then, they may be all there is.
pub(super) struct Job {
    pub(super) file: LocalFile,
    pub(super) documents: Vec<Document>,
    /// The earlier name of the document, where the file has another one now.
    pub(super) from: Option<String>,
}

/// A job that is done.
pub(super) struct Done {
    name: String,
    /// Of the bytes that are in Dify now.
    hash: String,
    pub(super) outcome: SyncOutcome,
}

impl Done {
    /// Reports it.
    pub(super) fn note(
        self,
        session: &SyncSession<'_>,
        report: &mut SyncReport,
        hashes: &mut BTreeMap<String, String>,
    ) {
        (session.progress)(SyncEvent::Finished { name: &self.name, outcome: &self.outcome });
        if !matches!(self.outcome, SyncOutcome::Failed(_)) {
            hashes.insert(self.name.clone(), self.hash);
        }
        report.note(self.name, self.outcome);
    }
}

impl Job {
    /// Does the work for the file. The settings are for a document that is not there yet.
    pub(super) async fn run(self, session: &SyncSession<'_>, settings: DocumentFileConfig) -> Done {
        let (outcome, hash) = match self.work(session, settings).await {
            Ok(done) => done,
            Err(reason) => (SyncOutcome::Failed(reason), String::new()),
        };
        Done { name: self.file.name, hash, outcome }
    }

    async fn work(
        &self,
        session: &SyncSession<'_>,
        settings: DocumentFileConfig,
    ) -> Result<(SyncOutcome, String), SyncReason> {
        // What was never sent is hashed on its way.
        let hash = if self.documents.is_empty() { String::new() } else { content::hash(&self.file.path).await? };
        match (self.documents.iter().min_by_key(|document| document.preference(&hash)), &self.from) {
            (Some(document), Some(from)) => {
                let outcome = SyncOutcome::Renamed { from: from.clone() };
                Ok((outcome, self.change(session, document).await?))
            }
            (Some(best), None) => self.put_right(session, best, &hash).await,
            (None, _) if session.options.dry_run => Ok((SyncOutcome::Added, String::new())),
            (None, _) => Ok((SyncOutcome::Added, self.create(session, settings).await?)),
        }
    }

    /// Makes sure that the document has the content of the file, the mark of it, and the metadata.
    async fn put_right(
        &self,
        session: &SyncSession<'_>,
        document: &Document,
        hash: &str,
    ) -> Result<(SyncOutcome, String), SyncReason> {
        let failed = document.status == IndexingStatus::Error && document.expendable();
        match document.mark.as_deref() {
            Some(mark) if mark == hash && !failed => {
                let same = |(name, value): (&String, &String)| document.metadata.get(name) == Some(value);
                if self.file.metadata.iter().all(same) {
                    return Ok((SyncOutcome::Unchanged, mark.to_owned()));
                }
                if !session.options.dry_run {
                    session.mark(&document.id, hash, &self.file.metadata).await?;
                }
                return Ok((SyncOutcome::Changed, mark.to_owned()));
            }
            Some(mark) if mark != CHANGING => {}
            // Without a mark, or with one that was taken back, only the bytes show it.
            _ if failed || session.options.dry_run => {}
            _ => {
                if verify::holds(session, &self.file, hash, document).await? {
                    session.mark(&document.id, hash, &self.file.metadata).await?;
                    return Ok((SyncOutcome::Recognized, hash.to_owned()));
                }
            }
        }
        Ok((SyncOutcome::Changed, self.change(session, document).await?))
    }

    /// Gives a document the file, when it is at rest; returns the hash of the file.
    async fn change(&self, session: &SyncSession<'_>, document: &Document) -> Result<String, SyncReason> {
        if document.archived {
            return Err(SyncReason::Archived);
        }
        if session.options.dry_run {
            return Ok(String::new());
        }
        let status = if document.at_work() { session.rest(&document.id).await? } else { document.status.clone() };
        match status {
            IndexingStatus::Paused => Err(SyncReason::Paused),
            // Dify does not replace the file of a document that it failed at. Nothing is lost with it: no search finds it.
            IndexingStatus::Error if document.expendable() => {
                session.delete(document).await?;
                self.create(session, session.later_settings()).await
            }
            _ => self.replace(session, document).await,
        }
    }

    /// Makes the document and marks it. Interrupted in between, the next run recognizes it by its bytes.
    async fn create(&self, session: &SyncSession<'_>, settings: DocumentFileConfig) -> Result<String, SyncReason> {
        let (upload, sent) = content::upload(&self.file).await?;
        let request = DocumentFileUpload::new(upload).data(settings);
        let made = session.knowledge.documents().create_by_file(session.dataset(), &request).await?;
        let hash = sent.hash();
        session.mark(&made.document.id, &hash, &self.file.metadata).await?;
        Ok(hash)
    }

    /// Replaces the document's file. Interrupted in between, the mark would name the old content, and be believed as
    /// soon as somebody undid the change to the file; so it is taken back first.
    async fn replace(&self, session: &SyncSession<'_>, document: &Document) -> Result<String, SyncReason> {
        if document.mark.as_deref().is_some_and(|mark| mark != CHANGING) {
            session.mark(&document.id, CHANGING, &BTreeMap::new()).await?;
        }
        let (upload, sent) = content::upload(&self.file).await?;
        // The document takes the name of the file.
        let request = DocumentFileUpdate::new().file(upload);
        let replaced = session.knowledge.documents().update_by_file(session.dataset(), &document.id, &request).await;
        match replaced {
            Err(error) if error.code() == Some(&ErrorCode::ArchivedDocumentImmutable) => {
                return Err(SyncReason::Archived);
            }
            replaced => replaced?,
        };
        let hash = sent.hash();
        session.mark(&document.id, &hash, &self.file.metadata).await?;
        Ok(hash)
    }
}
