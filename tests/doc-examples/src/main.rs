//! Runs the examples of the documentation against the server of the environment.
//!
//! `DIFY_BASE_URL` and `DIFY_API_KEY` (of a chat application) are required. Examples of other applications, of knowledge,
//! of pages and of the console run where `DIFY_WORKFLOW_API_KEY`, `DIFY_COMPLETION_API_KEY`, `DIFY_HUMAN_INPUT_API_KEY`,
//! `DIFY_DATASET_API_KEY`, `DIFY_PAGE_URL` with `DIFY_PAGE_CODE` (`DIFY_WORKFLOW_PAGE_CODE`, `DIFY_COMPLETION_PAGE_CODE`)
//! and `DIFY_CONSOLE_URL`, `DIFY_CONSOLE_EMAIL`, `DIFY_CONSOLE_PASSWORD` are set, and are skipped otherwise.
//!
//! The examples of the operations name ids of the document's examples, delete and log out: they run with `--operations`,
//! which is meant for the embedded server.

mod exceptions;
mod given;

use std::{collections::BTreeMap, error::Error, pin::Pin, process::ExitCode, time::Duration};

use dify_api::ErrorKind;
use given::{Given, Unset, page_code, page_url};

/// No example takes longer.
const LIMIT: Duration = Duration::from_secs(120);

type Outcome = Result<(), Box<dyn Error>>;
type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// An example of the documentation.
struct Example {
    /// Its file and the item or heading that it belongs to.
    name: &'static str,
    start: fn(&Given) -> Running<'_>,
}

impl Example {
    /// Whether it is that of an operation, made from the document's own values.
    fn is_of_an_operation(&self) -> bool {
        self.name.starts_with("dify-api/src/generated/")
    }
}

#[allow(dead_code, unused_imports, unused_variables, unused_mut, missing_docs, clippy::all, reason = "read, not written")]
#[rustfmt::skip]
mod examples {
    use super::Example;
    include!(concat!(env!("OUT_DIR"), "/examples.rs"));
}

/// Runs an example that starts a runtime of its own.
async fn on_a_thread<E: std::fmt::Display + 'static>(main: fn() -> Result<(), E>) -> Outcome {
    let thread = std::thread::spawn(move || main().map_err(|error| error.to_string()));
    let ended = tokio::task::spawn_blocking(move || thread.join()).await?;
    Ok(ended.map_err(|_| "it panicked")??)
}

#[tokio::main]
async fn main() -> ExitCode {
    let operations = std::env::args().any(|argument| argument == "--operations");
    let given = Given::default();
    let (mut ran, mut failed) = (0, 0);
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    for example in examples::EXAMPLES {
        if example.is_of_an_operation() && !operations {
            *skipped.entry("--operations is not given".to_owned()).or_default() += 1;
            continue;
        }
        if let Some(reason) = exceptions::reason(example.name) {
            *skipped.entry(reason.to_owned()).or_default() += 1;
            continue;
        }
        let outcome = tokio::time::timeout(LIMIT, (example.start)(&given)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(format!("it takes longer than {LIMIT:?}").into()));
        match outcome {
            Ok(()) => ran += 1,
            Err(error) if error.is::<Unset>() => *skipped.entry(error.to_string()).or_default() += 1,
            // The ids of the document's examples exist nowhere, and names may be taken: the call itself is a valid one.
            Err(error) if example.is_of_an_operation() && is_about_an_id(&*error) => ran += 1,
            Err(error) => {
                failed += 1;
                eprintln!("FAILED {}: {error}", example.name);
            }
        }
    }
    given.clean_up().await;
    for (reason, count) in &skipped {
        eprintln!("{count} skipped: {reason}");
    }
    for name in exceptions::stale(examples::EXAMPLES.iter().map(|example| example.name)) {
        failed += 1;
        eprintln!("FAILED {name}: no example has this name; remove the exception");
    }
    eprintln!("{ran} examples ran, {failed} failed.");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether Dify refuses what a call names, not the call. A route that does not exist answers with a page.
fn is_about_an_id(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<dify_api::Error>();
    error.is_some_and(|error| {
        let is_json =
            matches!(error.kind(), ErrorKind::Api(_)) || error.body().is_some_and(|body| body.starts_with(b"{"));
        error.status().is_some_and(|status| matches!(status.as_u16(), 404 | 409)) && is_json
    })
}
