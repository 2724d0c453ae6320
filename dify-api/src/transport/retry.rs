//! When a call is made again, and when it is not.

use crate::ErrorKind;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;

mod budget;
mod decision;
mod retry_after;

pub(crate) use budget::Budget;
use decision::{Decision, decide};
pub use retry_after::retry_after;

/// Whether a call that failed is made again by itself, how often, and after what pause.
///
/// A call is made again only where that cannot do anything twice:
///
/// | what happened | reads, `PUT`, `DELETE`, and what the description calls idempotent | other `POST` and `PATCH` |
/// |---|---|---|
/// | no connection could be made | again | again |
/// | 429 `too_many_requests`, or one that is not Dify's | again | again |
/// | 503 in Dify's own words: JSON with `code` and `"status": 503` | again | again |
/// | 429 of another code, such as `rate_limit_error`, a used-up quota; any other 4xx | no | no |
/// | 408, 502, 503, 504, and Cloudflare's 520 to 527 and 530 | again | no |
/// | 500, and any other status | no | no |
/// | a reset, a time limit, or a body that broke off, after it was sent | again | no: the error [may have been acted on](crate::Error::may_have_acted) |
///
/// The pause before an attempt is random, from nothing up to a bound that doubles each time. A server that specifies when
/// (`Retry-After`) is obeyed; where that is later than [`max_retry_after`](Self::max_retry_after), nothing is waited
/// for, and the error contains the time. A redirect of the same request to another place of the same server is followed, up to
/// five times a call: that is an attempt, and none of [`max_attempts`](Self::max_attempts). Uploads are read again from their source; one out of a reader is sent once. Streams are
/// asked for again until their head is there, never after that.
///
/// ```
/// use dify_api::{App, RetryPolicy};
///
/// let app = App::builder()
///     .api_key("app-abc123")
///     .retry(RetryPolicy::default().max_attempts(5))
///     .build()?;
/// # Ok::<(), dify_api::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a policy does nothing unless a client or a call is given it"]
pub struct RetryPolicy {
    /// How often a call is sent at most, the first time included. 3. With 1 (or 0) it is never made again.
    pub max_attempts: u32,
    /// The longest pause before the second attempt. 500 ms.
    pub base_delay: Duration,
    /// The maximum pause before any attempt, unless the server specifies one. 8 s.
    pub max_delay: Duration,
    /// The longest `Retry-After` that is waited for. 60 s. With a longer one the call fails at once:
    /// [`Error::retry_after`](crate::Error::retry_after) contains the time to retry.
    pub max_retry_after: Duration,
    /// How many attempts after the first all calls of a client together may make in a row. 50. Each call that the server
    /// answers with success gives back a tenth of one (also when the answer cannot be read), so that a server in trouble
    /// is asked for a tenth more than usual at most. None: any number. Belongs to the client; a call's own policy does
    /// not change it.
    pub budget: Option<u32>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(60),
            budget: Some(50),
        }
    }
}

impl RetryPolicy {
    /// Nothing is sent twice.
    pub fn none() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// Sets [`RetryPolicy::max_attempts`].
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets [`RetryPolicy::base_delay`].
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets [`RetryPolicy::max_delay`].
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets [`RetryPolicy::max_retry_after`].
    pub fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// Sets [`RetryPolicy::budget`].
    pub fn budget(mut self, attempts: impl Into<Option<u32>>) -> Self {
        self.budget = attempts.into();
        self
    }

    /// The pauses between the attempts of one call, one less than there are attempts.
    pub(crate) fn pauses(&self) -> Pauses {
        let bounds = ExponentialBuilder::default()
            .with_min_delay(self.base_delay)
            .with_max_delay(self.max_delay)
            .with_factor(2.0)
            .with_max_times(self.max_attempts.saturating_sub(1) as usize)
            .build();
        Pauses { bounds, max_delay: self.max_delay, max_retry_after: self.max_retry_after }
    }
}

/// The rest of the pauses of one call.
pub(crate) struct Pauses {
    bounds: ExponentialBackoff,
    max_delay: Duration,
    max_retry_after: Duration,
}

impl Pauses {
    /// Returns the pause before another attempt after this failure, if there is to be one.
    pub(crate) fn after(&mut self, failure: &ErrorKind, idempotent: bool) -> Option<Duration> {
        match decide(failure, idempotent) {
            Decision::Again(asked) => self.next(asked),
            Decision::Final => None,
        }
    }

    /// The pause before the next attempt, if there is to be one: at least as long as the server asked for. None where
    /// it asked for more than is waited for.
    fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        if asked.is_some_and(|asked| asked > self.max_retry_after) {
            return None;
        }
        let bound = self.bounds.next()?.min(self.max_delay);
        // Anything between nothing and the bound: callers that failed together do not come back together.
        let pause = bound.mul_f64(fastrand::f64());
        Some(asked.map_or(pause, |asked| asked.max(pause)))
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod pauses {
    use super::*;

    fn pauses(policy: RetryPolicy, asked: Option<Duration>) -> Vec<Duration> {
        let mut pauses = policy.pauses();
        std::iter::from_fn(|| pauses.next(asked)).collect()
    }

    #[test]
    fn there_is_a_pause_between_any_two_attempts() {
        assert_eq!(pauses(RetryPolicy::default(), None).len(), 2);
        assert_eq!(pauses(RetryPolicy::default().max_attempts(7), None).len(), 6);
        assert!(pauses(RetryPolicy::none(), None).is_empty());
        assert!(pauses(RetryPolicy::default().max_attempts(0), None).is_empty());
    }

    #[test]
    fn a_pause_is_anything_up_to_a_bound_that_doubles_to_its_limit() {
        let second = Duration::from_secs(1);
        let policy = RetryPolicy::default().max_attempts(6).base_delay(second).max_delay(4 * second);
        let many: Vec<_> = (0..400).map(|_| pauses(policy, None)).collect();
        for (index, bound) in [1, 2, 4, 4, 4].into_iter().enumerate() {
            let (least, most) = (many.iter().map(|p| p[index]).min(), many.iter().map(|p| p[index]).max());
            assert!(least < Some(second * bound / 10), "{least:?} before attempt {}", index + 2);
            assert!(most <= Some(second * bound) && most > Some(second * bound * 9 / 10), "{most:?}");
        }
    }

    /// The limit was once waited for instead of a longer `Retry-After`, which helps no caller.
    #[test]
    fn a_server_that_says_when_is_obeyed_up_to_the_limit() {
        let asked = |seconds| pauses(RetryPolicy::default(), Some(Duration::from_secs(seconds)));
        assert_eq!(asked(7), [Duration::from_secs(7); 2]);
        assert_eq!(asked(60), [Duration::from_secs(60); 2]);
        assert!(asked(61).is_empty() && asked(u64::MAX).is_empty());
        assert!(asked(0)[0] <= Duration::from_millis(500));
    }

    #[test]
    fn no_pause_is_longer_than_the_longest() {
        let policy = RetryPolicy::default().base_delay(Duration::MAX).max_delay(Duration::from_secs(2));
        assert!(pauses(policy, None).iter().all(|pause| *pause <= Duration::from_secs(2)));
    }

    #[test]
    fn bounds_that_make_no_sense_make_no_panic() {
        let longest = RetryPolicy::default().base_delay(Duration::MAX).max_delay(Duration::MAX).max_attempts(9);
        assert_eq!(pauses(longest.max_delay(Duration::ZERO), None).len(), 8);
        assert_eq!(pauses(longest.max_retry_after(Duration::MAX), Some(Duration::MAX)).len(), 8);
    }
}
