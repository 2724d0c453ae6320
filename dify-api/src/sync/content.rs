//! The hashes of files, and of what was sent of them.

use std::{
    io::{self, Read},
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use crate::Upload;
use sha2::{Digest as _, Sha256};
use tokio::{
    fs::File,
    io::{AsyncRead, ReadBuf},
    task::spawn_blocking,
};

use super::folder::LocalFile;

/// The SHA-256 of a file, in hexadecimal digits.
pub(super) async fn hash(path: &Path) -> io::Result<String> {
    let path = path.to_owned();
    let hashing = spawn_blocking(move || hash_of(std::fs::File::open(path)?));
    hashing.await.unwrap_or_else(|panicked| Err(io::Error::other(panicked)))
}

/// The SHA-256 of everything a reader gives.
pub(super) fn hash_of(mut reader: impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        match reader.read(&mut piece)? {
            0 => return Ok(format!("{:x}", hasher.finalize())),
            count => hasher.update(&piece[..count]),
        }
    }
}

/// What was sent of a file so far.
pub(super) struct Sent(Arc<Mutex<Sha256>>);

impl Sent {
    pub(super) fn hash(&self) -> String {
        format!("{:x}", self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().finalize())
    }
}

/// A file as an upload, and the hash of what will have been sent. It is not the hash of an earlier look at the file: that
/// may change while it is on its way, and the mark must name the bytes that Dify got.
pub(super) async fn upload(file: &LocalFile) -> io::Result<(Upload, Sent)> {
    let opened = File::open(&file.path).await?;
    let length = opened.metadata().await?.len();
    let hasher = Arc::new(Mutex::new(Sha256::new()));
    let reader = HashedFile { file: opened, hasher: Arc::clone(&hasher) };
    Ok((Upload::reader(file.name.as_str(), reader, length), Sent(hasher)))
}

/// Hashes the bytes that are read from it. An upload reads no more than the length that was announced.
struct HashedFile {
    file: File,
    hasher: Arc<Mutex<Sha256>>,
}

impl AsyncRead for HashedFile {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.file).poll_read(cx, buffer))?;
        self.hasher.lock().unwrap_or_else(PoisonError::into_inner).update(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}
