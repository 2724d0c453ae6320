//! A run of a workflow or a chatflow, as it can be read back.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::form::Form;
use crate::state::feed::Feed;
use crate::state::trace::Trace;
use crate::values::json_text;

/// The state of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Status {
    #[default]
    Running,
    Paused,
    Succeeded,
    Failed,
    Stopped,
}

/// A run.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) id: String,
    pub(crate) task_id: String,
    pub(crate) workflow_id: String,
    /// Version of the workflow: when it was published.
    pub(crate) version: String,
    pub(crate) user: String,
    pub(crate) user_id: String,
    /// Whether a visitor of the application's page began it.
    pub(crate) visit: bool,
    pub(crate) status: Status,
    pub(crate) inputs: Map<String, Value>,
    pub(crate) outputs: Value,
    pub(crate) error: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) finished_at: Option<i64>,
    pub(crate) elapsed: f64,
    pub(crate) tokens: u64,
    pub(crate) steps: usize,
    pub(crate) traces: Vec<Trace>,
    pub(crate) forms: Vec<Form>,
    /// Conversation, message and its time, in a chatflow.
    pub(crate) talk: Option<(String, String, i64)>,
    /// The answer of a chatflow so far.
    pub(crate) said: String,
    /// Its events, while there will be more.
    pub(crate) feed: Option<Arc<Feed>>,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Status::Running => "running",
            Status::Paused => "paused",
            Status::Succeeded => "succeeded",
            Status::Failed => "failed",
            Status::Stopped => "stopped",
        }
    }
}

impl Run {
    pub(crate) fn is_over(&self) -> bool {
        !matches!(self.status, Status::Running | Status::Paused)
    }

    fn exceptions(&self) -> u64 {
        u64::from(self.status == Status::Failed)
    }

    /// Read back. The inputs are JSON in a text.
    pub(crate) fn value(&self) -> Value {
        json!({
            "id": self.id, "workflow_id": self.workflow_id, "status": self.status.name(),
            "inputs": json_text::spaced(&Value::Object(self.inputs.clone())),
            "outputs": if self.outputs.is_null() { json!({}) } else { self.outputs.clone() },
            "error": self.error, "total_steps": self.steps, "total_tokens": self.tokens,
            "created_at": self.created_at, "finished_at": self.finished_at, "elapsed_time": self.elapsed,
        })
    }

    /// What releases up to 1.12.1 answer where there is no such run.
    pub(crate) fn unknown() -> Value {
        let mut value = Run::default().value();
        value.as_object_mut().into_iter().flatten().for_each(|(_, member)| *member = Value::Null);
        value
    }

    /// The answer to somebody who waited for it.
    pub(crate) fn blocking(&self) -> Value {
        let mut data = json!({
            "id": self.id, "workflow_id": self.workflow_id, "status": self.status.name(),
            "outputs": self.outputs, "error": self.error, "elapsed_time": self.elapsed,
            "total_tokens": self.tokens, "total_steps": self.steps, "created_at": self.created_at,
            "finished_at": self.finished_at,
        });
        if self.status == Status::Paused {
            data["paused_nodes"] = json!([super::form::NODE.0]);
            data["reasons"] = self.reasons();
        }
        json!({"task_id": self.task_id, "workflow_run_id": self.id, "data": data})
    }

    /// `data` of `workflow_finished`.
    pub(crate) fn finished(&self) -> Value {
        json!({
            "id": self.id, "workflow_id": self.workflow_id, "status": self.status.name(),
            "outputs": self.outputs, "error": self.error, "elapsed_time": self.elapsed,
            "total_tokens": self.tokens, "total_steps": self.steps,
            "created_by": {"id": self.user_id, "user": self.user}, "created_at": self.created_at,
            "finished_at": self.finished_at, "exceptions_count": self.exceptions(), "files": [],
        })
    }

    /// `data` of `workflow_paused`.
    pub(crate) fn paused(&self, elapsed: f64) -> Value {
        json!({
            "workflow_run_id": self.id, "paused_nodes": [super::form::NODE.0],
            "outputs": if self.said.is_empty() { json!({}) } else { json!({"answer": self.said}) },
            "reasons": self.reasons(), "status": "paused", "created_at": self.created_at,
            "elapsed_time": elapsed, "total_tokens": self.tokens, "total_steps": self.steps,
        })
    }

    fn reasons(&self) -> Value {
        self.forms.iter().filter(|form| form.submission.is_none()).map(Form::reason).collect()
    }

    /// One line of the log.
    pub(crate) fn log(&self) -> Value {
        json!({
            "id": crate::values::ids::of("log", &self.id),
            "workflow_run": {
                "id": self.id, "version": self.version, "status": self.status.name(),
                "triggered_from": "app-run", "error": self.error, "elapsed_time": self.elapsed,
                "total_tokens": self.tokens, "total_steps": self.steps, "created_at": self.created_at,
                "finished_at": self.finished_at, "exceptions_count": self.exceptions(),
            },
            "details": null,
            "created_from": if self.visit { "web-app" } else { "service-api" },
            "created_by_role": "end_user",
            "created_by_account": null,
            "created_by_end_user": {
                "id": self.user_id, "type": if self.visit { "browser" } else { "service-api" },
                "is_anonymous": self.visit, "session_id": self.user,
            },
            "created_at": self.created_at,
        })
    }
}
