//! The Service API's answers as a page receives them: without costs, and without inputs and outputs of nodes.

use serde_json::{Value, json};

use crate::handlers::events::{Events, Shape};
use crate::handlers::reply::Reply;
use crate::state::feed::Frame;

/// A blocking answer or a stream, for a page.
pub(crate) fn shaped(reply: Reply, shape: Shape) -> Reply {
    match reply {
        Reply::Events(events) => Reply::Events(Events { shape: Some(shape), ..events }),
        Reply::Spaced { charset, mut value } => {
            without_costs(&mut value);
            if value["data"].is_object() {
                without_costs(&mut value["data"]);
                quiet(&mut value["data"]);
            }
            Reply::Spaced { charset, value }
        }
        other => other,
    }
}

/// The shape of the events of a model that answers.
pub(crate) fn speech(frame: &Frame) -> Option<Frame> {
    if !frame.is("message_end") {
        return None;
    }
    let mut value = frame.value();
    without_costs(&mut value);
    Some(Frame::new(&value, frame.turn))
}

/// The shape of the events of a run. Its `message_end` keeps the costs.
pub(crate) fn run(frame: &Frame) -> Option<Frame> {
    let reduce: fn(&mut Value) = if frame.is("node_started") || frame.is("node_finished") {
        brief
    } else if frame.is("human_input_required") || frame.is("workflow_paused") {
        quiet
    } else {
        return None;
    };
    let mut value = frame.value();
    reduce(&mut value["data"]);
    Some(Frame::new(&value, frame.turn))
}

fn without_costs(value: &mut Value) {
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("usage");
        metadata.shift_remove("annotation_reply");
    }
}

/// What remains of the `data` of a node.
fn brief(data: &mut Value) {
    let Some(data) = data.as_object_mut() else { return };
    data.retain(|name, _| !name.ends_with("_truncated") && name != "agent_strategy");
    for name in ["inputs", "process_data", "outputs", "execution_metadata", "error"] {
        if let Some(member) = data.get_mut(name) {
            *member = Value::Null;
        }
    }
}

/// A page does not receive the other places of a form.
fn quiet(data: &mut Value) {
    for reason in data.get_mut("reasons").and_then(Value::as_array_mut).into_iter().flatten() {
        reason["approval_channels"] = json!([]);
    }
    if let Some(channels) = data.get_mut("approval_channels") {
        *channels = json!([]);
    }
}
