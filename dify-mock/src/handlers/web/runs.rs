//! Runs that a visitor starts and follows.

use serde_json::json;

use super::shape::{run, shaped, speech};
use crate::described::Complaint;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::events::Events;
use crate::handlers::reply::Reply;
use crate::handlers::service::{chat as talk, completion as complete, workflows};
use crate::state::feed::Feed;
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
    let shape = if call.key.mode == Mode::AdvancedChat { run } else { speech };
    talk::send(call).await.map(|reply| shaped(reply, shape))
}

/// `POST /completion-messages`.
pub(crate) async fn completion(call: Call) -> Outcome {
    complete::send(call).await.map(|reply| shaped(reply, speech))
}

/// `POST /workflows/run`: a stream, whatever was asked for.
pub(crate) async fn workflow(mut call: Call) -> Outcome {
    call.put("response_mode", json!("streaming"));
    workflows::run(call).await.map(|reply| shaped(reply, run))
}

/// `GET /workflow/{workflow_run_id}/events`. A pause ends the stream.
pub(crate) fn events(call: &Call) -> Outcome {
    let id = call.at("workflow_run_id");
    if !ids::is_uuid(id) {
        return Err(Refusal::unknown());
    }
    if let Some(events) = workflows::follow(call, id, false) {
        return Ok(shaped(Reply::Events(events), run));
    }
    let known = call.world(|world| world.app(&call.key).run.contains_key(id));
    let what = if known { "not created by the current end user" } else { "not found" };
    Err(Refusal::not_found(format!("WorkflowRun {what}, id={id}")))
}

/// `GET /messages/{message_id}/more-like-this`: another text from the same inputs. A stream of it is empty: so it is with real servers.
pub(crate) async fn more_like_this(call: Call) -> Outcome {
    let (given, query) = call.world(|world| {
        let app = world.app(&call.key);
        let message = app.message(call.at("message_id"), call.user()).ok_or_else(Refusal::no_message)?;
        Ok::<_, Refusal>((message.inputs.clone(), message.query.clone()))
    })?;
    if call.asked("response_mode") == Some("streaming") {
        let feed = Feed::new();
        feed.close();
        return Ok(Reply::Events(Events::new(feed.from_start(), call.server.options.ping)));
    }
    complete::complete(&call, given, &query, &[], false).await.map(|reply| shaped(reply, speech))
}
