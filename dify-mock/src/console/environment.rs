//! Environment variables of drafts. They hold once the draft is published.

use serde_json::{Value, json};

use super::workflows::no_draft;
use super::{DRAWN, app_in};
use crate::http::call::{Call, Outcome};
use crate::http::reply::Reply;

/// `GET /apps/{app_id}/workflows/draft/environment-variables`: secrets in clear.
pub(crate) fn list(call: &Call) -> Outcome {
    call.world(|world| {
        let draft = app_in(world, call, DRAWN)?.profile.workflows.draft.as_ref().ok_or_else(no_draft)?;
        Ok(Reply::ok(json!({"items": draft.environment.listed()})))
    })
}

/// `POST /apps/{app_id}/workflows/draft/environment-variables`.
pub(crate) fn set(call: &Call) -> Outcome {
    let given: &[Value] = call.member("environment_variables").as_array().map(Vec::as_slice).unwrap_or_default();
    let patch = call.member("patch") == true;
    call.world(|world| {
        let draft = app_in(world, call, DRAWN)?.profile.workflows.draft.as_mut().ok_or_else(no_draft)?;
        draft.environment.set(given, patch, &call.texts("deleted_environment_variable_ids"));
        Ok(Reply::success())
    })
}
