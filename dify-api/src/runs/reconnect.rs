//! A run that is followed to its end, over as many connections as that takes.

use crate::{
    AccumulateInto, Accumulator, Error, ErrorKind, EventStream, Resumable, RetryPolicy, Run, RunStatus, Snapshot,
    TimeLimit,
};
use reqwest::StatusCode;
use std::{
    fmt,
    pin::Pin,
    time::{Duration, Instant as Moment},
};
use tokio::time::Instant;

/// So many attempts in a row may bring nothing new of the run.
pub(crate) const FRUITLESS: u32 = 10;

/// A run that is followed to its end, over as many connections as that takes; made by [`Accumulator::resuming`]. Its events
/// are accumulated into a [`Run`], or into the `Answer` of a chatflow.
///
/// When the connection breaks, falls silent or is closed before the run has ended, the run is taken up again by
/// [`EventStream::resume`]. The pause before each attempt is random between half of a bound and the bound, which doubles
/// from [`RetryPolicy::base_delay`] to [`RetryPolicy::max_delay`] with each attempt that brings nothing new: with the
/// defaults, 28 to 56 seconds in all. The run is given up when ten attempts in a row brought nothing, those included in
/// which the server could not be reached or answered 408, 429 or 5xx. [`Missing::gaps`](crate::Missing::gaps) counts the
/// places where something may have been lost.
#[must_use = "nothing is followed unless it is awaited"]
pub struct ReconnectingRun<E: Resumable, S = Run> {
    phase: Phase<E>,
    snapshot: S,
    /// What broke the stream, while it is being taken up again.
    broke: Option<Error>,
    /// When the next attempt is due.
    due: Option<Instant>,
    /// How many attempts in a row brought nothing.
    fruitless: u32,
    policy: RetryPolicy,
    /// The run pauses, and no other stream has been opened since.
    at_pause: bool,
    /// What ended it before its time.
    failure: Option<Error>,
}

enum Phase<E: Resumable> {
    /// The stream of the call that began the run.
    First(EventStream<E>),
    Rest(EventStream<E::Rest>),
}

/// Does the same with the stream of either phase.
macro_rules! stream {
    ($phase:expr, $stream:ident => $then:expr) => {
        match $phase {
            Phase::First($stream) => $then,
            Phase::Rest($stream) => $then,
        }
    };
}

impl<E, S> Accumulator<E, S>
where
    E: Resumable + AccumulateInto<S>,
    E::Rest: AccumulateInto<S>,
    S: Snapshot,
{
    /// The same run, followed over other connections when this one is lost; see [`EventStream::resume`].
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::WorkflowRunRequest;
    ///
    /// let request = WorkflowRunRequest::new([("city", "Beijing")]).user("user-1");
    /// let run = app.workflows().run_stream(&request).await?.into_run().resuming().await?;
    /// println!("{:?} after {} interruptions", run.status, run.missing.gaps);
    /// # Ok(()) }
    /// ```
    ///
    /// The answer of a chatflow:
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::ChatRequest;
    ///
    /// let request = ChatRequest::new("Hello").user("user-1");
    /// let answer = app.chat().stream(&request).await?.into_answer().resuming().await?;
    /// println!("{}", answer.text);
    /// # Ok(()) }
    /// ```
    pub fn resuming(self) -> ReconnectingRun<E, S> {
        let (stream, snapshot) = self.into_parts();
        ReconnectingRun::new(stream, snapshot)
    }
}

