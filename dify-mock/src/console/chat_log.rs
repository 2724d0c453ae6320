//! Conversations in the log.

use serde_json::{Value, json};

use super::messages_log::{TALKING, between};
use super::{app_in, logged};
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::state::app::App;
use crate::state::conversation::Conversation;
use crate::state::message::Message;
use crate::state::run::Status;

/// `GET /apps/{app_id}/chat-conversations`: the newest first, unless something else is asked for.
pub(crate) fn list(call: &Call) -> Outcome {
    let page = logged::Page::read(call);
    let word = call.asked("keyword").map(str::to_lowercase);
    let order = call.asked("sort_by").unwrap_or("-updated_at");
    let (field, down) = order.strip_prefix('-').map_or((order, false), |field| (field, true));
    call.world(|world| {
        let app = app_in(world, call, TALKING)?;
        let fits = |conversation: &&Conversation| {
            let mut said = messages(app, conversation);
            let annotated = messages(app, conversation).any(|message| message.annotation.is_some());
            between(call, conversation.created_at)
                && match call.asked("annotation_status") {
                    Some("annotated") => annotated,
                    Some("not_annotated") => !annotated,
                    _ => true,
                }
                && word.as_ref().is_none_or(|word| {
                    let has = |text: &str| text.to_lowercase().contains(word);
                    has(&conversation.name) || said.any(|message| has(&message.query) || has(&message.answer))
                })
        };
        let mut found: Vec<&Conversation> = app.conversations.values().filter(fits).collect();
        found.sort_by_key(|one| if field == "created_at" { one.created } else { one.updated });
        if down {
            found.reverse();
        }
        Ok(Reply::ok(page.of(&found, |conversation| item(app, conversation))))
    })
}

fn messages<'a>(app: &'a App, conversation: &'a Conversation) -> impl Iterator<Item = &'a Message> {
    conversation.messages.iter().filter_map(|id| app.messages.get(id))
}

fn item(app: &App, conversation: &Conversation) -> Value {
    let summary = messages(app, conversation).next().map(|message| message.query.as_str());
    json!({
        "id": conversation.id,
        "status": "normal",
        "from_source": "api",
        "from_end_user_id": logged::user_id(app, &conversation.user),
        "from_end_user_session_id": conversation.user,
        "from_account_id": null,
        "from_account_name": null,
        "name": conversation.name,
        "summary": summary.unwrap_or(&conversation.name),
        "read_at": null,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "annotated": false,
        "model_config": logged::model(app),
        "message_count": conversation.messages.len(),
        "user_feedback_stats": logged::ratings(messages(app, conversation)),
        "admin_feedback_stats": logged::no_ratings(),
        "status_count": states(app, conversation),
    })
}

/// How the runs behind the answers ended; null where there are none.
fn states(app: &App, conversation: &Conversation) -> Value {
    if !app.profile.mode.flows() {
        return Value::Null;
    }
    let runs: Vec<Status> = messages(app, conversation)
        .filter_map(|message| message.run.as_ref().and_then(|run| app.run.get(run)))
        .map(|run| run.status)
        .collect();
    let count = |status: Status| runs.iter().filter(|known| **known == status).count();
    json!({
        "success": count(Status::Succeeded),
        "failed": count(Status::Failed),
        "partial_success": 0,
        "paused": count(Status::Paused),
    })
}

/// `GET /apps/{app_id}/chat-conversations/{conversation_id}`.
pub(crate) fn get(call: &Call) -> Outcome {
    call.world(|world| {
        let app = app_in(world, call, TALKING)?;
        let conversation = app.conversations.get(call.at("conversation_id")).ok_or_else(Refusal::no_conversation)?;
        Ok(Reply::ok(json!({
            "id": conversation.id,
            "status": "normal",
            "from_source": "api",
            "from_end_user_id": logged::user_id(app, &conversation.user),
            "from_account_id": null,
            "created_at": conversation.created_at,
            "updated_at": conversation.updated_at,
            "annotated": false,
            "introduction": conversation.introduction,
            "model_config": logged::settings(app),
            "message_count": conversation.messages.len(),
            "user_feedback_stats": logged::ratings(messages(app, conversation)),
            "admin_feedback_stats": logged::no_ratings(),
        })))
    })
}
