//! Answers of text-completion applications in the log. Each stands for a conversation of its own.

use serde_json::{Value, json};

use super::messages_log::{between, value};
use super::{app_in, logged};
use crate::http::call::{Call, Outcome};
use crate::http::key::Mode;
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::state::app::App;
use crate::state::message::Message;

const COMPLETION: &[Mode] = &[Mode::Completion];

/// `GET /apps/{app_id}/completion-conversations`: the newest first.
pub(crate) fn list(call: &Call) -> Outcome {
    let page = logged::Page::read(call);
    let word = call.asked("keyword").map(str::to_lowercase);
    call.world(|world| {
        let app = app_in(world, call, COMPLETION)?;
        let fits = |message: &&Message| {
            let has = |word: &String| {
                let text = format!("{} {}", message.query, message.answer).to_lowercase();
                text.contains(word)
            };
            between(call, message.created_at)
                && call.asked("annotation_status") != Some("annotated")
                && word.as_ref().is_none_or(has)
        };
        let mut found: Vec<&Message> = app.messages.values().filter(fits).collect();
        found.sort_by_key(|message| std::cmp::Reverse(message.created_at));
        Ok(Reply::ok(page.of(&found, |message| item(app, message))))
    })
}

fn item(app: &App, message: &Message) -> Value {
    json!({
        "id": logged::conversation_id(message),
        "status": "normal",
        "from_source": "api",
        "from_end_user_id": logged::user_id(app, &message.user),
        "from_end_user_session_id": message.user,
        "from_account_id": null,
        "from_account_name": null,
        "read_at": null,
        "created_at": message.created_at,
        "updated_at": message.created_at,
        "annotation": null,
        "model_config": logged::model(app),
        "user_feedback_stats": logged::ratings(std::iter::once(message)),
        "admin_feedback_stats": logged::no_ratings(),
        "message": {"inputs": message.inputs, "query": "", "message": message.query, "answer": message.answer},
    })
}

/// `GET /apps/{app_id}/completion-conversations/{conversation_id}`.
pub(crate) fn get(call: &Call) -> Outcome {
    call.world(|world| {
        let app = app_in(world, call, COMPLETION)?;
        let wanted = call.at("conversation_id");
        let message = app.messages.values().find(|message| logged::conversation_id(message) == wanted);
        let message = message.ok_or_else(Refusal::no_conversation)?;
        Ok(Reply::ok(json!({
            "id": wanted,
            "status": "normal",
            "from_source": "api",
            "from_end_user_id": logged::user_id(app, &message.user),
            "from_account_id": null,
            "created_at": message.created_at,
            "model_config": logged::settings(app),
            "message": value(app, message),
        })))
    })
}
