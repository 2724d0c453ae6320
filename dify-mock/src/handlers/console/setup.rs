//! The setup of a server.

use serde_json::json;

use super::refusal;
use crate::described::Complaint;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::console::account::Account;
use crate::values::clock;
use crate::values::refusal::Refusal;

/// `GET /setup`.
pub(crate) fn status(call: &Call) -> Outcome {
    let made = call.world(|world| world.console.account.as_ref().map(|account| account.created_at));
    let step = if made.is_some() { "finished" } else { "not_started" };
    Ok(Reply::ok(json!({"step": step, "setup_at": made.map(clock::iso)})))
}

/// `POST /setup`: once.
pub(crate) fn create(call: &Call) -> Outcome {
    let text = |name: &str| call.text(name).unwrap_or_default();
    let (name, email, password) = (text("name"), text("email"), text("password"));
    let name_fits = (1..=30).contains(&name.chars().count());
    let by_parser = !call.server.options.since("1.12.0");
    if by_parser && !is_strong(password) {
        let complaint = "Password must contain letters and numbers, and the length must be greater than 8.";
        return Err(Complaint::value("password", complaint, &json!(password), "SetupRequestPayload"));
    }
    if !name_fits || !is_email(email) || !is_strong(password) {
        return Err(refusal::setup());
    }
    call.world(|world| {
        if world.console.account.is_some() && by_parser {
            let message =
                "Dify has been successfully installed. Please refresh the page or return to the dashboard homepage.";
            return Err(Refusal::new(403, "already_setup", message));
        }
        if world.console.account.is_some() {
            let error = json!({"type": "authorization_error", "message": "Forbidden", "status": 403});
            return Err(Refusal::Shaped { status: 403, body: json!({"error": error}) });
        }
        world.console.account = Some(Account::new(name, email, password));
        Ok(Reply::Json(201, json!({"result": "success"})))
    })
}

/// Whether this is an address, as far as the server looks.
pub(crate) fn is_email(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c);
    text.split_once('@').is_some_and(|(name, host)| {
        let parts: Vec<&str> = host.split('.').collect();
        !name.is_empty() && name.chars().all(fits) && parts.len() > 1 && parts.iter().all(|part| !part.is_empty())
    })
}

/// Eight characters, letters and digits among them.
fn is_strong(password: &str) -> bool {
    password.chars().count() >= 8
        && password.chars().any(|c| c.is_ascii_alphabetic())
        && password.chars().any(|c| c.is_ascii_digit())
}
