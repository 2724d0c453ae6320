//! What happened, while it does and at the end.

use std::{io, path::PathBuf, time::Duration};

use dify_api::ErrorKind;

/// Is told what happens. It is called from within the work, so it should not take long.
pub type Report<'a> = dyn Fn(Event<'_>) + Send + Sync + 'a;

/// Something that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// The folder was read and the documents were listed; the work begins.
    Compared {
        /// How many files there are.
        files: usize,
        /// How many documents there are, whoever made them.
        documents: usize,
    },
    /// A file, or a document without a file, is dealt with.
    Finished {
        /// The document's name.
        name: &'a str,
        /// What became of it.
        outcome: &'a Outcome,
    },
    /// How far indexing is.
    Indexed {
        /// How many documents are done.
        done: usize,
        /// How many there are.
        of: usize,
    },
}

/// What became of a file.
#[derive(Debug)]
pub enum Outcome {
    /// There is a document of it now.
    Added,
    /// Its document has its new content.
    Changed,
    /// An interrupted run had sent it; now that is known.
    Recognised,
    /// There was nothing to do.
    Unchanged,
    /// The file is gone, and now its document is.
    Deleted,
    /// It did not work.
    Failed(Reason),
}

/// What a run did, by the names of the documents.
#[derive(Debug, Default)]
pub struct Summary {
    /// Files that were new.
    pub added: Vec<String>,
    /// Files that had changed.
    pub changed: Vec<String>,
    /// Files that an interrupted run had sent already.
    pub recognised: Vec<String>,
    /// How many files were as they had been.
    pub unchanged: usize,
    /// Documents that were deleted with their files.
    pub deleted: Vec<String>,
    /// Documents without a file that may stay.
    pub kept: Vec<String>,
    /// How many second documents of one file were deleted; an interrupted run had sent them.
    pub surplus: usize,
    /// What did not work.
    pub failed: Vec<Failure>,
}

/// A file that could not be brought over.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct Failure {
    /// The document's name, or the file's where it has none.
    pub name: String,
    /// Why.
    pub reason: Reason,
}

/// Why a file could not be brought over.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    #[error("{0}")]
    Dify(dify_api::Error),
    #[error("{0}. Without a word, Dify says this of types that it cannot read and of files above its limit")]
    Speechless(dify_api::Error),
    #[error("it cannot be read: {0}")]
    File(#[from] io::Error),
    #[error("its name is not Unicode, or has control characters: rename it")]
    Name,
    #[error("Dify would cut its name of {0} characters (with the folders) down to 200: shorten it")]
    LongName(usize),
    #[error("another file is called the same in Dify, {0}: rename one of them")]
    Twin(PathBuf),
    #[error("its document is archived: take it back in Dify, then sync again")]
    Archived,
    #[error("somebody paused the indexing of its document: resume it in Dify, then sync again")]
    Paused,
    #[error("Dify could not index it: {0}")]
    NotIndexed(String),
    #[error("its document was still being indexed after {0:?} without progress: are Dify's workers up?")]
    StillIndexing(Duration),
}

/// Why nothing could be compared at all.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    #[error("the folder {path} cannot be read: {source}")]
    Folder { path: PathBuf, source: io::Error },
    #[error("{doing}: {source}")]
    Dify { doing: &'static str, source: dify_api::Error },
    #[error("the metadata field `{name}` is of the type {kind}, and marks are text: choose another with --field")]
    Field { name: String, kind: String },
}

impl From<dify_api::Error> for Reason {
    fn from(error: dify_api::Error) -> Self {
        match error.kind() {
            ErrorKind::Api(refusal) if refusal.message.is_empty() => Self::Speechless(error),
            _ => Self::Dify(error),
        }
    }
}

impl SyncError {
    /// Says what was being done when the call failed.
    pub fn when(doing: &'static str) -> impl Fn(dify_api::Error) -> Self {
        move |source| Self::Dify { doing, source }
    }
}

impl Summary {
    /// Takes down what became of one name.
    pub fn note(&mut self, name: String, outcome: Outcome) {
        match outcome {
            Outcome::Added => self.added.push(name),
            Outcome::Changed => self.changed.push(name),
            Outcome::Recognised => self.recognised.push(name),
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Deleted => self.deleted.push(name),
            Outcome::Failed(reason) => self.failed.push(Failure { name, reason }),
        }
    }

    /// Takes down that something failed after all.
    pub fn fail(&mut self, name: String, reason: Reason) {
        for done in [&mut self.added, &mut self.changed, &mut self.recognised] {
            done.retain(|known| *known != name);
        }
        self.failed.push(Failure { name, reason });
    }

    /// Whether there may be something to index or to tidy up.
    pub fn changed_anything(&self) -> bool {
        !(self.added.is_empty() && self.changed.is_empty() && self.recognised.is_empty())
    }
}
