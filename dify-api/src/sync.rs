//! Synchronization of a knowledge base with a folder of files.
//!
//! # Interrupted at any moment
//!
//! There is no state besides that of Dify, so that every run starts from the truth. Each document of a file carries the
//! SHA-256 of the file in a field of its metadata, its mark; an interruption leaves one of these behind:
//!
//! | interrupted | the next run finds | and |
//! |---|---|---|
//! | before a file was sent | no document | sends it |
//! | before the answer came | a document without a mark | compares its bytes, then only marks it |
//! | the same, and the document appears only later | nothing, and then two | deletes the second, see [`settle`] |
//! | before or after a file was replaced | a document marked `changing` | compares its bytes; marks or replaces it |
//! | before a document was deleted | it | deletes it |
//!
//! A mark is set after the fact, and taken back (`changing`) before a file is replaced: it never names bytes that are not
//! there.

mod content;
mod dataset;
mod document;
mod folder;
mod job;
mod name;
mod plan;
mod report;
mod run;
mod settle;
mod verify;

pub use report::{SyncError, SyncEvent, SyncFailure, SyncKept, SyncOutcome, SyncReason, SyncReport};

use crate::{Knowledge, Shown, types::IndexingTechnique};
use std::{collections::BTreeMap, fmt, path::Path, path::PathBuf, pin::Pin, time::Duration};

impl Knowledge {
    /// Makes a knowledge base the same as a folder of files: uploads new files, replaces changed ones, renames moved ones
    /// and, with [`delete`](SyncFolder::delete), deletes documents whose files are gone. Documents of others stay.
    ///
    /// `dataset` is the name or the id of the knowledge base; a name that does not exist is created. A document has the name
    /// of its file with the folders, `guides／tea.md`, and the SHA-256 of the file in its metadata. Files and folders whose
    /// names begin with a dot are left out, as are links to folders.
    ///
    /// It may be dropped at any time, also by a crash: the next run continues there, and nothing is uploaded twice or left
    /// over. A file that fails stops no other.
    ///
    /// Since Dify 1.1.1, which has metadata.
    ///
    /// ```no_run
    /// # async fn run(knowledge: dify_api::Knowledge) -> Result<(), dify_api::SyncError> {
    /// let report = knowledge.sync_folder("handbook", "Handbook").delete(true).await?;
    /// println!("{} added, {} changed, {} failed", report.added.len(), report.changed.len(), report.failed.len());
    /// # Ok(()) }
    /// ```
    pub fn sync_folder<'a>(&self, folder: impl Into<PathBuf>, dataset: impl Into<String>) -> SyncFolder<'a> {
        SyncFolder {
            knowledge: self.clone(),
            options: Options {
                folder: folder.into(),
                dataset: dataset.into(),
                technique: IndexingTechnique::HighQuality,
                field: "sync_hash".to_owned(),
                concurrency: 4,
                delete: false,
                dry_run: false,
                wait: true,
                patience: Duration::from_secs(600),
            },
            progress: Box::new(|_| {}),
            metadata: Box::new(|_| BTreeMap::new()),
        }
    }
}

/// What to bring where, and how.
#[derive(Clone, Debug)]
struct Options {
    folder: PathBuf,
    dataset: String,
    technique: IndexingTechnique,
    field: String,
    concurrency: usize,
    delete: bool,
    dry_run: bool,
    wait: bool,
    patience: Duration,
}

/// Receives what happens.
type Progress<'a> = dyn Fn(SyncEvent<'_>) + Send + Sync + 'a;
/// Returns the metadata of a file, by its path in the folder.
type Metadata<'a> = dyn Fn(&Path) -> BTreeMap<String, String> + Send + Sync + 'a;

/// A synchronization that has not begun: await it. See [`Knowledge::sync_folder`].
///
/// # Errors
/// When nothing can be compared: there is no such folder, no such knowledge base, or no connection. A file that fails is in
/// [`SyncReport::failed`].
#[must_use = "nothing is synchronized before it is awaited"]
pub struct SyncFolder<'a> {
    knowledge: Knowledge,
    options: Options,
    progress: Box<Progress<'a>>,
    metadata: Box<Metadata<'a>>,
}

impl<'a> SyncFolder<'a> {
    /// Deletes documents whose files are gone, if they carry a hash. Off by default.
    ///
    /// They are kept nevertheless, and [`SyncReport::kept_because`] names the reason, when a part of the folder cannot be
    /// read, or the server's list of documents lacks members or items.
    pub fn delete(mut self, delete: bool) -> Self {
        self.options.delete = delete;
        self
    }

    /// Only compares: the report has what a run would do, and no request writes anything. A document that an interrupted
    /// run has sent counts as changed, since its bytes are not compared.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.options.dry_run = dry_run;
        self
    }

    /// Sets how many files are worked on at the same time. Defaults to 4; 0 is 1.
    pub fn concurrency(mut self, files: usize) -> Self {
        self.options.concurrency = files.max(1);
        self
    }

    /// Sets how a knowledge base that is created makes documents searchable. Defaults to `high_quality`, which requires an
    /// embedding model.
    pub fn indexing_technique(mut self, technique: impl Into<IndexingTechnique>) -> Self {
        self.options.technique = technique.into();
        self
    }

    /// Sets the metadata field for the hashes, a text, which is created where it does not exist. Defaults to `sync_hash`.
    pub fn hash_field(mut self, name: impl Into<String>) -> Self {
        self.options.field = name.into();
        self
    }

    /// Sets whether to wait until everything is indexed. On by default.
    pub fn wait_until_indexed(mut self, wait: bool) -> Self {
        self.options.wait = wait;
        self
    }

    /// Sets for how long indexing may make no progress before it is given up on. Defaults to 10 minutes.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.options.patience = patience;
        self
    }

    /// Calls a function with all that happens. It is called between requests and should not take long.
    pub fn progress(mut self, progress: impl Fn(SyncEvent<'_>) + Send + Sync + 'a) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// Sets further metadata of documents, as text, by the path of the file in the folder. Fields that do not exist are
    /// created. Fields that the function does not name keep their values.
    ///
    /// ```no_run
    /// # async fn run(knowledge: dify_api::Knowledge) -> Result<(), dify_api::SyncError> {
    /// let sync = knowledge.sync_folder("handbook", "Handbook");
    /// sync.metadata(|path| [("path", path.display().to_string())]).await?;
    /// # Ok(()) }
    /// ```
    pub fn metadata<M, K, V>(mut self, metadata: impl Fn(&Path) -> M + Send + Sync + 'a) -> Self
    where
        M: IntoIterator<Item = (K, V)>,
        K: Into<String>,
        V: Into<String>,
    {
        self.metadata =
            Box::new(move |path| metadata(path).into_iter().map(|(name, value)| (name.into(), value.into())).collect());
        self
    }
}

impl<'a> IntoFuture for SyncFolder<'a> {
    type Output = Result<SyncReport, SyncError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { run::run(&self).await })
    }
}

impl fmt::Debug for SyncFolder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncFolder")
            .field("folder", &self.options.folder)
            .field("dataset", &Shown::new(&self.options.dataset))
            .finish_non_exhaustive()
    }
}
