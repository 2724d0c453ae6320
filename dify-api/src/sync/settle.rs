//! After the work: until everything is indexed, and there is one document of each file.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::types::IndexingStatus;
use tokio::time::sleep;

use super::{
    dataset::SyncSession,
    document::{self, Document, DocumentListing, LONGEST_PAUSE, PAUSE},
    report::{SyncError, SyncEvent, SyncReason, SyncReport},
};

/// Looks at all documents until those of the folder (their hashes by name) are at rest.
///
/// It asks for the list and not for each batch: every file is a batch of its own, and documents of an interrupted run
/// belong to batches whose ids are lost. The list also shows second documents: what an interrupted run had sent
/// may have become a document only after this run had looked.
pub(super) async fn settle(
    session: &SyncSession<'_>,
    hashes: &BTreeMap<String, String>,
    report: &mut SyncReport,
) -> Result<(), SyncError> {
    let mut pause = PAUSE;
    let mut moved = Instant::now();
    let mut last = usize::MAX;
    loop {
        let asked = Instant::now();
        let DocumentListing { documents, certain } = document::list(session).await?;
        let mut keepers = Vec::new();
        for (name, documents) in documents {
            if let Some(hash) = hashes.get(&name) {
                keepers.extend(tidy(session, &name, documents, (hash, certain), report).await);
            }
        }
        let at_work = keepers.iter().filter(|(_, document)| document.at_work()).count();
        if session.options.wait {
            (session.progress)(SyncEvent::Indexed { done: keepers.len() - at_work, of: keepers.len() });
        }
        if at_work != last {
            (last, moved, pause) = (at_work, Instant::now(), PAUSE);
        }
        let over = at_work == 0 || !session.options.wait || moved.elapsed() > session.options.patience;
        if over {
            for (name, document) in keepers {
                if let Some(reason) = unindexed(session, document) {
                    report.fail(name, reason);
                }
            }
            return Ok(());
        }
        // A long list takes long to read: no more than half of the time is spent on asking.
        sleep(pause.max(asked.elapsed())).await;
        pause = next(pause);
    }
}

fn next(pause: Duration) -> Duration {
    (pause * 3 / 2).min(LONGEST_PAUSE)
}

/// Deletes all but the best document of a name, and returns that.
async fn tidy(
    session: &SyncSession<'_>,
    name: &str,
    mut documents: Vec<Document>,
    (hash, certain): (&str, bool),
    report: &mut SyncReport,
) -> Option<(String, Document)> {
    // The order is that of age, and sorting keeps it: all runs at work on this choose the same one.
    documents.sort_by_key(|document| document.preference(hash));
    let mut documents = documents.into_iter();
    let keeper = documents.next()?;
    for document in documents.filter(|document| certain && document.expendable()) {
        match session.delete(&document).await {
            Ok(()) => report.surplus += 1,
            Err(reason) => report.fail(name.to_owned(), reason),
        }
    }
    Some((name.to_owned(), keeper))
}

/// Why searches will not find a document; `None` where they do, or where it is not waited for.
fn unindexed(session: &SyncSession<'_>, document: Document) -> Option<SyncReason> {
    match document.status {
        IndexingStatus::Error => {
            Some(SyncReason::NotIndexed(document.error.unwrap_or_else(|| "it gives no reason".into())))
        }
        IndexingStatus::Paused => Some(SyncReason::Paused),
        _ if document.at_work() && session.options.wait => Some(SyncReason::StillIndexing(session.options.patience)),
        _ => None,
    }
}
