//! What one file needs.

use std::collections::BTreeMap;

use dify_api::types::{DocumentFileConfig, DocumentFileUpdate, DocumentFileUpload, ErrorCode, IndexingStatus};

use super::{
    content,
    dataset::Session,
    document::{CHANGING, Document},
    folder::LocalFile,
    report::{Event, Outcome, Reason, Summary},
    verify,
};

/// A file, and the documents that have its name: more than one only after an interruption, and then the best is put right
/// here. [`settle`](super::settle) deletes the others: until then, they may be all there is.
pub struct Job {
    pub file: LocalFile,
    pub documents: Vec<Document>,
}

/// A job that is done.
pub struct Done {
    name: String,
    /// Of the bytes that are in Dify now.
    hash: String,
    pub outcome: Outcome,
}

impl Done {
    /// Tells of it, and takes it down.
    pub fn note(self, session: &Session<'_>, summary: &mut Summary, hashes: &mut BTreeMap<String, String>) {
        (session.report)(Event::Finished { name: &self.name, outcome: &self.outcome });
        if !matches!(self.outcome, Outcome::Failed(_)) {
            hashes.insert(self.name.clone(), self.hash);
        }
        summary.note(self.name, self.outcome);
    }
}

impl Job {
    /// Does what is to be done for the file. The settings are for a document that is not there yet.
    pub async fn run(self, session: &Session<'_>, settings: DocumentFileConfig) -> Done {
        let (outcome, hash) = match self.work(session, settings).await {
            Ok(done) => done,
            Err(reason) => (Outcome::Failed(reason), String::new()),
        };
        Done { name: self.file.name, hash, outcome }
    }

    async fn work(&self, session: &Session<'_>, settings: DocumentFileConfig) -> Result<(Outcome, String), Reason> {
        // What was never sent is hashed on its way.
        let hash = if self.documents.is_empty() { String::new() } else { content::hash(&self.file.path).await? };
        match self.documents.iter().min_by_key(|document| document.preference(&hash)) {
            Some(best) => self.put_right(session, best, &hash).await,
            None => Ok((Outcome::Added, self.create(session, settings).await?)),
        }
    }

    /// Sees to it that the document has the file's content and the mark that says so.
    async fn put_right(
        &self,
        session: &Session<'_>,
        document: &Document,
        hash: &str,
    ) -> Result<(Outcome, String), Reason> {
        let failed = document.status == IndexingStatus::Error && document.expendable();
        match document.mark.as_deref() {
            Some(mark) if mark == hash && !failed => return Ok((Outcome::Unchanged, mark.to_owned())),
            Some(mark) if mark != CHANGING => {}
            // Without a mark, or with one that was taken back, only the bytes tell.
            _ if failed => {}
            _ => {
                if verify::holds(session, &self.file, hash, document).await? {
                    session.mark(&document.id, hash).await?;
                    return Ok((Outcome::Recognised, hash.to_owned()));
                }
            }
        }
        if document.archived {
            return Err(Reason::Archived);
        }
        let status = if document.at_work() { session.rest(&document.id).await? } else { document.status.clone() };
        let hash = match status {
            IndexingStatus::Paused => return Err(Reason::Paused),
            // Dify does not replace the file of a document that it failed at. Nothing is lost with it: nobody finds it.
            IndexingStatus::Error if document.expendable() => {
                session.delete(document).await?;
                self.create(session, session.later_settings()).await?
            }
            _ => self.replace(session, document).await?,
        };
        Ok((Outcome::Changed, hash))
    }

    /// Makes the document and marks it. Interrupted in between, the next run recognises it by its bytes.
    async fn create(&self, session: &Session<'_>, settings: DocumentFileConfig) -> Result<String, Reason> {
        let (upload, sent) = content::upload(&self.file).await?;
        let request = DocumentFileUpload::new(upload).data(settings);
        let made = session.knowledge.documents().create_by_file(&session.dataset, &request).await?;
        let hash = sent.hash();
        session.mark(&made.document.id, &hash).await?;
        Ok(hash)
    }

    /// Replaces the document's file. Interrupted in between, the mark would tell of the old content, and be believed as
    /// soon as somebody undid the change to the file; so it is taken back first.
    async fn replace(&self, session: &Session<'_>, document: &Document) -> Result<String, Reason> {
        if document.mark.as_deref().is_some_and(|mark| mark != CHANGING) {
            session.mark(&document.id, CHANGING).await?;
        }
        let (upload, sent) = content::upload(&self.file).await?;
        let request = DocumentFileUpdate::new().file(upload);
        let replaced = session.knowledge.documents().update_by_file(&session.dataset, &document.id, &request).await;
        match replaced {
            Err(error) if error.code() == Some(&ErrorCode::ArchivedDocumentImmutable) => return Err(Reason::Archived),
            replaced => replaced?,
        };
        let hash = sent.hash();
        session.mark(&document.id, &hash).await?;
        Ok(hash)
    }
}
