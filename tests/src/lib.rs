//! The recordings of real Dify servers that the tests of this workspace are held against, and what these tests share.
//!
//! `recordings/<server>/<area>.jsonl.gz` holds one exchange a line, as the recorder wrote it less what repeats
//! (`raw_headers`, the chunk texts that `body` already has); `index.json` beside the archives names the release.
//! `cargo run -p dify-tests --bin pack-recordings -- <folder>` makes them anew from a folder of recordings.
//!
//! This is test support: what cannot go on panics, and says why.

pub mod archive;
pub mod canned;
pub mod clients;
pub mod corpus;
pub mod distinct;
#[allow(missing_docs, clippy::all)]
#[rustfmt::skip]
pub mod generated;
pub mod json;
pub mod release;
pub mod replay;
pub mod script;
pub mod sse_frames;
pub mod workspace;

pub use archive::{Recording, recordings};
pub use clients::Clients;
pub use corpus::{Case, corpus};
