//! `cargo xtask drift`: compares our description with a server's own document.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use clap::builder::PossibleValuesParser;
use codegen::bindings::Document;
use codegen::bundle::to_json;
use codegen::drift::{self, Drift as Differences, Foreign, Known, OPENAPI, PREFIXES, drift, stale};
use serde_json::json;

use crate::documents;

/// The APIs that have documents.
const APIS: [&str; 4] = ["console", "web", "service", OPENAPI];

/// What to compare ours with.
#[derive(Args)]
pub struct Drift {
    /// OpenAPI or Swagger documents, lists of shapes, lists of routes, or the catalog of /openapi/v1, one for each API: files,
    /// which may be compressed (.gz), or URLs such as http://localhost/v1/openapi.json.
    #[arg(required = true, value_name = "DOCUMENT")]
    documents: Vec<String>,
    /// The release to compare them with. Defaults to the release that spec/ describes. A document of /openapi/v1, which
    /// spec/ does not describe, is compared with the one of that release in spec/upstream.
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// The API that they describe. Defaults to the one that their servers or file names show.
    #[arg(long, value_name = "API", value_parser = PossibleValuesParser::new(APIS))]
    api: Option<String>,
    /// The known differences, below the workspace's root.
    #[arg(long, value_name = "FILE", default_value = "spec/upstream/known.yaml")]
    known: PathBuf,
    /// Write everything as JSON to the standard output.
    #[arg(long)]
    json: bool,
}

/// Whether every difference is known, and every known difference is there.
pub fn run(root: &Path, task: &Drift) -> Result<bool, Box<dyn Error>> {
    let path = root.join(&task.known);
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let known = Known::read(&task.known.display().to_string(), &text)?;
    let ours = documents::source(root)?;
    let mut compared = Vec::new();
    for document in &task.documents {
        compared.push(compare(root, document, task, &ours, &known)?);
    }
    let stale = stale(&known, &compared);
    let clean = stale.is_empty() && compared.iter().all(Differences::is_clean);
    if task.json {
        let drifts: Vec<_> = compared.iter().map(Differences::to_json).collect();
        let stale: Vec<_> = stale.iter().map(|known| known.to_json()).collect();
        documents::print(&to_json(&json!({"clean": clean, "documents": drifts, "stale": stale})))?;
        return Ok(clean);
    }
    let mut text = String::new();
    for drift in &compared {
        text.push_str(&format!("== {} API\n\n{drift}\n", drift.api));
    }
    if !stale.is_empty() {
        text.push_str(&format!("STALE: these explain nothing any more; delete them ({})\n", stale.len()));
        for known in stale {
            text.push_str(&format!("  {} {}: {}\n", known.rules.join(", "), known.places.join(", "), known.reason));
        }
    }
    documents::print(&text)?;
    Ok(clean)
}

fn compare(
    root: &Path,
    name: &str,
    task: &Drift,
    ours: &[Document],
    known: &[Known],
) -> Result<Differences, Box<dyn Error>> {
    let bytes =
        if is_url(name) { fetched(root, name)? } else { fs::read(name).map_err(|error| format!("{name}: {error}"))? };
    let theirs = read(name, bytes)?;
    let by_name = || {
        let stem = Path::new(name).file_name().unwrap_or_default().to_string_lossy();
        APIS.into_iter().find(|api| stem.contains(api))
    };
    let api = task.api.as_deref().or(theirs.api).or_else(|| api_of_url(name)).or_else(by_name);
    let api = api.ok_or_else(|| format!("{name} does not name its API: give --api"))?;
    let described = ours.first().and_then(|document| document.value.pointer("/info/version")?.as_str());
    let release = task.release.as_deref().or(described).unwrap_or_default();
    if api == OPENAPI {
        let path = root.join(format!("spec/upstream/dify-{release}-{OPENAPI}.json.gz"));
        let shown = path.display().to_string();
        let bytes = fs::read(&path).map_err(|error| {
            format!("{shown}: {error}; put the document that Dify {release} serves at /openapi/v1/openapi.json there")
        })?;
        let value = read(&shown, bytes)?.document;
        return Ok(drift(&Document { api: OPENAPI.to_owned(), value }, release, &theirs, known));
    }
    let ours = ours.iter().find(|document| document.api == api).ok_or_else(|| format!("spec/{api} is missing"))?;
    Ok(drift(ours, release, &theirs, known))
}

fn read(name: &str, bytes: Vec<u8>) -> Result<Foreign, String> {
    let text = drift::text(bytes).map_err(|error| format!("{name}: {error}"))?;
    Foreign::read(&text).map_err(|error| format!("{name}: {error}"))
}

fn is_url(name: &str) -> bool {
    name.starts_with("http://") || name.starts_with("https://")
}

/// The API that a server describes at this address.
fn api_of_url(name: &str) -> Option<&'static str> {
    let path = name.split_once("://")?.1;
    PREFIXES.iter().find(|(prefix, _)| path.contains(&format!("{prefix}/"))).map(|(_, api)| *api)
}

/// What a server answers, by a program of its own, so that this one needs no HTTP client.
fn fetched(root: &Path, url: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "-p", "dify-record", "--bin", "fetch-document", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .args(["--", url])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if output.status.success() { Ok(output.stdout) } else { Err("the document could not be fetched".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_document_names_its_api() {
        assert_eq!(api_of_url("http://localhost/v1/openapi.json"), Some("service"));
        assert_eq!(api_of_url("https://dify.example.com/api/openapi.json"), Some("web"));
        assert_eq!(api_of_url("http://localhost:5001/console/api/openapi.json"), Some("console"));
        assert_eq!(api_of_url("http://localhost:5001/openapi/v1/_catalog"), Some("openapi"));
        assert_eq!(api_of_url("served-console.json"), None);
        assert!(is_url("http://localhost/v1/openapi.json") && !is_url("spec/upstream/dify-1.16.1-web.json.gz"));
    }
}
