//! A run that is followed to its end, over as many connections as that takes.

use crate::{
    Error, ErrorKind, EventStream, Resumable, RetryPolicy, Run, RunStream, TimeLimit, gathered::sealed::Snapshot,
    retry::Pauses,
};
use std::{fmt, pin::Pin};

/// So many connections in a row may be lost without a single event of the run.
const FRUITLESS: u32 = 10;

/// A run that is followed to its end, over as many connections as that takes; made by [`RunStream::resuming`].
///
/// When the connection breaks, falls silent or is closed before the run has ended, the run is taken up again by
/// [`EventStream::resume`], after a pause by the client's [`RetryPolicy`]. It is given up when ten connections in a row
/// brought no event. [`Missing::gaps`](crate::Missing::gaps) counts the places where something may have been lost.
#[must_use = "nothing is followed unless it is awaited"]
pub struct FollowedRun<E: Resumable> {
    phase: Phase<E>,
    run: Run,
    /// What broke the stream, while it is being taken up again.
    broke: Option<Error>,
    pauses: Option<Pauses>,
    policy: RetryPolicy,
}

enum Phase<E: Resumable> {
    /// The stream of the call that began the run.
    First(EventStream<E>),
    Rest(EventStream<E::Rest>),
}

impl<E: Resumable> RunStream<E> {
    /// The same run, followed over other connections when this one is lost; see [`EventStream::resume`].
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::WorkflowRunRequest;
    ///
    /// let request = WorkflowRunRequest::new([("city", "Beijing")], "user-1");
    /// let run = app.workflows().run_stream(&request).await?.into_run().resuming().await?;
    /// println!("{:?} after {} interruptions", run.status, run.missing.gaps);
    /// # Ok(()) }
    /// ```
    pub fn resuming(self) -> FollowedRun<E> {
        let (stream, run) = self.into_parts();
        FollowedRun::new(stream, run)
    }
}

impl<E: Resumable> FollowedRun<E> {
    pub(crate) fn new(stream: EventStream<E>, run: Run) -> Self {
        let policy = stream.source().transport().retry().max_attempts(FRUITLESS + 1);
        Self { phase: Phase::First(stream), run, broke: None, pauses: None, policy }
    }

    /// The run after the next event; `None` when it has told its end, or that it pauses.
    ///
    /// Nothing is lost when the future is dropped before it is done.
    ///
    /// # Errors
    /// What cannot be mended by another connection. [`ErrorKind::Resume`] where the server has no route for following
    /// runs: then the [`snapshot`](Self::snapshot) holds the run's last state, as it was read back.
    pub async fn next(&mut self) -> Option<Result<&Run, Error>> {
        loop {
            if let Some(broke) = self.broke.take()
                && let Err(error) = self.take_up(broke).await
            {
                return Some(Err(error));
            }
            let told = match &mut self.phase {
                Phase::First(stream) => stream.next().await.map(|event| told(event, &mut self.run)),
                Phase::Rest(stream) => stream.next().await.map(|event| told(event, &mut self.run)),
            };
            match told {
                None => return None,
                Some(Ok(())) => {
                    self.pauses = None;
                    return Some(Ok(&self.run));
                }
                Some(Err(error)) if is_interruption(&error) && self.run_id().is_some() => self.broke = Some(error),
                Some(Err(error)) => return Some(Err(error)),
            }
        }
    }

    /// Opens another stream of the run, once a pause is over.
    async fn take_up(&mut self, broke: Error) -> Result<(), Error> {
        let Some(pause) = self.pauses.get_or_insert_with(|| self.policy.pauses()).next(None) else {
            return Err(broke);
        };
        // Kept until there is a new stream: whoever drops this future comes back to the same place.
        self.broke = Some(broke);
        tokio::time::sleep(pause).await;
        let rest = match &mut self.phase {
            Phase::First(stream) => stream.resume().await,
            Phase::Rest(stream) => stream.resume().await,
        };
        self.broke = None;
        self.run.missing.gaps += 1;
        match rest {
            Ok(rest) => {
                self.phase = Phase::Rest(rest);
                Ok(())
            }
            Err(error) => {
                self.read_back(&error);
                Err(error)
            }
        }
    }

    /// What the error tells of the run is not lost.
    fn read_back(&mut self, error: &Error) {
        let _ = error;
        #[cfg(feature = "app")]
        if let ErrorKind::Resume(crate::ResumeError { run: Some(run), .. }) = error.kind() {
            self.run.read_back(run);
        }
    }

    /// Goes on with the events of another stream.
    #[cfg(feature = "app")]
    pub(crate) fn go_on(&mut self, mut rest: EventStream<E::Rest>) {
        let source = match &self.phase {
            Phase::First(stream) => stream.source(),
            Phase::Rest(stream) => stream.source(),
        };
        rest.source_mut().know_what_was_told(source);
        self.phase = Phase::Rest(rest);
    }

    /// What the run has done, as far as it was told.
    pub fn snapshot(&self) -> &Run {
        &self.run
    }

    /// Follows the run until it has ended, or pauses.
    ///
    /// # Errors
    /// Those of [`next`](Self::next); then the [`snapshot`](Self::snapshot) holds what came before.
    pub async fn finish(&mut self) -> Result<Run, Error> {
        while let Some(told) = self.next().await {
            told?;
        }
        Ok(self.run.clone())
    }

    /// Asks the server to stop the run: go on, and it tells its end.
    ///
    /// # Errors
    /// Those of [`EventStream::request_stop`].
    pub async fn request_stop(&self) -> Result<(), Error> {
        match &self.phase {
            Phase::First(stream) => stream.request_stop().await,
            Phase::Rest(stream) => stream.request_stop().await,
        }
    }

    fn run_id(&self) -> Option<&str> {
        match &self.phase {
            Phase::First(stream) => stream.run_id(),
            Phase::Rest(stream) => stream.run_id(),
        }
    }
}

/// Adds an event to the run; one that cannot be read is noted there.
fn told<E: Resumable>(event: Result<E, Error>, run: &mut Run) -> Result<(), Error> {
    match event {
        Ok(event) => run.take_in(&event),
        Err(error) => {
            if !is_interruption(&error) {
                run.note(&error);
            }
            if !error.kind().spoils_one_event() {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Was it the connection, and not the run?
fn is_interruption(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Transport(_) | ErrorKind::CutShort | ErrorKind::Incomplete { .. } => true,
        ErrorKind::Timeout(timeout) => matches!(timeout.which, TimeLimit::ReadIdle | TimeLimit::Stall),
        _ => false,
    }
}

impl<E: Resumable> IntoFuture for FollowedRun<E> {
    type Output = Result<Run, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            while let Some(told) = self.next().await {
                told?;
            }
            Ok(self.run)
        })
    }
}

impl<E: Resumable> fmt::Debug for FollowedRun<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FollowedRun").field("run", &self.run).finish_non_exhaustive()
    }
}
