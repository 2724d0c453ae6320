//! Waiting for a future, on the thread that calls.

use super::{place::BlockedThread, runtime};
use crate::{Call, Error};
use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

/// Gives everything that is awaited a method that waits for it; see [the module](super).
///
/// ```no_run
/// use dify_api::{App, blocking::Wait, types::ChatRequest};
///
/// # fn run(app: App) -> Result<(), dify_api::Error> {
/// let probe = app.probe().wait()?;
/// let stream = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).wait()?;
/// let answer = stream.into_answer().wait()?;
/// # Ok(()) }
/// ```
///
/// Implemented for all that can be awaited and returns an [`Outcome`].
pub trait Wait: IntoFuture<Output: Outcome> + Sized {
    /// Waits until it is done. A panic inside it, such as that of a function given to the client, is passed on.
    ///
    /// ```no_run
    /// use dify_api::{App, blocking::Wait, types::WorkflowRunRequest};
    ///
    /// # fn run(app: App) -> Result<(), dify_api::Error> {
    /// let request = WorkflowRunRequest::new([("city", "Beijing")]).user("user-1");
    /// let mut stream = app.workflows().run_stream(&request).wait()?.into_run();
    /// while let Some(event) = stream.next().wait() {
    ///     event?;
    ///     println!("{:?}", stream.snapshot().status);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of the future; [`ErrorKind::InAsync`](crate::ErrorKind::InAsync) inside `async` code, and
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the runtime of blocking calls cannot be started.
    fn wait(self) -> Self::Output {
        wait(self).unwrap_or_else(Outcome::of_error)
    }
}

impl<F: IntoFuture<Output: Outcome>> Wait for F {}

/// The result of a future that can be waited for: a `Result` with [`Error`], or an `Option` or a `Vec` of such results. An
/// error of the wait itself is the only element of a `Vec`.
pub trait Outcome: sealed::SealedOutcome {
    #[doc(hidden)]
    fn of_error(error: Error) -> Self;
}

impl<T> Outcome for Result<T, Error> {
    fn of_error(error: Error) -> Self {
        Err(error)
    }
}

impl<T> Outcome for Option<Result<T, Error>> {
    fn of_error(error: Error) -> Self {
        Some(Err(error))
    }
}

impl<T> Outcome for Vec<Result<T, Error>> {
    fn of_error(error: Error) -> Self {
        vec![Err(error)]
    }
}

mod sealed {
    pub trait SealedOutcome {}
    impl<T> SealedOutcome for Vec<Result<T, crate::Error>> {}
    impl<T> SealedOutcome for Result<T, crate::Error> {}
    impl<T> SealedOutcome for Option<Result<T, crate::Error>> {}
}

impl<T> Call<T> {
    /// Makes the call and waits for its result: `.await` for programs without `async`. For what else comes with the answer,
    /// see [`with_response`](Self::with_response) and [`Wait`].
    ///
    /// ```no_run
    /// # fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::ChatRequest;
    ///
    /// let reply = app.chat().send(&ChatRequest::new("Hello").user("user-1")).wait()?;
    /// println!("{}", reply.answer);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of the call. [`ErrorKind::InAsync`](crate::ErrorKind::InAsync) inside `async` code, where nothing is sent; see
    /// [`blocking`](crate::blocking).
    pub fn wait(self) -> Result<T, Error> {
        Wait::wait(self)
    }
}

/// Polls a future on this thread until it is done, inside the runtime of blocking calls.
pub(super) fn wait<F: IntoFuture>(work: F) -> Result<F::Output, Error> {
    // In this order: what drops the future may still use the runtime.
    let _waiting = BlockedThread::begin()?;
    let _inside = runtime::handle()?.enter();
    let wakeup = Arc::new(Wakeup { thread: thread::current(), due: AtomicBool::new(false) });
    let waker = Waker::from(Arc::clone(&wakeup));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(work.into_future());
    loop {
        if let Poll::Ready(outcome) = future.as_mut().poll(&mut context) {
            return Ok(outcome);
        }
        while !wakeup.due.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}

/// Wakes the thread that waits.
struct Wakeup {
    thread: Thread,
    /// Threads also wake without a reason.
    due: AtomicBool,
}

impl Wake for Wakeup {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.due.swap(true, Ordering::Release) {
            self.thread.unpark();
        }
    }
}
