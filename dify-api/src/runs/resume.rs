//! Continuing a run whose stream was interrupted.

use crate::{
    AccumulateInto, Error, ErrorKind, EventStream, Run, Transport,
    error::{HttpError, ResumeError},
    stream::event_stream::{Probe, ProbedState},
};
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use reqwest::StatusCode;
use std::time::Duration;

/// The events of a run that can be followed again when its stream has broken off; see [`EventStream::resume`].
///
/// Implemented by the unions of workflows and chatflows only.
pub trait Resumable: AccumulateInto<Run> {
    /// The events of such a run from then on; earlier events have a short form.
    type Rest: Resumable<Rest = Self::Rest>;

    /// Opens the stream of the events of a run, what has happened so far included.
    #[doc(hidden)]
    fn follow<'a>(
        transport: &'a Transport,
        run_id: &'a str,
        user: &'a str,
    ) -> impl Future<Output = Result<EventStream<Self::Rest>, Error>> + Send + 'a;

    /// The outcome of a run, if the API reports it without its events.
    #[doc(hidden)]
    fn outcome<'a>(transport: &'a Transport, run_id: &'a str) -> impl Future<Output = Outcome> + Send + 'a;

    /// What becomes of a run right now, without following it.
    #[doc(hidden)]
    fn state<'a>(
        transport: &'a Transport,
        run_id: &'a str,
        user: &'a str,
    ) -> impl Future<Output = RunState> + Send + 'a;
}

/// Keeps the state of a run to this crate.
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "nothing outside names it")]
pub struct RunState(pub(crate) ProbedState);

#[cfg(feature = "app")]
type Outcome = Option<Box<crate::types::WorkflowRun>>;
#[cfg(not(feature = "app"))]
type Outcome = Option<std::convert::Infallible>;

impl<E: Resumable> EventStream<E> {
    /// Continues the run of this stream in another stream, from its current state.
    ///
    /// For a connection that broke, a server that fell silent, and a pause that is over. The run itself continues
    /// whatever becomes of its stream. The new stream brings the nodes that ran meanwhile, without their inputs and
    /// outputs, and does not bring again what this one has brought. Of a chatflow it brings the text so far, as one
    /// `message_replace`; the pieces that a workflow wrote in between do not come, but the outputs of the run are whole.
    /// A value accumulated from it has one of [`Missing::gaps`](crate::Missing::gaps), and
    /// [`Missing::text`](crate::Missing::text) while its text is not known to be whole.
    ///
    /// After a pause, as when a form has just been submitted, it first waits until the run is no longer paused, at most
    /// [`Timeouts::resumption`](crate::Timeouts::resumption).
    ///
    /// Whenever the new stream brings no event for 15 s, the run itself is asked for (`GET /workflows/run/{id}`). When it
    /// has ended, the stream ends with a `workflow_finished` that is made of the answer: with status, outputs, error,
    /// tokens and times, and without files, exceptions and the end user.
    ///
    /// Since Dify 1.14.0, and since 1.13.0 for pages. An older server has no such route: then the run is asked for until it has ended, and the error,
    /// [`ErrorKind::Resume`], contains its outcome.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::WorkflowRunRequest;
    ///
    /// let mut stream = app.workflows().run_stream(&WorkflowRunRequest::new([("city", "Beijing")]).user("user-1")).await?;
    /// while let Some(event) = stream.next().await {
    ///     match event {
    ///         Ok(event) => println!("{event:?}"),
    ///         Err(error) if stream.run_id().is_some() => {
    ///             eprintln!("{error}");
    ///             let mut rest = stream.resume().await?;
    ///             while let Some(event) = rest.next().await {
    ///                 println!("{:?}", event?);
    ///             }
    ///             break;
    ///         }
    ///         Err(error) => return Err(error),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] when no event has named the run; those of the operation that is called.
    pub async fn resume(&mut self) -> Result<EventStream<E::Rest>, Error> {
        let source = self.source();
        if let Some(run_id) = self.run_id().filter(|_| source.is_paused()) {
            wait_while_paused::<E>(source.transport(), run_id, source.user().unwrap_or_default()).await;
        }
        self.reopen().await
    }

