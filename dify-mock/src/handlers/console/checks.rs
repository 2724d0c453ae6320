//! What the console refuses where the documents' examples answer otherwise.

use super::app_in;
use crate::handlers::call::Call;
use crate::values::clock;
use crate::values::key::Mode;
use crate::values::refusal::Refusal;

/// Modes that have conversations, in the order in which the server names them.
const TALKING: &[Mode] = &[Mode::AgentChat, Mode::Chat, Mode::AdvancedChat, Mode::Agent];

/// `GET /apps/{app_id}/chat-messages`: applications without conversations have no such log.
pub(crate) fn messages(call: &Call) -> Result<(), Refusal> {
    call.world(|world| app_in(world, call, TALKING).map(|_| ()))
}

/// `GET /apps/{app_id}/workflow/statistics/daily-conversations`: `start` and `end` have one format.
pub(crate) fn span(call: &Call) -> Result<(), Refusal> {
    for name in ["start", "end"] {
        if let Some(text) = call.asked(name).filter(|text| !clock::is_minute(text)) {
            let format = "does not match format '%Y-%m-%d %H:%M'";
            let message = format!("Invalid {name} time format: time data '{text}' {format}");
            return Err(Refusal::new(400, "bad_request", message));
        }
    }
    Ok(())
}

/// `POST …/credentials`: a key that contains `bad` is refused.
pub(crate) fn credential(call: &Call) -> Result<(), Refusal> {
    let secret = call.member("credentials")["openai_api_key"].as_str().unwrap_or_default();
    if secret.contains("bad") { Err(Refusal::invalid("Incorrect API key provided")) } else { Ok(()) }
}
