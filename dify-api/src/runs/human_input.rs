//! Runs that wait for people.

use crate::{
    AccumulateInto, Accumulator, Answer, Call, Error, EventStream, Failure, ReconnectingRun, Resumable, Run, RunStatus,
    Snapshot, Transport,
    groups::{Chat, HumanInput, Workflows},
    runs::{
        reconnect::FRUITLESS,
        resume::{probe, wait_while_paused},
    },
    types::{
        ChatEvent, ChatRequest, ErrorCode, HumanInputSubmitRequest, RunEvent, WorkflowEvent, WorkflowPauseReason,
        WorkflowRunRequest, WorkflowsEventsQuery,
    },
};
use std::{collections::HashSet, fmt, pin::Pin};

impl<'a> Workflows<'a> {
    /// Runs the workflow, and has its forms answered by a function of yours, until it has ended.
    ///
    /// Whenever the run pauses, the function is given each form that waits. What it returns is submitted, and the run
    /// followed further; with `None` the run is left as it is, paused, and returned so. A form that can be answered in the
    /// console only has no token: such a run is returned paused as well. The connection may break meanwhile: see
    /// [`RunStream::resuming`](crate::RunStream::resuming).
    ///
    /// A run that stays paused after its forms were answered is returned paused: after
    /// [`Timeouts::resumption`](crate::Timeouts::resumption), and at the latest when ten streams in a row repeat the same
    /// pause. Dify 1.16.0 and 1.16.1 stop a workflow whose form is answered within ten minutes of the pause: such a run has
    /// [`Run::stopped_on_resumption`], and its error explains it.
    ///
    /// Since Dify 1.14.0, and since 1.13.0 for pages: older servers have no route by which forms are answered.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::{HumanInputSubmitRequest, WorkflowRunRequest};
    ///
    /// let request = WorkflowRunRequest::new([("draft", "Dear all, …")]).user("user-1");
    /// let run = app
    ///     .workflows()
    ///     .run_with_input(&request, async |form| {
    ///         println!("{}", form.form_content);
    ///         let button = form.actions.first()?.id.clone();
    ///         Some(HumanInputSubmitRequest::new([("comment", "Fine.")], button).user("editor-7"))
    ///     })
    ///     .await?;
    /// println!("{:?}: {:?}", run.status, run.outputs);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`run_stream`](Self::run_stream), and of the operations that read and answer a form: `not_found` for one
    /// that is gone, `human_input_form_expired`, `invalid_form_data` for an answer that does not fit.
    pub fn run_with_input<H, F>(
        self,
        request: &WorkflowRunRequest,
        answer: H,
    ) -> HumanInputRun<'a, H, WorkflowEvent, Run>
    where
        H: FnMut(WorkflowPauseReason) -> F + Send + 'a,
        F: Future<Output = Option<HumanInputSubmitRequest>> + Send + 'a,
    {
        HumanInputRun::new(self.transport, self.run_stream(request), request.user.as_deref(), answer)
    }
}

impl<'a> Chat<'a> {
    /// Sends a message to a chatflow, and has its forms answered by a function of yours, until the answer is whole; see
    /// [`Workflows::run_with_input`], which does the same for workflows.
    ///
    /// Since Dify 1.14.0.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::{ChatRequest, HumanInputSubmitRequest};
    ///
    /// let request = ChatRequest::new("Send the letter").user("user-1");
    /// let answer = app
    ///     .chat()
    ///     .send_with_input(&request, async |form| {
    ///         let button = form.actions.first()?.id.clone();
    ///         Some(HumanInputSubmitRequest::new([("comment", "Fine.")], button).user("editor-7"))
    ///     })
    ///     .await?;
    /// println!("{:?}: {}", answer.status, answer.text);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`stream`](Self::stream), and of the operations that read and answer a form.
    pub fn send_with_input<H, F>(self, request: &ChatRequest, answer: H) -> HumanInputRun<'a, H, ChatEvent, Answer>
    where
        H: FnMut(WorkflowPauseReason) -> F + Send + 'a,
        F: Future<Output = Option<HumanInputSubmitRequest>> + Send + 'a,
    {
        HumanInputRun::new(self.transport, self.stream(request), request.user.as_deref(), answer)
    }
}

/// A run whose forms are answered as they come; see [`Workflows::run_with_input`] and [`Chat::send_with_input`].
#[must_use = "nothing is run unless it is awaited"]
pub struct HumanInputRun<'a, H, E: Resumable, S> {
    transport: &'a Transport,
    user: String,
    /// Begins the run. It stays here until the stream is open, so that a future that is dropped begins no second one.
    begin: Option<Call<EventStream<E>>>,
    answer: H,
    followed: Option<ReconnectingRun<E, S>>,
    /// Errors before the run begins.
    nothing: S,
    /// Ids of the forms that are answered.
    answered: HashSet<String>,
    failure: Option<Error>,
}

impl<'a, H, E: Resumable, S: Default> HumanInputRun<'a, H, E, S> {
    fn new(transport: &'a Transport, begin: Call<EventStream<E>>, user: Option<&str>, answer: H) -> Self {
        Self {
            transport,
            user: transport.user_or(user).unwrap_or_default().to_owned(),
            begin: Some(begin),
            answer,
            followed: None,
            nothing: S::default(),
            answered: HashSet::new(),
            failure: None,
        }
    }
}

