//! The files of the workspace that tests look at, and copies of them that tests may spoil.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use codegen::bindings::Document;
use serde_json::Value;

/// The APIs that are described.
pub const APIS: &[&str] = &["service", "web", "console"];

/// The root of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The published documents in OpenAPI 3.0.
pub fn published() -> Vec<Value> {
    APIS.iter().map(|api| published_in(api, "3.0")).collect()
}

/// The published document of an API in a version of OpenAPI, such as `3.1`.
///
/// # Panics
/// When there is none.
pub fn published_in(api: &str, version: &str) -> Value {
    let path = root().join(format!("spec/published/dify-{api}-{version}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The published document that describes the operation of this id.
pub fn document_of(operation: &str) -> &'static Value {
    static DOCUMENTS: LazyLock<Vec<Value>> = LazyLock::new(published);
    let api = match operation.split('_').next() {
        Some("web") => "web",
        Some("console") => "console",
        _ => "service",
    };
    let index = APIS.iter().position(|known| *known == api).expect("a known API");
    &DOCUMENTS[index]
}

/// The bundles, as the compiler of the bindings takes them. The published documents have other forms of them.
///
/// # Panics
/// When the source cannot be read.
pub fn documents() -> Vec<Document> {
    let source = codegen::source::load(&root().join("spec")).unwrap_or_else(|findings| panic!("{findings}"));
    let read = |api: &&str| Document { api: (*api).to_owned(), value: codegen::bundle::bundle(&source, api) };
    APIS.iter().map(read).collect()
}

/// A copy of all that the compiler reads and writes, without what it makes.
///
/// # Errors
/// When the file system refuses.
pub fn source_copy() -> io::Result<tempfile::TempDir> {
    let copy = tempfile::tempdir()?;
    let from = root().join("spec");
    for path in files(&from)? {
        let inside = path.strip_prefix(&from).unwrap_or(&path);
        if inside.starts_with("published") {
            continue;
        }
        let to = copy.path().join("spec").join(inside);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(&path, to)?;
    }
    Ok(copy)
}

/// Every file below a folder, sorted.
///
/// # Errors
/// When the file system refuses.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}
