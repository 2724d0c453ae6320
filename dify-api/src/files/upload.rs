//! A file on its way to the server.

use super::file_name;
use bytes::Bytes;
use reqwest::multipart::Part;
use source::Exact;
use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::io::AsyncRead;

mod source;

pub(crate) use source::Unreadable;

/// Why a file cannot be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsendable {
    /// Its name, type or source is not allowed.
    #[error("{0}")]
    Invalid(String),
    #[error(transparent)]
    Unreadable(Unreadable),
}

/// A file to upload, from a path, from memory or from a reader. It is streamed: its size costs no memory.
///
/// Dify judges a file by its name's extension and its media type; the type is guessed from the name unless you set
/// it. A name with control characters or marks of writing direction is refused before anything is sent.
///
/// ```no_run
/// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
/// use dify_api::{Upload, types::FileUploadRequest};
///
/// let from_disk = Upload::path("report.pdf");
/// let from_memory = Upload::bytes("note.txt", "some text").media_type("text/markdown");
/// let file = app.files().upload(&FileUploadRequest::new(from_disk).user("user-1")).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Upload {
    source: UploadSource,
    file_name: Option<String>,
    media_type: Option<String>,
}

#[derive(Clone)]
enum UploadSource {
    Path(PathBuf),
    Bytes(Bytes),
    Reader(Arc<Mutex<Option<Reader>>>, u64),
}

type Reader = Pin<Box<dyn AsyncRead + Send>>;

impl Upload {
    /// A file on disk, under its own name. It is opened when the call is made, again for each attempt.
    ///
    /// The call fails with [`ErrorKind::File`](crate::ErrorKind::File) when that is a folder, a pipe or a device, or when the file changes its
    /// size while it is sent. A symbolic link is followed.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Self { source: UploadSource::Path(path), file_name, media_type: None }
    }

    /// A file in memory.
    pub fn bytes(file_name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { source: UploadSource::Bytes(bytes.into()), file_name: Some(file_name.into()), media_type: None }
    }

    /// A file out of a reader that gives exactly `length` bytes. It can be read once, so this is sent once.
    ///
    /// The call fails with [`ErrorKind::File`](crate::ErrorKind::File) when the reader ends earlier, or has more bytes at hand than that.
    pub fn reader(file_name: impl Into<String>, reader: impl AsyncRead + Send + 'static, length: u64) -> Self {
        let reader: Reader = Box::pin(reader);
        Self {
            source: UploadSource::Reader(Arc::new(Mutex::new(Some(reader))), length),
            file_name: Some(file_name.into()),
            media_type: None,
        }
    }

    /// Sets the name under which the file is sent.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the media type, `image/png`, instead of guessing it.
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// The part of a form that carries it.
    pub(crate) async fn part(&self) -> Result<Part, Unsendable> {
        let guess = || mime_guess::from_path(self.name()).first_raw();
        let media_type = self.media_type.as_deref().or_else(guess).unwrap_or("application/octet-stream");
        self.part_of(media_type).await
    }

    /// The same for speech: of these formats Dify determines the types by their extensions only, and rejects the
    /// registered `audio/mpeg`.
    #[cfg_attr(not(any(feature = "app", feature = "web")), allow(dead_code, reason = "forms of speech call it"))]
    pub(crate) async fn audio_part(&self) -> Result<Part, Unsendable> {
        const EXTENSIONS: [(&str, &str); 5] = [
            ("mp3", "audio/mp3"),
            ("m4a", "audio/m4a"),
            ("wav", "audio/wav"),
            ("amr", "audio/amr"),
            ("mpga", "audio/mpga"),
        ];
        let extension = Path::new(self.name()).extension().unwrap_or_default();
        let known = EXTENSIONS.iter().find(|(known, _)| extension.eq_ignore_ascii_case(known));
        match known {
            Some((_, media_type)) if self.media_type.is_none() => self.part_of(media_type).await,
            _ => self.part().await,
        }
    }

    async fn part_of(&self, media_type: &str) -> Result<Part, Unsendable> {
        file_name::check(self.name()).map_err(Unsendable::Invalid)?;
        if media_type.chars().any(char::is_control) {
            return Err(no_media_type(media_type));
        }
        let part = match &self.source {
            UploadSource::Bytes(bytes) => {
                let length = bytes.len() as u64;
                Part::stream_with_length(bytes.clone(), length)
            }
            UploadSource::Path(path) => {
                let name = path.display().to_string();
                let opened = open(path).await;
                let (file, length) =
                    opened.map_err(|source| Unsendable::Unreadable(Unreadable { path: name.clone(), source }))?;
                Exact::file(file, length, name).part()
            }
            UploadSource::Reader(reader, length) => {
                let reader = reader.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or_else(|| {
                    Unsendable::Invalid("the reader of this upload was used up by an earlier call".to_owned())
                })?;
                Exact::new(reader, *length, self.name().to_owned()).part()
            }
        };
        part.file_name(self.name().to_owned()).mime_str(media_type).map_err(|_| no_media_type(media_type))
    }

    fn name(&self) -> &str {
        self.file_name.as_deref().unwrap_or("file")
    }
}

fn no_media_type(text: &str) -> Unsendable {
    Unsendable::Invalid(format!("`{}` is no media type", text.escape_debug()))
}

async fn open(path: &Path) -> io::Result<(tokio::fs::File, u64)> {
    // Looked at first: to open a pipe waits until somebody writes into it.
    has_a_size(&tokio::fs::metadata(path).await?)?;
    let file = tokio::fs::File::open(path).await?;
    let metadata = file.metadata().await?;
    has_a_size(&metadata)?;
    Ok((file, metadata.len()))
}

fn has_a_size(metadata: &fs::Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder: upload its files one by one"));
    }
    if !metadata.is_file() {
        let text = "it is a pipe or a device: read it into memory for `Upload::bytes`, or use `Upload::reader`";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    Ok(())
}

impl From<PathBuf> for Upload {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for Upload {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Upload");
        match &self.source {
            UploadSource::Path(path) => debug.field("path", path),
            UploadSource::Bytes(bytes) => debug.field("bytes", &bytes.len()),
            UploadSource::Reader(_, length) => debug.field("reader", length),
        };
        debug.field("file_name", &self.file_name).field("media_type", &self.media_type).finish()
    }
}

#[cfg(test)]
mod tests;
