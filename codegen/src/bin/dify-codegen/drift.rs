//! `cargo xtask drift`: our description against what a server says of itself.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use codegen::bindings::Document;
use codegen::bundle::to_json;
use codegen::drift::{Drift as Differences, Foreign, Known, drift, stale};
use serde_json::json;

use crate::diff::Api;
use crate::documents;

/// What to hold ours against.
#[derive(Args)]
pub struct Drift {
    /// OpenAPI or Swagger documents, lists of shapes, or lists of routes: one for each API.
    #[arg(required = true, value_name = "DOCUMENT")]
    documents: Vec<PathBuf>,
    /// The API that they describe; told by their servers or file names where this is left out.
    #[arg(long, value_name = "API")]
    api: Option<Api>,
    /// The known differences, below the workspace's root.
    #[arg(long, value_name = "FILE", default_value = "drift/known.yaml")]
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
        compared.push(compare(document, task.api, &ours, &known)?);
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

fn compare(path: &Path, api: Option<Api>, ours: &[Document], known: &[Known]) -> Result<Differences, Box<dyn Error>> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let theirs = Foreign::read(&text).map_err(|error| format!("{shown}: {error}"))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let by_name = ["console", "web", "service"].into_iter().find(|api| stem.contains(api));
    let api = api.map(Api::name).or(theirs.api).or(by_name);
    let api = api.ok_or_else(|| format!("{shown} does not say which API it describes: give --api"))?;
    let ours = ours.iter().find(|document| document.api == api).ok_or_else(|| format!("spec/{api} is missing"))?;
    Ok(drift(ours, &theirs, known))
}
