//! How much repeating a client may do.

use std::sync::atomic::{AtomicU32, Ordering};

/// A token bucket that all calls of a client share: where everything fails, each call is soon made once only, and
/// the server is not kept down by those who try again.
#[derive(Debug)]
pub(crate) struct Budget {
    /// In tenths of an attempt; nothing where there is no bound.
    tenths: Option<(AtomicU32, u32)>,
}

/// What a repeated attempt costs, in what a success gives back.
const ATTEMPT: u32 = 10;

impl Budget {
    pub(crate) fn new(attempts: Option<u32>) -> Self {
        let full = attempts.map(|attempts| attempts.saturating_mul(ATTEMPT));
        Self { tenths: full.map(|full| (AtomicU32::new(full), full)) }
    }

    /// Takes one attempt out, if there is one left.
    pub(crate) fn take(&self) -> bool {
        let Some((left, _)) = &self.tenths else {
            return true;
        };
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(ATTEMPT)).is_ok()
    }

    /// A call has succeeded.
    pub(crate) fn succeeded(&self) {
        let Some((left, full)) = &self.tenths else {
            return;
        };
        if left.load(Ordering::Relaxed) < *full {
            let _ = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| (left < *full).then_some(left + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn ten_successes_pay_for_one_attempt_and_no_more_are_kept_than_fit() {
        let budget = Budget::new(Some(2));
        assert!(budget.take() && budget.take() && !budget.take());
        (0..9).for_each(|_| budget.succeeded());
        assert!(!budget.take());
        budget.succeeded();
        assert!(budget.take() && !budget.take());
        (0..1000).for_each(|_| budget.succeeded());
        assert!(budget.take() && budget.take() && !budget.take());
    }

    #[test]
    fn none_is_none_and_unbounded_is_unbounded() {
        let none = Budget::new(Some(0));
        none.succeeded();
        assert!(!none.take());
        let unbounded = Budget::new(None);
        assert!((0..10_000).all(|_| unbounded.take()));
        assert!(Budget::new(Some(u32::MAX)).take());
    }
}
