//! Asking a run to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

/// Shared by a run and by those who may stop it.
#[derive(Clone, Debug)]
pub(crate) struct Stop(Arc<watch::Sender<bool>>, Arc<AtomicBool>);

impl Stop {
    pub(crate) fn new() -> Stop {
        Stop(Arc::new(watch::Sender::new(false)), Arc::default())
    }

    pub(crate) fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Stops because no client listens any more.
    pub(crate) fn abandon(&self) {
        self.1.store(true, Ordering::Relaxed);
        self.ask();
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.1.load(Ordering::Relaxed)
    }

    pub(crate) fn asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the time has passed or a stop is requested; returns whether one was.
    pub(crate) async fn wait(&self, time: Duration) -> bool {
        if self.asked() {
            return true;
        }
        if time.is_zero() {
            // Others get a turn: without it a run would be over before its stream is read.
            tokio::task::yield_now().await;
            return self.asked();
        }
        let mut asked = self.0.subscribe();
        tokio::time::timeout(time, asked.wait_for(|asked| *asked)).await.is_ok()
    }
}
