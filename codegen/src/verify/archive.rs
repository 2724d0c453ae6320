//! Archives of recordings: one exchange a line, compressed.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use serde_json::Value;

use super::corpus::LARGEST;

/// An archive that cannot be read.
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
    #[error("{path}, line {line}: {problem}", path = path.display())]
    Line {
        /// The archive.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

/// The exchanges of a `*.jsonl.gz`, each with the name of the recording that it was packed from (its member `file`).
///
/// # Errors
/// A file that cannot be read, and a line that is no exchange.
pub fn read(archive: &Path) -> Result<Vec<(String, Value)>, ArchiveError> {
    let io = |source| ArchiveError::Io { path: archive.to_owned(), source };
    // A pipe would be waited for without end.
    if !fs::metadata(archive).map_err(io)?.is_file() {
        return Err(io(io::Error::new(io::ErrorKind::InvalidInput, "it is no file")));
    }
    let mut text = String::new();
    let file = fs::File::open(archive).map_err(io)?;
    GzDecoder::new(file).take(LARGEST).read_to_string(&mut text).map_err(io)?;
    let mut exchanges = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let bad = |problem: String| ArchiveError::Line { path: archive.to_owned(), line: index + 1, problem };
        let mut exchange: Value = serde_json::from_str(line).map_err(|error| bad(error.to_string()))?;
        let file = exchange.as_object_mut().and_then(|exchange| exchange.shift_remove("file"));
        let file = file.as_ref().and_then(Value::as_str).ok_or_else(|| bad("`file` is missing".into()))?;
        exchanges.push((file.to_owned(), exchange));
    }
    Ok(exchanges)
}
