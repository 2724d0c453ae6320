//! Which documents belong to which file.

use super::{
    content,
    document::{CHANGING, Document},
    folder::{Folder, LocalFile},
    job::Job,
};
use futures_util::{StreamExt as _, stream};
use std::collections::{BTreeMap, BTreeSet};

/// A document whose file has another name now, and that name.
pub(super) struct Rename {
    document: Document,
    from: String,
}

/// Finds new files that have the content of a document whose file is gone, and takes these documents out of the list. A
/// document is taken by one file: names are compared in their order, so that every run finds the same.
pub(super) async fn renames(
    folder: &Folder,
    documents: &mut BTreeMap<String, Vec<Document>>,
    concurrency: usize,
) -> BTreeMap<String, Rename> {
    let is_movable =
        |document: &Document| !document.archived && document.mark.as_deref().is_some_and(|mark| mark != CHANGING);
    let gone = || documents.iter().filter(|(name, _)| !folder.files.contains_key(*name));
    let sizes: BTreeSet<u64> =
        gone().flat_map(|(_, documents)| documents).filter(|it| is_movable(it)).filter_map(|it| it.size).collect();
    let new = folder.files.values().filter(|file| !documents.contains_key(&file.name) && sizes.contains(&file.size));
    let new: Vec<_> = new.map(|file| (file.name.clone(), file.path.clone())).collect();
    let hashes = new.into_iter().map(|(name, path)| async move { (name, content::hash(&path).await) });
    let hashes: Vec<_> = stream::iter(hashes).buffered(concurrency).collect().await;

    let gone: Vec<String> = gone().map(|(name, _)| name.clone()).collect();
    let mut found = BTreeMap::new();
    // A file that cannot be read fails in its own job.
    for (name, hash) in hashes.into_iter().filter_map(|(name, hash)| Some((name, hash.ok()?))) {
        for from in &gone {
            let Some(group) = documents.get_mut(from) else { continue };
            let same = |document: &Document| is_movable(document) && document.mark.as_deref() == Some(&*hash);
            if let Some(place) = group.iter().position(same) {
                found.insert(name, Rename { document: group.remove(place), from: from.clone() });
                break;
            }
        }
    }
    found
}

/// Gives each file its documents.
pub(super) fn jobs(
    files: BTreeMap<String, LocalFile>,
    documents: &mut BTreeMap<String, Vec<Document>>,
    mut renames: BTreeMap<String, Rename>,
) -> Vec<Job> {
    let job = |file: LocalFile| match renames.remove(&file.name) {
        Some(Rename { document, from }) => Job { documents: vec![document], from: Some(from), file },
        None => Job { documents: documents.remove(&file.name).unwrap_or_default(), from: None, file },
    };
    files.into_values().map(job).collect()
}
