//! What only the console knows: its account, sessions, keys of knowledge, tags of applications, models, held imports.

pub(crate) mod account;
pub(crate) mod api_key;
pub(crate) mod definition;
pub(crate) mod label;
pub(crate) mod models;
pub(crate) mod session;

use std::collections::HashMap;

use account::Account;
use api_key::ApiKey;
use definition::Held;
use label::Label;
use models::Models;
use session::Sessions;

/// The console's part of the state.
#[derive(Debug, Default)]
pub(crate) struct Console {
    /// The one account; none before the setup.
    pub(crate) account: Option<Account>,
    pub(crate) sessions: Sessions,
    /// Keys of knowledge, the oldest first.
    pub(crate) dataset_keys: Vec<ApiKey>,
    /// Tags of applications, the oldest first. Those of knowledge are where the knowledge is.
    pub(crate) labels: Vec<Label>,
    pub(crate) models: Models,
    /// Imports that wait to be confirmed, by id.
    pub(crate) held: HashMap<String, Held>,
}
