//! Documents by name: files, folders, git revisions.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use codegen::bindings::Document;
use codegen::bundle::bundle;
use codegen::drift::api_of;
use codegen::language::Language;
use codegen::overlay;
use codegen::source::{self, Source};
use serde_json::Value;

/// The documents that a name refers to: a file, a folder with `spec/`, `revision:path`, or a git revision.
pub fn read(root: &Path, name: &str) -> Result<Vec<Document>, Box<dyn Error>> {
    let path = Path::new(name);
    if path.is_file() {
        return Ok(vec![document(name, &fs::read_to_string(path)?)?]);
    }
    if path.is_dir() {
        return source(path);
    }
    match name.split_once(':') {
        Some((_, path)) => Ok(vec![document(path, &git(root, &["show", name])?)?]),
        None => revision(root, name),
    }
}

/// Returns whether a name refers to one document.
pub fn is_file(root: &Path, name: &str) -> bool {
    Path::new(name).is_file() || (!root.join(name).is_dir() && name.contains(':'))
}

/// The documents of a workspace, from its source.
pub fn source(workspace: &Path) -> Result<Vec<Document>, Box<dyn Error>> {
    Ok(bundled(&source::load(&spec(workspace))?))
}

/// The documents of a workspace in a language: those that are translated.
pub fn source_in(workspace: &Path, language: Language) -> Result<Vec<Document>, Box<dyn Error>> {
    if language == Language::English {
        return source(workspace);
    }
    let spec = spec(workspace);
    let source = source::load(&spec)?;
    let overlay = overlay::load(&spec, language.tag())?;
    let apis = overlay.apis().iter().cloned();
    Ok(apis.map(|api| Document { value: overlay::translated(&source, &api, &overlay), api }).collect())
}

fn spec(workspace: &Path) -> PathBuf {
    let below = workspace.join("spec");
    if below.is_dir() { below } else { workspace.to_owned() }
}

fn bundled(source: &Source) -> Vec<Document> {
    let names = source.apis.iter().map(|api| api.name.clone());
    names.map(|api| Document { value: bundle(source, &api), api }).collect()
}

/// The source as it was, whatever is in the working tree.
fn revision(root: &Path, revision: &str) -> Result<Vec<Document>, Box<dyn Error>> {
    let listed = git(root, &["ls-tree", "-r", "--name-only", "--full-tree", revision, "--", "spec/"])
        .map_err(|error| format!("`{revision}` is no file, no folder and no git revision: {error}"))?;
    let mut texts = Vec::new();
    for path in listed.lines().filter(|path| path.ends_with(".yaml") || path.ends_with(".yml")) {
        let below = path.strip_prefix("spec/").unwrap_or(path);
        if source::has_source(below) {
            texts.push((below.to_owned(), git(root, &["show", &format!("{revision}:{path}")])?));
        }
    }
    if texts.is_empty() {
        return Err(format!("`{revision}` has no spec/").into());
    }
    Ok(bundled(&source::from_texts(&format!("{revision}:spec"), texts)?))
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output();
    let output = output.map_err(|error| format!("git could not be started: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// One document, YAML or JSON; its API follows from its servers, else from its name.
fn document(name: &str, text: &str) -> Result<Document, Box<dyn Error>> {
    let value = codegen::source::value(name, text)?;
    Ok(Document { api: api(name, &value), value })
}

fn api(name: &str, document: &Value) -> String {
    let servers = document["servers"].as_array().into_iter().flatten();
    let by_server = servers.filter_map(|server| server["url"].as_str()).find_map(api_of);
    let stem = Path::new(name).file_stem().map(PathBuf::from).unwrap_or_default();
    let stem = stem.to_string_lossy();
    let by_name = ["console", "web", "service"].into_iter().find(|api| stem.contains(api));
    by_server.or(by_name).unwrap_or("service").to_owned()
}

/// Writes to the standard output. A reader that has seen enough is no mistake.
pub fn print(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// The crate's version, from the workspace's manifest.
pub fn crate_version(root: &Path) -> Result<String, Box<dyn Error>> {
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let version = manifest.lines().find_map(|line| line.strip_prefix("version = "));
    Ok(version.ok_or("Cargo.toml has no line `version = \"…\"`")?.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_says_of_which_api_it_is() {
        let served = |url: &str| json!({"servers": [{"url": url}]});
        assert_eq!(api("x.json", &served("{origin}/console/api")), "console");
        assert_eq!(api("x.json", &served("https://udify.app/api/")), "web");
        assert_eq!(api("x.json", &served("https://api.dify.ai/v1")), "service");
        assert_eq!(api("x.json", &served("/openapi/v1")), "openapi");
        assert_eq!(api("old/dify-web-3.0.yaml", &json!({})), "web");
        assert_eq!(api("x.json", &json!({})), "service");
    }
}
