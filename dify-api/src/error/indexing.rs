//! Documents that were not indexed.

use super::cases::{redact_each, shown};
use crate::{
    Shown,
    values::{
        redactor::Redactor,
        shown::{Bounded, LIST},
    },
};
use std::fmt::{self, Write as _};

/// Documents that are not going to be searchable as they are.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct IndexingError {
    /// Each that failed or was paused, at least one.
    pub documents: Vec<UnindexedDocument>,
}

/// A document whose indexing failed or was paused.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct UnindexedDocument {
    /// Its id.
    pub id: String,
    /// Its name, where it could be looked up.
    pub name: Option<String>,
    /// What became of it: `error` or `paused`.
    pub status: crate::types::IndexingStatus,
    /// The reason in Dify's words, if it gives one.
    pub reason: Option<String>,
    /// Dify's machine-readable reason, where there is one. Since Dify 1.16.1.
    pub reason_code: Option<String>,
}

impl UnindexedDocument {
    pub(crate) fn of(progress: &crate::types::IndexingProgress) -> Self {
        Self {
            id: progress.id.clone(),
            name: None,
            status: progress.indexing_status.clone(),
            reason: progress.error.clone(),
            reason_code: progress.error_code.clone(),
        }
    }
}

impl fmt::Debug for UnindexedDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnindexedDocument")
            .field("id", &Shown::new(&self.id))
            .field("name", &shown(&self.name))
            .field("status", &self.status)
            .field("reason", &shown(&self.reason))
            .field("reason_code", &shown(&self.reason_code))
            .finish()
    }
}

impl std::error::Error for IndexingError {}

impl IndexingError {
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        for document in &mut self.documents {
            let UnindexedDocument { id, name, status: _, reason, reason_code } = document;
            redact_each(name.iter_mut().chain(reason).chain(reason_code).chain([id]), redactor);
        }
    }
}

impl fmt::Debug for IndexingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IndexingError({} documents: {self})", self.documents.len())
    }
}

impl fmt::Display for IndexingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = Bounded::new(f, LIST);
        for (index, document) in self.documents.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            match &document.name {
                Some(name) => write!(f, "the document {:?} ({})", Shown::new(name), Shown::new(&document.id))?,
                None => write!(f, "the document {}", Shown::new(&document.id))?,
            }
            match document.status {
                crate::types::IndexingStatus::Paused => f.write_str(" was paused")?,
                _ => f.write_str(" could not be indexed")?,
            }
            if let Some(reason) = document.reason.as_deref().filter(|reason| !reason.is_empty()) {
                write!(f, ": {}", Shown::new(reason))?;
            }
        }
        Ok(())
    }
}