    /// Opens the other stream, whether the run is paused or not.
    pub(crate) async fn reopen(&mut self) -> Result<EventStream<E::Rest>, Error> {
        let source = self.source();
        let Some(run_id) = self.run_id() else {
            let why = "no event has named the run yet, so it cannot be found again";
            return Err(source.error(ErrorKind::InvalidRequest(why.to_owned())));
        };
        let user = source.user().unwrap_or_default();
        let error = match E::follow(source.transport(), run_id, user).await {
            Ok(mut rest) => {
                rest.source_mut().continue_from(source);
                rest.probe(probe::<E>(source.transport(), run_id, user));
                self.source_mut().let_go();
                return Ok(rest);
            }
            Err(error) => error,
        };
        // A server that knows the route answers in its own words.
        if !matches!(error.kind(), ErrorKind::Http(HttpError { status: StatusCode::NOT_FOUND, .. })) {
            return Err(error);
        }
        let outcome = E::outcome(source.transport(), run_id).await;
        Err(source.error(ErrorKind::Resume(ResumeError::new(run_id, self.server_version(), outcome, error))))
    }
}

/// Asks for the state of a run.
pub(crate) fn probe<E: Resumable>(transport: &Transport, run_id: &str, user: &str) -> Probe {
    let (transport, run_id, user) = (transport.clone(), run_id.to_owned(), user.to_owned());
    Probe::new(move || {
        let (transport, run_id, user) = (transport.clone(), run_id.clone(), user.clone());
        Box::pin(async move { E::state(&transport, &run_id, &user).await.0 })
    })
}

/// Waits until a run is no longer paused, as far as that can be found out; `false` when it still is.
pub(crate) async fn wait_while_paused<E: Resumable>(transport: &Transport, run_id: &str, user: &str) -> bool {
    let ask = async {
        for pause in pauses() {
            if !matches!(E::state(transport, run_id, user).await.0, ProbedState::Paused) {
                break;
            }
            tokio::time::sleep(pause).await;
        }
    };
    match transport.timeouts().resumption {
        Some(limit) => tokio::time::timeout(limit, ask).await.is_ok(),
        None => {
            ask.await;
            true
        }
    }
}

/// The pauses between two questions for the same run, without end.
fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(250))
        .with_max_delay(Duration::from_secs(5))
        .with_jitter()
        .without_max_times()
        .build()
}

/// Implements the trait by the functions of a module.
macro_rules! resumable {
    ($($event:ty),* => $rest:ty) => {$(
        impl Resumable for $event {
            type Rest = $rest;

            async fn state<'a>(transport: &'a Transport, run_id: &'a str, _: &'a str) -> RunState {
                state(transport, run_id).await
            }

            async fn follow<'a>(
                transport: &'a Transport,
                run_id: &'a str,
                user: &'a str,
            ) -> Result<EventStream<$rest>, Error> {
                follow(transport, run_id, user).await
            }

            async fn outcome<'a>(transport: &'a Transport, run_id: &'a str) -> Outcome {
                outcome(transport, run_id).await
            }
        }
    )*};
}

#[cfg(feature = "app")]
mod app {
    use super::{Outcome, ProbedState, Resumable, RunState, pauses};
    use crate::{
        Error, EventStream, Transport,
        groups::Workflows,
        types::{ChatEvent, RunEvent, WorkflowEvent, WorkflowRun, WorkflowRunStatus, WorkflowsEventsQuery},
    };
    use serde_json::json;

    async fn follow(transport: &Transport, run_id: &str, user: &str) -> Result<EventStream<RunEvent>, Error> {
        let query = WorkflowsEventsQuery::new().user(user).include_state_snapshot(true);
        Workflows::new(transport).events(run_id, &query).await
    }

