//! The files of the folder.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    Metadata, name,
    report::{SyncError, SyncFailure, SyncReason},
};

/// A file to bring over.
#[derive(Debug)]
pub(super) struct LocalFile {
    /// What its document is called.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) size: u64,
    /// Where the system has it.
    pub(super) modified: Option<SystemTime>,
    pub(super) metadata: BTreeMap<String, String>,
}

/// The files of a folder, by their names in Dify.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) files: BTreeMap<String, LocalFile>,
    pub(super) failed: Vec<SyncFailure>,
    /// Everything could be looked at, so that a file that was not found is gone.
    pub(super) whole: bool,
}

/// Reads a folder and those below it. What begins with a dot (`.git`, `.DS_Store`) is passed over, as are links to
/// folders, which may go round in circles.
pub(super) async fn read(root: &Path, metadata: &Metadata<'_>) -> Result<Folder, SyncError> {
    let path = root.to_owned();
    let reading = tokio::task::spawn_blocking(move || walk(&path));
    let outcome = reading.await.unwrap_or_else(|panicked| Err(io::Error::other(panicked)));
    let mut folder = outcome.map_err(|source| SyncError::Folder { path: root.to_owned(), source })?;
    for file in folder.files.values_mut() {
        file.metadata = metadata(file.path.strip_prefix(root).unwrap_or(&file.path));
    }
    Ok(folder)
}

fn walk(root: &Path) -> io::Result<Folder> {
    let mut folder = Folder { whole: true, ..Folder::default() };
    let mut found = entries(root)?;
    while let Some(path) = found.pop() {
        if let Err(source) = folder.take(root, &path, &mut found) {
            // Its document must not be taken for one whose file is gone.
            folder.whole = false;
            folder.failed.push(SyncFailure { name: path.display().to_string(), reason: source.into() });
        }
    }
    Ok(folder)
}

/// The content of one folder, so that the first in the alphabet is popped first: of twins it is always the same one that
/// gets the name.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort_unstable_by(|one, other| other.cmp(one));
    Ok(paths)
}

impl Folder {
    fn take(&mut self, root: &Path, path: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
        if fs::symlink_metadata(path)?.is_dir() {
            found.extend(entries(path)?);
            return Ok(());
        }
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Ok(());
        }
        let relative = path.strip_prefix(root).unwrap_or(path);
        let failed = |reason| SyncFailure { name: relative.display().to_string(), reason };
        match name::in_dify(relative) {
            Err(reason) => self.failed.push(failed(reason)),
            Ok(name) => {
                let (size, modified) = (metadata.len(), metadata.modified().ok());
                let (path, metadata) = (path.to_owned(), BTreeMap::new());
                let file = LocalFile { name: name.clone(), path, size, modified, metadata };
                match self.files.get(&name) {
                    Some(twin) => self.failed.push(failed(SyncReason::Twin(twin.path.clone()))),
                    None => drop(self.files.insert(name, file)),
                }
            }
        }
        Ok(())
    }
}
