//! Archives of recordings: one exchange a line, compressed.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, GzBuilder, read::GzDecoder};
use serde::{Deserialize, Serialize};

use crate::{corpus::LARGEST, exchange::Exchange};

/// An archive that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The file system refuses, or the file is no archive.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The archive.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A line is no recorded exchange.
    #[error("{path}, line {line}: {source}", path = path.display())]
    Line {
        /// The archive.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The cause.
        source: serde_json::Error,
    },
}

/// A line, which also names the recording that it was packed from.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    exchange: Exchange,
    file: String,
}

/// Reads the exchanges of a `*.jsonl.gz`, each with the name of the recording that it was packed from.
///
/// # Errors
/// Fails if the file cannot be read, or if a line is no exchange.
pub fn read(archive: &Path) -> Result<Vec<(String, Exchange)>, ArchiveError> {
    let io = |source| ArchiveError::Io { path: archive.to_owned(), source };
    // A pipe would be waited for without end.
    if !fs::metadata(archive).map_err(io)?.is_file() {
        return Err(io(io::Error::new(io::ErrorKind::InvalidInput, "it is no ordinary file")));
    }
    let mut text = String::new();
    let file = fs::File::open(archive).map_err(io)?;
    GzDecoder::new(file).take(LARGEST).read_to_string(&mut text).map_err(io)?;
    let lines = text.lines().enumerate().map(|(index, line)| {
        let failed = |source| ArchiveError::Line { path: archive.to_owned(), line: index + 1, source };
        let line: Line = serde_json::from_str(line).map_err(failed)?;
        Ok((line.file, line.exchange))
    });
    lines.collect()
}

/// Writes an archive, ordered by name, without the repeated parts of an exchange. The same recordings give the same bytes.
///
/// # Errors
/// Fails if the file system refuses.
pub fn write(archive: &Path, mut recordings: Vec<(String, Exchange)>) -> Result<(), ArchiveError> {
    let io = |source| ArchiveError::Io { path: archive.to_owned(), source };
    recordings.sort_by(|a, b| a.0.cmp(&b.0));
    if let Some(folder) = archive.parent() {
        fs::create_dir_all(folder).map_err(io)?;
    }
    let file = fs::File::create(archive).map_err(io)?;
    let mut gzip = GzBuilder::new().mtime(0).write(file, Compression::best());
    for (file, mut exchange) in recordings {
        exchange.response.raw_headers = Vec::new();
        if exchange.response.body.is_some() || exchange.response.body_base64.is_some() {
            exchange.response.chunks = None;
        }
        let line = serde_json::to_string(&Line { exchange, file }).map_err(|error| io(error.into()))?;
        writeln!(gzip, "{line}").map_err(io)?;
    }
    gzip.finish().map_err(io)?;
    Ok(())
}
