//! The run of a workflow, accumulated from its events.

use super::{
    AccumulateInto, Failure, Missing, RunStatus,
    by_id::ById,
    node::{NodeData, NodeRetry, NodeRun, learn},
    text::Pieces,
};
use crate::{
    RawJson,
    stream::event::glance,
    types::{
        AgentLogData, FileOutput, NodeRetryData, NodeType, ReasoningChunkData, WorkflowFinishedData,
        WorkflowPauseReason, WorkflowRunCreator, WorkflowStartReason, WorkflowStartedData,
    },
};
use std::{borrow::Cow, collections::BTreeMap};

/// What a workflow, or the run behind a chatflow, has done so far.
///
/// Made by [`EventStream::into_run`](crate::EventStream::into_run), or event by event with [`apply`](Self::apply).
/// Unreported values are `None`. An event with less data than is present, such as one that replays a run, takes
/// nothing away, and one that comes twice changes nothing; only pieces of text have no number, and are added as they
/// come.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Run {
    /// Id of the run, by which it can be read back and followed.
    pub id: Option<String>,
    /// Id of the task, by which it can be stopped.
    pub task_id: Option<String>,
    /// Id of the version of the workflow that runs.
    pub workflow_id: Option<String>,
    /// The status. HTTP 200 does not imply it.
    pub status: RunStatus,
    /// An event reported the end or a pause of the run: no more events follow.
    pub complete: bool,
    /// The inputs, system variables among them.
    pub inputs: Option<RawJson>,
    /// The outputs. A failed run has none, a paused one may have some.
    pub outputs: Option<RawJson>,
    /// Why it failed, in part or as a whole, or was stopped.
    pub error: Option<Failure>,
    /// The text it has put out so far. Of a chatflow whose pieces did not come, the output `answer`.
    pub text: String,
    /// The thinking of its models by node id, where a node keeps it apart from the text.
    pub reasoning: BTreeMap<String, String>,
    /// The executions of its nodes, in the order in which they began.
    pub nodes: Vec<NodeRun>,
    /// The forms that wait for a person.
    pub forms: Vec<WorkflowPauseReason>,
    /// Why it pauses, while it does.
    pub pause: Option<Pause>,
    /// It continued after a pause.
    pub resumed: bool,
    /// Seconds it took, up to its end or pause.
    pub elapsed_time: Option<f64>,
    /// Tokens that its models used. `None` is unknown, zero is none.
    pub total_tokens: Option<i64>,
    /// How many nodes were executed.
    pub total_steps: Option<i64>,
    /// How many nodes failed without failing the run.
    pub exceptions_count: Option<i64>,
    /// Unix time in seconds at which it began.
    pub created_at: Option<i64>,
    /// Unix time in seconds at which it ended.
    pub finished_at: Option<i64>,
    /// Who started it.
    pub created_by: Option<WorkflowRunCreator>,
    /// Files among its outputs.
    pub files: Vec<FileOutput>,
    /// The missing parts.
    pub missing: Missing,
    /// Dify 1.16.0 and 1.16.1 stopped the workflow when its form was answered: those releases do so within ten minutes of
    /// the pause. `run_with_input` sets it; the [`error`](Self::error) explains it.
    pub stopped_on_resumption: bool,
    /// It is that of a chatflow.
    #[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(skip))]
    pub(crate) talks: bool,
    /// Its text is that of the answer around it.
    #[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(skip))]
    of_an_answer: bool,
    #[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(skip))]
    pieces: Pieces,
    #[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(skip))]
    executions: ById,
    #[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(skip))]
    containers: ById,
    #[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(skip))]
    agent_logs: ById,
}

/// Why a run pauses.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Pause {
    /// Ids of the nodes that wait.
    pub nodes: Vec<String>,
    /// What they wait for, one entry for each form.
    pub reasons: Vec<WorkflowPauseReason>,
    /// Unix time in seconds of the pause.
    pub created_at: i64,
}

impl Run {
    /// Adds the data of an event.
    ///
    /// For those who read an [`EventStream`](crate::EventStream) by hand.
    pub fn apply<E: AccumulateInto<Self>>(&mut self, event: &E) {
        event.accumulate_into(self);
    }

    /// The text of each variable that it is made of, by the variable's selector (`llm.text`): branches that run in parallel
    /// write into one text by turns. Text without a selector has the empty one.
    #[must_use]
    pub fn text_by_selector(&self) -> BTreeMap<String, String> {
        self.pieces.of(&self.text)
    }

    #[cfg(any(feature = "app", feature = "web"))]
    pub(super) fn of_an_answer() -> Self {
        Self { of_an_answer: true, ..Self::default() }
    }

