//! Messages, as pages receive them.

use serde_json::{Value, json};

use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::handlers::service::messages::page;
use crate::run::script::suggestions;
use crate::state::message::Message;
use crate::values::refusal::Refusal;

/// `GET /messages`.
pub(crate) fn list(call: &Call) -> Outcome {
    page(call, told)
}

/// With what the answer cost, of which the page heard nothing when it was given.
fn told(message: &Message, forms: &[Value]) -> Value {
    let mut value = message.value(forms);
    let metadata = message.usage.as_ref().map(|usage| usage.metadata(message.annotation.as_ref(), true));
    value["metadata"] = metadata.unwrap_or_else(|| json!({}));
    // The sum is the last member of a message.
    if let Some(members) = value.as_object_mut()
        && let Some(total) = members.shift_remove("total_tokens")
    {
        members.insert("total_tokens".to_owned(), total);
    }
    value
}

/// `GET /messages/{message_id}/suggested-questions`.
pub(crate) fn suggested(call: &Call) -> Outcome {
    if !call.key.mode.talks() {
        // It is what the server says, though it wants anything else.
        let message = "Please check if your Completion app mode matches the right API route.";
        return Err(Refusal::new(400, "not_completion_app", message));
    }
    call.world(|world| {
        let app = world.app(&call.key);
        let message = app.message(call.at("message_id"), call.user()).ok_or_else(Refusal::no_message)?;
        Ok(Reply::ok(json!({"data": suggestions(&message.query)})))
    })
}
