//! One timer for a request and its answer.

use super::timeouts::after;
use std::{
    fmt,
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    runtime::{self, Handle},
    time::{Instant, Sleep},
};

/// Wakes its task when a limit has passed.
///
/// Setting a timer costs the runtime a system call, and a call sets limits all the time: for the head of the answer,
/// then for each piece of its body. So there is one timer for all of them, and it is moved only when it fires before
/// its time, or would fire after it.
pub(crate) struct Timer {
    /// The earliest limit that is known to come: setting the timer later would mean to move it back for that one.
    no_later: Option<Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
    /// Whose clock it uses.
    runtime: Option<runtime::Id>,
}

impl Timer {
    /// A timer that is first set for `no_later` where another limit is asked for before it.
    pub(crate) fn new(no_later: Option<Instant>) -> Self {
        Self { no_later, sleep: None, runtime: None }
    }

    /// Ready when it is `due`.
    pub(crate) fn poll_until(&mut self, cx: &mut Context<'_>, due: Instant) -> Poll<()> {
        // That of a runtime that is gone panics, and that of one that does not run never fires.
        let here = Handle::try_current().ok().map(|runtime| runtime.id());
        if here.is_some() && here != self.runtime {
            (self.sleep, self.runtime) = (None, here);
        }
        let no_later = self.no_later;
        let sleep = self.sleep.get_or_insert_with(|| {
            let first = no_later.map_or(due, |no_later| no_later.min(due));
            Box::pin(tokio::time::sleep_until(first))
        });
        if due < sleep.deadline() {
            sleep.as_mut().reset(due);
        }
        loop {
            std::task::ready!(sleep.as_mut().poll(cx));
            if Instant::now() >= due {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(due);
        }
    }
}

/// Waits so long.
pub(crate) async fn sleep(time: Duration) {
    let (mut timer, due) = (Timer::new(None), after(Instant::now(), time));
    poll_fn(|cx| timer.poll_until(cx, due)).await;
}

/// Returns the outcome of a future; `None` if there is none when it is due.
pub(crate) async fn within<T>(due: Instant, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut timer = Timer::new(None);
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending => timer.poll_until(cx, due).map(|()| None),
    })
    .await
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").field("set", &self.sleep.is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When the timer fires for these limits, one after the other, in milliseconds from the start.
    async fn fires(no_later: Option<u64>, limits: &[u64]) -> Vec<u128> {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut timer = Timer::new(no_later.map(at));
        let mut fired = Vec::new();
        for limit in limits {
            poll_fn(|cx| timer.poll_until(cx, at(*limit))).await;
            fired.push(start.elapsed().as_millis());
        }
        fired
    }

    #[tokio::test(start_paused = true)]
    async fn it_fires_when_it_is_due_wherever_it_was_set_before() {
        assert_eq!(fires(None, &[100, 250]).await, [100, 250]);
        assert_eq!(fires(Some(40), &[100]).await, [100]);
        assert_eq!(fires(Some(100), &[40, 60, 200]).await, [40, 60, 200]);
    }

    /// Guards a fault: what was read further on another runtime panicked.
    #[test]
    fn a_timer_outlives_its_runtime() {
        let mut timer = Timer::new(None);
        for limit in [100, 200] {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            let runtime = builder.enable_time().start_paused(true).build().expect("a runtime");
            runtime.block_on(async {
                let start = Instant::now();
                let fired = poll_fn(|cx| timer.poll_until(cx, start + Duration::from_millis(limit)));
                fired.await;
                assert_eq!(start.elapsed().as_millis(), u128::from(limit));
                // Set again, for a time that this runtime does not see.
                let later = poll_fn(|cx| timer.poll_until(cx, start + Duration::from_secs(60)));
                assert!(tokio::time::timeout(Duration::from_millis(1), later).await.is_err());
            });
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_that_has_passed_is_due_at_once() {
        assert_eq!(fires(None, &[100, 50]).await, [100, 100]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_later_limit_that_was_given_up_does_not_delay_an_earlier_one() {
        let start = Instant::now();
        let mut timer = Timer::new(None);
        let given_up = poll_fn(|cx| timer.poll_until(cx, start + Duration::from_secs(300)));
        assert!(tokio::time::timeout(Duration::from_secs(1), given_up).await.is_err());
        poll_fn(|cx| timer.poll_until(cx, start + Duration::from_secs(60))).await;
        assert_eq!(start.elapsed().as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_given_up_when_it_is_due() {
        let start = Instant::now();
        let due = start + Duration::from_secs(2);
        assert_eq!(within(due, async { 1 }).await, Some(1));
        assert_eq!(within(due, sleep(Duration::from_secs(1))).await, Some(()));
        assert_eq!(within(due, sleep(Duration::from_secs(9))).await, None);
        assert_eq!(start.elapsed().as_secs(), 2);
    }
}
