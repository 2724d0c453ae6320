//! The recordings of a server: a folder of files or of archives, and the release that answered.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    archive::{self, ArchiveError},
    exchange::Exchange,
    judge::Judge,
    release::is_release,
    report::{Report, Unreadable},
};

/// The most bytes that are read of a file of recordings.
pub(crate) const LARGEST: u64 = 256 << 20;

/// What describes the recordings beside it.
const INDEX: &str = "index.json";

/// How the name of an archive ends.
const ARCHIVE: &str = ".jsonl.gz";

/// Recordings that cannot be judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// A folder that cannot be listed.
    #[error("{path}: {source}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// An archive that cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// An `index.json` without a release.
    #[error("{path}: {problem}", path = path.display())]
    Index {
        /// The file.
        path: PathBuf,
        /// The problem.
        problem: String,
    },
    /// The named release is malformed.
    #[error("{path}: `{release}` is no release: write three numbers, such as 1.9.2, in `release` of {INDEX}, or give --release", path = path.display())]
    NoSuchRelease {
        /// The folder.
        path: PathBuf,
        /// The text in its place.
        release: String,
    },
    /// The release that answered is unknown.
    #[error("{path}: no release: there is no {INDEX} with `release`, and no answer has X-Version; give --release", path = path.display())]
    NoRelease {
        /// The folder.
        path: PathBuf,
    },
    /// Answers of several releases lie in one folder.
    #[error("{path}: X-Version names several releases ({releases}); give --release", path = path.display())]
    SeveralReleases {
        /// The folder.
        path: PathBuf,
        /// The releases, separated by commas.
        releases: String,
    },
}

/// The content of a server's `index.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The release. A server's own word is not enough: unreleased code calls itself by the last release.
    pub release: String,
    /// How good the evidence is: `recorded`, or `recorded-main` for unreleased code.
    pub grade: String,
    /// Anything worth reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The recordings of one server.
#[derive(Debug)]
pub struct Corpus {
    /// The folder.
    pub path: PathBuf,
    /// Its `index.json`.
    pub index: Option<Index>,
    /// Each exchange with the name of its recording below the folder.
    pub recordings: Vec<(String, Exchange)>,
    /// Files without a recording.
    pub unreadable: Vec<Unreadable>,
}

/// Reads the recordings in a folder, or those in each of its folders, where these are named `dify-…` or have an
/// `index.json`.
///
/// # Errors
/// Fails if a folder, an archive or an `index.json` cannot be read.
pub fn corpora(root: &Path) -> Result<Vec<Corpus>, CorpusError> {
    let mut servers = Vec::new();
    for entry in sorted_entries(root)? {
        let named = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with("dify-"));
        if entry.is_dir() && (named || entry.join(INDEX).is_file()) {
            servers.push(entry);
        }
    }
    if servers.is_empty() || root.join(INDEX).is_file() {
        servers = vec![root.to_owned()];
    }
    servers.iter().map(|server| Corpus::read(server)).collect()
}

impl Corpus {
    /// Reads every `*.json` and `*.jsonl.gz` below a folder.
    ///
    /// # Errors
    /// Fails if a folder, an archive or the `index.json` cannot be read.
    pub fn read(root: &Path) -> Result<Self, CorpusError> {
        let mut corpus =
            Self { path: root.to_owned(), index: index(root)?, recordings: Vec::new(), unreadable: Vec::new() };
        let mut files = Vec::new();
        list(root, &mut String::new(), &mut files)?;
        files.sort();
        for file in files {
            if file.ends_with(ARCHIVE) {
                corpus.recordings.extend(archive::read(&root.join(&file))?);
                continue;
            }
            let read = read_file(&root.join(&file), LARGEST).map_err(|error| error.to_string());
            match read.and_then(|text| Exchange::read(&text).map_err(|error| error.to_string())) {
                Ok(exchanges) => {
                    corpus.recordings.extend(exchanges.into_iter().map(|exchange| (file.clone(), exchange)))
                }
                Err(reason) => corpus.unreadable.push(Unreadable { file, reason }),
            }
        }
        Ok(corpus)
    }

