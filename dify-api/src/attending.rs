//! Runs that wait for people.

use crate::{
    Error, FollowedRun, Run, RunStatus,
    groups::{HumanInput, Workflows},
    types::{
        ErrorCode, HumanInputSubmitRequest, WorkflowEvent, WorkflowPauseReason, WorkflowRunRequest,
        WorkflowsEventsQuery,
    },
};
use std::{fmt, pin::Pin};

impl<'a> Workflows<'a> {
    /// Runs the workflow, and has its forms answered by a function of yours, until it has ended.
    ///
    /// Whenever the run pauses, the function is given each form that waits. What it returns is submitted, and the run
    /// followed further; with `None` the run is left as it is, paused, and returned so. A form that can be answered in the
    /// console only has no token: such a run is returned paused as well. The connection may break meanwhile: see
    /// [`RunStream::resuming`](crate::RunStream::resuming).
    ///
    /// Since Dify 1.16.1: older servers have no route by which forms are answered.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::{HumanInputSubmitRequest, WorkflowRunRequest};
    ///
    /// let request = WorkflowRunRequest::new([("draft", "Dear all, …")], "user-1");
    /// let run = app
    ///     .workflows()
    ///     .run_with_input(&request, async |form| {
    ///         println!("{}", form.form_content);
    ///         let button = form.actions.first()?.id.clone();
    ///         Some(HumanInputSubmitRequest::new([("comment", "Fine.")], button, "editor-7"))
    ///     })
    ///     .await?;
    /// println!("{:?}: {:?}", run.status, run.outputs);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`run_stream`](Self::run_stream), and of the operations that read and answer a form: `not_found` for one
    /// that is gone, `human_input_form_expired`, `invalid_form_data` for an answer that does not fit.
    pub fn run_with_input<H, F>(self, request: &'a WorkflowRunRequest, answer: H) -> AttendedRun<'a, H>
    where
        H: FnMut(WorkflowPauseReason) -> F + Send + 'a,
        F: Future<Output = Option<HumanInputSubmitRequest>> + Send + 'a,
    {
        AttendedRun { workflows: self, request, answer, followed: None, nothing: Run::default() }
    }
}

/// A run whose forms are answered as they come; see [`Workflows::run_with_input`].
#[must_use = "nothing is run unless it is awaited"]
pub struct AttendedRun<'a, H> {
    workflows: Workflows<'a>,
    request: &'a WorkflowRunRequest,
    answer: H,
    followed: Option<FollowedRun<WorkflowEvent>>,
    /// What there is to tell before the run begins.
    nothing: Run,
}

impl<'a, H, F> AttendedRun<'a, H>
where
    H: FnMut(WorkflowPauseReason) -> F + Send + 'a,
    F: Future<Output = Option<HumanInputSubmitRequest>> + Send + 'a,
{
    /// Runs the workflow to its end, or to a form that is not answered.
    ///
    /// # Errors
    /// See [`Workflows::run_with_input`]; then the [`snapshot`](Self::snapshot) holds what came before.
    pub async fn finish(&mut self) -> Result<Run, Error> {
        let followed = match &mut self.followed {
            Some(followed) => followed,
            None => {
                let stream = self.workflows.run_stream(self.request).await?;
                self.followed.insert(stream.into_run().resuming())
            }
        };
        loop {
            let run = followed.finish().await?;
            let (RunStatus::Paused, Some(run_id)) = (&run.status, &run.id) else {
                return Ok(run);
            };
            let Some(answers) = answers(self.workflows, &mut self.answer, &run).await? else {
                return Ok(run);
            };
            // Followed from before the answer, so that nothing of what it sets going is missed.
            let query = WorkflowsEventsQuery::new(&*self.request.user);
            followed.go_on(self.workflows.events(run_id, &query).await?);
            for (token, answer) in answers {
                let submitted = HumanInput::new(self.workflows.transport).submit(&token, &answer).await;
                if let Err(error) = submitted
                    && !is_answered(&error)
                {
                    return Err(error);
                }
            }
        }
    }

    /// What the run has done, as far as it was told.
    pub fn snapshot(&self) -> &Run {
        self.followed.as_ref().map_or(&self.nothing, FollowedRun::snapshot)
    }
}

/// The answers to all forms of a pause, by their tokens; nothing where one of them has none.
async fn answers<H, F>(
    workflows: Workflows<'_>,
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
        // Nobody is asked what cannot be submitted.
        match HumanInput::new(workflows.transport).form(&token).await {
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

impl<'a, H, F> IntoFuture for AttendedRun<'a, H>
where
    H: FnMut(WorkflowPauseReason) -> F + Send + 'a,
    F: Future<Output = Option<HumanInputSubmitRequest>> + Send + 'a,
{
    type Output = Result<Run, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move { self.finish().await })
    }
}

impl<H> fmt::Debug for AttendedRun<'_, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttendedRun").field("followed", &self.followed).finish_non_exhaustive()
    }
}
