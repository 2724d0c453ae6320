//! The account.

use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::state::console::account::Account;

/// `GET /account/profile`.
pub(crate) fn profile(call: &Call) -> Outcome {
    call.world(|world| world.console.account.as_ref().map(Account::value).map(Reply::ok).ok_or_else(Refusal::unknown))
}
