//! The knowledge half of the server.

mod bulk;
mod datasets;
mod documents;
mod errors;
mod files;
mod filters;
mod indexing;
mod keys;
mod library;
mod metadata;
mod operations;
mod pipelines;
mod retrieval;
mod segments;
mod tags;