    /// Keeps the recordings of these names only.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.recordings.retain(|(file, _)| keep(file));
        self.unreadable.retain(|bad| keep(&bad.file));
    }

    /// Returns the name of the server, as its folder is named.
    #[must_use]
    pub fn server(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Returns the release that answered: `release` in `index.json`, else `X-Version` of the answers.
    ///
    /// # Errors
    /// Fails if there is no release, more than one, or a text that is none.
    pub fn release(&self) -> Result<String, CorpusError> {
        let release = match &self.index {
            Some(index) => index.release.clone(),
            None => self.answered()?,
        };
        if is_release(&release) {
            return Ok(release);
        }
        Err(CorpusError::NoSuchRelease { path: self.path.clone(), release })
    }

    /// The release that all answers name.
    fn answered(&self) -> Result<String, CorpusError> {
        let versions = self.recordings.iter().map(|(_, exchange)| exchange.response.header("x-version").into_owned());
        let versions: BTreeSet<String> = versions.filter(|version| !version.is_empty()).collect();
        let mut releases = versions.iter();
        match (releases.next(), releases.next()) {
            (Some(release), None) => Ok(release.clone()),
            (None, _) => Err(CorpusError::NoRelease { path: self.path.clone() }),
            (Some(_), Some(_)) => {
                let releases = versions.into_iter().collect::<Vec<_>>().join(", ");
                Err(CorpusError::SeveralReleases { path: self.path.clone(), releases })
            }
        }
    }

    /// Judges every recording. The report lists files without a recording.
    #[must_use]
    pub fn judged(&self, judge: &Judge) -> Report {
        let verdicts = self.recordings.iter().map(|(file, exchange)| judge.exchange(file, exchange)).collect();
        Report::new(verdicts, self.unreadable.clone(), judge.operations().count())
    }
}

fn index(root: &Path) -> Result<Option<Index>, CorpusError> {
    let path = root.join(INDEX);
    let bad = |problem: String| CorpusError::Index { path: path.clone(), problem };
    match read_file(&path, LARGEST) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| bad(error.to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(bad(error.to_string())),
    }
}

/// Reads an ordinary file of text, of at most so many bytes.
///
/// # Errors
/// Besides those of the system: pipes and devices, which may have no end, and larger files.
pub fn read_file(path: &Path, largest: u64) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no ordinary file"));
    }
    if metadata.len() > largest {
        return Err(io::Error::other(format!("it is larger than {} MiB", largest >> 20)));
    }
    fs::read_to_string(path)
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let failed = |source| CorpusError::Folder { path: folder.to_owned(), source };
    let entries: io::Result<Vec<_>> = fs::read_dir(folder).map_err(failed)?.map(|entry| Ok(entry?.path())).collect();
    let mut entries = entries.map_err(failed)?;
    entries.sort();
    Ok(entries)
}

