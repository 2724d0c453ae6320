//! Versions of workflows.

use serde_json::{Value, json};

use super::workflows::author;
use super::{DRAWN, app_in};
use crate::clock;
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::state::knowledge::account;
use crate::state::workflow::Workflow;

/// `GET /apps/{app_id}/workflows`: the draft, then the versions, the newest first.
pub(crate) fn list(call: &Call) -> Outcome {
    let (page, limit) = (call.number("page", 1).max(1), call.number("limit", 10).max(1));
    let named = matches!(call.asked("named_only"), Some("true" | "True" | "1"));
    let by_others = call.asked("user_id").is_some_and(|user| user != account());
    call.world(|world| {
        let author = author(world);
        let workflows = &app_in(world, call, DRAWN)?.profile.workflows;
        let all = workflows.draft.iter().chain(workflows.versions.iter().rev());
        let fits = |workflow: &&Workflow| !(by_others || named && workflow.marked_name.is_empty());
        let found: Vec<&Workflow> = all.filter(fits).collect();
        let first = (page - 1).saturating_mul(limit);
        let items: Vec<Value> = found.iter().skip(first).take(limit).map(|workflow| workflow.value(&author)).collect();
        let more = first.saturating_add(items.len()) < found.len() && !items.is_empty();
        Ok(Reply::ok(json!({"items": items, "page": page, "limit": limit, "has_more": more})))
    })
}

fn not_found() -> Refusal {
    Refusal::not_found("Workflow not found")
}

/// `PATCH /apps/{app_id}/workflows/{workflow_id}`: what is said about it.
pub(crate) fn update(call: &Call) -> Outcome {
    if call.text("marked_name").is_none() && call.text("marked_comment").is_none() {
        return Err(Refusal::new(400, "bad_request", "No valid fields to update"));
    }
    call.world(|world| {
        let author = author(world);
        let workflows = &mut app_in(world, call, DRAWN)?.profile.workflows;
        let workflow = workflows.get_mut(call.at("workflow_id")).ok_or_else(not_found)?;
        if let Some(name) = call.text("marked_name") {
            name.clone_into(&mut workflow.marked_name);
        }
        if let Some(comment) = call.text("marked_comment") {
            comment.clone_into(&mut workflow.marked_comment);
        }
        (workflow.updated_at, workflow.touched) = (clock::now(), true);
        Ok(Reply::ok(workflow.value(&author)))
    })
}

/// `DELETE /apps/{app_id}/workflows/{workflow_id}`: neither the draft nor what runs.
pub(crate) fn delete(call: &Call) -> Outcome {
    let id = call.at("workflow_id");
    let bad = |message: String| Refusal::new(400, "bad_request", message);
    call.world(|world| {
        let app = app_in(world, call, DRAWN)?;
        let workflows = &mut app.profile.workflows;
        if workflows.draft.as_ref().is_some_and(|draft| draft.id == id) {
            return Err(bad("Cannot delete draft workflow versions".to_owned()));
        }
        if workflows.running().is_some_and(|running| running.id == id) {
            let app = &app.id;
            return Err(bad(format!("Cannot delete workflow that is currently in use by app '{app}'")));
        }
        let place = workflows.versions.iter().position(|version| version.id == id);
        let place = place.ok_or_else(|| Refusal::not_found(format!("Workflow with ID {id} not found")))?;
        workflows.versions.remove(place);
        Ok(Reply::Nothing)
    })
}

/// `POST /apps/{app_id}/workflows/{workflow_id}/restore`: makes a draft of a version.
pub(crate) fn restore(call: &Call) -> Outcome {
    let id = call.at("workflow_id");
    call.world(|world| {
        let workflows = &mut app_in(world, call, DRAWN)?.profile.workflows;
        if workflows.draft.as_ref().is_some_and(|draft| draft.id == id) {
            return Err(Refusal::new(400, "bad_request", "source workflow must be published"));
        }
        let source = workflows.version(id).cloned().ok_or_else(not_found)?;
        let draft = workflows.set_draft(source.graph, source.features);
        draft.environment = source.environment;
        draft.conversation_variables = source.conversation_variables;
        Ok(Reply::ok(json!({"result": "success", "hash": draft.hash(), "updated_at": draft.updated_at})))
    })
}
