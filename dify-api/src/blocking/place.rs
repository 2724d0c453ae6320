//! Whether a thread may block.

use crate::{Error, ErrorKind};
use std::{
    cell::Cell,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};
use tokio::{
    runtime::Handle,
    task::{coop::poll_proceed, yield_now},
};

thread_local! {
    /// The thread polls the future of a blocking call.
    static WAITING: Cell<bool> = const { Cell::new(false) };
}

/// Marks the thread as one that waits, until it is dropped.
pub(super) struct BlockedThread(());

impl BlockedThread {
    /// Fails inside `async` code, where it would block the runtime.
    pub(super) fn begin() -> Result<Self, Error> {
        let in_async = WAITING.get()
            || match Handle::try_current() {
                Ok(_) => is_polled(),
                Err(error) if error.is_thread_local_destroyed() => {
                    return Err(Error::config("a blocking call needs a thread that is not about to end"));
                }
                Err(_) => false,
            };
        if in_async {
            return Err(Error::outside(ErrorKind::InAsync));
        }
        WAITING.set(true);
        Ok(Self(()))
    }
}

impl Drop for BlockedThread {
    fn drop(&mut self) {
        WAITING.set(false);
    }
}

/// Returns whether a runtime polls a future on this thread. That there is a current runtime is no evidence:
/// `Handle::enter` and `spawn_blocking` have one.
fn is_polled() -> bool {
    has_budget() || is_scheduled()
}

/// Returns whether what runs here must return to the runtime sometime. A runtime limits what it polls, and lifts the limit
/// for `spawn_blocking` and `block_in_place`.
fn has_budget() -> bool {
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(first) = poll_proceed(&mut context) else {
        return true;
    };
    // Dropped, the first step puts everything back.
    let limited = (0..=u8::MAX).any(|_| match poll_proceed(&mut context) {
        Poll::Ready(step) => {
            step.made_progress();
            false
        }
        Poll::Pending => true,
    });
    drop(first);
    limited
}

/// Returns whether this is a thread of a scheduler: `unconstrained` lifts the limit for futures that it polls.
fn is_scheduled() -> bool {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    // Outside a scheduler it wakes at once.
    let polled = pin!(yield_now()).poll(&mut Context::from_waker(&waker));
    polled.is_pending() && !woken.0.load(Ordering::Relaxed)
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::{
        runtime::{Builder, Runtime},
        task::{block_in_place, unconstrained},
    };

    fn runtimes() -> [Runtime; 2] {
        let built = |mut builder: Builder| builder.enable_all().build().expect("a runtime");
        [built(Builder::new_current_thread()), built(Builder::new_multi_thread())]
    }

    fn refused() -> bool {
        BlockedThread::begin().is_err()
    }

    #[test]
    fn async_code_may_not_block() {
        for runtime in runtimes() {
            assert!(runtime.block_on(async { refused() }));
            let spawned = runtime.spawn(async { refused() && unconstrained(async { refused() }).await });
            assert!(runtime.block_on(spawned).expect("no panic"));
            let local = tokio::task::LocalSet::new();
            assert!(
                local
                    .block_on(&runtime, async { tokio::task::spawn_local(async { refused() }).await })
                    .expect("no panic")
            );
        }
    }

    #[test]
    fn threads_outside_async_code_may_block() {
        assert!(!refused());
        for runtime in runtimes() {
            let _entered = runtime.enter();
            assert!(!refused());
            assert!(!runtime.block_on(runtime.spawn_blocking(refused)).expect("no panic"));
        }
        let [_, runtime] = runtimes();
        assert!(!runtime.block_on(async { block_in_place(refused) }));
        let spawned = runtime.spawn(async { (block_in_place(refused), refused()) });
        assert_eq!(runtime.block_on(spawned).expect("no panic"), (false, true));
    }

    #[test]
    fn looking_leaves_the_budget_as_it_was() {
        let [runtime, _] = runtimes();
        runtime.block_on(async {
            for _ in 0..1_000 {
                assert!(refused());
            }
            let left = poll_fn(|context| {
                let steps = std::iter::from_fn(|| match poll_proceed(context) {
                    Poll::Ready(step) => {
                        step.made_progress();
                        Some(())
                    }
                    Poll::Pending => None,
                });
                Poll::Ready(steps.take(1_000).count())
            });
            assert!((100..1_000).contains(&left.await));
        });
    }

    #[test]
    fn a_thread_that_waits_may_not_wait_again() {
        let waiting = BlockedThread::begin().expect("may block");
        assert!(refused());
        drop(waiting);
        assert!(!refused());
    }
}
