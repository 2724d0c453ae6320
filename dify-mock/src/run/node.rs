//! One node of a workflow at work.

use std::time::Instant;

use serde_json::{Value, json};

use super::usage::seconds;
use crate::{clock, ids};

/// What kinds of nodes the embedded applications have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Start,
    Assigner,
    Human,
    Llm,
    Answer,
    End,
}

/// The execution of a node.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    created_at: i64,
    started: Instant,
}

/// How a node ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Result {
    pub(crate) inputs: Value,
    pub(crate) process: Value,
    pub(crate) outputs: Value,
    pub(crate) error: Option<String>,
    /// `execution_metadata`.
    pub(crate) cost: Value,
}

/// What is still known of an execution later on.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    id: String,
    kind: Kind,
    status: &'static str,
    error: Option<String>,
    elapsed: f64,
    created_at: i64,
    finished_at: i64,
}

impl Kind {
    /// Id in the workflow, type and title.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Kind::Start => ("start", "start", "Start"),
            Kind::Assigner => ("remember", "assigner", "Remember"),
            Kind::Human => (crate::state::form::NODE.0, "human-input", crate::state::form::NODE.1),
            Kind::Llm => ("llm", "llm", "LLM"),
            Kind::Answer => ("answer", "answer", "Answer"),
            Kind::End => ("end", "end", "End"),
        }
    }
}

impl Node {
    pub(crate) fn new(kind: Kind) -> Node {
        Node { id: ids::new(), kind, created_at: clock::now(), started: Instant::now() }
    }

    /// The same execution, taken up again.
    pub(crate) fn again(id: &str, kind: Kind) -> Node {
        Node { id: id.to_owned(), ..Node::new(kind) }
    }

    /// `data` of `node_started`.
    pub(crate) fn started(&self) -> Value {
        let (node, kind, title) = self.kind.words();
        json!({
            "id": self.id,
            "node_id": node,
            "node_type": kind,
            "title": title,
            "index": 1,
            "predecessor_node_id": null,
            "inputs": null,
            "inputs_truncated": false,
            "created_at": self.created_at,
            "extras": {},
            "iteration_id": null,
            "loop_id": null,
            "agent_strategy": null,
        })
    }

    /// `data` of `node_finished`.
    pub(crate) fn finished(&self, result: &Result) -> Value {
        let (node, kind, title) = self.kind.words();
        let or_empty = |value: &Value| if value.is_null() { json!({}) } else { value.clone() };
        json!({
            "id": self.id,
            "node_id": node,
            "node_type": kind,
            "title": title,
            "index": 1,
            "predecessor_node_id": null,
            "inputs": or_empty(&result.inputs),
            "inputs_truncated": false,
            "process_data": or_empty(&result.process),
            "process_data_truncated": false,
            "outputs": or_empty(&result.outputs),
            "outputs_truncated": false,
            "status": if result.error.is_some() { "failed" } else { "succeeded" },
            "error": result.error,
            "elapsed_time": seconds(self.started.elapsed(), 6),
            "execution_metadata": result.cost,
            "created_at": self.created_at,
            "finished_at": clock::now(),
            "files": [],
            "iteration_id": null,
            "loop_id": null,
        })
    }

    pub(crate) fn trace(&self, status: &'static str, error: Option<String>) -> Trace {
        Trace {
            id: self.id.clone(),
            kind: self.kind,
            status,
            error,
            elapsed: seconds(self.started.elapsed(), 6),
            created_at: self.created_at,
            finished_at: clock::now(),
        }
    }
}

impl Trace {
    /// Whether it tells of the same execution.
    pub(crate) fn is_of(&self, id: &str) -> bool {
        self.id == id
    }

    pub(crate) fn is_running(&self) -> bool {
        self.status == "running"
    }

    /// `data` of `node_started`, as a snapshot has it: less than live.
    pub(crate) fn started(&self, index: usize) -> Value {
        let (node, kind, title) = self.kind.words();
        json!({
            "id": self.id,
            "node_id": node,
            "node_type": kind,
            "title": title,
            "index": index,
            "predecessor_node_id": null,
            "inputs": null,
            "created_at": self.created_at,
            "extras": {},
            "iteration_id": null,
            "loop_id": null,
        })
    }

    /// `data` of `node_finished`, as a snapshot has it.
    pub(crate) fn finished(&self, index: usize) -> Value {
        let (node, kind, title) = self.kind.words();
        json!({
            "id": self.id,
            "node_id": node,
            "node_type": kind,
            "title": title,
            "index": index,
            "predecessor_node_id": null,
            "inputs": null,
            "process_data": null,
            "outputs": null,
            "status": self.status,
            "error": self.error,
            "elapsed_time": self.elapsed,
            "execution_metadata": null,
            "created_at": self.created_at,
            "finished_at": self.finished_at,
            "files": [],
            "iteration_id": null,
            "loop_id": null,
        })
    }
}
