//! `cargo xtask verify`: recorded exchanges with real servers against the source.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use codegen::verify::{Judge, directory};
use codegen::{bundle, source};
use regex::Regex;
use serde_json::{Map, Value};

/// What to judge, and how to tell the outcome.
#[derive(Args)]
pub struct Verify {
    /// Folders of recordings.
    #[arg(required = true, value_name = "DIR")]
    directories: Vec<PathBuf>,
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

/// Whether every exchange is what the source says.
pub fn verify(root: &Path, task: &Verify) -> Result<bool, Box<dyn Error>> {
    // From the source, not from what is published: so that an edit can be tried before anything is written.
    let source = source::load(&root.join("spec"))?;
    let documents = source.apis.iter().map(|api| bundle::bundle(&source, &api.name)).collect();
    let judge = Judge::new(documents)
        .map_err(|error| format!("spec/ cannot be judged by: {error} (`cargo xtask lint` tells where)"))?;
    let mut all = true;
    let mut reports = Map::new();
    for folder in &task.directories {
        let report = directory(&judge, folder, task.only.as_ref())?.show(task.show);
        println!("{}\n{report}", folder.display());
        all &= report.passes();
        reports.insert(folder.display().to_string(), report.to_json());
    }
    if let Some(file) = &task.json {
        // One folder gives the layout of validate_corpus.py; several, one such report for each.
        let one = (reports.len() == 1).then(|| reports.values().next().cloned());
        let value = one.flatten().unwrap_or(Value::Object(reports));
        fs::write(file, bundle::to_json(&value)).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(all)
}