impl<'a, H, F, E, S> HumanInputRun<'a, H, E, S>
where
    H: FnMut(WorkflowPauseReason) -> F + Send + 'a,
    F: Future<Output = Option<HumanInputSubmitRequest>> + Send + 'a,
    E: Resumable<Rest = RunEvent> + AccumulateInto<S>,
    RunEvent: AccumulateInto<S>,
    S: Snapshot,
{
    /// Runs the application to its end, or to a form that is not answered.
    ///
    /// # Errors
    /// See [`Workflows::run_with_input`], and the same each time it is called again; then the
    /// [`snapshot`](Self::snapshot) contains the data so far.
    pub async fn finish(&mut self) -> Result<S, Error> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let outcome = self.attend().await;
        self.failure = outcome.as_ref().err().cloned();
        outcome
    }

    async fn attend(&mut self) -> Result<S, Error> {
        if let Some(begin) = &mut self.begin {
            let stream = begin.await?;
            self.begin = None;
            self.followed = Some(Accumulator::new(stream, S::default()).resuming());
        }
        let Some(followed) = &mut self.followed else { return Ok(self.nothing.clone()) };
        let (transport, user) = (self.transport, &*self.user);
        // How often the run was taken up at a pause whose forms are answered.
        let mut repeated = 0;
        loop {
            let snapshot = followed.finish().await?;
            let paused = snapshot.of_run().filter(|run| run.status == RunStatus::Paused);
            let Some((run, run_id)) = paused.and_then(|run| Some((run, run.id.as_deref()?))) else {
                return Ok(explained(followed, !self.answered.is_empty()));
            };
            if !run.forms.is_empty() && run.forms.iter().all(|form| self.answered.contains(&form.form_id)) {
                if repeated >= FRUITLESS || !wait_while_paused::<E>(transport, run_id, user).await {
                    return Ok(snapshot);
                }
                followed.go_on_after(repeated).await?;
                repeated += 1;
                continue;
            }
            let Some(answers) = answers(transport, &mut self.answer, run).await? else {
                return Ok(snapshot);
            };
            // Followed from before the answer, so that nothing of what it sets going is missed.
            let query = WorkflowsEventsQuery::new().user(user);
            let mut events = Workflows::new(transport).events(run_id, &query).await?;
            events.probe(probe::<E>(transport, run_id, user));
            events.source_mut().ends_with_pause = true;
            followed.go_on(events);
            repeated = 0;
            self.answered.extend(run.forms.iter().map(|form| form.form_id.clone()));
            for (token, answer) in answers {
                match HumanInput::new(transport).submit(&token, &answer).await {
                    Err(error) if !is_answered(&error) => return Err(error),
                    _ => {}
                }
            }
        }
    }

    /// Returns the state of the run, as far as it was reported.
    pub fn snapshot(&self) -> &S {
        self.followed.as_ref().map_or(&self.nothing, ReconnectingRun::snapshot)
    }
}

/// The run at its end. A workflow that was stopped after a form was answered, which no caller asked for, met the defect of a
/// release.
fn explained<E, S>(followed: &mut ReconnectingRun<E, S>, answered: bool) -> S
where
    E: Resumable<Rest = RunEvent> + AccumulateInto<S>,
    RunEvent: AccumulateInto<S>,
    S: Snapshot,
{
    let release = matches!(followed.server_version(), None | Some("1.16.0" | "1.16.1"));
    let asked = followed.was_asked_to_stop();
    let snapshot = followed.snapshot_mut();
    let by_user = |failure: &Failure| failure.message.starts_with("Stopped by user");
    let defect = |run: &Run| {
        let by_user = run.error.as_ref().is_some_and(by_user);
        answered && release && !asked && !run.talks && run.status == RunStatus::Stopped && by_user
    };
    if snapshot.of_run().is_some_and(defect) {
        snapshot.change_run(|run| {
            run.stopped_on_resumption = true;
            if let Some(failure) = &mut run.error {
                failure.hint = Some(STOPPED_ON_RESUMPTION);
            }
        });
    }
    snapshot.clone()
}

const STOPPED_ON_RESUMPTION: &str = "no user did: Dify 1.16.0 and 1.16.1 stop a workflow whose form is answered within \
                                     ten minutes of its pause; answer later, or use another release";

/// The answers to all forms of a pause, by their tokens; nothing where one of them has none.
async fn answers<H, F>(
    transport: &Transport,
    answer: &mut H,
    run: &Run,
) -> Result<Option<Vec<(String, HumanInputSubmitRequest)>>, Error>
where
    H: FnMut(WorkflowPauseReason) -> F,
    F: Future<Output = Option<HumanInputSubmitRequest>>,
{
    let mut answers = Vec::new();
    for form in &run.forms {
        let Some(token) = form.form_token.clone() else {
            return Ok(None);
        };
        // No person is asked for what cannot be submitted.
        match HumanInput::new(transport).form(&token).await {
            Err(error) if is_answered(&error) => continue,
            form => form?,
        };
        let Some(answer) = answer(form.clone()).await else {
            return Ok(None);
        };
        answers.push((token, answer));
    }
    Ok(Some(answers).filter(|_| !run.forms.is_empty()))
}

/// Somebody else was faster.
fn is_answered(error: &Error) -> bool {
    error.code() == Some(&ErrorCode::HumanInputFormSubmitted)
}

impl<'a, H, F, E, S> IntoFuture for HumanInputRun<'a, H, E, S>
where
    H: FnMut(WorkflowPauseReason) -> F + Send + 'a,
    F: Future<Output = Option<HumanInputSubmitRequest>> + Send + 'a,
    E: Resumable<Rest = RunEvent> + AccumulateInto<S>,
    RunEvent: AccumulateInto<S>,
    S: Snapshot,
{
    type Output = Result<S, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move { self.finish().await })
    }
}

impl<H, E: Resumable, S: Snapshot> fmt::Debug for HumanInputRun<'_, H, E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HumanInputRun").field("followed", &self.followed).finish_non_exhaustive()
    }
}
