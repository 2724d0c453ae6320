//! The texts that a visitor saved.

use serde_json::{Value, json};

use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::ids;
use crate::service::conversations::invalid;
use crate::state::message::Message;

/// `GET /saved-messages`: the last saved first.
pub(crate) fn list(call: &Call) -> Outcome {
    let limit = call.number("limit", 20);
    if let Some(id) = call.asked("last_id").filter(|id| !ids::is_uuid(id)) {
        return Err(invalid("last_id", "must be a valid UUID", &json!(id), "SavedMessageListQuery"));
    }
    call.world(|world| {
        let app = world.app(&call.key);
        let saved = app.saved.of(call.user());
        let from = match call.asked("last_id") {
            None => 0,
            Some(last) => {
                let place = saved.iter().position(|id| id == last);
                place.ok_or_else(|| Refusal::not_found("Last Message Not Exists."))? + 1
            }
        };
        let page = saved.iter().skip(from).take(limit).filter_map(|id| app.messages.get(id));
        let data: Vec<Value> = page.map(told).collect();
        Ok(Reply::ok(json!({"limit": limit, "has_more": saved.len() > from + data.len(), "data": data})))
    })
}

fn told(message: &Message) -> Value {
    json!({
        "id": message.id,
        "inputs": message.inputs,
        "query": message.query,
        "answer": message.answer,
        "message_files": message.files,
        "feedback": message.feedback.as_ref().map(|feedback| json!({"rating": feedback.rating})),
        "created_at": message.created_at,
    })
}

/// `POST /saved-messages`.
pub(crate) fn save(call: &Call) -> Outcome {
    let id = call.text("message_id").unwrap_or_default();
    if !ids::is_uuid(id) {
        return Err(invalid("message_id", "must be a valid UUID", &json!(id), "SavedMessageCreatePayload"));
    }
    let id = id.to_ascii_lowercase();
    call.world(|world| {
        let app = world.app(&call.key);
        app.message(&id, call.user()).ok_or_else(Refusal::no_message)?;
        app.saved.save(call.user(), &id);
        Ok(Reply::success())
    })
}

/// `DELETE /saved-messages/{message_id}`: succeeds for what was not saved, too.
pub(crate) fn delete(call: &Call) -> Outcome {
    call.world(|world| world.app(&call.key).saved.forget(call.user(), call.at("message_id")));
    Ok(Reply::Nothing)
}
