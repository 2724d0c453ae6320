//! The state of a server, and how it was built.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::World;

/// How a server behaves.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) pace: Duration,
    pub(crate) ping: Duration,
    pub(crate) upload_limit: Option<u64>,
    pub(crate) kept_requests: usize,
    pub(crate) check_answers: bool,
    /// Whose behaviour it has; the documents of the same release describe it.
    pub(crate) release: String,
    /// What `X-Version` contains.
    pub(crate) version: String,
    /// A workflow that continues after a pause is stopped, as 1.16.0 and 1.16.1 stop it.
    pub(crate) stops_resumed: bool,
    pub(crate) indexing_time: Duration,
    pub(crate) session_time: Duration,
    pub(crate) set_up: bool,
}

impl Options {
    /// Whether the server behaves like a release or a later one.
    pub(crate) fn since(&self, release: &str) -> bool {
        !contract::before(&self.release, Some(&release.into()))
    }

    /// Whether the server behaves like a release from the first on, and before the other.
    pub(crate) fn between(&self, first: &str, next: &str) -> bool {
        self.since(first) && !self.since(next)
    }
}

/// What all calls and runs share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    /// `http://127.0.0.1:5001`.
    pub(crate) url: String,
    world: Mutex<World>,
}

impl Shared {
    pub(crate) fn new(options: Options, url: String, world: World) -> Shared {
        Shared { options, url, world: Mutex::new(world) }
    }

    /// Reads or changes the state. Nothing waits in there.
    pub(crate) fn world<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        // A handler that panicked left the state as whole as any other: each change is one insertion or assignment.
        let mut world: MutexGuard<'_, World> = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut world)
    }
}
