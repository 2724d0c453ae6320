//! Judges recorded exchanges with real servers against bundled OpenAPI documents.
//!
//! [`Judge`] holds the documents; it judges one [`Exchange`] at a time: the operation, the status, the media type, the
//! request, the response body, every event of a stream, and members that no schema names. [`directory`] and
//! [`exchanges`] judge many and make a [`Report`].
//!
//! The reference is `validate_corpus.py`: both give every exchange the same verdict (a test of the package
//! `dify-tests` holds it). Where a rule here looks arbitrary, it is that tool's rule.

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

pub use corpus::{DirectoryError, directory, exchanges};
pub use document::DocumentError;
pub use exchange::{Exchange, ExchangeError};
pub use judge::Judge;
pub use report::{Report, Unreadable};
pub use verdict::{Verdict, Violation};
