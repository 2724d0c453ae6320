//! Uploaded bytes: a few in memory, many in a temporary file, so that a file of any size passes in little memory.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::values::ids;

/// More than this goes to a file.
const IN_MEMORY: usize = 256 * 1024;
/// How much is read from a file at once.
const CHUNK: usize = 64 * 1024;

/// Bytes that somebody uploaded. The file behind them goes with them.
#[derive(Debug)]
pub(crate) struct Blob {
    length: u64,
    place: Storage,
}

#[derive(Debug)]
enum Storage {
    Memory(Bytes),
    File(PathBuf),
}

/// A blob that is still arriving.
#[derive(Debug, Default)]
pub(crate) struct BlobWriter {
    length: u64,
    memory: BytesMut,
    file: Option<(File, Spooled)>,
}

/// A temporary file that is removed again unless it becomes a blob's.
#[derive(Debug)]
struct Spooled(PathBuf);

/// A name that no other file has.
fn temporary() -> PathBuf {
    std::env::temp_dir().join(format!("dify-mock-{}-{}", std::process::id(), ids::new()))
}

impl BlobWriter {
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        if self.file.is_none() && self.memory.len() + bytes.len() > IN_MEMORY {
            let path = temporary();
            let mut file = File::create_new(&path).await?;
            let spooled = Spooled(path);
            file.write_all(&self.memory).await?;
            self.memory.clear();
            self.file = Some((file, spooled));
        }
        match &mut self.file {
            Some((file, _)) => file.write_all(bytes).await,
            None => {
                self.memory.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    pub(crate) async fn finish(self) -> io::Result<Arc<Blob>> {
        let place = match self.file {
            None => Storage::Memory(self.memory.freeze()),
            Some((mut file, mut spooled)) => {
                file.flush().await?;
                // Taken over: the guard has nothing left to remove.
                Storage::File(std::mem::take(&mut spooled.0))
            }
        };
        Ok(Arc::new(Blob { length: self.length, place }))
    }
}

impl Blob {
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The first bytes, at most so many.
    pub(crate) async fn head(&self, limit: usize) -> io::Result<Vec<u8>> {
        match &self.place {
            Storage::Memory(bytes) => Ok(bytes[..bytes.len().min(limit)].to_vec()),
            Storage::File(path) => {
                let mut head = Vec::new();
                File::open(path).await?.take(limit as u64).read_to_end(&mut head).await?;
                Ok(head)
            }
        }
    }

    /// The bytes, for whoever may wait for a disk.
    pub(crate) fn reader(&self) -> io::Result<Box<dyn io::Read + '_>> {
        Ok(match &self.place {
            Storage::Memory(bytes) => Box::new(bytes.as_ref()),
            Storage::File(path) => Box::new(std::fs::File::open(path)?),
        })
    }

    /// A blob of what somebody writes, who may wait for a disk.
    pub(crate) fn written(work: impl FnOnce(&mut std::fs::File) -> io::Result<()>) -> io::Result<Arc<Blob>> {
        let mut spooled = Spooled(temporary());
        let mut file = std::fs::File::create_new(&spooled.0)?;
        work(&mut file)?;
        let length = file.metadata()?.len();
        Ok(Arc::new(Blob { length, place: Storage::File(std::mem::take(&mut spooled.0)) }))
    }

    /// The bytes, piece by piece.
    pub(crate) fn stream(self: Arc<Self>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        unfold((self, None::<File>, false), |(blob, file, done)| async move {
            if done {
                return None;
            }
            let path = match &blob.place {
                Storage::Memory(bytes) => {
                    let bytes = bytes.clone();
                    return Some((Ok(bytes), (blob, None, true)));
                }
                Storage::File(path) => path.clone(),
            };
            match read(file, path).await {
                Ok((_, bytes)) if bytes.is_empty() => None,
                Ok((file, bytes)) => Some((Ok(bytes), (blob, Some(file), false))),
                Err(error) => Some((Err(error), (blob, None, true))),
            }
        })
    }
}

async fn read(file: Option<File>, path: PathBuf) -> io::Result<(File, Bytes)> {
    let mut file = match file {
        Some(file) => file,
        None => File::open(path).await?,
    };
    let mut bytes = BytesMut::with_capacity(CHUNK);
    file.read_buf(&mut bytes).await?;
    Ok((file, bytes.freeze()))
}

impl Drop for Blob {
    fn drop(&mut self) {
        if let Storage::File(path) = &self.place {
            // Nobody to tell when a temporary file is gone already.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            let _ = std::fs::remove_file(&self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    #[tokio::test]
    async fn a_large_blob_waits_in_a_file_that_goes_with_it() {
        for (size, spooled) in [(10, false), (3 * IN_MEMORY, true)] {
            let mut writer = BlobWriter::default();
            for part in vec![7_u8; size].chunks(1000) {
                writer.write(part).await.expect("written");
            }
            let blob = writer.finish().await.expect("finished");
            let path = match &blob.place {
                Storage::File(path) => Some(path.clone()),
                Storage::Memory(_) => None,
            };
            assert_eq!((blob.length(), path.is_some()), (size as u64, spooled));
            assert_eq!(blob.head(4).await.expect("read"), [7; 4]);
            let parts: Vec<Bytes> = Arc::clone(&blob).stream().map(|part| part.expect("read")).collect().await;
            assert_eq!(parts.concat(), vec![7_u8; size]);
            drop(blob);
            assert!(path.is_none_or(|path| !path.exists()));
        }
    }
}
