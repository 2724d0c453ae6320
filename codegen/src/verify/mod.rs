//! Judges recorded exchanges with real servers against bundled OpenAPI documents.
//!
//! [`Judge`] has the documents as one release is described. It judges one [`Exchange`] at a time: the operation, the
//! status, the media type, the request, the response body, every event of a stream, and members that no schema names.
//! [`Corpus`] is the recordings of one server, from files or archives, and its release; [`judged`] makes a [`Report`] of
//! them.
//!
//! The reference is `validate_corpus.py`: both give every exchange the same verdict (a test of the package `dify-tests`).
//! Where a rule here looks arbitrary, it is that tool's rule.

mod archive;
mod corpus;
mod deviation;
mod document;
mod exchange;
mod extras;
mod format;
mod judge;
mod media;
mod multipart;
mod query;
mod report;
mod request;
mod response;
mod route;
mod translate;
mod validator;
mod verdict;

pub use archive::{ArchiveError, read as read_archive};
pub use corpus::{Corpus, CorpusError, Index, corpora, judged};
pub use document::DocumentError;
pub use exchange::{Exchange, ExchangeError};
pub use judge::Judge;
pub use report::{Report, Unreadable};
pub use verdict::{Aside, Verdict, Violation};
