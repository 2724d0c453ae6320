//! Hundreds of thousands of calls, and an account of every one.

use crate::{
    Failures,
    call::{Caller, Kind, Outcome},
    fault,
    figures::{Figures, grouped},
    judging::{Known, MOST_ATTEMPTS, Met, judge},
    seen::Seen,
};
use dify_api::{App, RetryPolicy, Timeouts};
use dify_mock::{RecordedRequest, Server, fault::Fault};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// So many calls are under way at any time.
const CALLERS: usize = 64;
/// After so many the books are compared: what the server remembers of requests is bounded by it.
const BATCH: u64 = 20_000;
/// Far more than an answer without a fault takes, and far less than one that is late.
const LIMIT: Duration = Duration::from_secs(3);

/// The sums over all calls.
#[derive(Default)]
struct Sums {
    calls: u64,
    succeeded: u64,
    after_retries: u64,
    over_budget: u64,
    attempts: u64,
    executed: u64,
    met: u64,
    failed: BTreeMap<Seen, u64>,
}

/// Makes so many calls; each request meets a fault with this chance.
pub async fn run(count: u64, chance: f64, seed: u64) -> Failures {
    let kept = (BATCH * u64::from(MOST_ATTEMPTS)) as usize;
    let server = match Server::builder().keep_requests(kept).start().await {
        Ok(server) => server,
        Err(error) => return vec![error.to_string()],
    };
    let faults = fault::all();
    server.faults().anywhere().randomly(chance, seed).inject_one_of(faults.iter().map(|(fault, _)| fault.clone()));
    let policy = RetryPolicy::default().base_delay(Duration::from_millis(5));
    let app = App::builder()
        .api_key("app-chat")
        .base_url(server.base_url())
        .timeouts(Timeouts::default().response_headers(LIMIT).read_idle(LIMIT))
        .retry(policy)
        .build()
        .expect("a client");

    let begun = Instant::now();
    let mut callers: Vec<Caller> = (0..CALLERS).map(|number| Caller::new(app.clone(), number, seed)).collect();
    let (mut sums, mut failures) = (Sums::default(), Failures::new());
    while sums.calls < count {
        let numbers = sums.calls..count.min(sums.calls + BATCH);
        let outcomes;
        (callers, outcomes) = batch(callers, numbers).await;
        let expected = sums.attempts + outcomes.iter().map(|outcome| u64::from(outcome.attempts)).sum::<u64>();
        settled(&server, expected, &mut failures).await;
        compare(&server, &faults, &outcomes, &mut sums, &mut failures);
    }
    let took = begun.elapsed();
    totals(&server, &sums, policy, &mut failures);
    report(chance, &sums, policy, took, &failures);
    failures
}

/// Has the callers make these calls.
async fn batch(callers: Vec<Caller>, numbers: std::ops::Range<u64>) -> (Vec<Caller>, Vec<Outcome>) {
    let next = Arc::new(AtomicU64::new(numbers.start));
    let mut tasks = JoinSet::new();
    for mut caller in callers {
        let (next, end) = (Arc::clone(&next), numbers.end);
        tasks.spawn(async move {
            let mut outcomes = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= end {
                    return (caller, outcomes);
                }
                outcomes.push(caller.call(format!("load-{number}")).await);
            }
        });
    }
    let mut all = (Vec::new(), Vec::new());
    for (caller, outcomes) in tasks.join_all().await {
        all.0.push(caller);
        all.1.extend(outcomes);
    }
    all
}