    /// The latest execution of a node, by the id of the node.
    #[must_use]
    pub fn node(&self, node_id: &str) -> Option<&NodeRun> {
        self.nodes.iter().rfind(|node| node.node_id == node_id)
    }

    /// The executions that began and of which no end is known.
    pub fn unfinished(&self) -> impl Iterator<Item = &NodeRun> {
        self.nodes.iter().filter(|node| !node.is_finished())
    }

    pub(super) fn named(&mut self, run: Option<&str>, task: &str) {
        if self.id.is_none() {
            self.id = run.map(str::to_owned);
        }
        if self.task_id.as_deref() != Some(task) {
            self.task_id = Some(task.to_owned());
        }
    }

    /// It shows life, so it is neither unheard of nor paused.
    fn runs(&mut self) {
        if !self.status.is_final() {
            self.status = RunStatus::Running;
            self.complete = false;
            self.pause = None;
        }
    }

    pub(super) fn started(&mut self, data: &WorkflowStartedData) {
        // What follows a run from its beginning tells the beginning of one that is over.
        self.runs();
        if data.reason == Some(WorkflowStartReason::Resumption) {
            self.resumed = true;
            self.forms.clear();
        }
        learn(&mut self.workflow_id, Some(String::from(&data.workflow_id)));
        learn(&mut self.inputs, Some(&data.inputs).filter(|inputs| !inputs.is_null()).cloned());
        // A resumption tells when the run was taken up again.
        self.created_at = self.created_at.or(Some(data.created_at));
    }

    pub(super) fn finished(&mut self, data: &WorkflowFinishedData) {
        self.status = RunStatus::from(&data.status);
        self.complete = true;
        self.pause = None;
        self.forms.clear();
        learn(&mut self.workflow_id, Some(String::from(&data.workflow_id)));
        learn(&mut self.outputs, data.outputs.clone());
        learn(&mut self.error, data.error.as_deref().map(Failure::at_a_node));
        self.elapsed_time = Some(data.elapsed_time);
        self.total_tokens = Some(data.total_tokens);
        self.total_steps = Some(data.total_steps);
        self.exceptions_count = Some(data.exceptions_count);
        self.created_at = self.created_at.or(Some(data.created_at));
        self.finished_at = Some(data.finished_at);
        if data.created_by.id.is_some() {
            self.created_by = Some(data.created_by.clone());
        }
        if !data.files.is_empty() {
            self.files.clone_from(&data.files);
        }
        if self.talks && !self.of_an_answer && (self.text.is_empty() || self.missing.text) {
            if let Some(answer) = answer(data.outputs.as_ref()) {
                self.becomes(&answer);
            }
        }
    }

    /// The whole text, as it is.
    pub(super) fn becomes(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.pieces.replace(text.len());
        self.missing.text = false;
    }

    /// Takes over the record of the run, if its events are not available any more.
    #[cfg(feature = "app")]
    pub(crate) fn read_back(&mut self, run: &crate::types::WorkflowRun) {
        self.status = RunStatus::from(&run.status);
        self.complete = self.status.is_final() || self.status == RunStatus::Paused;
        learn(&mut self.id, Some(run.id.clone()));
        learn(&mut self.workflow_id, Some(run.workflow_id.clone()));
        learn(&mut self.outputs, Some(&run.outputs).filter(|outputs| !outputs.is_null()).cloned());
        learn(&mut self.error, run.error.as_deref().map(Failure::at_a_node));
        self.elapsed_time = Some(run.elapsed_time);
        self.total_tokens = Some(run.total_tokens);
        self.total_steps = Some(run.total_steps);
        self.created_at = self.created_at.or(Some(run.created_at));
        self.finished_at = run.finished_at.or(self.finished_at);
    }

    pub(super) fn executes(&mut self, node_data: &NodeData<'_>) {
        let place = self.place_of(node_data);
        self.nodes[place].learn(node_data);
        if self.nodes[place].is_finished() {
            let node_id = &self.nodes[place].node_id;
            self.forms.retain(|form| form.node_id != *node_id);
        }
        self.heard();
    }

    /// The place of an execution; the end of the list for a new one.
    fn place_of(&mut self, node_data: &NodeData<'_>) -> usize {
        if let Some(place) = self.executions.find(&self.nodes, node_data.id, NodeRun::has_id) {
            return place;
        }
        // Their own events name iterations and loops by the node, a replayed run by the execution.
        let container = node_data.node_type.is_some_and(NodeRun::contains);
        let known =
            self.container_of(node_data).filter(|&place| container && self.nodes[place].id == node_data.node_id);
        let place = match known {
            Some(place) => {
                node_data.id.clone_into(&mut self.nodes[place].id);
                place
            }
            None => self.begun(node_data),
        };
        self.executions.insert(node_data.id, place);
        place
    }

