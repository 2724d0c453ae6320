//! `fetch-document URL`: writes what a server answers to the standard output. `cargo xtask drift` runs it.

use std::io::Write;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: fetch-document URL");
        return ExitCode::from(2);
    };
    match dify_record::fetch(&url).await {
        Ok(bytes) => match std::io::stdout().lock().write_all(&bytes) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        },
        // Without the address, which may hold a password.
        Err(error) => failed(&error.without_url()),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprint!("{error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprint!(": {cause}");
        source = cause.source();
    }
    eprintln!();
    ExitCode::FAILURE
}
