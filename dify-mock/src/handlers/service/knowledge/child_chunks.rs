//! Child chunks of segments.

use serde_json::{Value, json};

use super::segments::{find, in_document, not_found as no_segment};
use super::{LONGEST_PAGE, dataset};
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::World;
use crate::state::knowledge::child_chunk::ChildChunk;
use crate::state::knowledge::segment::Segment;
use crate::values::clock;
use crate::values::refusal::Refusal;

fn not_found() -> Refusal {
    Refusal::not_found("Child chunk not found.")
}

/// `GET …/child_chunks`.
pub(crate) fn list(call: &Call) -> Outcome {
    let (page, limit) = (call.number("page", 1).max(1), call.number("limit", 20).clamp(1, LONGEST_PAGE));
    let word = call.asked("keyword").map(str::to_lowercase);
    call.world(|world| {
        in_document(world, call, |_, document| {
            let segment = find(document, call)?;
            let fits =
                |child: &&ChildChunk| word.as_ref().is_none_or(|word| child.content.to_lowercase().contains(word));
            let found: Vec<&ChildChunk> = segment.children.iter().filter(fits).collect();
            let shown = found.iter().skip((page - 1).saturating_mul(limit)).take(limit);
            let data: Vec<Value> = shown.map(|child| child.value(&segment.id)).collect();
            let (total, pages) = (found.len(), found.len().div_ceil(limit));
            Ok(Reply::ok(json!({"data": data, "total": total, "total_pages": pages, "page": page, "limit": limit})))
        })
    })
}

/// `POST …/child_chunks`: at the end of the segment.
pub(crate) fn create(call: &Call) -> Outcome {
    let content = call.text("content").unwrap_or_default();
    amend(call, |segment| {
        let last = segment.children.iter().map(|child| child.position).max().unwrap_or_default();
        let child = ChildChunk::new(content, last + 1, true, clock::now());
        let value = child.value(&segment.id);
        segment.children.push(child);
        Ok(Reply::ok(json!({"data": value})))
    })
}

/// `PATCH …/child_chunks/{child_chunk_id}`.
pub(crate) fn update(call: &Call) -> Outcome {
    let content = call.text("content").unwrap_or_default();
    amend(call, |segment| {
        let id = segment.id.clone();
        let child = segment.child(call.at("child_chunk_id")).ok_or_else(not_found)?;
        content.clone_into(&mut child.content);
        (child.customized, child.updated_at) = (true, clock::now());
        Ok(Reply::ok(json!({"data": child.value(&id)})))
    })
}

/// `DELETE …/child_chunks/{child_chunk_id}`.
pub(crate) fn delete(call: &Call) -> Outcome {
    amend(call, |segment| {
        segment.child(call.at("child_chunk_id")).ok_or_else(not_found)?;
        segment.children.retain(|child| child.id != call.at("child_chunk_id"));
        Ok(Reply::Nothing)
    })
}

/// Works on the segment of the path.
fn amend(call: &Call, work: impl FnOnce(&mut Segment) -> Outcome) -> Outcome {
    call.world(|world: &mut World| {
        in_document(world, call, |_, document| find(document, call).map(|_| ()))?;
        let dataset = dataset(world, call)?;
        dataset.amend(call.at("document_id"), call.at("segment_id"), work).ok_or_else(no_segment)?
    })
}
