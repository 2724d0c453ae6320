//! Keeps a knowledge base the same as a folder of files. It may be interrupted at any time, and run again.
//!
//! ```text
//! export DIFY_DATASET_API_KEY=dataset-… DIFY_BASE_URL=https://dify.example.com/v1
//! cargo run -p dify-api --features sync --example sync_folder -- ./handbook Handbook
//! ```

use clap::Parser;
use dify_api::{Knowledge, SyncEvent};
use indicatif::ProgressBar;

/// Bring a folder of files into a knowledge base of Dify.
#[derive(Parser)]
struct Cli {
    /// The folder.
    folder: std::path::PathBuf,
    /// The name or id of the knowledge base; a name that does not exist is created.
    dataset: String,
    /// Delete documents whose files are gone.
    #[arg(long)]
    delete: bool,
    /// Only report what would be done.
    #[arg(long)]
    dry_run: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cli = Cli::parse();
    let bar = ProgressBar::new(0);
    let sync = Knowledge::from_env()?.sync_folder(cli.folder, cli.dataset).delete(cli.delete).dry_run(cli.dry_run);
    let report = sync.progress(|event| match event {
        SyncEvent::Compared { files, .. } => bar.set_length(files as u64),
        SyncEvent::Finished { .. } => bar.inc(1),
        _ => {}
    });
    let report = report.await?;
    bar.finish_and_clear();
    println!("{report:#?}");
    if report.failed.is_empty() { Ok(()) } else { Err("not all files were synchronized".into()) }
}