impl<E, S> ReconnectingRun<E, S>
where
    E: Resumable + AccumulateInto<S>,
    E::Rest: AccumulateInto<S>,
    S: Snapshot,
{
    pub(crate) fn new(stream: EventStream<E>, snapshot: S) -> Self {
        let policy = stream.source().transport().retry();
        let at_pause = is_paused(&snapshot);
        let phase = Phase::First(stream);
        Self { phase, snapshot, broke: None, due: None, fruitless: 0, policy, at_pause, failure: None }
    }

    /// The snapshot after the next event; `None` after its end or a pause was reported, and after an error.
    ///
    /// Nothing is lost when the future is dropped before it is done.
    ///
    /// # Errors
    /// What cannot be mended by another connection. [`ErrorKind::Resume`] where the server has no route for following
    /// runs: then the [`snapshot`](Self::snapshot) contains the run's last state, as it was read back.
    pub async fn next(&mut self) -> Option<Result<&S, Error>> {
        while self.failure.is_none() {
            if self.broke.is_some() {
                if let Err(error) = self.take_up().await {
                    return Some(Err(self.fail(error)));
                }
            }
            // What a stream says that outlives the pause of its run is not news of the run.
            if self.at_pause {
                return None;
            }
            let told = stream!(&mut self.phase, stream => match stream.next().await {
                Some(event) => told(event, &mut self.snapshot),
                // It may have failed before it was followed.
                None => Err(stream.failure()?.clone()),
            });
            match told {
                Ok(new) => {
                    self.at_pause = is_paused(&self.snapshot);
                    if new {
                        self.fruitless = 0;
                    }
                    return Some(Ok(&self.snapshot));
                }
                Err(error) if self.run_id().is_some() && is_interruption(&error) => {
                    self.snapshot.missing().gap();
                    self.broke = Some(error);
                }
                Err(error) => return Some(Err(self.fail(error))),
            }
        }
        None
    }

    /// Opens another stream of the run, after pauses.
    async fn take_up(&mut self) -> Result<(), Error> {
        while let Some(broke) = self.broke.clone() {
            if self.fruitless >= FRUITLESS {
                return Err(broke);
            }
            // Kept until there is a new stream: whoever drops this future comes back to the same place.
            let pause = pause(self.policy, self.fruitless);
            tokio::time::sleep_until(*self.due.get_or_insert_with(|| Instant::now() + pause)).await;
            let rest = stream!(&mut self.phase, stream => stream.resume().await);
            self.due = None;
            self.fruitless += 1;
            self.broke = match rest {
                Ok(rest) => {
                    self.phase = Phase::Rest(rest);
                    None
                }
                Err(error) if is_passing(&error) => Some(error),
                Err(error) => return Err(error),
            };
        }
        Ok(())
    }

    fn fail(&mut self, error: Error) -> Error {
        #[cfg(feature = "app")]
        if let ErrorKind::Resume(crate::ResumeError { run: Some(run), .. }) = error.kind() {
            self.snapshot.read_back(run);
        }
        self.failure = Some(error.clone());
        error
    }

    /// Continues with the events of another stream.
    #[cfg(feature = "app")]
    pub(crate) fn go_on(&mut self, mut rest: EventStream<E::Rest>) {
        stream!(&self.phase, stream => rest.source_mut().know_what_was_told(stream.source()));
        stream!(&mut self.phase, stream => stream.source_mut().let_go());
        self.phase = Phase::Rest(rest);
        self.at_pause = false;
    }

    /// Takes up a run that is no longer paused, after a pause that depends on how often that was done before.
    #[cfg(feature = "app")]
    pub(crate) async fn go_on_after(&mut self, attempts: u32) -> Result<(), Error> {
        tokio::time::sleep(pause(self.policy, attempts)).await;
        let rest = stream!(&mut self.phase, stream => stream.reopen().await)?;
        self.snapshot.missing().gap();
        self.phase = Phase::Rest(rest);
        self.at_pause = false;
        Ok(())
    }

    /// Returns the state of the run, as far as it was reported.
    pub fn snapshot(&self) -> &S {
        &self.snapshot
    }

    #[cfg(feature = "app")]
    pub(crate) fn snapshot_mut(&mut self) -> &mut S {
        &mut self.snapshot
    }

    /// Follows the run until it has ended, or pauses.
    ///
    /// # Errors
    /// Those of [`next`](Self::next), and the same each time it is called again; then the [`snapshot`](Self::snapshot)
    /// contains the events before.
    pub async fn finish(&mut self) -> Result<S, Error> {
        self.drain().await?;
        Ok(self.snapshot.clone())
    }

    async fn drain(&mut self) -> Result<(), Error> {
        while self.next().await.is_some() {}
        match &self.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(()),
        }
    }

    /// Requests that the server stops the run; continue to read until its end is reported.
    ///
    /// # Errors
    /// Those of [`EventStream::request_stop`].
    pub async fn request_stop(&self) -> Result<(), Error> {
        stream!(&self.phase, stream => stream.request_stop().await)
    }

    /// When bytes of the stream last came; see [`EventStream::last_activity`].
    #[must_use]
    pub fn last_activity(&self) -> Moment {
        stream!(&self.phase, stream => stream.last_activity())
    }

    /// The Dify release that sends the stream (`X-Version`).
    #[must_use]
    pub fn server_version(&self) -> Option<&str> {
        stream!(&self.phase, stream => stream.server_version())
    }

    fn run_id(&self) -> Option<&str> {
        stream!(&self.phase, stream => stream.run_id())
    }

    #[cfg(feature = "app")]
    pub(crate) fn was_asked_to_stop(&self) -> bool {
        stream!(&self.phase, stream => stream.source().was_asked_to_stop())
    }
}

