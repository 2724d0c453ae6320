//! Drafts of workflows, and publishing them.

use serde_json::{Value, json};

use super::{DRAWN, app_in};
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::World;
use crate::values::refusal::Refusal;

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
    call.world(|world| {
        let workflows = &mut app_in(world, call, DRAWN)?.profile.workflows;
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
        // The whole list; `environment_variable_patch` comes with 1.17.0.
        if let Some(variables) = call.member("environment_variables").as_array() {
            draft.environment.set(variables);
        }
        Ok(Reply::ok(json!({"result": "success", "hash": draft.hash(), "updated_at": draft.updated_at})))
    })
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
        app.profile.touch();
        Ok(Reply::ok(json!({"result": "success", "created_at": created_at})))
    })
}
