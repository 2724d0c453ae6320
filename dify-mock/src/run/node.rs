//! One node of a workflow at work.

use std::time::Instant;

use serde_json::{Value, json};

use crate::state::trace::{Kind, Trace};
use crate::values::usage::seconds;
use crate::values::{clock, ids};

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
pub(crate) struct NodeResult {
    pub(crate) inputs: Value,
    pub(crate) process: Value,
    pub(crate) outputs: Value,
    pub(crate) error: Option<String>,
    /// `execution_metadata`.
    pub(crate) cost: Value,
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
            "id": self.id, "node_id": node, "node_type": kind, "title": title, "index": 1,
            "predecessor_node_id": null, "inputs": null, "inputs_truncated": false,
            "created_at": self.created_at, "extras": {}, "iteration_id": null, "loop_id": null,
            "agent_strategy": null,
        })
    }

    /// `data` of `node_finished`.
    pub(crate) fn finished(&self, result: &NodeResult) -> Value {
        let (node, kind, title) = self.kind.words();
        let or_empty = |value: &Value| if value.is_null() { json!({}) } else { value.clone() };
        json!({
            "id": self.id, "node_id": node, "node_type": kind, "title": title, "index": 1,
            "predecessor_node_id": null, "inputs": or_empty(&result.inputs), "inputs_truncated": false,
            "process_data": or_empty(&result.process), "process_data_truncated": false,
            "outputs": or_empty(&result.outputs), "outputs_truncated": false,
            "status": if result.error.is_some() { "failed" } else { "succeeded" }, "error": result.error,
            "elapsed_time": seconds(self.started.elapsed(), 6), "execution_metadata": result.cost,
            "created_at": self.created_at, "finished_at": clock::now(), "files": [], "iteration_id": null,
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
