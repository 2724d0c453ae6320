//! Child chunks of segments: rules and callers make them, searches find them.

use serde_json::{Value, json};

use super::segments::{find, in_document};
use super::{dataset, part};
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::knowledge::child_chunk::ChildChunk;
use crate::values::clock;
use crate::values::refusal::Refusal;

/// `GET …/child_chunks`.
pub(crate) fn list(call: &Call) -> Outcome {
    let (page, _, from, size) = part(call);
    let word = call.asked("keyword").map(str::to_lowercase);
    let has = |chunk: &&ChildChunk| word.as_ref().is_none_or(|word| chunk.content.to_lowercase().contains(word));
    call.world(|world| {
        in_document(world, call, |_, document| {
            let segment = find(document, call)?;
            let found: Vec<&ChildChunk> = segment.children.iter().filter(has).collect();
            let data: Vec<Value> = found.iter().skip(from).take(size).map(|chunk| chunk.value(&segment.id)).collect();
            let (total, pages) = (found.len(), found.len().div_ceil(size));
            Ok(Reply::ok(json!({"data": data, "total": total, "total_pages": pages, "page": page, "limit": size})))
        })
    })
}

/// `POST …/child_chunks`: at the end of the segment.
pub(crate) fn create(call: &Call) -> Outcome {
    let value = amend(call, |chunks| {
        let last = chunks.iter().map(|chunk| chunk.position).max().unwrap_or_default();
        chunks.push(ChildChunk::new("", last + 1, clock::now()));
        chunks.last_mut().map(|chunk| chunk.rewrite(call.text("content").unwrap_or_default()))
    })?;
    Ok(Reply::ok(json!({"data": value})))
}

/// `PATCH …/child_chunks/{child_chunk_id}`.
pub(crate) fn update(call: &Call) -> Outcome {
    let value = amend(call, |chunks| {
        let chunk = chunks.iter_mut().find(|chunk| chunk.id == call.at("child_chunk_id"));
        chunk.map(|chunk| chunk.rewrite(call.text("content").unwrap_or_default()))
    })?;
    Ok(Reply::ok(json!({"data": value})))
}

/// `DELETE …/child_chunks/{child_chunk_id}`.
pub(crate) fn delete(call: &Call) -> Outcome {
    amend(call, |chunks| {
        let place = chunks.iter().position(|chunk| chunk.id == call.at("child_chunk_id"))?;
        Some(chunks.remove(place))
    })?;
    Ok(Reply::Nothing)
}

/// Changes the child chunks of the path's segment; gives the representation of the one that was changed.
fn amend(call: &Call, work: impl FnOnce(&mut Vec<ChildChunk>) -> Option<ChildChunk>) -> Result<Value, Refusal> {
    let (document, segment) = (call.at("document_id"), call.at("segment_id"));
    call.world(|world| {
        in_document(world, call, |_, document| find(document, call).map(|_| ()))?;
        let changed = dataset(world, call)?.amend(document, segment, |segment| work(&mut segment.children));
        let changed = changed.flatten().ok_or_else(|| Refusal::not_found("Child chunk not found."))?;
        Ok(changed.value(segment))
    })
}
