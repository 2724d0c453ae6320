//! The one workspace, and the account that everything in it belongs to.

use super::ids;

/// The name of the account.
pub(crate) const AUTHOR: &str = "Admin";

/// The id of the workspace.
pub(crate) fn tenant() -> String {
    ids::of("tenant", "the embedded server")
}

/// The id of the account.
pub(crate) fn account() -> String {
    ids::of("account", "the embedded server")
}
