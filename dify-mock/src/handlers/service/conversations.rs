//! Conversations and their variables.

use serde_json::{Value, json};

use crate::described::Complaint;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::run::script::title;
use crate::state::conversation::Conversation;
use crate::state::variable::Misfit;
use crate::values::refusal::Refusal;

/// `GET /conversations`.
pub(crate) fn list(call: &Call) -> Outcome {
    let order = call.asked("sort_by").unwrap_or("-updated_at");
    let (field, down) = order.strip_prefix('-').map_or((order, false), |field| (field, true));
    call.world(|world| {
        let app = world.app(&call.key);
        let own = app.conversations.values().filter(|conversation| conversation.user == call.user());
        let mut found: Vec<&Conversation> = own.collect();
        found.sort_by_key(
            |conversation| if field == "created_at" { conversation.created } else { conversation.updated },
        );
        if down {
            found.reverse();
        }
        let values = found.iter().map(|conversation| (conversation.id.as_str(), conversation.value())).collect();
        after(call, values, Refusal::not_found("Last Conversation Not Exists."))
    })
}

/// What follows the last one that the caller has; `missing` is the answer where it is not in the list.
fn after(call: &Call, found: Vec<(&str, Value)>, missing: Refusal) -> Outcome {
    let place = |last: &str| found.iter().position(|(id, _)| *id == last);
    let from = call.asked("last_id").map(|last| place(last).ok_or(missing)).transpose()?.map_or(0, |place| place + 1);
    let limit = call.number("limit", 20);
    let more = found.len() > from.saturating_add(limit);
    let data: Vec<Value> = found.into_iter().skip(from).take(limit).map(|(_, value)| value).collect();
    Ok(Reply::ok(json!({"limit": limit, "has_more": more, "data": data})))
}

/// `DELETE /conversations/{conversation_id}`.
pub(crate) fn delete(call: &Call) -> Outcome {
    call.world(|world| {
        let app = world.app(&call.key);
        let id = app.conversation(call.at("conversation_id"), call.user()).map(|conversation| conversation.id.clone());
        match id {
            Some(id) => app.forget(&id),
            // Nobody looks whether there is one.
            None if call.server.options.between("1.8.0", "1.13.0") => {}
            None => return Err(Refusal::no_conversation()),
        }
        Ok(Reply::Nothing)
    })
}

/// `POST /conversations/{conversation_id}/name`.
pub(crate) fn rename(call: &Call) -> Outcome {
    let automatic = call.member("auto_generate").as_bool().unwrap_or(false);
    let name = call.text("name").map(str::trim).filter(|name| !name.is_empty());
    if !automatic && name.is_none() {
        let text = "Value error, name is required when auto_generate is false";
        return Err(Refusal::invalid(format!(
            "1 validation error for ConversationRenamePayload\n  {text} [type=value_error, input_value={}, \
             input_type=dict]\n    For further information visit https://errors.pydantic.dev/2.12/v/value_error",
            crate::values::python::repr(&call.members())
        )));
    }
    call.world(|world| {
        let app = world.app(&call.key);
        let tick = app.tick();
        let found = app.conversation(call.at("conversation_id"), call.user()).ok_or_else(Refusal::no_conversation)?;
        let id = found.id.clone();
        let first = found.messages.first().cloned().unwrap_or_default();
        let question = app.messages.get(&first).map(|message| message.query.clone()).unwrap_or_default();
        let conversation = app.conversations.get_mut(&id).ok_or_else(Refusal::no_conversation)?;
        conversation.name = match name.filter(|_| !automatic) {
            Some(name) => name.to_owned(),
            None => title(&question),
        };
        conversation.touch(tick);
        Ok(Reply::ok(conversation.value()))
    })
}

/// `GET /conversations/{conversation_id}/variables`.
pub(crate) fn variables(call: &Call) -> Outcome {
    if let Some(name) = call.asked("variable_name") {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !name.chars().all(allowed) {
            let text = "Variable name can only contain letters, numbers, hyphens (-), underscores (_), and periods (.)";
            return Err(Complaint::value("variable_name", text, &json!(name), "ConversationVariablesQuery"));
        }
    }
    call.world(|world| {
        let found = world.app(&call.key).conversation(call.at("conversation_id"), call.user());
        let conversation = found.ok_or_else(Refusal::no_conversation)?;
        let wanted = |name: &str| call.asked("variable_name").is_none_or(|asked| asked == name);
        let found = conversation.variables.iter().filter(|variable| wanted(variable.name));
        let values = found.map(|variable| (variable.id.as_str(), variable.value())).collect();
        // The real message is empty, too.
        after(call, values, Refusal::invalid(""))
    })
}

/// `PUT /conversations/{conversation_id}/variables/{variable_id}`.
pub(crate) fn set_variable(call: &Call) -> Outcome {
    call.world(|world| {
        let found = world.app(&call.key).conversation(call.at("conversation_id"), call.user());
        let conversation = found.ok_or_else(Refusal::no_conversation)?;
        let id = call.at("variable_id");
        let variable = conversation.variables.iter_mut().find(|variable| variable.id == id);
        let variable = variable.ok_or_else(|| Refusal::not_found("Conversation Variable Not Exists."))?;
        match variable.replace(call.member("value").clone()) {
            Ok(()) => Ok(Reply::ok(variable.value())),
            Err(Misfit::Fraction) => Err(Refusal::invalid("not supported value type integer")),
            Err(Misfit::Type(found)) => {
                let (name, kind) = (variable.name, variable.kind);
                let message = format!("Type mismatch: variable '{name}' expects {kind}, but got {found} type");
                Err(Refusal::new(400, "bad_request", message))
            }
        }
    })
}
