//! Load: thousands of open streams, and hundreds of thousands of calls of which some meet a fault.
//!
//! Each part prints rows of a Markdown table, and fails when anything does not hold. `scripts/load.sh` runs them all.

mod call;
mod fault;
mod figures;
mod hold;
mod judging;
mod requests;
mod seen;
mod stream;
mod streams;

use std::process::ExitCode;

const USAGE: &str = "\
load hold SECONDS                  a server whose streams stop after one event for so long; prints its address
load streams bare|dify URL N       N streams of that server open at once, then each read to its end
load requests N CHANCE [SEED]      N calls against an embedded server, of whose requests so many (0.05) meet a fault";

/// What does not hold.
type Failures = Vec<String>;

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let failures = match arguments[..] {
        ["hold", seconds] => hold::serve(number(seconds)).await,
        ["streams", "bare", url, count] => streams::run::<stream::Bare>(url, number(count) as usize).await,
        ["streams", "dify", url, count] => streams::run::<stream::Dify>(url, number(count) as usize).await,
        ["requests", count, chance] => requests::run(number(count), fraction(chance), 42).await,
        ["requests", count, chance, seed] => requests::run(number(count), fraction(chance), number(seed)).await,
        _ => vec![USAGE.to_owned()],
    };
    // All of them may have the same cause: a few tell as much as thousands.
    for failure in failures.iter().take(40) {
        eprintln!("{failure}");
    }
    if failures.len() > 40 {
        eprintln!("… and {} more", failures.len() - 40);
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

fn fraction(text: &str) -> f64 {
    text.parse().expect("a number between 0 and 1")
}
