//! Child chunks of segments: rules make them, searches find them, no route changes them here.

use super::segments::{find, in_document};
use crate::handlers::call::Call;
use crate::values::refusal::Refusal;

/// Refuses a segment, or a child chunk of it, that is not there.
pub(crate) fn check(call: &Call) -> Result<(), Refusal> {
    let id = call.at("child_chunk_id");
    call.world(|world| {
        in_document(world, call, |_, document| {
            let segment = find(document, call)?;
            let known = id.is_empty() || segment.children.iter().any(|child| child.id == id);
            known.then_some(()).ok_or_else(|| Refusal::not_found("Child chunk not found."))
        })
    })
}
