//! Drafts of workflows, and publishing them.

use serde_json::{Value, json};

use super::{DRAWN, app_in};
use crate::contract::Complaint;
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::python;
use crate::state::World;

/// Who made a workflow.
pub(super) fn author(world: &World) -> Value {
    world.console.account.as_ref().map(crate::state::console::account::Account::author).unwrap_or_default()
}

pub(super) fn no_draft() -> Refusal {
    Refusal::new(404, "draft_workflow_not_exist", "Draft workflow need to be initialized.")
}

/// `GET /apps/{app_id}/workflows/draft`.
pub(crate) fn draft(call: &Call) -> Outcome {
    call.world(|world| {
        let author = author(world);
        let draft = app_in(world, call, DRAWN)?.profile.workflows.draft.as_ref().ok_or_else(no_draft)?;
        Ok(Reply::ok(draft.value(&author)))
    })
}

/// `POST /apps/{app_id}/workflows/draft`: all of it, unless somebody else was faster.
pub(crate) fn sync(call: &Call) -> Outcome {
    let patch = call.member("environment_variable_patch");
    call.world(|world| {
        let workflows = &mut app_in(world, call, DRAWN)?.profile.workflows;
        check(call)?;
        let given = call.text("hash");
        // Where several people edit at once, the console settles it.
        let together = call.member("_is_collaborative") == true;
        if !together && workflows.draft.as_ref().is_some_and(|draft| given != Some(draft.hash().as_str())) {
            let message = "Workflow graph might have been modified, please refresh and resubmit.";
            return Err(Refusal::new(409, "draft_workflow_not_sync", message));
        }
        let draft = workflows.set_draft(call.member("graph").clone(), call.member("features").clone());
        draft.conversation_variables =
            json!(call.member("conversation_variables").as_array().into_iter().flatten().collect::<Vec<_>>());
        if patch.is_object() {
            let gone = patch["deleted_environment_variable_ids"].as_array().into_iter().flatten();
            let gone: Vec<&str> = gone.filter_map(Value::as_str).collect();
            let variables = patch["environment_variables"].as_array().map(Vec::as_slice).unwrap_or_default();
            draft.environment.set(variables, true, &gone);
        }
        Ok(Reply::ok(json!({"result": "success", "hash": draft.hash(), "updated_at": draft.updated_at})))
    })
}

/// What the document has in words only.
fn check(call: &Call) -> Result<(), Refusal> {
    const TITLE: &str = "SyncDraftWorkflowPayload";
    let old = call.member("environment_variables");
    if call.has("environment_variables") {
        let (shown, kind) = (python::repr(old), python::type_name(old));
        return Err(Refusal::invalid(format!(
            "1 validation error for {TITLE}\nenvironment_variables\n  Extra inputs are not permitted \
             [type=extra_forbidden, input_value={shown}, input_type={kind}]\n    For further information visit \
             https://errors.pydantic.dev/2.12/v/extra_forbidden"
        )));
    }
    let patch = call.member("environment_variable_patch");
    let mut variables = patch["environment_variables"].as_array().into_iter().flatten();
    if variables.any(|variable| !variable["id"].is_string()) {
        let text = "patched environment variables require an id";
        let complaint = Complaint::value("environment_variable_patch", text, patch);
        return Err(Refusal::invalid(Complaint::message(&[complaint], TITLE)));
    }
    Ok(())
}

/// `GET /apps/{app_id}/workflows/publish`: null before the first time.
pub(crate) fn published(call: &Call) -> Outcome {
    call.world(|world| {
        let author = author(world);
        let running = app_in(world, call, DRAWN)?.profile.workflows.running();
        Ok(Reply::ok(running.map(|workflow| workflow.value(&author)).unwrap_or_default()))
    })
}

/// `POST /apps/{app_id}/workflows/publish`: the Service API runs it from now on.
pub(crate) fn publish(call: &Call) -> Outcome {
    let text = |name: &str| call.text(name).unwrap_or_default();
    call.world(|world| {
        let app = app_in(world, call, DRAWN)?;
        let version = app.profile.workflows.publish(text("marked_name"), text("marked_comment"));
        let version = version.ok_or_else(|| Refusal::invalid("No valid workflow found."))?;
        let (id, created_at) = (version.id.clone(), version.created_at);
        app.workflow_id = id;
        app.profile.defined = true;
        app.profile.touch();
        Ok(Reply::ok(json!({"result": "success", "created_at": created_at})))
    })
}
