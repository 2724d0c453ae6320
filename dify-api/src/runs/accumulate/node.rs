//! The executions of a run's nodes.

use crate::{
    RawJson,
    types::{AgentLogData, AgentStrategy, FileOutput, NodeExecutionMetadata, NodeStatus, NodeType},
};

/// One execution of a node, as far as it is known.
///
/// A node inside an iteration or a loop has one for each round. What the server left out stays `None`, and what was
/// once known is not forgotten when a later event leaves it out.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NodeRun {
    /// Id of the execution. That of an iteration or a loop is the id of its node, unless a snapshot contained another one.
    pub id: String,
    /// Id of the node in the workflow.
    pub node_id: String,
    /// The kind of the node.
    pub node_type: NodeType,
    /// Title of the node.
    pub title: String,
    /// Its position in the order of execution, as first reported.
    pub index: Option<i64>,
    /// Id of the node before it.
    pub predecessor_node_id: Option<String>,
    /// The status.
    pub status: NodeStatus,
    /// What went in.
    pub inputs: Option<RawJson>,
    /// What happened inside.
    pub process_data: Option<RawJson>,
    /// What came out.
    pub outputs: Option<RawJson>,
    /// The server has shortened the inputs, the process data or the outputs.
    pub truncated: bool,
    /// Why it failed.
    pub error: Option<String>,
    /// Seconds it took.
    pub elapsed_time: Option<f64>,
    /// Tokens, prices and other metadata of the execution.
    pub metadata: Option<NodeExecutionMetadata>,
    /// Unix time in seconds at which it began.
    pub created_at: Option<i64>,
    /// Unix time in seconds at which it ended.
    pub finished_at: Option<i64>,
    /// The attempts that failed and were made again.
    pub retries: Vec<NodeRetry>,
    /// The iteration around it, by the id of its node.
    pub iteration_id: Option<String>,
    /// The loop around it, by the id of its node.
    pub loop_id: Option<String>,
    /// The rounds that an iteration or a loop has begun.
    pub rounds: i64,
    /// The steps of an agent node.
    pub agent_logs: Vec<AgentLogData>,
    /// The strategy of an agent node.
    pub agent_strategy: Option<AgentStrategy>,
    /// Files it made.
    pub files: Vec<FileOutput>,
}

/// A failed attempt of a node, after which another was made.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NodeRetry {
    /// Id of the attempt: that of the execution, or up to Dify 1.8.1 one of its own.
    pub id: String,
    /// Number of the attempt, from 1.
    pub index: i64,
    /// Why it failed.
    pub error: String,
    /// Seconds it took.
    pub elapsed_time: f64,
}

/// The data of an event about an execution. Missing members are `None`.
#[derive(Default)]
pub(super) struct NodeData<'e> {
    pub(super) id: &'e str,
    pub(super) node_id: &'e str,
    pub(super) node_type: Option<&'e NodeType>,
    pub(super) title: &'e str,
    pub(super) index: Option<i64>,
    pub(super) predecessor_node_id: Option<&'e str>,
    pub(super) inputs: Option<&'e RawJson>,
    pub(super) process_data: Option<&'e RawJson>,
    pub(super) outputs: Option<&'e RawJson>,
    pub(super) truncated: bool,
    pub(super) error: Option<&'e str>,
    pub(super) created_at: Option<i64>,
    pub(super) metadata: Option<&'e NodeExecutionMetadata>,
    pub(super) iteration_id: Option<&'e str>,
    pub(super) loop_id: Option<&'e str>,
    pub(super) files: &'e [FileOutput],
    pub(super) agent_strategy: Option<&'e AgentStrategy>,
    pub(super) end: Option<NodeEnd<'e>>,
}

/// How an execution ended.
#[derive(Clone, Copy)]
pub(super) struct NodeEnd<'e> {
    pub(super) status: &'e NodeStatus,
    pub(super) elapsed_time: f64,
    pub(super) finished_at: i64,
}

