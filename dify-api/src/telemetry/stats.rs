//! What a client counts of its own calls.

use super::{CallOutcome, ObservedEnd, report::Price};
use crate::Cost;
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// What became of the calls of a client since it was built; from its method `stats`.
///
/// The clones of a client count together. The client of an application that a console deployed
/// counts for itself. Calls that the client makes by itself, such as those that renew a session, count too; see
/// [`Observer`](crate::Observer). Counts stop at their largest value instead of overflowing.
///
/// ```
/// # fn report(app: &dify_api::App) {
/// let stats = app.stats();
/// println!("{} calls, {} in flight, {:?} on average", stats.calls, stats.in_flight, stats.average);
/// for cost in &stats.costs {
///     println!("{cost}");
/// }
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Calls that have ended: those that succeeded, failed or were cancelled.
    pub calls: u64,
    /// Calls that succeeded; see [`CallOutcome::Succeeded`].
    pub succeeded: u64,
    /// Calls that failed, those included whose run failed.
    pub failed: u64,
    /// Calls that were dropped before their end.
    pub cancelled: u64,
    /// Calls that have begun and not ended. Those that wait count, and streams and downloads until their end.
    pub in_flight: u64,
    /// Attempts after the first of a call.
    pub retries: u64,
    /// The mean duration of the calls that were not cancelled; `None` before the first. Streams and downloads last until
    /// their end.
    pub average: Option<Duration>,
    /// The longest duration of a call that was not cancelled.
    pub slowest: Option<Duration>,
    /// Bytes of answers that were read.
    pub bytes: u64,
    /// Required members that answers lacked; see [`Response::substitutions`](crate::Response::substitutions).
    pub substitutions: u64,
    /// Tokens of prompts, where the server reports them; workflows report only the total.
    pub input_tokens: u64,
    /// Tokens that models wrote, where the server reports them; workflows report only the total.
    pub output_tokens: u64,
    /// All tokens that the server reports.
    pub total_tokens: u64,
    /// The sum of the reported costs, one for each currency, in the order in which they came first. At most 16 currencies
    /// are counted. Empty while no cost is known.
    pub costs: Vec<Cost>,
}

impl Stats {
    /// Returns the share of calls that succeeded among those that succeeded or failed, from 0 to 1; `None` before the
    /// first.
    #[must_use]
    pub fn success_rate(&self) -> Option<f64> {
        let ended = self.succeeded as f64 + self.failed as f64;
        (ended > 0.0).then(|| self.succeeded as f64 / ended)
    }
}

/// The counts of a client.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    in_flight: AtomicU64,
    retries: AtomicU64,
    ended: Mutex<Ended>,
}

/// The counts of the calls that have ended.
#[derive(Debug, Default)]
struct Ended {
    succeeded: u64,
    failed: u64,
    cancelled: u64,
    lasted: Duration,
    slowest: Duration,
    bytes: u64,
    substitutions: u64,
    input_tokens: u64,
    output_tokens: u64,
    total_tokens: u64,
    costs: Vec<Price>,
}

/// So many currencies are counted: a server that invents them fills no memory.
const CURRENCIES: usize = 16;