/// The names of the recordings and archives below `folder`, which lies at `prefix`.
fn list(folder: &Path, prefix: &mut String, files: &mut Vec<String>) -> Result<(), CorpusError> {
    let failed = |source| CorpusError::Folder { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let length = prefix.len();
        prefix.push_str(&entry.file_name().to_string_lossy());
        if entry.file_type().map_err(failed)?.is_dir() {
            prefix.push('/');
            list(&entry.path(), prefix, files)?;
        } else if prefix.ends_with(".json") && prefix != INDEX || prefix.ends_with(ARCHIVE) {
            files.push(prefix.clone());
        }
        prefix.truncate(length);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judge() -> Judge {
        let document = json!({"paths": {"/a": {"get": {"responses": {"200": {"description": "a"}}}}}});
        Judge::new(vec![document], "1.16.1").unwrap()
    }

    /// A folder of its own for each test, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let root = std::env::temp_dir().join(format!("contract-{name}-{}", std::process::id()));
            for (file, text) in files {
                let path = root.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Self(root)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn answered(version: &str) -> String {
        json!({"request": {"method": "GET", "path": "/a"}, "response": {"status": 200, "headers": {"X-Version": version}}}).to_string()
    }

    #[test]
    fn a_recording_may_hold_several_exchanges() {
        let exchange = json!({"request": {"method": "GET", "path": "/a"}, "response": {"status": 200}});
        let folder = Folder::new("several", &[("a.json", &json!([exchange, exchange]).to_string())]);
        let report = Corpus::read(&folder.0).expect("readable").judged(&judge());
        assert_eq!(report.verdicts.len(), 2);
        assert!(report.passes());
    }

    #[test]
    fn what_is_no_recording_is_reported_by_name() {
        let folder = Folder::new("none", &[("a.json", r#"{"request": {}}"#)]);
        let report = Corpus::read(&folder.0).expect("readable").judged(&judge());
        assert_eq!(report.unreadable[0].file, "a.json");
        assert!(report.unreadable[0].reason.contains("missing field `response`"));
        assert!(!report.passes());
    }

    #[test]
    fn a_folder_is_read_in_order_and_filtered() {
        let exchange = answered("1.16.1");
        let folder = Folder::new("order", &[("b/1.json", exchange.as_str()), ("a.json", "{"), ("c.txt", "no")]);
        let all = corpora(&folder.0).unwrap().remove(0).judged(&judge());
        assert_eq!((all.verdicts[0].file.as_str(), all.unreadable[0].file.as_str()), ("b/1.json", "a.json"));
        let mut some = Corpus::read(&folder.0).unwrap();
        some.retain(|file| file.starts_with("b/"));
        let some = some.judged(&judge());
        assert!(some.passes() && some.verdicts.len() == 1);
        let missing = corpora(&folder.0.join("none")).unwrap_err();
        assert!(missing.to_string().contains("contract-order-"));
    }

    // Guards a past bug: a pipe among the recordings was waited for without end.
    #[cfg(unix)]
    #[test]
    fn pipes_links_and_nesting_without_end_are_unreadable() {
        let body = format!(r#"{{"a":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
        let answer = json!({"status": 200, "headers": {"content-type": "application/json"}, "body": body});
        let exchange = json!({"request": {"method": "GET", "path": "/a"}, "response": answer}).to_string();
        let deep = "[".repeat(5_000);
        let folder = Folder::new("odd", &[("b/c.txt", ""), ("deep.json", &deep), ("body.json", &exchange)]);
        std::os::unix::fs::symlink("..", folder.0.join("b/up")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.0.join("device.json")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(folder.0.join("pipe.json")).status().unwrap().success());
        let report = Corpus::read(&folder.0).unwrap().judged(&judge());
        let files: Vec<_> = report.unreadable.iter().map(|file| file.file.as_str()).collect();
        assert_eq!(files, ["deep.json", "device.json", "pipe.json"]);
        assert_eq!(report.verdicts.len(), 1, "a body that nests too deep is judged, not followed");
        assert!(std::process::Command::new("mkfifo").arg(folder.0.join("pipe.jsonl.gz")).status().unwrap().success());
        assert!(Corpus::read(&folder.0).unwrap_err().to_string().contains("pipe.jsonl.gz"));
    }

    #[test]
    fn the_index_outranks_what_the_server_says() {
        let exchange = answered("1.16.1");
        let index = r#"{"release": "1.17.0", "grade": "recorded-main"}"#;
        let folder = Folder::new("index", &[("dify-main/a.json", exchange.as_str()), ("dify-main/index.json", index)]);
        let corpora = corpora(&folder.0).unwrap();
        assert_eq!(corpora.len(), 1);
        assert_eq!(corpora[0].release().unwrap(), "1.17.0");
        assert!(corpora[0].judged(&judge()).unreadable.is_empty(), "the index is no recording");
    }

    #[test]
    fn a_release_that_is_not_clear_is_refused() {
        let (one, other, none, dev) = (answered("1.16.1"), answered("1.13.0"), answered(""), answered("dev"));
        let index = r#"{"release": "", "grade": "recorded"}"#;
        let folder = Folder::new(
            "clear",
            &[
                ("dify-a/1.json", &one),
                ("dify-b/1.json", &one),
                ("dify-b/2.json", &other),
                ("dify-c/1.json", &none),
                ("dify-d/1.json", &dev),
                ("dify-e/1.json", &one),
                ("dify-e/index.json", index),
            ],
        );
        let corpora = corpora(&folder.0).unwrap();
        let releases: Vec<_> =
            corpora.iter().map(|corpus| corpus.release().map_err(|error| error.to_string())).collect();
        assert_eq!(releases[0].as_deref(), Ok("1.16.1"));
        assert!(releases[1].as_ref().unwrap_err().ends_with("several releases (1.13.0, 1.16.1); give --release"));
        assert!(releases[2].as_ref().unwrap_err().ends_with("has X-Version; give --release"));
        // Guards a past bug: an empty release was judged by the union of all releases.
        for (server, text) in [(3, "`dev` is no release"), (4, "`` is no release")] {
            let error = releases[server].as_ref().unwrap_err();
            assert!(error.contains(text) && error.ends_with("or give --release"), "{error}");
        }
    }
}
