//! What happens in a synchronization, while it does and at the end.

use crate::{Error, ErrorKind, Shown};
use std::{fmt, io, path::PathBuf, time::Duration};

/// Something that happened; see [`SyncFolder::progress`](crate::SyncFolder::progress).
#[derive(Debug)]
#[non_exhaustive]
pub enum SyncEvent<'a> {
    /// The folder was read and the documents were listed; the work begins.
    Compared {
        /// The number of files.
        files: usize,
        /// The number of documents, whoever made them.
        documents: usize,
    },
    /// A file, or a document without a file, is done.
    Finished {
        /// The name of the document.
        name: &'a str,
        /// The outcome.
        outcome: &'a SyncOutcome,
    },
    /// The progress of indexing.
    Indexed {
        /// The number of documents that are indexed.
        done: usize,
        /// The number of documents.
        of: usize,
    },
}

/// The outcome of one file. In a dry run, the outcome that a run would have.
#[derive(Debug)]
#[non_exhaustive]
pub enum SyncOutcome {
    /// The file is new: a document was made of it.
    Added,
    /// The document has the new content of the file, or its new metadata.
    Changed,
    /// The file has another name: its document, which keeps its id, was given that name and indexed again.
    Renamed {
        /// The earlier name of the document.
        from: String,
    },
    /// An interrupted run had sent the file already.
    Recognized,
    /// The document is up to date.
    Unchanged,
    /// The file is gone, and its document was deleted.
    Deleted,
    /// The file or document could not be synchronized.
    Failed(SyncReason),
}

/// The result of a synchronization, by the names of the documents. In a dry run, the result that a run would have.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct SyncReport {
    /// Files that were new.
    pub added: Vec<String>,
    /// Files whose content or metadata had changed.
    pub changed: Vec<String>,
    /// Files that had another name: the earlier name and the new one.
    pub renamed: Vec<(String, String)>,
    /// Files that an interrupted run had sent already.
    pub recognized: Vec<String>,
    /// The number of files whose documents were up to date.
    pub unchanged: usize,
    /// Documents that were deleted, since their files are gone.
    pub deleted: Vec<String>,
    /// Documents without a file that were kept.
    pub kept: Vec<String>,
    /// Why they were kept; `None` where none was.
    pub kept_because: Option<SyncKept>,
    /// The number of second documents of one file that were deleted; an interrupted run had sent them.
    pub surplus: usize,
    /// Files and documents that could not be synchronized.
    pub failed: Vec<SyncFailure>,
}

/// Why documents without a file were kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncKept {
    /// [`SyncFolder::delete`](crate::SyncFolder::delete) is off.
    NotAsked,
    /// A part of the folder could not be read: a file that was not found may exist.
    UnreadFolder,
    /// The list of documents lacks members or items: a document may belong to a file after all.
    UncertainList,
}

impl fmt::Display for SyncKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAsked => "deletion is not asked for",
            Self::UnreadFolder => "a part of the folder could not be read",
            Self::UncertainList => "the server's list of documents is not complete",
        })
    }
}

/// A file or document that could not be synchronized.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", Shown::new(name))]
#[non_exhaustive]
pub struct SyncFailure {
    /// The name of the document, or the path of a file that has no document.
    pub name: String,
    /// The reason.
    #[source]
    pub reason: SyncReason,
}

/// Why a file or document could not be synchronized.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncReason {
    /// A request failed.
    #[error("{0}")]
    Dify(#[source] Error),
    /// A request failed, and Dify gives no reason.
    #[error("{0}. Dify answers so, without a reason, to types that it cannot read and to files above its limit")]
    Unexplained(#[source] Error),
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    File(#[from] io::Error),
    /// The name cannot be sent.
    #[error("its name is not Unicode, or has control characters: rename it")]
    Name,
    /// Dify would cut the name.
    #[error("Dify would cut its name of {0} characters (with the folders) to 200: shorten it")]
    LongName(usize),
    /// Another file has the same name in Dify.
    #[error("another file has the same name in Dify, {}: rename one of them", Shown::new(&.0.display().to_string()))]
    Twin(PathBuf),
    /// The document is archived, which Dify does not change.
    #[error("its document is archived: take it back in Dify, then synchronize again")]
    Archived,
    /// The indexing of the document was paused.
    #[error("the indexing of its document is paused: resume it in Dify, then synchronize again")]
    Paused,
    /// Dify could not index the document.
    #[error("Dify could not index it: {}", Shown::new(.0))]
    NotIndexed(String),
    /// Indexing made no progress for the time of [`SyncFolder::patience`](crate::SyncFolder::patience).
    #[error("its document was still being indexed after {0:?} without progress: check the workers of Dify")]
    StillIndexing(Duration),
}

/// Why nothing could be synchronized at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// The folder cannot be read.
    #[error("the folder {} cannot be read: {source}", Shown::new(&path.display().to_string()))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The error of the file system.
        source: io::Error,
    },
    /// A request failed that all others depend on.
    #[error("{doing}: {source}")]
    Dify {
        /// The step, such as `listing the documents`.
        doing: &'static str,
        /// The error of the request.
        source: Error,
    },
    /// A metadata field has another type than text.
    #[error(
        "the metadata field `{}` is of the type {}, and text is required: use another field",
        Shown::new(name),
        Shown::new(kind)
    )]
    Field {
        /// The name of the field.
        name: String,
        /// Its type.
        kind: String,
    },
    /// [`SyncFolder::metadata`](crate::SyncFolder::metadata) names the field of the hashes.
    #[error("the metadata field `{}` contains the hashes of the files: choose another by `hash_field`", Shown::new(.0))]
    ReservedField(String),
}

impl From<Error> for SyncReason {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Api(refusal) if refusal.message.is_empty() => Self::Unexplained(error),
            _ => Self::Dify(error),
        }
    }
}

impl SyncError {
    /// Names the step that failed.
    pub(super) fn when(doing: &'static str) -> impl Fn(Error) -> Self {
        move |source| Self::Dify { doing, source }
    }
}

impl SyncReport {
    /// Adds the outcome of one name.
    pub(super) fn note(&mut self, name: String, outcome: SyncOutcome) {
        match outcome {
            SyncOutcome::Added => self.added.push(name),
            SyncOutcome::Changed => self.changed.push(name),
            SyncOutcome::Renamed { from } => self.renamed.push((from, name)),
            SyncOutcome::Recognized => self.recognized.push(name),
            SyncOutcome::Unchanged => self.unchanged += 1,
            SyncOutcome::Deleted => self.deleted.push(name),
            SyncOutcome::Failed(reason) => self.failed.push(SyncFailure { name, reason }),
        }
    }

    /// Turns an outcome into a failure.
    pub(super) fn fail(&mut self, name: String, reason: SyncReason) {
        for done in [&mut self.added, &mut self.changed, &mut self.recognized] {
            done.retain(|known| *known != name);
        }
        self.renamed.retain(|(_, known)| *known != name);
        self.failed.push(SyncFailure { name, reason });
    }

    /// Returns whether there may be something to index or to tidy up.
    pub(super) fn changed_anything(&self) -> bool {
        let lists = [&self.added, &self.changed, &self.recognized];
        lists.into_iter().any(|list| !list.is_empty()) || !self.renamed.is_empty()
    }
}
