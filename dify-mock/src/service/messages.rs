//! Messages, what users think of them, and what one might ask next.

use serde_json::{Value, json};

use super::{conversations::invalid, parameters};
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::run::script::suggestions;
use crate::state::message::{Feedback, Message};
use crate::{clock, ids};

/// `GET /messages`: the newest page, each page the oldest first; `first_id` leads further back.
pub(crate) fn list(call: &Call) -> Outcome {
    page(call, Message::value)
}

/// A page of messages, each told in this way, to which belong the forms that people filled.
pub(crate) fn page(call: &Call, tell: fn(&Message, &[Value]) -> Value) -> Outcome {
    let limit = call.number("limit", 20);
    let conversation = call.asked("conversation_id").unwrap_or_default();
    for name in ["conversation_id", "first_id"] {
        if let Some(id) = call.asked(name).filter(|id| !ids::is_uuid(id)) {
            return Err(invalid(name, "must be a valid UUID", &json!(id), "MessageListQuery"));
        }
    }
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
        let app = world.app(&call.key);
        let tick = app.tick();
        let message = app.message(call.at("message_id"), call.user()).ok_or_else(Refusal::no_message)?;
        let content = call.text("content").map(str::to_owned);
        let now = clock::now();
        match (call.text("rating"), message.feedback.take()) {
            (None, None) => return Err(Refusal::invalid("rating cannot be None when feedback not exists")),
            (None, Some(_)) => {}
            (Some(rating), before) => {
                let (id, created_at) =
                    before.map_or_else(|| (ids::new(), now), |before| (before.id, before.created_at));
                let rating = rating.to_owned();
                message.feedback = Some(Feedback { id, rating, content, created_at, updated_at: now, tick });
            }
        }
        Ok(Reply::success())
    })
}

/// `GET /app/feedbacks`.
pub(crate) fn feedbacks(call: &Call) -> Outcome {
    let (page, limit) = (call.number("page", 1), call.number("limit", 20));
    call.world(|world| {
        let app = world.app(&call.key);
        let rated = app.messages.values().filter_map(|message| Some((message, message.feedback.clone()?)));
        let mut found: Vec<(&Message, Feedback)> = rated.collect();
        found.sort_by_key(|(_, feedback)| std::cmp::Reverse(feedback.tick));
        let values = found.iter().skip((page - 1).saturating_mul(limit)).take(limit);
        let data: Vec<Value> = values
            .map(|(message, feedback)| feedback.value(message, &app.id, &ids::of(&app.id, &message.user)))
            .collect();
        Ok(Reply::ok(json!({"data": data})))
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