fn is_paused(snapshot: &impl Snapshot) -> bool {
    snapshot.of_run().is_some_and(|run| run.status == RunStatus::Paused)
}

/// The pause before an attempt, after so many that brought nothing: random, so that followers of a server that restarts
/// do not all come back at once, but never so short that they hammer it.
fn pause(policy: RetryPolicy, attempts: u32) -> Duration {
    let least = Duration::from_millis(5);
    let bound = policy.base_delay.saturating_mul(1 << attempts.min(20)).min(policy.max_delay).max(least);
    // A pause of years is as good as one that cannot be added to a time.
    let bound = bound.min(Duration::from_secs(365 * 24 * 60 * 60));
    bound / 2 + (bound / 2).mul_f64(fastrand::f64())
}

/// Adds an event to the snapshot; one that cannot be read is noted there. `true` when it is new: what a follower receives of
/// the past is not.
fn told<E: AccumulateInto<S>, S: Snapshot>(event: Result<E, Error>, snapshot: &mut S) -> Result<bool, Error> {
    match event {
        Ok(event) => {
            snapshot.take_in(&event);
            let past = matches!(event.name(), "workflow_started" | "message_replace");
            Ok(!past && event.decode_error().is_none())
        }
        Err(error) if error.kind().spoils_one_event() => {
            snapshot.note(&error);
            Ok(false)
        }
        Err(error) => {
            snapshot.note(&error);
            Err(error)
        }
    }
}

/// Was it the connection, and not the run?
fn is_interruption(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Transport(_) | ErrorKind::CutShort | ErrorKind::Incomplete { .. } => true,
        ErrorKind::Timeout(timeout) => matches!(timeout.which, TimeLimit::ReadIdle | TimeLimit::Stall),
        _ => false,
    }
}

/// May the server answer when it is asked again?
fn is_passing(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Timeout(timeout) => timeout.which != TimeLimit::Stream,
        ErrorKind::Api(_) | ErrorKind::Http(_) => error.status().is_some_and(|status| {
            let passing = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
            // A page in place of the events is that of a gateway.
            status.is_server_error() || status.is_success() || passing.contains(&status)
        }),
        _ => is_interruption(error),
    }
}

impl<E, S> IntoFuture for ReconnectingRun<E, S>
where
    E: Resumable + AccumulateInto<S>,
    E::Rest: AccumulateInto<S>,
    S: Snapshot,
{
    type Output = Result<S, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            self.drain().await?;
            Ok(self.snapshot)
        })
    }
}

impl<E: Resumable, S: Snapshot> fmt::Debug for ReconnectingRun<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.snapshot.of_run().map(|run| &run.status);
        f.debug_struct("ReconnectingRun").field("status", &status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{FRUITLESS, pause};
    use crate::RetryPolicy;
    use std::time::Duration;

    #[test]
    fn ten_attempts_take_about_half_a_minute_by_default() {
        let all = |policy: RetryPolicy| (0..FRUITLESS).map(|attempt| pause(policy, attempt)).sum::<Duration>();
        for _ in 0..100 {
            let whole = all(RetryPolicy::default()).as_secs_f64();
            assert!((27.0..56.0).contains(&whole), "{whole}");
        }
        let hasty = RetryPolicy::default().base_delay(Duration::ZERO).max_delay(Duration::ZERO);
        assert!(all(hasty) >= Duration::from_millis(25));
        let longest = RetryPolicy::default().base_delay(Duration::MAX).max_delay(Duration::MAX);
        assert!(pause(longest, u32::MAX) > Duration::from_secs(1));
    }
}
