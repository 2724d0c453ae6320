//! Thousands of event streams, open at once and read to their ends.

use crate::{
    Failures,
    figures::{Figures, grouped},
    stream::{Client, Read},
};
use dify_benches::memory;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::task::JoinSet;

/// So many are being opened at any time: fewer than a listening socket queues.
const OPENING: usize = 32;

/// Opens so many streams by one client, looks at the memory, and reads all of them at once.
pub async fn run<C: Client>(url: &str, count: usize) -> Failures {
    let client = Arc::new(C::new(url));
    let mut failures = Failures::new();
    // Connector and runtime are up before it counts.
    let first = match client.open().await {
        Ok(first) => first,
        Err(error) => return vec![format!("the first stream: {error}")],
    };
    let before = memory::resident();
    let begun = Instant::now();
    let mut open = opened(&client, count, &mut failures).await;
    let took = begun.elapsed();
    let each = memory::resident().saturating_sub(before) as f64 / count as f64;
    let established = established(url);
    open.push(first);
    if established < count {
        failures.push(format!("{established} connections were open at once, of {count}: raise the server's pause"));
    }
    if let Some(mark) = C::MARK.filter(|mark| each > *mark) {
        failures.push(format!("{each:.1} KiB for each open stream, more than {mark}"));
    }

    let reading = Instant::now();
    let (whole, events) = read_all::<C>(open, &mut failures).await;
    if whole != count + 1 {
        failures.push(format!("{} of {} streams were lost", count + 1 - whole, count + 1));
    }

    let mark = C::MARK.map_or_else(String::new, |mark| format!("≤ {mark} KiB"));
    let mut figures = Figures::default();
    let name = C::NAME;
    let all = grouped(count as u64);
    figures.row(&format!("{name}: streams open at once"), &all, &grouped(established.min(count) as u64));
    figures.row(&format!("{name}: memory of each, open"), &mark, &format!("{each:.1} KiB"));
    figures.row(&format!("{name}: read to their last event"), &all, &grouped(whole.saturating_sub(1) as u64));
    figures.row(
        &format!("{name}: time to open them; until all were read; events"),
        "",
        &format!("{:.1} s; {:.1} s; {}", took.as_secs_f64(), reading.elapsed().as_secs_f64(), grouped(events)),
    );
    let peak = memory::peak() as f64 / 1024.0;
    figures.row(&format!("{name}: the most memory of the process, all being read"), "", &format!("{peak:.0} MiB"));
    figures.print();
    failures
}

async fn opened<C: Client>(client: &Arc<C>, count: usize, failures: &mut Failures) -> Vec<C::Open> {
    let next = Arc::new(AtomicUsize::new(0));
    // Each goes straight to its place: what moving them leaves behind would be counted as theirs.
    let open = Arc::new(Mutex::new(Vec::with_capacity(count + 1)));
    let mut openers = JoinSet::new();
    for _ in 0..OPENING.min(count) {
        let (client, next, open) = (Arc::clone(client), Arc::clone(&next), Arc::clone(&open));
        openers.spawn(async move {
            let mut failures = Failures::new();
            while next.fetch_add(1, Ordering::Relaxed) < count {
                match client.open().await {
                    Ok(stream) => open.lock().expect("no opener panics").push(stream),
                    Err(error) => failures.push(format!("not opened: {error}")),
                }
            }
            failures
        });
    }
    failures.extend(openers.join_all().await.into_iter().flatten());
    std::mem::take(&mut *open.lock().expect("no opener panics"))
}

/// Reads each in a task of its own; how many came whole, and all their events.
async fn read_all<C: Client>(open: Vec<C::Open>, failures: &mut Failures) -> (usize, u64) {
    let mut readers = JoinSet::new();
    for stream in open {
        readers.spawn(C::read(stream));
    }
    let mut expected: Option<Read> = None;
    let (mut whole, mut events) = (0, 0);
    while let Some(read) = readers.join_next().await {
        match read.expect("no reader panics") {
            Ok(read) => {
                events += read.events as u64;
                // The same question has the same answer: a stream that lacks a piece is not like the others.
                let same = expected.as_ref().is_none_or(|expected| *expected == read);
                if same {
                    whole += 1;
                } else {
                    failures.push(format!("another answer than the first: {read:?}"));
                }
                expected.get_or_insert(read);
            }
            Err(error) => failures.push(format!("not read: {error}")),
        }
    }
    (whole, events)
}

/// The connections to this server that neither side has ended, as the kernel counts them.
fn established(url: &str) -> usize {
    let port: u16 = url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a URL with a port");
    let sockets = std::fs::read_to_string("/proc/self/net/tcp").expect("Linux");
    // sl, local address, remote address, state: `0100007F:1F90` and `01` for one that is established.
    let to_server = |line: &&str| {
        let mut fields = line.split_whitespace().skip(2);
        let remote = fields.next().and_then(|remote| remote.split_once(':'));
        remote.is_some_and(|(_, remote)| u16::from_str_radix(remote, 16) == Ok(port)) && fields.next() == Some("01")
    };
    sockets.lines().filter(to_server).count()
}
