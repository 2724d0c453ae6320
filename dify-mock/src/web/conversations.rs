//! The visitor's conversations, and which of them are pinned.

use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::service::conversations::page;

/// `GET /conversations`: the pinned, the others or all.
pub(crate) fn list(call: &Call) -> Outcome {
    let pinned = call.yes("pinned");
    page(call, |conversation| pinned.is_none_or(|pinned| conversation.pinned == pinned))
}

/// `PATCH /conversations/{conversation_id}/pin`.
pub(crate) fn pin(call: &Call) -> Outcome {
    call.world(|world| {
        let app = world.app(&call.key);
        let found = app.conversation(call.at("conversation_id"), call.user());
        found.ok_or_else(Refusal::no_conversation)?.pinned = true;
        Ok(Reply::success())
    })
}

/// `PATCH /conversations/{conversation_id}/unpin`: succeeds for unknown ones, too.
pub(crate) fn unpin(call: &Call) -> Outcome {
    call.world(|world| {
        if let Some(found) = world.app(&call.key).conversation(call.at("conversation_id"), call.user()) {
            found.pinned = false;
        }
    });
    Ok(Reply::success())
}