/// Waits until the server has received what was sent: a request may still be on its way whose caller has given up.
async fn settled(server: &Server, expected: u64, failures: &mut Failures) {
    for _ in 0..100 {
        if server.total().received >= expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    failures.push(format!("{} requests arrived, of {expected}", server.total().received));
}

/// Holds each outcome against what the server knows of it.
fn compare(
    server: &Server,
    faults: &[(Fault, Option<Seen>)],
    outcomes: &[Outcome],
    sums: &mut Sums,
    failures: &mut Failures,
) {
    let mut known: HashMap<String, Vec<Met>> = HashMap::new();
    for request in server.requests() {
        let met = Met { seen: seen(faults, &request, failures), executed: request.executed };
        known.entry(id(&request)).or_default().push(met);
    }
    for outcome in outcomes {
        let met = known.remove(&outcome.id).unwrap_or_default();
        let known = Known { met, executions: server.executions(&outcome.id) };
        sums.add(outcome, &known);
        let wrong = judge(outcome, &known).join("; ");
        if !wrong.is_empty() {
            let met: Vec<_> = known.met.iter().map(|met| (met.seen, met.executed)).collect();
            let said = outcome.failure.as_ref().map_or("success", |failure| &failure.text);
            failures.push(format!("{} {:?}: {wrong}. Met {met:?}, said: {said}", outcome.id, outcome.kind));
        }
    }
}

fn id(request: &RecordedRequest) -> String {
    let id = request.headers.get("x-request-id").and_then(|id| id.to_str().ok());
    id.unwrap_or_default().to_owned()
}

/// What the client has to see of what a request met.
fn seen(faults: &[(Fault, Option<Seen>)], request: &RecordedRequest, failures: &mut Failures) -> Option<Seen> {
    let fault = request.fault.as_deref()?;
    match faults.iter().find(|(known, _)| known == fault) {
        Some((_, seen)) => *seen,
        None => {
            failures.push(format!("a fault that nobody ordered: {fault:?}"));
            None
        }
    }
}

impl Sums {
    fn add(&mut self, outcome: &Outcome, known: &Known) {
        self.calls += 1;
        self.attempts += u64::from(outcome.attempts);
        self.executed += u64::from(known.executions);
        self.met += known.met.iter().filter(|met| met.seen.is_some()).count() as u64;
        match &outcome.failure {
            None => {
                self.succeeded += 1;
                self.after_retries += u64::from(outcome.attempts > 1);
            }
            Some(failure) => {
                self.over_budget += u64::from(failure.over_budget);
                if let Some(seen) = failure.seen {
                    *self.failed.entry(seen).or_default() += 1;
                }
            }
        }
    }

    fn retries(&self) -> u64 {
        self.attempts - self.calls
    }

    /// How often calls may be made again: a tenth of an attempt for each that the server answered as it should, beside
    /// what there was at first. One whose success could not be read counts: the server is not in trouble.
    fn allowed(&self, policy: RetryPolicy) -> u64 {
        let answered = self.succeeded + self.failed.get(&Seen::Unreadable).copied().unwrap_or_default();
        u64::from(policy.budget.unwrap_or(u32::MAX)) + answered / 10
    }

    fn failed_by_kind(&self) -> u64 {
        self.failed.values().sum()
    }
}

/// What has to hold over all.
fn totals(server: &Server, sums: &Sums, policy: RetryPolicy, failures: &mut Failures) {
    let total = server.total();
    let mut same = |what: &str, one: u64, other: u64| {
        if one != other {
            failures.push(format!("{what}: {one} and {other}"));
        }
    };
    same("requests sent and received", sums.attempts, total.received);
    same("requests executed, by id and in all", sums.executed, total.executed);
    same("calls, and those that succeeded or failed by a kind", sums.calls, sums.succeeded + sums.failed_by_kind());
    if sums.retries() > sums.allowed(policy) {
        failures.push(format!(
            "{} calls made again, of {} that the budget allows",
            sums.retries(),
            sums.allowed(policy)
        ));
    }
    let once = |operation: &str| Kind::ALL.iter().any(|kind| kind.operation() == operation && kind.idempotent());
    let twice = server.repeated().into_iter().filter(|repeated| !once(&repeated.operation));
    failures.extend(twice.map(|repeated| format!("executed more than once: {repeated:?}")));
}

fn report(chance: f64, sums: &Sums, policy: RetryPolicy, took: Duration, failures: &Failures) {
    let name = format!("calls at {} % faults", chance * 100.0);
    let mut figures = Figures::default();
    let mut row = |what: &str, mark: &str, figure: String| figures.row(&format!("{name}: {what}"), mark, &figure);
    row("succeeded, or failed by a known kind", &grouped(sums.calls), grouped(sums.succeeded + sums.failed_by_kind()));
    row("requests that met a harmful fault", "", grouped(sums.met));
    row("succeeded", "", format!("{} ({} after retries)", grouped(sums.succeeded), grouped(sums.after_retries)));
    row("failed, with the kind of error that the last fault makes", "", grouped(sums.failed_by_kind()));
    for (seen, count) in &sums.failed {
        row(&format!("failed, {}", seen.name()), "", grouped(*count));
    }
    row(
        "retries, of those that the budget allows",
        &format!("≤ {}", grouped(sums.allowed(policy))),
        grouped(sums.retries()),
    );
    row("not made again because the budget was used up", "", grouped(sums.over_budget));
    row("violations, such as a write that was executed twice", "0", grouped(failures.len() as u64));
    row(
        "requests a second, client and server on the same cores",
        "",
        format!("{:.0}", sums.attempts as f64 / took.as_secs_f64()),
    );
    figures.print();
}