impl Tally {
    pub(super) fn started(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn finished(&self, end: &ObservedEnd<'_>, price: Option<&Price>) {
        let count = |number: &mut u64, more: u64| *number = number.saturating_add(more);
        {
            let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
            let ended = &mut *ended;
            count(
                match end.outcome {
                    CallOutcome::Succeeded => &mut ended.succeeded,
                    CallOutcome::RunFailed | CallOutcome::Failed => &mut ended.failed,
                    CallOutcome::Cancelled => &mut ended.cancelled,
                },
                1,
            );
            if end.outcome != CallOutcome::Cancelled {
                ended.lasted = ended.lasted.saturating_add(end.duration);
                ended.slowest = ended.slowest.max(end.duration);
            }
            count(&mut ended.bytes, end.bytes);
            count(&mut ended.substitutions, end.substitutions as u64);
            let (input, output) = (end.tokens.input.unwrap_or(0), end.tokens.output.unwrap_or(0));
            count(&mut ended.input_tokens, input);
            count(&mut ended.output_tokens, output);
            count(&mut ended.total_tokens, end.tokens.total.unwrap_or(input.saturating_add(output)));
            if let Some(price) = price {
                ended.pay(price);
            }
        }
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn stats(&self) -> Stats {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let timed = ended.succeeded.saturating_add(ended.failed);
        let average = ended.lasted.as_nanos().checked_div(timed.into());
        Stats {
            calls: timed.saturating_add(ended.cancelled),
            succeeded: ended.succeeded,
            failed: ended.failed,
            cancelled: ended.cancelled,
            in_flight: self.in_flight.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            average: average.map(|nanos| Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))),
            slowest: (timed > 0).then_some(ended.slowest),
            bytes: ended.bytes,
            substitutions: ended.substitutions,
            input_tokens: ended.input_tokens,
            output_tokens: ended.output_tokens,
            total_tokens: ended.total_tokens,
            costs: ended.costs.iter().map(Price::cost).collect(),
        }
    }
}

impl Ended {
    fn pay(&mut self, price: &Price) {
        let known = self.costs.len();
        match self.costs.iter_mut().find(|sum| sum.currency == price.currency) {
            Some(sum) => sum.amount = sum.amount.saturating_add(price.amount),
            None if known < CURRENCIES => self.costs.push(price.clone()),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TokenCounts, telemetry::amount::Amount};

    fn end(outcome: CallOutcome, duration: Duration, bytes: u64) -> ObservedEnd<'static> {
        ObservedEnd {
            outcome,
            error: None,
            duration,
            attempts: 1,
            status: Some(200),
            bytes,
            streamed: false,
            first_event: None,
            first_text: None,
            tokens: TokenCounts { input: Some(u64::MAX), output: Some(2), total: None },
            cost: None,
            substitutions: 1,
            undecoded: 0,
        }
    }

    #[test]
    fn counts_do_not_overflow_and_currencies_do_not_mix() {
        let tally = Tally::default();
        assert_eq!(tally.stats(), Stats::default());
        assert_eq!(tally.stats().success_rate(), None);
        for outcome in [CallOutcome::Succeeded, CallOutcome::RunFailed, CallOutcome::Failed, CallOutcome::Cancelled] {
            tally.started();
            let price =
                |currency: &str| Price { amount: Amount::read("0.1").expect("one"), currency: currency.to_owned() };
            tally.finished(&end(outcome, Duration::MAX, u64::MAX), Some(&price("USD")));
            for number in 0..40 {
                tally.started();
                let code = format!("X{}", char::from(b'A' + number % 20));
                tally.finished(&end(CallOutcome::Succeeded, Duration::ZERO, 0), Some(&price(&code)));
            }
        }
        let stats = tally.stats();
        assert_eq!((stats.calls, stats.succeeded, stats.failed, stats.cancelled), (164, 161, 2, 1));
        assert_eq!((stats.in_flight, stats.bytes, stats.total_tokens), (0, u64::MAX, u64::MAX));
        assert_eq!((stats.slowest, stats.costs.len()), (Some(Duration::MAX), CURRENCIES));
        assert_eq!(stats.costs[0].to_string(), "0.4 USD");
        assert!(stats.average.is_some_and(|average| average > Duration::from_secs(1 << 30)));
    }

    #[test]
    fn the_success_rate_leaves_out_what_was_cancelled() {
        let tally = Tally::default();
        for outcome in [CallOutcome::Succeeded, CallOutcome::Cancelled, CallOutcome::Succeeded, CallOutcome::Failed] {
            tally.started();
            tally.finished(&end(outcome, Duration::from_secs(3), 1), None);
        }
        let stats = tally.stats();
        assert!(stats.success_rate().is_some_and(|rate| (rate - 2.0 / 3.0).abs() < 1e-9));
        assert_eq!((stats.average, stats.slowest), (Some(Duration::from_secs(3)), Some(Duration::from_secs(3))));
    }
}
