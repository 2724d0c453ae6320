//! Reading and writing the compressed recordings.

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use codegen::verify::{Corpus, CorpusError, corpora};
use flate2::{Compression, GzBuilder};
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

/// The folder of the packed recordings.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings")
}

/// The packed recordings of every server, ordered by the names of the servers.
///
/// # Errors
/// When an archive or an index cannot be read.
pub fn servers() -> Result<Vec<Corpus>, CorpusError> {
    corpora(&folder(), None)
}

/// Every packed recording, ordered by server and file.
///
/// # Errors
/// When an archive or an index cannot be read.
pub fn recordings() -> Result<Vec<Recording>, CorpusError> {
    let of_server = |corpus: Corpus| {
        let server = corpus.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let recording = move |(file, exchange)| Recording { server: server.clone(), file, exchange };
        corpus.recordings.into_iter().map(recording)
    };
    Ok(servers()?.into_iter().flat_map(of_server).collect())
}

/// Writes recordings, one archive per server and area (the first folder of `file`). The same recordings give the same bytes.
///
/// # Errors
/// When the file system refuses.
pub fn write(folder: &Path, recordings: Vec<Recording>) -> io::Result<()> {
    let mut archives: BTreeMap<PathBuf, Vec<Recording>> = BTreeMap::new();
    for recording in recordings {
        let area = recording.file.split('/').next().unwrap_or_default();
        let path = folder.join(&recording.server).join(format!("{area}.jsonl.gz"));
        archives.entry(path).or_default().push(recording);
    }
    for (path, mut recordings) in archives {
        recordings.sort_by(|a, b| a.file.cmp(&b.file));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let file = fs::File::create(&path)?;
        let mut gzip = GzBuilder::new().mtime(0).write(file, Compression::best());
        for mut recording in recordings {
            slim(&mut recording.exchange);
            recording.exchange["file"] = recording.file.into();
            writeln!(gzip, "{}", recording.exchange)?;
        }
        gzip.finish()?;
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
