//! `cargo xtask verify`: validates recorded exchanges with real servers against the source.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use codegen::{bundle, source, support};
use contract::{Judge, corpora};
use regex::Regex;
use serde_json::{Map, Value};

use crate::documents;

/// What to judge, and how to report the outcome.
#[derive(Args)]
pub struct Verify {
    /// Folders of recordings, as files (*.json) or archives (*.jsonl.gz), or of one folder per server.
    #[arg(required_unless_present = "matrix", value_name = "DIR")]
    directories: Vec<PathBuf>,
    /// The release that answered. Defaults to `release` in the folder's index.json, else to X-Version.
    #[arg(long, value_name = "RELEASE", value_parser = release)]
    release: Option<String>,
    /// Judge the packed recordings, and write the support matrix to the READMEs and docs/SUPPORT.md.
    #[arg(long, conflicts_with_all = ["directories", "release", "json", "only"])]
    matrix: bool,
    /// Write the whole report to this file as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Judge only recordings whose name below the folder matches.
    #[arg(long, value_name = "REGEX")]
    only: Option<Regex>,
    /// Show so many places of each kind of violation.
    #[arg(long, value_name = "N", default_value_t = 3)]
    show: usize,
}

/// Takes a text that is written like a release.
fn release(text: &str) -> Result<String, &'static str> {
    if contract::is_release(text) { Ok(text.to_owned()) } else { Err("write three numbers, such as 1.9.2") }
}

/// Returns whether every exchange conforms to the source.
pub fn verify(root: &Path, task: &Verify) -> Result<bool, Box<dyn Error>> {
    if task.matrix {
        return matrix(root);
    }
    // From the source, not from what is published: so that an edit can be tried before anything is written.
    let documents = support::documents(&source::load(&root.join("spec"))?);
    let judge_of = |release: &str| {
        Judge::new(documents.clone(), release)
            .map_err(|error| format!("spec/ cannot be judged by: {error} (`cargo xtask lint` names the place)"))
    };
    let mut all = true;
    let mut reports = Map::new();
    for folder in &task.directories {
        for mut corpus in corpora(folder)? {
            if let Some(only) = &task.only {
                corpus.retain(|file| only.is_match(file));
            }
            let shown = corpus.path.display().to_string();
            let release = match &task.release {
                Some(release) => release.clone(),
                // Without a recording there is no release, and the report explains that nothing was judged.
                None if corpus.recordings.is_empty() => String::new(),
                None => corpus.release()?,
            };
            let report = corpus.judged(&judge_of(&release)?).show(task.show);
            let grade = corpus.index.as_ref().map_or_else(String::new, |index| format!(", {}", index.grade));
            documents::print(&format!("{shown} (Dify {release}{grade})\n{report}\n"))?;
            all &= report.passes();
            reports.insert(shown, report.to_json());
        }
    }
    if let Some(file) = &task.json {
        // One folder gives one report; several, a report for each.
        let one = (reports.len() == 1).then(|| reports.values().next().cloned());
        let value = one.flatten().unwrap_or(Value::Object(reports));
        fs::write(file, bundle::to_json(&value)).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(all)
}

/// Writes the support matrix. Whether every exchange of each release conforms.
fn matrix(root: &Path) -> Result<bool, Box<dyn Error>> {
    let rows = support::matrix(root)?;
    let read = |name: &str| fs::read_to_string(root.join(name)).map_err(|error| format!("{name}: {error}"));
    let (english, chinese) = (read("README.md")?, read("README.zh.md")?);
    for (name, text) in support::files(&rows, [("README.md", &english), ("README.zh.md", &chinese)])? {
        fs::write(root.join(&name), text).map_err(|error| format!("{name}: {error}"))?;
        documents::print(&format!("wrote {name}\n"))?;
    }
    Ok(rows.iter().flat_map(|row| row.groups.values()).all(|tally| tally.judged == tally.conforming))
}