    /// The place of the execution that an attempt is of. Up to Dify 1.8.1 each attempt has an id of its own, which the end
    /// of the execution has, too.
    fn place_of_attempt(&mut self, node_data: &NodeData<'_>) -> usize {
        let known = self.executions.find(&self.nodes, node_data.id, NodeRun::has_id);
        match known.or_else(|| self.nodes.iter().rposition(|node| node.waits_for(node_data))) {
            Some(place) => {
                self.executions.insert(node_data.id, place);
                place
            }
            None => self.place_of(node_data),
        }
    }

    /// The place of the latest execution of an iteration or a loop.
    fn container_of(&self, node_data: &NodeData<'_>) -> Option<usize> {
        self.containers.find(&self.nodes, node_data.node_id, |node, id| node.node_id == id)
    }

    fn begun(&mut self, node_data: &NodeData<'_>) -> usize {
        let (node, place) = (NodeRun::new(node_data), self.nodes.len());
        if node.is_container() {
            self.containers.insert(node_data.node_id, place);
        }
        self.nodes.push(node);
        place
    }

    pub(super) fn retried(&mut self, node_data: &NodeData<'_>, data: &NodeRetryData) {
        let place = self.place_of_attempt(node_data);
        let node = &mut self.nodes[place];
        node.learn(node_data);
        if !node.retries.iter().any(|retry| retry.index == data.retry_index) {
            let (error, elapsed_time) = (data.error.clone(), data.elapsed_time);
            node.retries.push(NodeRetry { id: String::from(&data.id), index: data.retry_index, error, elapsed_time });
        }
        self.heard();
    }

    /// An iteration or a loop. Rounds around it let it begin again under the same name.
    pub(super) fn container(&mut self, node_data: &NodeData<'_>) {
        let place = self.container_of(node_data).filter(|&place| {
            let node = &self.nodes[place];
            // An end, or a beginning that is not that of another round.
            node_data.end.is_some()
                || !node.is_finished()
                || (node.created_at == node_data.created_at && node.inputs.as_ref() == node_data.inputs)
        });
        let place = place.unwrap_or_else(|| self.begun(node_data));
        let node = &mut self.nodes[place];
        node.learn(node_data);
        // The first round of a loop begins with it; those of iterations are told one by one.
        if node.node_type == NodeType::Loop {
            node.rounds = node.rounds.max(1);
        }
        self.heard();
    }

    /// A round of an iteration or a loop begins.
    pub(super) fn round(&mut self, node_data: &NodeData<'_>, index: i64) {
        let place = self.container_of(node_data).unwrap_or_else(|| self.begun(node_data));
        let node = &mut self.nodes[place];
        node.rounds = node.rounds.max(index.saturating_add(1));
        self.heard();
    }

    pub(super) fn agent_log(&mut self, data: &AgentLogData) {
        let node_data = NodeData { id: &data.node_execution_id, node_id: &data.node_id, ..NodeData::default() };
        let place = self.place_of(&node_data);
        let logs = &mut self.nodes[place].agent_logs;
        match self.agent_logs.find(logs, &data.id, |log, id| log.id == id) {
            Some(known) => logs[known].clone_from(data),
            None => {
                self.agent_logs.insert(&data.id, logs.len());
                logs.push(data.clone());
            }
        }
        self.heard();
    }

    pub(super) fn says(&mut self, text: &str, selector: &[String]) {
        self.text.push_str(text);
        self.pieces.add(selector, text.len());
        self.heard();
    }

    pub(super) fn thinks(&mut self, data: &ReasoningChunkData) {
        think(&mut self.reasoning, data);
        self.heard();
    }

    pub(super) fn heard(&mut self) {
        if self.status == RunStatus::Unknown {
            self.status = RunStatus::Running;
        }
    }

    pub(super) fn fails(&mut self, failure: Failure) {
        self.status = RunStatus::Failed;
        self.complete = true;
        self.error = Some(failure);
    }

    pub(super) fn missing_mut(&mut self) -> &mut Missing {
        &mut self.missing
    }
}

/// The answer among the outputs of a chatflow.
pub(super) fn answer(outputs: Option<&RawJson>) -> Option<Cow<'_, str>> {
    let answer = glance(outputs?.as_str(), "answer")?;
    Some(answer).filter(|answer| !answer.is_empty())
}

/// Thinking comes in pieces; the last one is empty.
pub(super) fn think(reasoning: &mut BTreeMap<String, String>, data: &ReasoningChunkData) {
    match reasoning.get_mut(&*data.node_id) {
        Some(text) => text.push_str(&data.reasoning),
        None => drop(reasoning.insert(String::from(&data.node_id), data.reasoning.clone())),
    }
}
