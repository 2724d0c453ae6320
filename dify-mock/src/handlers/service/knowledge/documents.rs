//! Documents: finding, reading, deleting.

use serde_json::Value;

use super::{dataset, page, part};
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::knowledge::document::Document;
use crate::values::clock;
use crate::values::refusal::Refusal;

/// States by which a list can be filtered. Other words are ignored.
const STATES: &[&str] = &["queuing", "indexing", "paused", "error", "available", "disabled", "archived"];

/// `GET /datasets/{dataset_id}/documents`: the newest first.
pub(crate) fn list(call: &Call) -> Outcome {
    let (number, limit, from, size) = part(call);
    let word = call.asked("keyword").map(str::to_lowercase);
    let status = call.asked("status").map(|status| if status == "enabled" { "available" } else { status });
    let status = status.filter(|status| STATES.contains(status));
    let now = clock::micros();
    call.world(|world| {
        let dataset = dataset(world, call)?;
        let fits = |document: &&Document| {
            word.as_ref().is_none_or(|word| document.name.to_lowercase().contains(word))
                && status.is_none_or(|status| document.display_status(now) == status)
        };
        let found: Vec<&Document> = dataset.documents.newest_first().filter(fits).collect();
        let shown = found.iter().skip(from).take(size);
        let data: Vec<Value> = shown.map(|document| document.value(dataset, now)).collect();
        Ok(Reply::ok(page(data, limit, number, found.len())))
    })
}

/// `GET /datasets/{dataset_id}/documents/{document_id}`.
pub(crate) fn get(call: &Call) -> Outcome {
    let wanted = call.asked("metadata").unwrap_or("all");
    if !matches!(wanted, "all" | "only" | "without") {
        return Err(Refusal::new(400, "invalid_metadata", format!("Invalid metadata value: {wanted}")));
    }
    let now = clock::micros();
    call.world(|world| {
        let dataset = dataset(world, call)?;
        let document = dataset.documents.get(call.at("document_id")).ok_or_else(not_found)?;
        if wanted == "only" {
            return Ok(Reply::ok(document.only_facts(dataset)));
        }
        let mut value = document.detail(dataset, now);
        if let (Some(members), "without") = (value.as_object_mut(), wanted) {
            // The order of what stays is the server's.
            members.shift_remove("doc_type");
            members.shift_remove("doc_metadata");
        }
        Ok(Reply::ok(value))
    })
}

pub(super) fn not_found() -> Refusal {
    Refusal::not_found("Document not found.")
}

/// `DELETE /datasets/{dataset_id}/documents/{document_id}`.
pub(crate) fn delete(call: &Call) -> Outcome {
    let gone = call.world(|world| {
        let dataset = dataset(world, call)?;
        let id = call.at("document_id");
        let document = dataset.documents.get(id).ok_or_else(|| Refusal::not_found("Document Not Exists."))?;
        if document.archived {
            let message = "The archived document is not editable.";
            return Err(Refusal::new(403, "archived_document_immutable", message));
        }
        let gone = dataset.remove(id);
        let file = gone.as_ref().and_then(|document| world.files.remove(&document.file.id));
        Ok((gone, file))
    })?;
    // A file goes from the disk here, while nobody waits for the state.
    drop(gone);
    Ok(Reply::Nothing)
}
