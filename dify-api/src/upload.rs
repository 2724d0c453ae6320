//! A file on its way to the server.

use crate::{Error, ErrorKind};
use bytes::Bytes;
use reqwest::multipart::Part;
use std::{
    fmt,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::ReaderStream;

/// How much of a source is in memory at a time.
const PIECE: usize = 64 << 10;

/// A file to upload, from a path, from memory or from a reader. It is streamed: its size costs no memory.
///
/// Dify judges a file by its name's extension and its media type; the type is guessed from the name unless you set
/// it.
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
    source: Source,
    file_name: Option<String>,
    media_type: Option<String>,
}

#[derive(Clone)]
enum Source {
    Path(PathBuf),
    Bytes(Bytes),
    Reader(Arc<Mutex<Option<Reader>>>, u64),
}

type Reader = Pin<Box<dyn AsyncRead + Send>>;

impl Upload {
    /// A file on disk, under its own name. It is opened when the call is made, again for each attempt.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Self { source: Source::Path(path), file_name, media_type: None }
    }

    /// A file in memory.
    pub fn bytes(file_name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { source: Source::Bytes(bytes.into()), file_name: Some(file_name.into()), media_type: None }
    }

    /// A file out of a reader that gives exactly `length` bytes. It can be read once, so this is sent once.
    pub fn reader(file_name: impl Into<String>, reader: impl AsyncRead + Send + 'static, length: u64) -> Self {
        let reader: Reader = Box::pin(reader);
        Self {
            source: Source::Reader(Arc::new(Mutex::new(Some(reader))), length),
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
    pub(crate) async fn part(&self) -> Result<Part, Error> {
        let guess = || mime_guess::from_path(self.name()).first_raw();
        let media_type = self.media_type.as_deref().or_else(guess).unwrap_or("application/octet-stream");
        self.part_of(media_type).await
    }

    /// The same for speech: of these formats Dify knows the types by their extensions only, and refuses the
    /// registered `audio/mpeg`.
    #[allow(dead_code, reason = "generated forms call it where the server is so minded")]
    pub(crate) async fn audio_part(&self) -> Result<Part, Error> {
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

    async fn part_of(&self, media_type: &str) -> Result<Part, Error> {
        let part = match &self.source {
            Source::Bytes(bytes) => {
                let length = bytes.len() as u64;
                Part::stream_with_length(bytes.clone(), length)
            }
            Source::Path(path) => {
                let (file, length) = open(path)
                    .await
                    .map_err(|source| Error::outside(ErrorKind::File { path: path.display().to_string(), source }))?;
                streamed(file, length)
            }
            Source::Reader(reader, length) => {
                let reader =
                    reader.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or_else(|| {
                        invalid("the reader of this upload was used up by an earlier call".to_owned())
                    })?;
                streamed(reader, *length)
            }
        };
        part.file_name(self.name().to_owned())
            .mime_str(media_type)
            .map_err(|_| invalid(format!("`{media_type}` is no media type")))
    }

    fn name(&self) -> &str {
        self.file_name.as_deref().unwrap_or("file")
    }
}

fn invalid(why: String) -> Error {
    Error::outside(ErrorKind::InvalidRequest(why))
}

async fn open(path: &Path) -> std::io::Result<(tokio::fs::File, u64)> {
    let file = tokio::fs::File::open(path).await?;
    let metadata = file.metadata().await?;
    if metadata.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    Ok((file, metadata.len()))
}

/// The length is announced: what grows meanwhile is cut off, what shrinks breaks the request.
fn streamed(reader: impl AsyncRead + Send + 'static, length: u64) -> Part {
    let stream = ReaderStream::with_capacity(reader.take(length), PIECE);
    Part::stream_with_length(reqwest::Body::wrap_stream(stream), length)
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
            Source::Path(path) => debug.field("path", path),
            Source::Bytes(bytes) => debug.field("bytes", &bytes.len()),
            Source::Reader(_, length) => debug.field("reader", length),
        };
        debug.field("file_name", &self.file_name).field("media_type", &self.media_type).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form as it goes over the wire.
    async fn wire(part: Part) -> String {
        let form = reqwest::multipart::Form::new().part("file", part);
        let mut request = reqwest::Request::new(reqwest::Method::POST, "http://x/".parse().expect("URL"));
        *request.body_mut() = Some(reqwest::Body::wrap_stream(form.into_stream()));
        let body = request.body_mut().take().expect("body");
        let bytes = crate::incoming::Incoming::new(body, None, None, crate::timer::Timer::new(None))
            .whole(1 << 20)
            .await
            .expect("bytes");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[tokio::test]
    async fn name_and_guessed_type_go_along() {
        let text = wire(Upload::bytes("a b.pdf", "content").part().await.expect("part")).await;
        assert!(text.contains("filename=\"a b.pdf\""), "{text}");
        assert!(text.contains("Content-Type: application/pdf\r\n\r\ncontent\r\n"), "{text}");
    }

    #[tokio::test]
    async fn a_type_that_was_set_is_not_guessed() {
        let upload = Upload::bytes("a.mp3", "x").media_type("audio/ogg");
        assert!(wire(upload.audio_part().await.expect("part")).await.contains("Content-Type: audio/ogg"));
        let error = Upload::bytes("a", "x").media_type("no type").part().await.expect_err("bad type");
        assert!(error.to_string().contains("`no type` is no media type"), "{error}");
    }

    #[tokio::test]
    async fn speech_is_called_as_dify_calls_it() {
        let upload = Upload::bytes("a.MP3", "x");
        assert!(wire(upload.audio_part().await.expect("part")).await.contains("Content-Type: audio/mp3"));
        assert!(wire(upload.part().await.expect("part")).await.contains("Content-Type: audio/mpeg"));
    }

    #[tokio::test]
    async fn a_reader_is_read_once_and_a_path_again_and_again() {
        let upload = Upload::reader("a.txt", &b"content"[..], 4);
        assert!(wire(upload.part().await.expect("part")).await.contains("\r\n\r\ncont\r\n"));
        assert!(upload.clone().part().await.is_err());

        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let upload = Upload::from(path.as_path());
        for _ in 0..2 {
            let text = wire(upload.part().await.expect("part")).await;
            assert!(text.contains("filename=\"Cargo.toml\"") && text.contains("[package]"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_named() {
        let error = Upload::path("/no/such/file.pdf").part().await.expect_err("no file");
        assert!(error.to_string().starts_with("/no/such/file.pdf: "), "{error}");
        assert!(Upload::path("/").part().await.is_err());
    }
}
