//! Uploaded bytes: a few in memory, many in a temporary file, so that a file of any size passes in little memory.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use futures_util::stream::unfold;
use tempfile::TempPath;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

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
    File(TempPath),
}

/// A blob that is still arriving.
#[derive(Debug, Default)]
pub(crate) struct BlobWriter {
    length: u64,
    memory: BytesMut,
    file: Option<(File, TempPath)>,
}

/// A file with a name that no other file has, which goes with its path.
fn temporary() -> io::Result<(std::fs::File, TempPath)> {
    Ok(tempfile::Builder::new().prefix("dify-mock-").tempfile()?.into_parts())
}

impl BlobWriter {
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        if self.file.is_none() && self.memory.len() + bytes.len() > IN_MEMORY {
            let (file, path) = temporary()?;
            let mut file = File::from_std(file);
            file.write_all(&self.memory).await?;
            self.memory.clear();
            self.file = Some((file, path));
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
            Some((mut file, path)) => {
                file.flush().await?;
                Storage::File(path)
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
        let (mut file, path) = temporary()?;
        work(&mut file)?;
        let length = file.metadata()?.len();
        Ok(Arc::new(Blob { length, place: Storage::File(path) }))
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
                Storage::File(path) => path.to_path_buf(),
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
                Storage::File(path) => Some(path.to_path_buf()),
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
