//! Documents: finding, reading, deleting, how far their indexing is, and what people do with them.

use serde_json::{Value, json};

use super::{dataset, paged};
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::knowledge::document::Document;
use crate::values::clock;
use crate::values::refusal::Refusal;

/// States by which a list can be filtered. Other words are ignored.
const STATES: &[&str] = &["queuing", "indexing", "paused", "error", "available", "disabled", "archived"];

/// `GET /datasets/{dataset_id}/documents`: the newest first.
pub(crate) fn list(call: &Call) -> Outcome {
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
        paged(call, &found, |document| document.value(dataset, now))
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

/// `GET /datasets/{dataset_id}/documents/{batch}/indexing-status`.
pub(crate) fn indexing(call: &Call) -> Outcome {
    let now = clock::micros();
    call.world(|world| {
        let documents = dataset(world, call)?.documents.of_batch(call.at("batch"));
        if documents.is_empty() {
            return Err(Refusal::not_found("Documents not found."));
        }
        let data: Vec<Value> = documents.iter().map(|document| document.progress(now).value(&document.id)).collect();
        Ok(Reply::ok(json!({"data": data})))
    })
}

/// What may be done to the state of documents.
const ACTIONS: [&str; 4] = ["enable", "disable", "archive", "un_archive"];

/// `PATCH /datasets/{dataset_id}/documents/status/{action}`.
pub(crate) fn set_status(call: &Call) -> Outcome {
    let (ids, action) = (call.texts("document_ids"), call.at("action"));
    let refused = |message: String| Refusal::new(400, "invalid_action", message);
    if !ids.is_empty() && !ACTIONS.contains(&action) {
        let known = "['enable', 'disable', 'archive', 'un_archive']";
        return Err(refused(format!("Invalid action: {action}. Must be one of {known}")));
    }
    let now = clock::micros();
    call.world(|world| {
        let dataset = dataset(world, call)?;
        for id in ids {
            // Documents that are not there are passed over.
            let Some(document) = dataset.documents.get_mut(id) else { continue };
            match action {
                "enable" => (document.enabled, document.disabled_at) = (true, None),
                "disable" if document.progress(now).stage.is_busy() => {
                    return Err(refused(format!("Document: {} is not completed.", document.name)));
                }
                "disable" => {
                    document.disabled_at = document.disabled_at.or(Some(now));
                    document.enabled = false;
                }
                "archive" => document.archived = true,
                _ => document.archived = false,
            }
            document.touched_at = now;
        }
        Ok(Reply::success())
    })
}
