//! `cargo xtask record`: the recording proxy, as a program of its own so that this one stays small.

use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;

/// Whom to record, and where to put it.
#[derive(Args)]
pub struct Record {
    /// The server: its address without `/v1`, `/api` or `/console/api`.
    #[arg(long, value_name = "URL")]
    upstream: String,
    /// The folder to write to, as `cargo xtask verify` reads it. What is there stays.
    #[arg(long, value_name = "DIR")]
    out: String,
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5005")]
    listen: String,
}

/// Runs until Ctrl-C, which the proxy hears as well.
pub fn run(root: &Path, task: &Record) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = root.join("Cargo.toml");
    let status = Command::new(cargo)
        .args(["run", "--quiet", "-p", "dify-record", "--manifest-path"])
        .arg(manifest)
        .args(["--", "--upstream", &task.upstream, "--out", &task.out, "--listen", &task.listen])
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo could not be started: {error}");
            ExitCode::FAILURE
        }
    }
}
