//! `POST /completion-messages`.

use serde_json::{Map, Value};

use super::chat::spoken;
use super::inputs;
use crate::handlers::call::{Call, Outcome};
use crate::run::script::AnswerScript;
use crate::state::file::UsedFile;
use crate::state::message::Message;
use crate::values::ids;
use crate::values::refusal::Refusal;

/// Completes a text, and answers with an event stream or the whole.
pub(crate) async fn send(call: Call) -> Outcome {
    let given = inputs::given(&call).map_err(Refusal::invalid)?;
    let files = inputs::files(&call).map_err(Refusal::invalid)?;
    let query = call.text("query").unwrap_or_default();
    let streaming = call.text("response_mode") == Some("streaming");
    complete(&call, given, query, &files, streaming).await
}

/// Completes a text about what was asked or, when nothing was, about what was given.
pub(crate) async fn complete(
    call: &Call,
    given: Map<String, Value>,
    query: &str,
    files: &[UsedFile],
    streaming: bool,
) -> Outcome {
    let question = if query.is_empty() { inputs::question(&given) } else { query.to_owned() };
    let text = format!("Here is a text about \"{question}\": it is short, it is friendly, and it is always the same.");
    let script = AnswerScript::of(&question, &text, call.server.options.pace);
    let mut message = Message::new(None, call.user(), given, query);
    let url = &call.server.url;
    message.files = files.iter().map(|file| file.in_history(url, &ids::new())).collect();
    let told: Vec<Value> = files.iter().map(|file| file.in_event(url, &ids::new())).collect();
    spoken(call, message, script, told, streaming).await
}
