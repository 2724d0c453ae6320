//! What the compiler reads and writes for the bindings.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The folder of the generated files of the crate.
pub(crate) const DIRECTORY: &str = "dify-api/src/generated";

/// A bundled document.
#[derive(Clone, Debug)]
pub struct Document {
    /// The API it describes, such as `service`.
    pub api: String,
    /// Its content: self-contained OpenAPI 3.0.3.
    pub value: Value,
}

/// A file made from the documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Where it belongs, relative to the workspace's root.
    pub path: PathBuf,
    /// Its content.
    pub contents: String,
}

/// The file of types in which each schema is, and its place in the source.
pub type Homes = BTreeMap<String, (String, usize)>;
