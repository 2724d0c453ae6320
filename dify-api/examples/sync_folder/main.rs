//! Brings a folder of files into a knowledge base, and keeps it there: sends what is new, replaces what has changed, and
//! with `--delete` takes away what is gone. It may be interrupted at any time, and run again.
//!
//! ```text
//! export DIFY_DATASET_API_KEY=dataset-… DIFY_BASE_URL=https://dify.example.com/v1
//! cargo run -p dify-api --features knowledge --example sync_folder -- ./handbook Handbook
//! ```

mod progress;
mod sync;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use dify_api::{Knowledge, Shown};

use crate::{
    progress::Bars,
    sync::{Options, Summary},
};

/// Bring a folder of files into a knowledge base of Dify.
///
/// The key is taken from DIFY_DATASET_API_KEY, the server from DIFY_BASE_URL. Files and folders whose names begin with a
/// dot are left out.
#[derive(Parser)]
struct Cli {
    /// The folder.
    folder: PathBuf,
    /// The name or id of the knowledge base; a name that is not there yet is made.
    dataset: String,
    /// How many files to work on at a time.
    #[arg(long, default_value_t = 4)]
    concurrency: usize,
    /// Delete documents whose files are gone.
    #[arg(long)]
    delete: bool,
    /// Do not wait until everything is indexed.
    #[arg(long)]
    no_wait: bool,
    /// How a new knowledge base makes documents searchable: by meaning (needs an embedding model), or by keywords.
    #[arg(long, default_value = "high_quality", value_parser = ["high_quality", "economy"])]
    technique: String,
    /// The metadata field that holds the hashes of the files.
    #[arg(long, default_value = "sync_hash")]
    field: String,
    /// How many minutes indexing may stand still before it is given up on.
    #[arg(long, default_value_t = 10)]
    patience: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let options = Options {
        folder: cli.folder,
        dataset: cli.dataset,
        technique: cli.technique.into(),
        field: cli.field,
        concurrency: cli.concurrency,
        delete: cli.delete,
        wait: !cli.no_wait,
        patience: Duration::from_secs(cli.patience.saturating_mul(60)),
    };
    let knowledge = match Knowledge::from_env() {
        Ok(knowledge) => knowledge,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let bars = Bars::default();
    let report = |event: sync::Event<'_>| bars.show(&event);
    let outcome = tokio::select! {
        outcome = sync::run(&knowledge, &options, &report) => outcome,
        Ok(()) = tokio::signal::ctrl_c() => {
            bars.clear();
            eprintln!("Interrupted. Run it again to go on from here.");
            // What a shell says of a program that Ctrl-C ended.
            return ExitCode::from(130);
        }
    };
    bars.clear();
    match outcome {
        Ok(summary) => tell(&summary),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn tell(summary: &Summary) -> ExitCode {
    for (what, names) in [("added", &summary.added), ("changed", &summary.changed), ("deleted", &summary.deleted)] {
        for name in names {
            println!("{what:<8} {}", Shown::new(name));
        }
    }
    for failure in &summary.failed {
        eprintln!("failed   {}", Shown::new(&failure.to_string()));
    }
    println!(
        "{} added, {} changed, {} unchanged, {} deleted, {} failed.",
        summary.added.len(),
        summary.changed.len(),
        summary.unchanged + summary.recognised.len(),
        summary.deleted.len(),
        summary.failed.len(),
    );
    if !summary.recognised.is_empty() || summary.surplus > 0 {
        println!(
            "An interrupted run had sent {} of the unchanged already, and {} twice: these were tidied up.",
            summary.recognised.len(),
            summary.surplus,
        );
    }
    if !summary.kept.is_empty() {
        println!("{} documents have no file any more and were kept: --delete deletes them.", summary.kept.len());
    }
    if summary.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
