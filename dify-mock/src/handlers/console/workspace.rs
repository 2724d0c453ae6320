//! The account.

use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::console::account::Account;
use crate::values::refusal::Refusal;

/// `GET /account/profile`.
pub(crate) fn profile(call: &Call) -> Outcome {
    call.world(|world| world.console.account.as_ref().map(Account::value).map(Reply::ok).ok_or_else(Refusal::unknown))
}
