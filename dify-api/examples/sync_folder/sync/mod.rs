//! Brings a folder into a knowledge base. Nothing in here writes to a terminal: what happens is told to a [`Report`].
//!
//! # Interrupted at any moment
//!
//! There is no state besides what Dify holds, so that every run starts from the truth. Each document of ours carries the
//! SHA-256 of its file in a field of its metadata, its mark; an interruption leaves one of these behind:
//!
//! | interrupted | what the next run finds | what it does |
//! |---|---|---|
//! | before a file was sent | no document | sends it |
//! | while the answer was due | a document without a mark | compares its bytes, then only marks it |
//! | the same, and the document appears only later | nothing, and then two | deletes the second, see [`settle`] |
//! | before or after a file was replaced | a document marked `changing` | compares its bytes; marks or replaces it |
//! | before something was deleted | it | deletes it |
//!
//! A mark is set after the fact, and taken back (`changing`) before a file is replaced: it never tells of bytes that are
//! not there.

mod content;
mod dataset;
mod document;
mod folder;
mod job;
pub mod name;
pub mod report;
mod settle;
mod verify;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use dify_api::{Knowledge, types::IndexingTechnique};
use futures_util::{StreamExt as _, stream};

pub use self::report::{Event, Outcome, Report, Summary, SyncError};
use self::{dataset::Session, document::Document, job::Job};

/// What to bring where, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder.
    pub folder: PathBuf,
    /// Name or id of the knowledge base. A name that is not there yet is made.
    pub dataset: String,
    /// How a new knowledge base makes documents searchable.
    pub technique: IndexingTechnique,
    /// The field of the metadata that holds the marks. Made when it is not there.
    pub field: String,
    /// How many files are worked on at a time.
    pub concurrency: usize,
    /// Whether documents go whose files are gone.
    pub delete: bool,
    /// Whether to wait until everything is indexed.
    pub wait: bool,
    /// How long indexing may stand still before it is given up on.
    pub patience: Duration,
}

/// Makes the knowledge base what the folder is.
///
/// May be dropped at any time; the next run goes on from there. A file that fails keeps nothing else back: the summary
/// has it.
///
/// # Errors
/// When nothing can be compared: no such folder, no such knowledge base, no connection.
pub async fn run(knowledge: &Knowledge, options: &Options, report: &Report<'_>) -> Result<Summary, SyncError> {
    let folder = folder::read(&options.folder).await?;
    let session = Session::open(knowledge, options, report).await?;
    let mut remote = document::list(&session).await?;
    let documents = remote.values().map(Vec::len).sum();
    report(Event::Compared { files: folder.files.len(), documents });

    let empty = remote.is_empty();
    let unfinished = remote.values().flatten().any(Document::at_work);
    let doubled = folder.files.keys().any(|name| remote.get(name).is_some_and(|documents| documents.len() > 1));
    let jobs =
        folder.files.into_values().map(|file| Job { documents: remote.remove(&file.name).unwrap_or_default(), file });
    let jobs: Vec<Job> = jobs.collect();
    let mut summary = Summary { failed: folder.failed, ..Summary::default() };
    let hashes = bring(&session, jobs, empty, &mut summary).await;

    // What is left of the list has no file. A folder that could not be read whole proves nothing.
    remove(&session, remote, options.delete && folder.whole, &mut summary).await;

    if summary.changed_anything() || doubled || (options.wait && unfinished) {
        settle::settle(&session, &hashes, &mut summary).await?;
    }
    Ok(summary)
}

/// Does what each file needs; tells the hashes of those that are in Dify now.
async fn bring(session: &Session<'_>, jobs: Vec<Job>, empty: bool, summary: &mut Summary) -> BTreeMap<String, String> {
    let mut hashes = BTreeMap::new();
    let mut jobs = jobs.into_iter();
    // The first document decides how all are cut and indexed, so it goes alone; until one is taken, each is the first.
    let mut first = empty.then(|| session.settings());
    while let Some(settings) = first.take() {
        let Some(job) = jobs.next() else { break };
        let done = job.run(session, settings).await;
        if matches!(done.outcome, Outcome::Failed(_)) {
            first = Some(session.settings());
        }
        done.note(session, summary, &mut hashes);
    }
    let mut rest = stream::iter(jobs.map(|job| job.run(session, session.later_settings())))
        .buffer_unordered(session.concurrency());
    while let Some(done) = rest.next().await {
        done.note(session, summary, &mut hashes);
    }
    hashes
}

/// Deletes the documents of ours whose files are gone, or tells that they stay.
async fn remove(session: &Session<'_>, gone: BTreeMap<String, Vec<Document>>, delete: bool, summary: &mut Summary) {
    let ours = gone.into_iter().flat_map(|(name, documents)| {
        let ours = documents.into_iter().filter(|document| document.mark.is_some());
        ours.map(move |document| (name.clone(), document))
    });
    if !delete {
        summary.kept.extend(ours.map(|(name, _)| name));
        return;
    }
    let deletions = ours.map(|(name, document)| async move {
        let outcome = session.delete(&document).await;
        (name, outcome)
    });
    let mut deletions = stream::iter(deletions).buffer_unordered(session.concurrency());
    while let Some((name, outcome)) = deletions.next().await {
        let outcome = match outcome {
            Ok(()) => Outcome::Deleted,
            Err(reason) => Outcome::Failed(reason),
        };
        (session.report)(Event::Finished { name: &name, outcome: &outcome });
        summary.note(name, outcome);
    }
}
