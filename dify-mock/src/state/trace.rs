//! The stored executions of nodes.

use serde_json::{Value, json};

use super::form::NODE;

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

/// The stored part of an execution.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) status: &'static str,
    pub(crate) error: Option<String>,
    pub(crate) elapsed: f64,
    pub(crate) created_at: i64,
    pub(crate) finished_at: i64,
}

impl Kind {
    /// Id in the workflow, type and title.
    pub(crate) fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Kind::Start => ("start", "start", "Start"),
            Kind::Assigner => ("remember", "assigner", "Remember"),
            Kind::Human => (NODE.0, "human-input", NODE.1),
            Kind::Llm => ("llm", "llm", "LLM"),
            Kind::Answer => ("answer", "answer", "Answer"),
            Kind::End => ("end", "end", "End"),
        }
    }
}

impl Trace {
    /// Whether it is of the same execution.
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
            "id": self.id, "node_id": node, "node_type": kind, "title": title, "index": index,
            "predecessor_node_id": null, "inputs": null, "created_at": self.created_at, "extras": {},
            "iteration_id": null, "loop_id": null,
        })
    }

    /// `data` of `node_finished`, as a snapshot has it.
    pub(crate) fn finished(&self, index: usize) -> Value {
        let (node, kind, title) = self.kind.words();
        json!({
            "id": self.id, "node_id": node, "node_type": kind, "title": title, "index": index,
            "predecessor_node_id": null, "inputs": null, "process_data": null, "outputs": null,
            "status": self.status, "error": self.error, "elapsed_time": self.elapsed,
            "execution_metadata": null, "created_at": self.created_at, "finished_at": self.finished_at,
            "files": [], "iteration_id": null, "loop_id": null,
        })
    }
}
