//! Every kind of operation meets every fault. What comes of it is printed as a table in `docs/RELIABILITY.md`, which
//! this test compares with what it sees: `UPDATE=1 cargo test -p dify-tests --test all reliability` writes it anew.

mod faults;
mod kinds;
mod report;

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use dify_api::{ErrorKind, RetryPolicy, Timeouts};
use dify_mock::Server;
use dify_tests::{clients::Tuning, script::Script};
use tokio::runtime::Runtime;

use faults::{Law, Row, Victim, rows};
use kinds::{Class, KINDS, Kind};

/// What became of one call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Outcome {
    /// `ok`, or the kind of the error.
    pub(crate) what: String,
    pub(crate) requests: u64,
    pub(crate) executed: u64,
    pub(crate) may_have_acted: bool,
}

const ATTEMPTS: u64 = 3;

/// Longer than all limits of a call together: what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn tuning(victim: Victim) -> Tuning {
    let limit = Duration::from_secs(2);
    let timeouts = Timeouts::none().connect(5 * limit).read_idle(limit).error_body(limit / 4).stall(5 * limit);
    Tuning {
        timeouts: match victim {
            Victim::Operation => timeouts.response_headers(limit).call(8 * limit),
            // What is waited for has no limit of its own: that of the call has to do.
            Victim::Credential => timeouts.call(limit),
        },
        retry: RetryPolicy::default()
            .max_attempts(ATTEMPTS as u32)
            .base_delay(Duration::from_millis(1))
            .max_retry_after(Duration::from_millis(20)),
        body_limit: 1 << 20,
        event_limit: 1 << 20,
    }
}

/// Where the servers run, so that what is left of a client can be counted.
static SERVERS: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

/// Calls an operation while this goes wrong, so many times from the first on.
async fn meet(kind: &Kind, row: &Row, times: Option<u64>) -> Outcome {
    let fault = row.fault.clone();
    let server = SERVERS.spawn(Server::builder().indexing_time(Duration::ZERO).pace(Duration::ZERO).start());
    let server = server.await.expect("no panic").expect("the server starts");
    let script = Script::new(&server).tuned(tuning(row.victim));
    let (clients, arguments) = script.prepare(kind.method).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    let victim = match row.victim {
        Victim::Operation => kind.operation,
        Victim::Credential => kind.credential().unwrap_or_else(|| panic!("{kind:?} has a key")),
    };
    // Those who fetch a passport or a session do so now.
    if row.victim == Victim::Operation && kind.credential().is_some() {
        clients.web.info().meta().await.ok();
        clients.console.account().profile().await.ok();
    }
    let before = server.count(kind.operation);
    let faults = server.faults().on(victim);
    match times {
        Some(times) => faults.times(times).inject(fault),
        None => faults.inject(fault),
    }
    let result = tokio::time::timeout(PATIENCE, clients.call(kind.method, &arguments)).await;
    let count = server.count(kind.operation);
    let (requests, executed) = (count.received - before.received, count.executed - before.executed);
    let Ok(result) = result else {
        return Outcome { what: "a hang".to_owned(), requests, executed, may_have_acted: true };
    };
    match &result.expect("the operation is known") {
        Ok(()) => Outcome { what: "ok".to_owned(), requests, executed, may_have_acted: true },
        Err(error) => {
            if row.victim == Victim::Operation {
                assert_eq!(u64::from(error.attempts()), requests, "{kind:?}: {error}");
            }
            for text in [error.to_string(), format!("{error:?}")] {
                assert!(!text.contains("app-chat") && !text.contains("dataset-key"), "a key shows: {text}");
            }
            Outcome { what: name(error.kind()), requests, executed, may_have_acted: error.may_have_acted() }
        }
    }
}

fn name(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::Api(error) => format!("Api {}", error.code),
        ErrorKind::Http(error) if error.status.is_success() => "Http (not what was due)".to_owned(),
        ErrorKind::Http(error) => format!("Http {}", error.status.as_u16()),
        ErrorKind::Transport(_) => "Transport".to_owned(),
        ErrorKind::Timeout(timeout) => format!("Timeout {}", timeout.which),
        ErrorKind::Decode(_) => "Decode".to_owned(),
        ErrorKind::Frame(_) => "Frame (event_limit)".to_owned(),
        ErrorKind::CutShort => "CutShort".to_owned(),
        ErrorKind::Incomplete { .. } => "Incomplete".to_owned(),
        ErrorKind::TooLarge { .. } => "TooLarge".to_owned(),
        other => format!("{other:?}"),
    }
}