    /// Asks until the run has ended, or for as long as a call may take. The last that was heard counts.
    async fn outcome(transport: &Transport, run_id: &str) -> Outcome {
        let mut last = None;
        let ask = async {
            let mut pauses = pauses();
            while let Ok(run) = Workflows::new(transport).get_run(run_id).await {
                let under_way = matches!(run.status, WorkflowRunStatus::Running | WorkflowRunStatus::Scheduled);
                last = Some(Box::new(run));
                match pauses.next().filter(|_| under_way) {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => break,
                }
            }
        };
        match transport.timeouts().call {
            Some(limit) => {
                // Whatever is not over then is told as it was.
                let _ = tokio::time::timeout(limit, ask).await;
            }
            None => ask.await,
        }
        last
    }

    async fn state(transport: &Transport, run_id: &str) -> RunState {
        RunState(match Workflows::new(transport).get_run(run_id).await {
            Ok(run) if run.status == WorkflowRunStatus::Paused => ProbedState::Paused,
            Ok(run) if crate::RunStatus::from(&run.status).is_final() => ProbedState::Ended(end(&run)),
            _ => ProbedState::Unknown,
        })
    }

    /// The event by which the stream of a run ends, made from its record.
    fn end(run: &WorkflowRun) -> String {
        let data = json!({
            "id": run.id,
            "workflow_id": run.workflow_id,
            "status": run.status,
            "outputs": run.outputs,
            "error": run.error,
            "elapsed_time": run.elapsed_time,
            "total_tokens": run.total_tokens,
            "total_steps": run.total_steps,
            "created_by": {},
            "created_at": run.created_at,
            "finished_at": run.finished_at.unwrap_or_default(),
            "exceptions_count": 0,
            "files": [],
        });
        json!({"event": "workflow_finished", "task_id": run.id, "workflow_run_id": run.id, "data": data}).to_string()
    }

    resumable!(ChatEvent, WorkflowEvent, RunEvent => RunEvent);
}

#[cfg(feature = "web")]
mod web {
    use super::{Outcome, ProbedState, Resumable, RunState};
    use crate::{
        Error, EventStream, Transport,
        groups::WebWorkflows,
        transport::timer,
        types::{WebChatEvent, WebRunEvent, WebWorkflowEvent, WebWorkflowsEventsQuery},
    };
    use std::time::Duration;
    use tokio::time::Instant;

    async fn follow(transport: &Transport, run_id: &str, _: &str) -> Result<EventStream<WebRunEvent>, Error> {
        let query = WebWorkflowsEventsQuery::new().include_state_snapshot(true);
        WebWorkflows::new(transport).events(run_id, &query).await
    }

    /// Pages have no operation for it: the events of the run so far show it, which arrive at once.
    async fn state(transport: &Transport, run_id: &str) -> RunState {
        let mut state = ProbedState::Unknown;
        let look = async {
            let Ok(mut events) = follow(transport, run_id, "").await else { return };
            events.source_mut().kept = Some(String::new());
            while let Some(Ok(event)) = events.next().await {
                state = match event {
                    WebRunEvent::WorkflowPaused(_) => ProbedState::Paused,
                    WebRunEvent::WorkflowFinished(_) => {
                        events.source().kept.clone().map_or(ProbedState::Unknown, ProbedState::Ended)
                    }
                    _ => continue,
                };
            }
        };
        // A run that is under way goes on to bring events.
        let _ = timer::within(Instant::now() + Duration::from_secs(2), look).await;
        RunState(state)
    }

    /// Pages have no operation for it.
    async fn outcome(_: &Transport, _: &str) -> Outcome {
        None
    }

    resumable!(WebChatEvent, WebWorkflowEvent, WebRunEvent => WebRunEvent);
}
