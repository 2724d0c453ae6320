//! Reading and writing the compressed recordings.

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, GzBuilder, read::GzDecoder};
use serde_json::Value;

/// One recorded exchange with a real server.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Which server answered, as the folder is named: `dify-1.16.1`.
    pub server: String,
    /// Where the exchange stood among the recordings of that server: `chat/007-chatMessages-blocking.json`.
    pub file: String,
    /// The exchange: `{operation, case, request, response}`.
    pub exchange: Value,
}

impl Recording {
    /// The status of the answer; 0 where there was none.
    pub fn status(&self) -> u64 {
        self.exchange["response"]["status"].as_u64().unwrap_or(0)
    }

    /// The release that answered, as it said itself.
    pub fn version(&self) -> &str {
        self.header("response", "x-version")
    }

    /// The media type of the answer, without its parameters.
    pub fn media_type(&self) -> &str {
        self.header("response", "content-type").split(';').next().unwrap_or_default().trim()
    }

    /// The body of the answer as text; `None` where there was none, or where it is no text.
    pub fn reply(&self) -> Option<&str> {
        self.exchange["response"]["body"].as_str().filter(|body| !body.is_empty())
    }

    /// The body of the request where it is JSON text.
    pub fn json_request(&self) -> Option<&str> {
        let json = self.header("request", "content-type").starts_with("application/json");
        self.exchange["request"]["body"].as_str().filter(|body| json && !body.is_empty())
    }

    /// A header of the request or the response, whatever the case of its name; empty where there is none.
    pub fn header(&self, of: &str, name: &str) -> &str {
        let headers = self.exchange[of]["headers"].as_object();
        let found = headers.into_iter().flatten().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.server, self.file)
    }
}

/// An archive that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not a recorded exchange.
    #[error("{path}, line {line}: {problem}")]
    Line {
        /// The archive.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

/// The folder of the packed recordings.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings")
}

/// Every packed recording, ordered by server and file.
///
/// # Errors
/// When an archive cannot be read, or holds a line that is no exchange.
pub fn recordings() -> Result<Vec<Recording>, ArchiveError> {
    let mut all = Vec::new();
    for server in sorted_entries(&folder())? {
        for archive in sorted_entries(&server)? {
            read(&archive, &mut all)?;
        }
    }
    Ok(all)
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>, ArchiveError> {
    let io = |source| ArchiveError::Io { path: folder.to_owned(), source };
    let mut entries = fs::read_dir(folder)
        .map_err(io)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(io)?;
    entries.sort();
    Ok(entries)
}

fn read(archive: &Path, all: &mut Vec<Recording>) -> Result<(), ArchiveError> {
    let io = |source| ArchiveError::Io { path: archive.to_owned(), source };
    let mut text = String::new();
    GzDecoder::new(fs::File::open(archive).map_err(io)?).read_to_string(&mut text).map_err(io)?;
    let server =
        archive.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for (index, line) in text.lines().enumerate() {
        let bad = |problem: String| ArchiveError::Line { path: archive.to_owned(), line: index + 1, problem };
        let mut exchange: Value = serde_json::from_str(line).map_err(|error| bad(error.to_string()))?;
        let file = exchange
            .as_object_mut()
            .and_then(|exchange| exchange.remove("file"))
            .and_then(|file| file.as_str().map(str::to_owned))
            .ok_or_else(|| bad("`file` is missing".into()))?;
        all.push(Recording { server: server.clone(), file, exchange });
    }
    Ok(())
}

/// Writes recordings, one archive per server and area (the first folder of `file`). The same recordings give the same bytes.
///
/// # Errors
/// When the file system refuses.
pub fn write(folder: &Path, recordings: Vec<Recording>) -> Result<(), ArchiveError> {
    let mut archives: BTreeMap<PathBuf, Vec<Recording>> = BTreeMap::new();
    for recording in recordings {
        let area = recording.file.split('/').next().unwrap_or_default();
        let path = folder.join(&recording.server).join(format!("{area}.jsonl.gz"));
        archives.entry(path).or_default().push(recording);
    }
    for (path, mut recordings) in archives {
        recordings.sort_by(|a, b| a.file.cmp(&b.file));
        let io = |source| ArchiveError::Io { path: path.clone(), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(io)?;
        }
        let file = fs::File::create(&path).map_err(io)?;
        let mut gzip = GzBuilder::new().mtime(0).write(file, Compression::best());
        for mut recording in recordings {
            slim(&mut recording.exchange);
            recording.exchange["file"] = recording.file.into();
            writeln!(gzip, "{}", recording.exchange).map_err(io)?;
        }
        gzip.finish().map_err(io)?;
    }
    Ok(())
}

/// Drops what the exchange says twice.
fn slim(exchange: &mut Value) {
    let Some(response) = exchange["response"].as_object_mut() else {
        return;
    };
    response.remove("raw_headers");
    if response.contains_key("body") || response.contains_key("body_base64") {
        response.remove("chunks");
    }
}
