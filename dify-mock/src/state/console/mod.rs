//! State of the console: its account, sessions, keys, imports that wait to be confirmed.

pub(crate) mod account;
pub(crate) mod api_key;
pub(crate) mod definition;
pub(crate) mod session;

use std::collections::HashMap;

use account::Account;
use definition::Held;
use session::Sessions;

/// The console's part of the state.
#[derive(Default)]
pub(crate) struct Console {
    /// The one account; none before the setup.
    pub(crate) account: Option<Account>,
    pub(crate) sessions: Sessions,
    /// Imports that wait to be confirmed, by id.
    pub(crate) held: HashMap<String, Held>,
}
