//! Documents as judges of what Dify servers and their clients send.
//!
//! A [`Document`] is an OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12, as one [release](project) is described by
//! it. It finds the [`Operation`] of a request; that lists the errors of the [request](Operation::findings), and its
//! [schemas](Schema) list the errors of a body or an event, and its undocumented members.
//!
//! A [`Judge`] has the documents of all APIs and judges recorded [exchanges](Exchange); a [`Corpus`] is the recordings of one
//! server, and a [`Report`] the verdicts on them.

mod answer;
mod api;
pub mod archive;
mod corpus;
mod deviation;
mod document;
mod exchange;
mod form;
mod frames;
mod judge;
mod media;
mod members;
mod operation;
mod problem;
mod release;
mod report;
mod request;
mod route;
mod schema;
mod support;
#[cfg(test)]
mod tests;
mod verdict;

pub use api::{Api, METHODS};
pub use archive::ArchiveError;
pub use corpus::{Corpus, CorpusError, Index, corpora, read_file};
pub use document::{Document, DocumentError, Found, escape, follow};
pub use exchange::{Chunk, Exchange, Request, Response};
pub use frames::events;
pub use judge::Judge;
pub use media::{Body, Message, essence, is_json};
pub use members::Members;
pub use operation::{Operation, Parameter};
pub use problem::Problem;
pub use release::{before, is_release, lacks, numbers, project, project_range};
pub use report::{Report, Unreadable};
pub use request::{Content, Finding, Part, Sent};
pub use route::{decode, is_uuid};
pub use schema::{Schema, Side};
pub use support::{Support, Tally};
pub use verdict::{Aside, Verdict, Violation};
