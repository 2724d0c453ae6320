//! Asks for a run itself when the stream that follows it brings nothing but pings.

use crate::transport::timer::Timer;
use std::{
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::Instant;

/// How long a followed stream may bring no event before the run itself is asked for, and asked for again. Dify sends
/// followers of a run nothing but pings for 300 s when they come too late for its last event.
pub(crate) const QUIET: Duration = Duration::from_secs(15);

/// What has become of a run.
pub(crate) enum ProbedState {
    /// It runs, or that cannot be found out.
    Unknown,
    /// It waits for a person.
    Paused,
    /// It has ended: its `workflow_finished` event.
    Ended(String),
}

type Asking = Pin<Box<dyn Future<Output = ProbedState> + Send>>;

/// Asks for the state of one run, at most once in [`QUIET`].
pub(crate) struct Probe {
    ask: Box<dyn Fn() -> Asking + Send + Sync>,
    /// Behind a lock that is never waited for, so that the stream can be shared.
    asking: Option<Mutex<Asking>>,
    quiet: Timer,
    /// When it is asked.
    due: Instant,
    /// When the last event came.
    since: Instant,
}

impl Probe {
    pub(crate) fn new(ask: impl Fn() -> Asking + Send + Sync + 'static) -> Self {
        let now = Instant::now();
        Self { ask: Box::new(ask), asking: None, quiet: Timer::new(None), due: now + QUIET, since: now }
    }

    /// An event came.
    pub(super) fn progressed(&mut self) {
        self.asking = None;
        self.since = Instant::now();
        self.wait();
    }

    /// How long no event has come.
    pub(super) fn quiet_for(&self) -> Duration {
        self.since.elapsed()
    }

    fn wait(&mut self) {
        self.due = Instant::now() + QUIET;
    }

    /// The run's state, whenever it was asked for.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ProbedState> {
        if self.asking.is_none() {
            std::task::ready!(self.quiet.poll_until(cx, self.due));
        }
        let asking = self.asking.get_or_insert_with(|| Mutex::new((self.ask)()));
        let asking = asking.get_mut().unwrap_or_else(PoisonError::into_inner);
        let state = std::task::ready!(asking.as_mut().poll(cx));
        self.asking = None;
        self.wait();
        Poll::Ready(state)
    }
}
