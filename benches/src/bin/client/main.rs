//! One job over the loopback, by `dify-api` or by bare reqwest.

mod bare;
mod dify;
mod document;

use bare::Bare;
use dify::Dify;
use dify_benches::{clock, memory};
use std::{path::Path, time::Instant};

const USAGE: &str = "\
client bare|dify block    URL N      N blocking calls
client bare|dify stream   URL N      N streams of 2,000 events
client bare|dify first    URL N      N streams, each up to its first event
client bare|dify open     URL N      N streams open at once: memory of each
client bare|dify upload   URL FILE   a file up
client bare|dify download URL        1 GiB down
client dify      refused  URL N      N calls that are refused
client dify      cached   URL N      N calls for settings that are answered from the cache
client dify      cached-empty URL N  N calls for nothing that are answered from the cache
client dify      document-up   URL FILE   a document made from a file
client dify      document-down URL        1 GiB down, through the link of a document
client both      first    URL N      N streams each, by turns: time to the first event
client both      calls    URL N      N blocking calls each, by turns: CPU time and wall time";

/// What both can do. All of it panics when it fails.
trait Client {
    type Open;

    fn new(url: &str) -> Self;
    /// A blocking call; the length of the answer.
    async fn block(&self) -> usize;
    /// A stream to its end; the number of its events.
    async fn stream(&self) -> usize;
    /// A stream up to its first event, and still open.
    async fn open(&self) -> Self::Open;
    /// The file of this path, up; the size the server saw.
    async fn upload(&self, path: &Path) -> u64;
    /// A file down; its size.
    async fn download(&self) -> u64;
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["both", "first", url, n] => first(url, number(n)).await,
        ["both", "calls", url, n] => calls(url, number(n)).await,
        ["dify", "refused", url, n] => dify::refused(url, number(n)).await,
        ["dify", "cached", url, n] => dify::cached(url, number(n)).await,
        ["dify", "cached-empty", url, n] => dify::cached_empty(url, number(n)).await,
        ["dify", "document-up", url, file] => {
            sent(document::up(url, Path::new(file)).await, file);
            report("document up");
        }
        ["dify", "document-down", url] => {
            assert_eq!(document::down(url).await, 1 << 30);
            report("document down");
        }
        ["bare", ref job @ ..] => run::<Bare>(job).await,
        ["dify", ref job @ ..] => run::<Dify>(job).await,
        _ => help(),
    }
}

fn help() {
    eprintln!("{USAGE}");
    std::process::exit(2);
}

async fn run<C: Client>(job: &[&str]) {
    match *job {
        ["block", url, n] => {
            let client = C::new(url);
            for _ in 0..number(n) {
                assert!(client.block().await > 0);
            }
        }
        ["stream", url, n] => {
            let client = C::new(url);
            for _ in 0..number(n) {
                assert_eq!(client.stream().await, 2000);
            }
        }
        ["first", url, n] => {
            let client = C::new(url);
            for _ in 0..number(n) {
                client.open().await;
            }
        }
        ["open", url, n] => {
            let client = C::new(url);
            // Connector and runtime are up before it counts.
            let mut open = vec![client.open().await];
            open.reserve_exact(number(n));
            let before = memory::resident();
            for _ in 0..number(n) {
                open.push(client.open().await);
            }
            let kib = (memory::resident() - before) as f64 / number(n) as f64;
            println!("{kib:.2} KiB per stream, {} in the handle itself", std::mem::size_of::<C::Open>());
        }
        ["upload", url, file] => {
            let client = C::new(url);
            sent(client.upload(Path::new(file)).await, file);
            report("up");
        }
        ["download", url] => {
            assert_eq!(C::new(url).download().await, 1 << 30);
            report("down");
        }
        _ => help(),
    }
}

/// Fails when the server did not see all of the file; the form around it is less than a page.
fn sent(seen: u64, file: &str) {
    let size = std::fs::metadata(file).expect("the file").len();
    assert!((size..size + 4096).contains(&seen), "{seen}");
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

fn report(way: &str) {
    println!("{way}: peak {:.1} MiB, {:.2} s CPU", memory::peak() as f64 / 1024.0, clock::process());
}

/// Time to the first event, by turns, so that both see the same neighbours.
async fn first(url: &str, n: usize) {
    let (bare, dify) = (Bare::new(url), Dify::new(url));
    let (mut bare_times, mut dify_times) = (Vec::new(), Vec::new());
    for round in 0..=n {
        let begun = Instant::now();
        let open = bare.open().await;
        let took = begun.elapsed().as_secs_f64();
        drop(open);
        let begun = Instant::now();
        let open = dify.open().await;
        let took = (took, begun.elapsed().as_secs_f64());
        drop(open);
        if round > 0 {
            bare_times.push(took.0 * 1e6);
            dify_times.push(took.1 * 1e6);
        }
    }
    print_both("first event, µs", bare_times, dify_times);
}

/// Blocking calls, by turns.
async fn calls(url: &str, n: usize) {
    let (bare, dify) = (Bare::new(url), Dify::new(url));
    let (mut bare_times, mut dify_times) = (Vec::new(), Vec::new());
    for round in 0..=n {
        let begun = clock::thread();
        bare.block().await;
        let middle = clock::thread();
        dify.block().await;
        if round > 0 {
            bare_times.push((middle - begun) * 1e6);
            dify_times.push((clock::thread() - middle) * 1e6);
        }
    }
    print_both("blocking call, µs CPU", bare_times, dify_times);
}

fn print_both(what: &str, bare: Vec<f64>, dify: Vec<f64>) {
    let (bare, dify) = (clock::median(bare), clock::median(dify));
    println!("{what}: bare {bare:.1}, dify-api {dify:.1}, ratio {:.3}", dify / bare);
}
