//! What becomes of documents: how far their indexing is, and what people do with them.

use serde_json::{Value, json};

use super::dataset;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::values::clock;
use crate::values::refusal::Refusal;

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
pub(crate) fn set(call: &Call) -> Outcome {
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
