//! The files of the folder.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    name,
    report::{Failure, Reason, SyncError},
};

/// A file to bring over.
#[derive(Debug)]
pub struct LocalFile {
    /// What its document is called.
    pub name: String,
    pub path: PathBuf,
    pub size: u64,
    /// Where the system knows.
    pub modified: Option<SystemTime>,
}

/// What is in a folder, by the names in Dify.
#[derive(Debug, Default)]
pub struct Folder {
    pub files: BTreeMap<String, LocalFile>,
    pub failed: Vec<Failure>,
    /// Whether everything could be looked at, so that what is not there is gone.
    pub whole: bool,
}

/// Reads a folder and those below it. What begins with a dot (`.git`, `.DS_Store`) is passed over, as are links to
/// folders, which may go round in circles.
pub async fn read(root: &Path) -> Result<Folder, SyncError> {
    let path = root.to_owned();
    let reading = tokio::task::spawn_blocking(move || walk(&path));
    let outcome = reading.await.unwrap_or_else(|panicked| Err(io::Error::other(panicked)));
    outcome.map_err(|source| SyncError::Folder { path: root.to_owned(), source })
}

fn walk(root: &Path) -> io::Result<Folder> {
    let mut folder = Folder { whole: true, ..Folder::default() };
    let mut found = entries(root)?;
    while let Some(path) = found.pop() {
        if let Err(source) = folder.take(root, &path, &mut found) {
            // Its document must not be taken for one whose file is gone.
            folder.whole = false;
            folder.failed.push(Failure { name: path.display().to_string(), reason: source.into() });
        }
    }
    Ok(folder)
}

/// What is in one folder, so that the first in the alphabet is popped first: of twins it is always the same one that
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
        let failed = |reason| Failure { name: relative.display().to_string(), reason };
        match name::in_dify(relative) {
            Err(reason) => self.failed.push(failed(reason)),
            Ok(name) => {
                let (size, modified) = (metadata.len(), metadata.modified().ok());
                let file = LocalFile { name: name.clone(), path: path.to_owned(), size, modified };
                match self.files.get(&name) {
                    Some(twin) => self.failed.push(failed(Reason::Twin(twin.path.clone()))),
                    None => drop(self.files.insert(name, file)),
                }
            }
        }
        Ok(())
    }
}
