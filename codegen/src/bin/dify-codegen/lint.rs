//! `cargo xtask lint`: the rules of the source, and other linters on the published documents.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;
use codegen::diagnostic::Findings;

use crate::node::{NodeJs, NodeTools};
use crate::tell;

/// What to look at.
#[derive(Args)]
pub struct Lint {
    /// Also validate the published documents against OpenAPI's own schemas and the rules of redocly and spectral.
    #[arg(long)]
    published: bool,
}

/// Reports every mistake.
pub fn lint(root: &Path, task: &Lint) -> ExitCode {
    let source = match codegen::source::load(&root.join("spec")) {
        Ok(source) => source,
        Err(findings) => return tell(&findings, "The rules were not tried."),
    };
    let findings = codegen::check::check(&source);
    if !findings.is_empty() {
        return tell(&findings, "spec/README.md has the rules.");
    }
    let overlays = match codegen::overlay::all(&root.join("spec")) {
        Ok(overlays) => overlays,
        Err(findings) => return tell(&findings, "The translations were not checked."),
    };
    let findings: Findings = overlays.iter().flat_map(|it| codegen::overlay::check(it, &source)).collect();
    if !findings.is_empty() {
        return tell(&findings, "spec/README.md explains translations.");
    }
    println!("spec/ is in order: {} files.", source.files.len());
    if !task.published {
        return ExitCode::SUCCESS;
    }
    match published(root) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The configuration of redocly.
const REDOCLY: &str = "tools/redocly.yaml";

/// Returns whether no linter reports a problem of the published documents.
fn published(root: &Path) -> Result<bool, Box<dyn Error>> {
    let node = match NodeJs::tools(root)? {
        NodeTools::Ready(node) => node,
        NodeTools::Missing(why) => {
            println!("skipped: {why} (the linters of the published documents)");
            return Ok(true);
        }
    };
    let documents = documents(root)?;
    let configured = fs::read_to_string(root.join(REDOCLY))?;
    if let Some(document) = documents.iter().find(|document| !configured.contains(*document)) {
        return Err(format!("{REDOCLY} does not name {document}: add it below `apis`").into());
    }
    let mut validate = node.script("validate.mjs");
    validate.args(&documents);
    let mut redocly = node.program("redocly");
    redocly.args(["lint", "--config", REDOCLY, "--max-problems", "1000"]);
    let mut spectral = node.program("spectral");
    spectral.args(["lint", "--fail-severity", "hint"]).args(&documents);
    let mut all = true;
    for (name, mut command) in [("schemas", validate), ("redocly", redocly), ("spectral", spectral)] {
        let clean = run(command.current_dir(root))?;
        println!("{name}: {} documents {}", documents.len(), if clean { "are clean" } else { "have faults" });
        all &= clean;
    }
    Ok(all)
}

/// The published documents in JSON, from the root.
fn documents(root: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let directory = PathBuf::from("spec/published");
    let mut documents = Vec::new();
    for entry in fs::read_dir(root.join(&directory))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("dify-") && name.ends_with(".json") {
            documents.push(format!("{}/{name}", directory.display()));
        }
    }
    documents.sort();
    Ok(documents)
}

/// Returns whether a program succeeds; its output is shown only if it fails.
fn run(command: &mut Command) -> Result<bool, Box<dyn Error>> {
    let output = command.output()?;
    if !output.status.success() {
        print!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.status.success())
}
