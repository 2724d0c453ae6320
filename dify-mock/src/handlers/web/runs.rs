//! Runs that a visitor starts and follows.

use serde_json::json;

use super::shape;
use crate::described::Complaint;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::handlers::service::{chat as talk, completion as complete, workflows};
use crate::values::ids;
use crate::values::key::Mode;
use crate::values::refusal::Refusal;

/// `POST /chat-messages`.
pub(crate) async fn chat(call: Call) -> Outcome {
    let parent = call.text("parent_message_id").map(str::trim).filter(|id| !id.is_empty());
    if parent.is_some_and(|id| !ids::is_uuid(id)) {
        let (name, complaint) = ("parent_message_id", "parent_message_id must be a valid UUID");
        return Err(Complaint::value(name, complaint, call.member(name), "ChatMessagePayload"));
    }
    let shaped = if call.key.mode == Mode::AdvancedChat { shape::of_run } else { shape::of_speech };
    talk::send(call).await.map(shaped)
}

/// `POST /completion-messages`.
pub(crate) async fn completion(call: Call) -> Outcome {
    complete::send(call).await.map(shape::of_speech)
}

/// `POST /workflows/run`: a stream, whatever was asked for.
pub(crate) async fn workflow(mut call: Call) -> Outcome {
    call.put("response_mode", json!("streaming"));
    workflows::run(call).await.map(shape::of_run)
}

/// `GET /workflow/{workflow_run_id}/events`. A pause ends the stream.
pub(crate) fn events(call: &Call) -> Outcome {
    let id = call.at("workflow_run_id");
    if !ids::is_uuid(id) {
        return Err(Refusal::unknown());
    }
    if let Some(events) = workflows::follow(call, id, false) {
        return Ok(shape::of_run(Reply::Events(events)));
    }
    let known = call.world(|world| world.app(&call.key).run.contains_key(id));
    let what = if known { "not created by the current end user" } else { "not found" };
    Err(Refusal::not_found(format!("WorkflowRun {what}, id={id}")))
}