/// What the table of `RetryPolicy` says of this cell.
fn obeys(kind: &Kind, law: Law, outcome: &Outcome, once: bool) -> Result<(), String> {
    let Outcome { what, requests, executed, may_have_acted } = outcome;
    if what == "a hang" {
        return Err("it hangs".to_owned());
    }
    if law == Law::Unsent {
        let failed = what != "ok" && *requests == 0 && *executed == 0 && !may_have_acted;
        // A passport is only read, so it is asked for again.
        let passed = once && what == "ok" && kind.credential() == Some("web_session_passport");
        return if failed || passed { Ok(()) } else { Err("it was sent, or may have been".to_owned()) };
    }
    let again = match law {
        Law::Harmless | Law::Final | Law::Unsent | Law::Unmet => false,
        Law::Refused => true,
        Law::Unknown => kind.class.repeats(),
    };
    let due = match (again, once) {
        (false, _) => 1,
        (true, true) => 2,
        (true, false) => ATTEMPTS,
    };
    if *requests != due {
        return Err(format!("{requests} requests instead of {due}"));
    }
    let gone = what == "Api not_found" && *executed == 2 && *may_have_acted;
    if kind.class == Class::Delete && law == Law::Unknown && once && gone {
        // Done the first time, and the error does not deny it.
        return Ok(());
    }
    let ok = law == Law::Harmless || (again && once);
    if ok != (what == "ok") {
        return Err(format!("it ended with {what}"));
    }
    if !kind.class.repeats() && *executed > 1 {
        return Err(format!("it was done {executed} times"));
    }
    if ok && *executed == 0 {
        return Err("nothing was done, and nobody was told".to_owned());
    }
    if !ok && *executed > 0 && !kind.only_reads && !may_have_acted {
        return Err("it was done, and the error denies that it may have been".to_owned());
    }
    Ok(())
}

/// A call and the client that makes it, on a runtime of their own: nothing may be left when both are gone. The second is
/// the number of tasks that are.
fn cell(kind: &Kind, row: &Row, times: Option<u64>) -> (Outcome, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let outcome = meet(kind, row, times).await;
        let metrics = tokio::runtime::Handle::current().metrics();
        for _ in 0..400 {
            if metrics.num_alive_tasks() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (outcome, metrics.num_alive_tasks())
    })
}

type Cells = BTreeMap<(usize, Class), Vec<(&'static str, Outcome, Outcome)>>;

#[test]
fn every_kind_of_operation_meets_every_fault() {
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    elsewhere.set_nonblocking(true).expect("nonblocking");
    let rows = Arc::new(rows(&format!("http://{}/stolen", elsewhere.local_addr().expect("an address"))));
    let all = (0..rows.len()).flat_map(|row| KINDS.iter().map(move |kind| (row, kind)));
    let is_met = |row: &Row, kind: &Kind| {
        (row.law)(kind.class) != Law::Unmet && (row.victim == Victim::Operation || kind.credential().is_some())
    };
    let work: Vec<_> = all.filter(|(row, kind)| is_met(&rows[*row], kind)).collect();
    let work = Arc::new(Mutex::new(work.into_iter()));
    let (cells, wrong) = (Arc::new(Mutex::new(Cells::new())), Arc::new(Mutex::new(Vec::new())));
    let workers = (0..24).map(|_| {
        let (rows, work, cells, wrong) = (rows.clone(), work.clone(), cells.clone(), wrong.clone());
        std::thread::spawn(move || {
            loop {
                let Some((place, kind)) = work.lock().expect("work").next() else { return };
                let row = &rows[place];
                let Row { title, law, .. } = row;
                let ((always, left), (once, also)) = (cell(kind, row, None), cell(kind, row, Some(1)));
                for (outcome, once, left) in [(&always, false, left), (&once, true, also)] {
                    let obeys = obeys(kind, law(kind.class), outcome, once);
                    let clean = if left == 0 { Ok(()) } else { Err(format!("{left} tasks are left")) };
                    for why in [obeys, clean].into_iter().filter_map(Result::err) {
                        let when = if once { "once" } else { "always" };
                        wrong
                            .lock()
                            .expect("faults")
                            .push(format!("{title} ({when}), {}: {why}: {outcome:?}", kind.method));
                    }
                }
                let mut cells = cells.lock().expect("cells");
                cells.entry((place, kind.class)).or_default().push((kind.method, always, once));
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.join().expect("no panic");
    }
    let mut wrong = wrong.lock().expect("faults").clone();
    wrong.sort();
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(elsewhere.accept().is_err(), "a redirect to another server was followed");
    report::compare(&rows, &cells.lock().expect("cells"));
}
