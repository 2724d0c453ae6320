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

/// `POST /apps/{app_id}/workflows/draft/environment-variables`: the whole list, whatever `patch` says (R147).
pub(crate) fn set(call: &Call) -> Outcome {
    let given: &[Value] = call.member("environment_variables").as_array().map(Vec::as_slice).unwrap_or_default();
    call.world(|world| {
        let draft = app_in(world, call, DRAWN)?.profile.workflows.draft.as_mut().ok_or_else(no_draft)?;
        draft.environment.set(given);
        Ok(Reply::success())
    })
}
