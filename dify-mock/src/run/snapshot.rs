//! The events of a run so far, for clients that connect later.

use serde_json::{Value, json};

use crate::state::feed::{Frame, Turn};
use crate::state::run::{Run, Status};
use crate::values::json_text::extend;

/// The events so far, with less in them than when they were live.
pub(crate) fn of(run: &Run) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut tell = |event: &str, data: Value, turn: Turn| {
        let value = json!({"event": event, "task_id": run.task_id, "workflow_run_id": run.id, "data": data});
        frames.push(Frame::new(&in_talk(run, value), turn));
    };
    let started = json!({
        "id": run.id, "workflow_id": run.workflow_id, "inputs": run.inputs, "created_at": run.created_at,
        "reason": "initial",
    });
    tell("workflow_started", started, Turn::Goes);
    for (position, trace) in run.traces.iter().enumerate() {
        tell("node_started", trace.started(position + 1), Turn::Goes);
        if !trace.is_running() {
            tell("node_finished", trace.finished(position + 1), Turn::Goes);
        }
    }
    if run.status == Status::Paused {
        for form in run.forms.iter().filter(|form| form.submission.is_none()) {
            tell("human_input_required", form.event(), Turn::Goes);
        }
        tell("workflow_paused", run.paused(0.0), Turn::Pauses);
    }
    if run.talk.is_some() {
        let replace = json!({"event": "message_replace", "task_id": run.task_id, "answer": run.said, "reason": ""});
        frames.insert(1, Frame::new(&in_talk(run, replace), Turn::Goes));
    }
    frames
}

/// The one event that is left of a finished run. It has the run's id for a task.
pub(crate) fn last(run: &Run) -> Frame {
    let (id, data) = (&run.id, run.finished());
    let value = json!({"event": "workflow_finished", "task_id": id, "workflow_run_id": id, "data": data});
    Frame::spaced(&value)
}

/// In a chatflow, an event also names conversation and message.
fn in_talk(run: &Run, mut event: Value) -> Value {
    if let Some((conversation, message, created_at)) = &run.talk {
        let more = json!({"conversation_id": conversation, "message_id": message, "created_at": created_at});
        extend(&mut event, more);
    }
    event
}
