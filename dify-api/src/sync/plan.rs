//! Which documents belong to which file.

use super::{
    content,
    document::{CHANGING, Document},
    folder::{Folder, LocalFile},
    job::Job,
};
use futures_util::{StreamExt as _, stream};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A document whose file has another name now, and its earlier name.
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
    // By hash, in the order of their names.
    let (mut movable, mut sizes) = (BTreeMap::<String, VecDeque<String>>::new(), BTreeSet::new());
    for (name, group) in documents.iter().filter(|(name, _)| !folder.files.contains_key(*name)) {
        for document in group.iter().filter(|document| is_movable(document)) {
            sizes.extend(document.size);
            movable.entry(document.mark.clone().unwrap_or_default()).or_default().push_back(name.clone());
        }
    }
    let new = folder.files.values().filter(|file| !documents.contains_key(&file.name) && sizes.contains(&file.size));
    let new: Vec<_> = new.map(|file| (file.name.clone(), file.path.clone())).collect();
    let hashes = new.into_iter().map(|(name, path)| async move { (name, content::hash(&path).await) });
    let hashes: Vec<_> = stream::iter(hashes).buffered(concurrency).collect().await;

    let mut found = BTreeMap::new();
    // A file that cannot be read fails in its own job.
    for (name, hash) in hashes.into_iter().filter_map(|(name, hash)| Some((name, hash.ok()?))) {
        let Some(from) = movable.get_mut(&hash).and_then(VecDeque::pop_front) else { continue };
        let same = |document: &Document| is_movable(document) && document.mark.as_deref() == Some(&*hash);
        let group = documents.entry(from.clone()).or_default();
        if let Some(place) = group.iter().position(same) {
            found.insert(name, Rename { document: group.remove(place), from });
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
