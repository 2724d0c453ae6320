//! The account and its one workspace.

use serde_json::json;

use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::state::app::tenant;
use crate::state::console::account::Account;

/// Does something with the account. Who is let in has one.
fn with_account(call: &Call, work: impl FnOnce(&mut Account) -> Reply) -> Outcome {
    call.world(|world| world.console.account.as_mut().map(work).ok_or_else(Refusal::unknown))
}

/// `GET /account/profile`.
pub(crate) fn profile(call: &Call) -> Outcome {
    with_account(call, |account| Reply::ok(account.value()))
}

/// `POST /account/name`.
pub(crate) fn rename(call: &Call) -> Outcome {
    let name = call.text("name").unwrap_or_default();
    with_account(call, |account| {
        name.clone_into(&mut account.name);
        Reply::ok(account.value())
    })
}

/// `GET /workspaces`.
pub(crate) fn list(call: &Call) -> Outcome {
    with_account(call, |account| {
        Reply::ok(json!({"workspaces": [{
            "id": tenant(),
            "name": format!("{}'s Workspace", account.name),
            "plan": "sandbox",
            "status": "normal",
            "created_at": account.created_at,
            "last_opened_at": account.last_login_at.unwrap_or(account.created_at),
            "current": true,
        }]}))
    })
}

/// `GET /workspaces/current/members`.
pub(crate) fn members(call: &Call) -> Outcome {
    with_account(call, |account| Reply::ok(json!({"accounts": [account.member()]})))
}
