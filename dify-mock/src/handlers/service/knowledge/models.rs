//! The models that the workspace has.

use crate::handlers::call::Call;
use crate::values::refusal::Refusal;

const KINDS: &[&str] = &["llm", "text-embedding", "rerank", "speech2text", "moderation", "tts"];

/// `GET /workspaces/current/models/model-types/{model_type}`: there are no other types.
pub(crate) fn check(call: &Call) -> Result<(), Refusal> {
    let kind = call.at("model_type");
    let known = KINDS.contains(&kind);
    known.then_some(()).ok_or_else(|| Refusal::invalid(format!("'{kind}' is not a valid ModelType")))
}
