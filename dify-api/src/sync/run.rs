//! A run, from the folder and the list of documents to the report.

use super::{
    SyncError, SyncEvent, SyncFolder, SyncKept, SyncOutcome, SyncReport,
    dataset::SyncSession,
    document::{self, Document, DocumentListing},
    folder,
    job::Job,
    plan, settle,
};
use futures_util::{StreamExt as _, stream};
use std::collections::BTreeMap;

/// Makes the knowledge base the same as the folder.
pub(super) async fn run(sync: &SyncFolder<'_>) -> Result<SyncReport, SyncError> {
    let options = &sync.options;
    let folder = folder::read(&options.folder, &sync.metadata).await?;
    let session = SyncSession::open(sync, &folder).await?;
    let DocumentListing { mut documents, certain } = document::list(&session).await?;
    let count = documents.values().map(Vec::len).sum();
    (sync.progress)(SyncEvent::Compared { files: folder.files.len(), documents: count });

    let keep = match (options.delete, folder.whole, certain) {
        (_, false, _) => Some(SyncKept::UnreadFolder),
        (_, _, false) => Some(SyncKept::UncertainList),
        (false, ..) => Some(SyncKept::NotAsked),
        _ => None,
    };
    let empty = documents.is_empty();
    let unfinished = documents.values().flatten().any(Document::at_work);
    let doubled = folder.files.keys().any(|name| documents.get(name).is_some_and(|documents| documents.len() > 1));
    // Whether a file is gone must be certain; that nothing is to be deleted is no reason against a new name.
    let renames = match keep {
        None | Some(SyncKept::NotAsked) => plan::renames(&folder, &mut documents, options.concurrency).await,
        Some(_) => BTreeMap::new(),
    };
    let jobs = plan::jobs(folder.files, &mut documents, renames);
    let mut report = SyncReport { failed: folder.failed, ..SyncReport::default() };
    let hashes = bring(&session, jobs, empty, &mut report).await;

    // The rest of the list has no file.
    remove(&session, documents, keep, &mut report).await;

    let unsettled = report.changed_anything() || doubled || (options.wait && unfinished);
    if unsettled && !options.dry_run {
        settle::settle(&session, &hashes, &mut report).await?;
    }
    Ok(report)
}

/// Does what each file needs; returns the hashes of those that are in Dify now.
async fn bring(
    session: &SyncSession<'_>,
    jobs: Vec<Job>,
    empty: bool,
    report: &mut SyncReport,
) -> BTreeMap<String, String> {
    let mut hashes = BTreeMap::new();
    let mut jobs = jobs.into_iter();
    // The first document decides how all are cut and indexed, so it goes alone; until one is taken, each is the first.
    let mut first = empty.then(|| session.settings());
    while let Some(settings) = first.take() {
        let Some(job) = jobs.next() else { break };
        let done = job.run(session, settings).await;
        if matches!(done.outcome, SyncOutcome::Failed(_)) {
            first = Some(session.settings());
        }
        done.note(session, report, &mut hashes);
    }
    let mut rest = stream::iter(jobs.map(|job| job.run(session, session.later_settings())))
        .buffer_unordered(session.options.concurrency);
    while let Some(done) = rest.next().await {
        done.note(session, report, &mut hashes);
    }
    hashes
}

/// Deletes the documents of ours whose files are gone, or reports that they stay.
async fn remove(
    session: &SyncSession<'_>,
    gone: BTreeMap<String, Vec<Document>>,
    keep: Option<SyncKept>,
    report: &mut SyncReport,
) {
    let ours = gone.into_iter().flat_map(|(name, documents)| {
        let ours = documents.into_iter().filter(|document| document.mark.is_some());
        ours.map(move |document| (name.clone(), document))
    });
    if keep.is_some() {
        report.kept.extend(ours.map(|(name, _)| name));
        report.kept_because = keep.filter(|_| !report.kept.is_empty());
        return;
    }
    let deletions = ours.map(|(name, document)| async move {
        let outcome = if session.options.dry_run { Ok(()) } else { session.delete(&document).await };
        (name, outcome)
    });
    let mut deletions = stream::iter(deletions).buffer_unordered(session.options.concurrency);
    while let Some((name, outcome)) = deletions.next().await {
        let outcome = match outcome {
            Ok(()) => SyncOutcome::Deleted,
            Err(reason) => SyncOutcome::Failed(reason),
        };
        (session.progress)(SyncEvent::Finished { name: &name, outcome: &outcome });
        report.note(name, outcome);
    }
}
