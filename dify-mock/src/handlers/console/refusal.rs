//! How the console refuses: a few routes have words of their own.

use serde_json::json;

use crate::described::{Complaint, Operation};
use crate::state::shared::Options;
use crate::values::refusal::Refusal;

/// Refuses what does not agree with the document where the route has words of its own for it.
pub(crate) fn judge(options: &Options, operation: Operation, members: &[Complaint]) -> Result<(), Refusal> {
    let Some(first) = members.first() else { return Ok(()) };
    match operation.id() {
        "console_setup_create" if options.since("1.12.0") => Err(setup()),
        "console_apps_update_model_config" if first.is_about("model") => Err(Refusal::invalid("model is required")),
        "console_definitions_import_app" if first.is_about("mode") && !first.is_missing() => {
            Err(Refusal::invalid(format!("Invalid import_mode: {}", crate::values::python::str(first.input()))))
        }
        _ => Ok(()),
    }
}

/// The setup does not name the error.
pub(crate) fn setup() -> Refusal {
    let message = "Validation error for parameter 'payload'";
    let error = json!({"type": "validation_error", "message": message, "status": 422, "details": message});
    Refusal::Shaped { status: 422, body: json!({"error": error}) }
}

/// A refusal about keys, which has no code.
pub(crate) fn about_keys(status: u16, message: &str) -> Refusal {
    Refusal::Shaped { status, body: json!({"message": message}) }
}

pub(crate) fn no_app() -> Refusal {
    Refusal::new(404, "app_not_found", "App not found.")
}
