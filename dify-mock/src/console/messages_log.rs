//! Messages in the log.

use serde_json::{Value, json};

use super::{app, app_in, logged};
use crate::http::call::{Call, Outcome};
use crate::http::key::Mode;
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::run::usage::Usage;
use crate::state::app::App;
use crate::state::message::Message;

/// Modes that one talks to, in the order in which the server names them.
pub(super) const TALKING: &[Mode] = &[Mode::AgentChat, Mode::Chat, Mode::AdvancedChat, Mode::Agent];

/// `GET /apps/{app_id}/chat-messages`: the newest page, each page the oldest first; `first_id` leads further back.
pub(crate) fn list(call: &Call) -> Outcome {
    let limit = call.number("limit", 20).max(1);
    call.world(|world| {
        let app = app_in(world, call, TALKING)?;
        let conversation = app.conversations.get(call.asked("conversation_id").unwrap_or_default());
        let all = &conversation.ok_or_else(Refusal::no_conversation)?.messages;
        let end = match call.asked("first_id") {
            None => all.len(),
            Some(first) => {
                let place = all.iter().position(|id| id == first);
                place.ok_or_else(|| Refusal::not_found("First message not found"))?
            }
        };
        let start = end.saturating_sub(limit);
        let messages = all[start..end].iter().filter_map(|id| app.messages.get(id));
        let data: Vec<Value> = messages.map(|message| value(app, message)).collect();
        Ok(Reply::ok(json!({"limit": limit, "has_more": start > 0, "data": data})))
    })
}

/// `GET /apps/{app_id}/messages/{message_id}`.
pub(crate) fn get(call: &Call) -> Outcome {
    call.world(|world| {
        let app = app(world, call)?;
        let message = app.messages.get(call.at("message_id")).ok_or_else(Refusal::no_message)?;
        Ok(Reply::ok(value(app, message)))
    })
}

/// All that the console knows of a message.
pub(super) fn value(app: &App, message: &Message) -> Value {
    let usage = message.usage.as_ref();
    let run = message.run.as_ref().and_then(|run| app.run.get(run));
    let forms = run.into_iter().flat_map(|run| run.forms.iter().map(|form| form.in_history(&run.id)));
    let feedback = message.feedback.as_ref().map(|feedback| {
        json!({
            "rating": feedback.rating,
            "content": feedback.content,
            "from_source": "user",
            "from_end_user_id": logged::user_id(app, &message.user),
            "from_account": null,
        })
    });
    let hit = message.annotation.as_ref().map(|annotation| {
        json!({
            "annotation_id": annotation["id"],
            "annotation_create_account": annotation["account"],
            "created_at": message.created_at,
        })
    });
    let talks = app.profile.mode.talks();
    json!({
        "id": message.id,
        "conversation_id": logged::conversation_id(message),
        "inputs": message.inputs,
        "query": if talks { message.query.as_str() } else { "" },
        "message": prompt(app, message),
        "message_tokens": usage.map_or(0, Usage::prompt),
        "answer": message.answer,
        "answer_tokens": usage.map_or(0, Usage::completion),
        "provider_response_latency": usage.map_or(0.0, Usage::latency),
        "from_source": "api",
        "from_end_user_id": logged::user_id(app, &message.user),
        "from_account_id": null,
        "feedbacks": feedback.into_iter().collect::<Vec<_>>(),
        "workflow_run_id": message.run,
        "annotation": null,
        "annotation_hit_history": hit,
        "created_at": message.created_at,
        "agent_thoughts": message.thoughts,
        "message_files": message.files,
        "metadata": usage.map_or_else(|| json!({}), |usage| usage.metadata(message.annotation.as_ref(), true)),
        "status": if message.error.is_some() { "error" } else { "normal" },
        "error": message.error,
        "parent_message_id": if talks { json!("00000000-0000-0000-0000-000000000000") } else { Value::Null },
        "extra_contents": forms.collect::<Vec<Value>>(),
    })
}

/// What the model was told; of a chatflow nothing is written down here.
fn prompt(app: &App, message: &Message) -> Value {
    if message.run.is_some() {
        return json!("");
    }
    let said = |role: &str, text: &str| json!({"role": role, "text": text, "files": []});
    let before = app.profile.settings.as_ref().and_then(|settings| settings.value["pre_prompt"].as_str());
    let mut prompts: Vec<Value> = before.into_iter().map(|text| said("system", text)).collect();
    prompts.push(said("user", &message.query));
    json!(prompts)
}

/// Whether something was said between two moments.
pub(super) fn between(call: &Call, moment: i64) -> bool {
    logged::moment(call, "start").is_none_or(|start| moment >= start)
        && logged::moment(call, "end").is_none_or(|end| moment < end)
}
