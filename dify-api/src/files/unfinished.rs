//! A file that gets its name when all of it is there.

use std::{
    fs, io,
    path::{Path, PathBuf, is_separator},
};
use tokio::io::AsyncWriteExt as _;

/// How many random names are tried: a second one is needed only by bad luck.
const NAMES: usize = 8;

/// A file under a random name in the folder of its target. It is removed when it is dropped before
/// [`finish`](Self::finish).
pub(crate) struct Unfinished {
    file: tokio::fs::File,
    /// Dropped after the file, so that it is closed before it is removed.
    temporary: Temporary,
    target: PathBuf,
}

impl Unfinished {
    /// Creates the file. Fails early where the target cannot become a file.
    pub(crate) async fn new(target: &Path) -> io::Result<Self> {
        let target = target.to_owned();
        // What is created after the caller is gone is dropped with the outcome of the task, and so removed.
        let (file, temporary, target) = blocking(move || {
            let permissions = permissions(&target)?;
            let (file, temporary) = Temporary::create(folder(&target))?;
            if let Some(permissions) = permissions {
                file.set_permissions(permissions)?;
            }
            Ok((file, temporary, target))
        })
        .await?;
        Ok(Self { file: tokio::fs::File::from_std(file), temporary, target })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await
    }

    /// Syncs the file and renames it to its target.
    pub(crate) async fn finish(self) -> io::Result<()> {
        let Self { mut file, temporary, target } = self;
        file.flush().await?;
        let file = file.into_std().await;
        blocking(move || {
            file.sync_all()?;
            drop(file);
            temporary.rename(&target)
        })
        .await
    }
}

/// The name of a file that is removed on drop.
struct Temporary(Option<PathBuf>);

impl Temporary {
    fn create(folder: &Path) -> io::Result<(fs::File, Self)> {
        let mut attempt = 0;
        loop {
            let path = folder.join(format!(".{:016x}.part", fastrand::u64(..)));
            attempt += 1;
            // `create_new` follows no symbolic link and takes over no file of somebody else.
            match fs::File::create_new(&path) {
                Ok(file) => return Ok((file, Self(Some(path)))),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < NAMES => {}
                Err(error) => return Err(not_created(folder, &error)),
            }
        }
    }

    fn rename(mut self, target: &Path) -> io::Result<()> {
        if let Some(path) = &self.0 {
            fs::rename(path, target)?;
        }
        self.0 = None;
        #[cfg(unix)]
        {
            // The file is complete already; without this, a power failure may undo its name. Some file systems
            // cannot sync a folder.
            let _ = fs::File::open(folder(target)).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // Nobody is left to hear of a failure.
            let _ = fs::remove_file(path);
        }
    }
}

fn folder(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The permissions of the file that is going to be replaced, or why it cannot be.
fn permissions(target: &Path) -> io::Result<Option<fs::Permissions>> {
    let text = target.as_os_str().to_string_lossy();
    if target.file_name().is_none() || text.ends_with(is_separator) {
        return Err(described(io::ErrorKind::IsADirectory, "it names a folder: add the name of the file"));
    }
    let Ok(metadata) = fs::metadata(target) else {
        return Ok(None);
    };
    if metadata.is_dir() {
        return Err(described(io::ErrorKind::IsADirectory, "it is a folder: add the name of the file"));
    }
    if !metadata.is_file() {
        let text = "it is a device or a pipe: read the download with `next` and write the pieces there";
        return Err(described(io::ErrorKind::InvalidInput, text));
    }
    // A link is replaced, not what it leads to.
    let own = fs::symlink_metadata(target)?;
    if !own.is_file() {
        return Ok(None);
    }
    if own.permissions().readonly() {
        let text = "a read-only file has this name: make it writable, delete it, or choose another name";
        return Err(described(io::ErrorKind::PermissionDenied, text));
    }
    Ok(Some(own.permissions()))
}

fn not_created(folder: &Path, error: &io::Error) -> io::Error {
    let folder = folder.display();
    let text = match error.kind() {
        io::ErrorKind::NotFound => format!("the folder {folder} does not exist: create it first"),
        io::ErrorKind::NotADirectory => format!("{folder} is not a folder"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            format!("the folder {folder} is read-only for this process: choose another or change its permissions")
        }
        _ => format!("no file can be created in the folder {folder}: {error}"),
    };
    described(error.kind(), text)
}

fn described(kind: io::ErrorKind, text: impl Into<String>) -> io::Error {
    io::Error::new(kind, text.into())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    // A task that was not run, or panicked, did nothing.
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