impl NodeRun {
    pub(super) fn new(data: &NodeData<'_>) -> Self {
        Self {
            id: data.id.to_owned(),
            node_id: data.node_id.to_owned(),
            node_type: data.node_type.cloned().unwrap_or_else(|| NodeType::Other(String::new())),
            title: data.title.to_owned(),
            index: None,
            predecessor_node_id: None,
            status: NodeStatus::Running,
            inputs: None,
            process_data: None,
            outputs: None,
            truncated: false,
            error: None,
            elapsed_time: None,
            metadata: None,
            created_at: None,
            finished_at: None,
            retries: Vec::new(),
            iteration_id: None,
            loop_id: None,
            rounds: 0,
            agent_logs: Vec::new(),
            agent_strategy: None,
            files: Vec::new(),
        }
    }

    /// Did it end, in whatever way?
    #[must_use]
    pub fn is_finished(&self) -> bool {
        !matches!(self.status, NodeStatus::Pending | NodeStatus::Running | NodeStatus::Paused | NodeStatus::Retry)
    }

    /// Whether the execution or one of its attempts has this id.
    pub(super) fn has_id(&self, id: &str) -> bool {
        self.id == id || self.retries.iter().any(|retry| retry.id == id)
    }

    /// Whether it is an unfinished execution of the same node in the same round.
    pub(super) fn waits_for(&self, data: &NodeData<'_>) -> bool {
        let around = (self.iteration_id.as_deref(), self.loop_id.as_deref());
        self.node_id == data.node_id && around == (data.iteration_id, data.loop_id) && !self.is_finished()
    }

    /// Is it an iteration or a loop?
    pub(super) fn is_container(&self) -> bool {
        Self::contains(&self.node_type)
    }

    /// Are nodes of this kind iterations or loops?
    pub(super) fn contains(node_type: &NodeType) -> bool {
        matches!(node_type, NodeType::Iteration | NodeType::Loop)
    }

    /// Takes over the data of an event, and keeps what the event does not contain.
    pub(super) fn learn(&mut self, data: &NodeData<'_>) {
        if let Some(node_type) = data.node_type {
            self.node_type.clone_from(node_type);
        }
        if !data.title.is_empty() {
            data.title.clone_into(&mut self.title);
        }
        self.index = self.index.or(data.index);
        self.created_at = self.created_at.or(data.created_at);
        learn(&mut self.predecessor_node_id, data.predecessor_node_id.map(str::to_owned));
        learn(&mut self.iteration_id, data.iteration_id.map(str::to_owned));
        learn(&mut self.loop_id, data.loop_id.map(str::to_owned));
        learn(&mut self.error, data.error.map(str::to_owned));
        learn(&mut self.metadata, data.metadata.cloned());
        learn(&mut self.agent_strategy, data.agent_strategy.cloned());
        learn(&mut self.inputs, json(data.inputs));
        learn(&mut self.process_data, json(data.process_data));
        learn(&mut self.outputs, json(data.outputs));
        self.truncated |= data.truncated;
        if !data.files.is_empty() {
            self.files = data.files.to_vec();
        }
        match data.end {
            // A snapshot tells of the pause after the fact.
            Some(end) if *end.status == NodeStatus::Paused && self.is_finished() => {}
            Some(end) => {
                self.status = end.status.clone();
                self.elapsed_time = Some(end.elapsed_time);
                self.finished_at = Some(end.finished_at).filter(|_| self.is_finished());
            }
            None if self.is_finished() => {}
            None => self.status = NodeStatus::Running,
        }
    }
}

/// A JSON `null` counts as missing.
fn json(data: Option<&RawJson>) -> Option<RawJson> {
    data.filter(|json| !json.is_null()).cloned()
}

/// A value replaces the present one; `None` does not.
pub(super) fn learn<T>(known: &mut Option<T>, data: Option<T>) {
    if data.is_some() {
        *known = data;
    }
}
