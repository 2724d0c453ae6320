//! Going on with a run whose stream broke off.

use crate::{
    Error, ErrorKind, EventStream, Feeds, Run, Transport,
    error::{HttpError, ResumeError},
};
use reqwest::StatusCode;

/// The events of a run that can be followed again when its stream has broken off; see [`EventStream::resume`].
///
/// Implemented by the unions of workflows and chatflows only.
pub trait Resumable: Feeds<Run> {
    /// The events of such a run from then on: what had happened before is told in brief.
    type Rest: Resumable<Rest = Self::Rest>;

    /// Opens the stream of the events of a run, what has happened so far included.
    #[doc(hidden)]
    fn follow<'a>(
        transport: &'a Transport,
        run_id: &'a str,
        user: &'a str,
    ) -> impl Future<Output = Result<EventStream<Self::Rest>, Error>> + Send + 'a;

    /// What has become of a run, where the API tells that without its events.
    #[doc(hidden)]
    fn outcome<'a>(transport: &'a Transport, run_id: &'a str) -> impl Future<Output = Outcome> + Send + 'a;
}

#[cfg(feature = "app")]
type Outcome = Option<Box<crate::types::WorkflowRun>>;
#[cfg(not(feature = "app"))]
type Outcome = Option<std::convert::Infallible>;

impl<E: Resumable> EventStream<E> {
    /// Goes on with the run of this stream in another one, from what has happened meanwhile.
    ///
    /// For a connection that broke, a server that fell silent, and a pause that is over. The run itself goes on
    /// whatever becomes of its stream. The new stream tells the nodes that ran meanwhile, without their inputs and
    /// outputs, and does not tell again what this one has told; pieces of text that were written in between are not
    /// told, but the outputs of the run are whole.
    ///
    /// Since Dify 1.16.1. An older server has no such route: then the run is asked for until it has ended, and the error,
    /// [`ErrorKind::Resume`], holds what became of it.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::WorkflowRunRequest;
    ///
    /// let mut stream = app.workflows().run_stream(&WorkflowRunRequest::new([("city", "Beijing")], "user-1")).await?;
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
        let Some(run_id) = self.run_id() else {
            let why = "no event has named the run yet, so it cannot be found again";
            return Err(source.error(ErrorKind::InvalidRequest(why.to_owned())));
        };
        let user = source.user().unwrap_or_default();
        let error = match E::follow(source.transport(), run_id, user).await {
            Ok(mut rest) => {
                rest.source_mut().continue_from(source);
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

#[cfg(feature = "app")]
mod app {
    use super::{Outcome, Resumable};
    use crate::{
        Error, EventStream, Transport,
        groups::Workflows,
        types::{ChatEvent, RunEvent, WorkflowEvent, WorkflowRunStatus, WorkflowsEventsQuery},
    };
    use backon::{BackoffBuilder, ExponentialBuilder};
    use std::time::Duration;

    async fn follow(transport: &Transport, run_id: &str, user: &str) -> Result<EventStream<RunEvent>, Error> {
        let query = WorkflowsEventsQuery::new(user).include_state_snapshot(true);
        Workflows::new(transport).events(run_id, &query).await
    }

    /// Asks until the run has ended, or for as long as a call may take. The last that was heard counts.
    async fn outcome(transport: &Transport, run_id: &str) -> Outcome {
        let mut last = None;
        let ask = async {
            let mut pauses = ExponentialBuilder::default()
                .with_min_delay(Duration::from_millis(250))
                .with_max_delay(Duration::from_secs(5))
                .without_max_times()
                .build();
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

    macro_rules! resumable {
        ($($event:ty),*) => {$(
            impl Resumable for $event {
                type Rest = RunEvent;

                async fn follow<'a>(
                    transport: &'a Transport,
                    run_id: &'a str,
                    user: &'a str,
                ) -> Result<EventStream<RunEvent>, Error> {
                    follow(transport, run_id, user).await
                }

                async fn outcome<'a>(transport: &'a Transport, run_id: &'a str) -> Outcome {
                    outcome(transport, run_id).await
                }
            }
        )*};
    }

    resumable!(ChatEvent, WorkflowEvent, RunEvent);
}

#[cfg(feature = "web")]
mod web {
    use super::{Outcome, Resumable};
    use crate::{
        Error, EventStream, Transport,
        groups::WebWorkflows,
        types::{WebChatEvent, WebRunEvent, WebWorkflowEvent, WebWorkflowsEventsQuery},
    };

    async fn follow(transport: &Transport, run_id: &str) -> Result<EventStream<WebRunEvent>, Error> {
        let query = WebWorkflowsEventsQuery::new().include_state_snapshot(true);
        WebWorkflows::new(transport).events(run_id, &query).await
    }

    macro_rules! resumable {
        ($($event:ty),*) => {$(
            impl Resumable for $event {
                type Rest = WebRunEvent;

                async fn follow<'a>(
                    transport: &'a Transport,
                    run_id: &'a str,
                    _: &'a str,
                ) -> Result<EventStream<WebRunEvent>, Error> {
                    follow(transport, run_id).await
                }

                /// Pages have no operation that tells it.
                async fn outcome<'a>(_: &'a Transport, _: &'a str) -> Outcome {
                    None
                }
            }
        )*};
    }

    resumable!(WebChatEvent, WebWorkflowEvent, WebRunEvent);
}
