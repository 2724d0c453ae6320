//! After the work: until everything is indexed, and there is one document of each file.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use dify_api::types::IndexingStatus;
use tokio::time::sleep;

use super::{
    dataset::Session,
    document::{self, Document, LONGEST_PAUSE, PAUSE},
    report::{Event, Reason, Summary, SyncError},
};

/// Looks at all documents until those of the folder (their hashes by name) are at rest.
///
/// It asks for the list and not for each batch: every file is a batch of its own, and documents of an interrupted run
/// belong to batches that nobody knows any more. The list also shows second documents: what an interrupted run had sent
/// may have become a document only after this run had looked.
pub async fn settle(
    session: &Session<'_>,
    hashes: &BTreeMap<String, String>,
    summary: &mut Summary,
) -> Result<(), SyncError> {
    let mut pause = PAUSE;
    let mut moved = Instant::now();
    let mut last = usize::MAX;
    loop {
        let asked = Instant::now();
        let groups = document::list(session).await?;
        let mut keepers = Vec::new();
        for (name, documents) in groups {
            if let Some(hash) = hashes.get(&name) {
                keepers.extend(tidy(session, &name, documents, hash, summary).await);
            }
        }
        let at_work = keepers.iter().filter(|(_, document)| document.at_work()).count();
        if session.options.wait {
            (session.report)(Event::Indexed { done: keepers.len() - at_work, of: keepers.len() });
        }
        if at_work != last {
            (last, moved, pause) = (at_work, Instant::now(), PAUSE);
        }
        let over = at_work == 0 || !session.options.wait || moved.elapsed() > session.options.patience;
        if over {
            for (name, document) in keepers {
                if let Some(reason) = unindexed(session, document) {
                    summary.fail(name, reason);
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

/// Deletes all but the best document of a name, and gives that.
async fn tidy(
    session: &Session<'_>,
    name: &str,
    mut documents: Vec<Document>,
    hash: &str,
    summary: &mut Summary,
) -> Option<(String, Document)> {
    // The order is that of age, and sorting keeps it: all runs at work on this choose the same one.
    documents.sort_by_key(|document| document.preference(hash));
    let mut documents = documents.into_iter();
    let keeper = documents.next()?;
    for document in documents.filter(Document::expendable) {
        match session.delete(&document).await {
            Ok(()) => summary.surplus += 1,
            Err(reason) => summary.fail(name.to_owned(), reason),
        }
    }
    Some((name.to_owned(), keeper))
}

/// Why searches will not find a document; nothing where they do, or where nobody waits for it.
fn unindexed(session: &Session<'_>, document: Document) -> Option<Reason> {
    match document.status {
        IndexingStatus::Error => {
            Some(Reason::NotIndexed(document.error.unwrap_or_else(|| "it did not say why".into())))
        }
        IndexingStatus::Paused => Some(Reason::Paused),
        _ if document.at_work() && session.options.wait => Some(Reason::StillIndexing(session.options.patience)),
        _ => None,
    }
}
