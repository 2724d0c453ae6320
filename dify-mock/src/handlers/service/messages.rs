//! Messages: stopping them, what users think of them, and what one might ask next.

use serde_json::{Value, json};

use super::parameters;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::run::script::suggestions;
use crate::state::message::Message;
use crate::values::refusal::Refusal;

/// `GET /messages`: the newest page, each page the oldest first; `first_id` leads further back.
pub(crate) fn list(call: &Call) -> Outcome {
    page(call, Message::value)
}

/// A page of messages in this representation, with the submitted forms.
pub(crate) fn page(call: &Call, tell: fn(&Message, &[Value]) -> Value) -> Outcome {
    let limit = call.number("limit", 20);
    let conversation = call.asked("conversation_id").unwrap_or_default();
    call.world(|world| {
        let app = world.app(&call.key);
        let all = app.conversation(conversation, call.user()).ok_or_else(Refusal::no_conversation)?.messages.clone();
        let end = match call.asked("first_id") {
            None => all.len(),
            Some(first) => {
                let place = all.iter().position(|id| id == first);
                place.ok_or_else(|| Refusal::not_found("First Message Not Exists."))?
            }
        };
        let start = end.saturating_sub(limit);
        let data: Vec<Value> = all[start..end]
            .iter()
            .filter_map(|id| app.messages.get(id))
            .map(|message| {
                let run = message.run.as_ref().and_then(|run| app.run.get(run));
                let forms = run.into_iter().flat_map(|run| run.forms.iter().map(|form| form.in_history(&run.id)));
                tell(message, &forms.collect::<Vec<_>>())
            })
            .collect();
        Ok(Reply::ok(json!({"limit": limit, "has_more": start > 0, "data": data})))
    })
}

/// `POST /messages/{message_id}/feedbacks`.
pub(crate) fn rate(call: &Call) -> Outcome {
    call.world(|world| {
        let message =
            world.app(&call.key).message(call.at("message_id"), call.user()).ok_or_else(Refusal::no_message)?;
        let rating = call.text("rating").map(str::to_owned);
        if rating.is_none() && message.rating.is_none() {
            return Err(Refusal::invalid("rating cannot be None when feedback not exists"));
        }
        message.rating = rating;
        Ok(Reply::success())
    })
}

/// `GET /messages/{message_id}/suggested`.
pub(crate) fn suggested(call: &Call) -> Outcome {
    let enabled = parameters::enabled(call, "suggested_questions_after_answer");
    call.world(|world| {
        let message =
            world.app(&call.key).message(call.at("message_id"), call.user()).ok_or_else(Refusal::no_message)?;
        if !enabled {
            return Err(Refusal::new(400, "bad_request", "Suggested Questions Is Disabled."));
        }
        Ok(Reply::ok(json!({"result": "success", "data": suggestions(&message.query)})))
    })
}

/// Asks a task to stop. Dify reports success even if there is no such task.
pub(crate) fn stop(call: &Call) -> Outcome {
    let stop = call.world(|world| {
        let task = world.tasks.get(call.at("task_id"))?;
        let may = task.app == call.key.text && task.user.as_deref().is_none_or(|user| user == call.user());
        may.then(|| task.stop.clone())
    });
    if let Some(stop) = stop {
        stop.ask();
    }
    Ok(Reply::success())
}
