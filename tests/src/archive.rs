//! The packed recordings.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use contract::{ArchiveError, Corpus, CorpusError, Exchange, archive, corpora};

/// One recorded exchange with a real server.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Which server answered, as the folder is named: `dify-1.16.1`.
    pub server: String,
    /// Where the exchange stood among the recordings of that server: `chat/007-chatMessages-blocking.json`.
    pub file: String,
    /// The exchange.
    pub exchange: Exchange,
}

impl Recording {
    /// The status of the answer; 0 where there was none.
    pub fn status(&self) -> u16 {
        self.exchange.response.status
    }

    /// The media type of the answer, without its parameters.
    pub fn media_type(&self) -> String {
        self.exchange.response.media_type()
    }

    /// The body of the answer as text; `None` where there was none, or where it is no text.
    pub fn reply(&self) -> Option<&str> {
        self.exchange.response.body.as_deref().filter(|body| !body.is_empty())
    }

    /// The body of the request where it is JSON text.
    pub fn json_request(&self) -> Option<&str> {
        let json = self.exchange.request.header("content-type").starts_with("application/json");
        self.exchange.request.body.as_deref().filter(|body| json && !body.is_empty())
    }

    /// A header of the answer, whatever the case of its name; empty where there is none.
    pub fn header(&self, name: &str) -> Cow<'_, str> {
        self.exchange.response.header(name)
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.server, self.file)
    }
}

/// The folder of the packed recordings.
pub fn folder() -> PathBuf {
    std::env::var_os("DIFY_RECORDINGS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings"), PathBuf::from)
}

/// The packed recordings of every server, ordered by the names of the servers.
///
/// # Errors
/// When an archive or an index cannot be read.
pub fn servers() -> Result<Vec<Corpus>, CorpusError> {
    corpora(&folder())
}

/// Every packed recording, ordered by server and file.
///
/// # Errors
/// When an archive or an index cannot be read.
pub fn recordings() -> Result<Vec<Recording>, CorpusError> {
    let of_server = |corpus: Corpus| {
        let server = corpus.server();
        let recording = move |(file, exchange)| Recording { server: server.clone(), file, exchange };
        corpus.recordings.into_iter().map(recording)
    };
    Ok(servers()?.into_iter().flat_map(of_server).collect())
}

/// Writes recordings, one archive per server and area (the first folder of `file`). The same recordings give the same bytes.
///
/// # Errors
/// When the file system refuses.
pub fn write(folder: &Path, recordings: Vec<Recording>) -> Result<(), ArchiveError> {
    let mut archives: BTreeMap<PathBuf, Vec<(String, Exchange)>> = BTreeMap::new();
    for recording in recordings {
        let area = recording.file.split('/').next().unwrap_or_default();
        let path = folder.join(&recording.server).join(format!("{area}.jsonl.gz"));
        archives.entry(path).or_default().push((recording.file, recording.exchange));
    }
    archives.into_iter().try_for_each(|(path, recordings)| archive::write(&path, recordings))
}
