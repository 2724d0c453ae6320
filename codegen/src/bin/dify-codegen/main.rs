//! The commands of `cargo xtask` that need the compiler: `codegen`, `lint`, `verify`, `diff`, `drift`, `docs`, `publish`,
//! `generators`.

mod diff;
mod docs;
mod documents;
mod drift;
mod generators;
mod lint;
mod node;
mod publish;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use codegen::Mode;
use codegen::diagnostic::Findings;

/// The commands that need the compiler.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Make the bindings and the published documents from spec/.
    Codegen {
        /// Write nothing; fail if a generated file differs from spec/.
        #[arg(long)]
        check: bool,
    },
    /// Report every mistake in spec/ with its file, its line and its fix.
    Lint(lint::Lint),
    /// Make the reference pages: static, for reading offline.
    Docs(docs::Docs),
    /// Judge recorded exchanges with real servers by spec/.
    Verify(verify::Verify),
    /// Show the changes between two versions of spec/, and what they require of callers.
    Diff(diff::Diff),
    /// Compare spec/ with a Dify server's own document.
    Drift(drift::Drift),
    /// Write the documents for servers of another release, of a range of releases, or for one use.
    Publish(publish::Publish),
    /// Run the usual generators of other languages on the published documents and compile what they write.
    Generators(generators::Generators),
}

fn main() -> ExitCode {
    let root = root();
    match Cli::parse().task {
        Task::Codegen { check } => run_codegen(&root, if check { Mode::Check } else { Mode::Write }),
        Task::Lint(task) => lint::lint(&root, &task),
        Task::Docs(task) => exit(docs::docs(&root, &task)),
        Task::Verify(task) => exit(verify::verify(&root, &task)),
        Task::Diff(task) => exit(diff::run(&root, &task)),
        Task::Drift(task) => exit(drift::run(&root, &task)),
        Task::Publish(task) => exit(publish::run(&root, &task)),
        Task::Generators(task) => exit(generators::generators(&root, &task)),
    }
}

/// Returns success if everything is right, else the failure that was reported.
fn exit(outcome: Result<bool, Box<dyn std::error::Error>>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace, wherever in it the command is run. Cargo passes it at each run, so that a binary that
/// was moved along with its workspace, or kept from another, works where it is called.
fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.parent().unwrap_or(&here).to_owned()
}

fn run_codegen(root: &Path, mode: Mode) -> ExitCode {
    match codegen::run(root, mode) {
        Ok(report) => {
            for path in &report.written {
                println!("wrote   {}", path.display());
            }
            for path in &report.removed {
                println!("removed {}", path.display());
            }
            let (total, seconds) = (report.written.len() + report.unchanged.len(), report.elapsed.as_secs_f64());
            if report.written.is_empty() && report.removed.is_empty() {
                println!("Nothing changed: all {total} generated files match spec/ ({seconds:.1} s).");
            } else {
                println!(
                    "{} of {total} generated files written, {} removed ({seconds:.1} s).",
                    report.written.len(),
                    report.removed.len(),
                );
            }
            ExitCode::SUCCESS
        }
        Err(findings) => {
            let end = match mode {
                Mode::Write => "Nothing was written.",
                Mode::Check => "Nothing was written: --check only looks.",
            };
            tell(&findings, end)
        }
    }
}

/// Every finding on a line of its own, then how many there are.
fn tell(findings: &Findings, end: &str) -> ExitCode {
    eprint!("{findings}");
    let noun = if findings.len() == 1 { "mistake" } else { "mistakes" };
    eprintln!("\n{} {noun}. {end}", findings.len());
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn xtask_lists_every_command() {
        let launcher = std::fs::read_to_string(root().join("xtask/src/main.rs")).expect("xtask is there");
        for command in Cli::command().get_subcommands() {
            assert!(launcher.contains(&format!("(\"{}\", ", command.get_name())), "{}", command.get_name());
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
        assert!(Cli::try_parse_from(["xtask", "codegen", "--check"]).is_ok());
        assert!(Cli::try_parse_from(["xtask", "diff", "HEAD", "--fail-on", "breaking"]).is_ok());
        assert!(Cli::try_parse_from(["xtask", "diff", "a", "b", "--api", "mail"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "publish", "--release", "1.9.2", "--out", "x"]).is_ok());
        assert!(Cli::try_parse_from(["xtask", "publish"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "publish", "--language", "zh", "--from", "1.0.0"]).is_ok());
        assert!(Cli::try_parse_from(["xtask", "publish", "--language", "tlh"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "publish", "--cut", "agent"]).is_ok());
        assert!(Cli::try_parse_from(["xtask", "publish", "--cut", "app", "--from", "1.0.0"]).is_ok());
        assert!(Cli::try_parse_from(["xtask", "publish", "--cut", "web"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "publish", "--release", "1.9.2", "--from", "1.0.0"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "verify"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "verify", "--matrix"]).is_ok());
        assert!(Cli::try_parse_from(["xtask", "verify", "--matrix", "a"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "verify", "a", "--only", "("]).is_err());
        assert!(Cli::try_parse_from(["xtask", "verify", "a", "b", "--json", "c", "--only", "^chat"]).is_ok());
    }
}
