//! The runtime of blocking calls.

use crate::Error;
use std::{
    future::pending,
    io,
    sync::{Mutex, OnceLock, PoisonError, mpsc},
    thread,
};
use tokio::runtime::{Builder, Handle};

static RUNTIME: OnceLock<Handle> = OnceLock::new();

/// Returns the runtime; starts it if it does not run yet.
pub(crate) fn handle() -> Result<&'static Handle, Error> {
    static STARTING: Mutex<()> = Mutex::new(());
    if let Some(handle) = RUNTIME.get() {
        return Ok(handle);
    }
    let _one = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = RUNTIME.get() {
        return Ok(handle);
    }
    let failed = |error| Error::config(format!("the runtime of blocking calls cannot be started: {error}"));
    let handle = start(thread::Builder::new()).map_err(failed)?;
    Ok(RUNTIME.get_or_init(|| handle))
}

/// Returns whether the runtime of this place is that of blocking calls.
pub(crate) fn is_here() -> bool {
    RUNTIME.get().is_some_and(|runtime| Handle::try_current().is_ok_and(|here| here.id() == runtime.id()))
}

/// Starts a runtime on a thread of its own. A runtime of several threads panics where the system has none left.
fn start(thread: thread::Builder) -> io::Result<Handle> {
    let (started, outcome) = mpsc::sync_channel(1);
    // Made on its thread, so that it is never dropped on another: inside `async` code, that panics.
    thread.name("dify-api".to_owned()).spawn(move || match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            if started.send(Ok(runtime.handle().clone())).is_ok() {
                runtime.block_on(pending::<()>());
            }
        }
        Err(error) => {
            let _ = started.send(Err(error));
        }
    })?;
    outcome.recv().unwrap_or_else(|_| Err(io::Error::other("its thread ended")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_without_threads_is_an_error() {
        let impossible = thread::Builder::new().stack_size(1 << 62);
        assert!(start(impossible).is_err());
        let runtime = start(thread::Builder::new()).expect("a runtime");
        let (sent, received) = mpsc::channel();
        runtime.spawn(async move { sent.send(Handle::current().id()) });
        assert_eq!(received.recv().ok(), Some(runtime.id()));
    }
}
