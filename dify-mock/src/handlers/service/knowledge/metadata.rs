//! Metadata: its fields, and their values in documents.

use serde_json::{Value, json};

use super::dataset;
use super::documents::not_found as no_document;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::knowledge::metadata::Field;
use crate::values::clock;
use crate::values::refusal::Refusal;

/// `GET /datasets/{dataset_id}/metadata`.
pub(crate) fn list(call: &Call) -> Outcome {
    call.world(|world| {
        let dataset = dataset(world, call)?;
        let count = |field: &Field| {
            let has = |facts: &[(String, Value)]| facts.iter().any(|(id, _)| *id == field.id);
            dataset.documents.iter().filter(|document| has(&document.metadata)).count()
        };
        let fields = dataset
            .metadata
            .fields
            .iter()
            .map(|field| json!({"id": field.id, "name": field.name, "type": field.kind, "count": count(field)}));
        let fields: Vec<Value> = fields.collect();
        Ok(Reply::ok(json!({"doc_metadata": fields, "built_in_field_enabled": false})))
    })
}

/// `POST /datasets/{dataset_id}/metadata`.
pub(crate) fn create(call: &Call) -> Outcome {
    let (name, kind) = (call.text("name").unwrap_or_default(), call.text("type").unwrap_or_default());
    call.world(|world| {
        let field = dataset(world, call)?.metadata.add(name, kind).map_err(Refusal::invalid)?;
        Ok(Reply::Json(201, field.value()))
    })
}

/// `PATCH /datasets/{dataset_id}/metadata/{metadata_id}`.
pub(crate) fn update(call: &Call) -> Outcome {
    let name = call.text("name").unwrap_or_default();
    call.world(|world| {
        let metadata = &mut dataset(world, call)?.metadata;
        let field = metadata.rename(call.at("metadata_id"), name).map_err(Refusal::invalid)?;
        match field {
            Some(field) => Ok(Reply::ok(field.value())),
            None if call.server.options.since("1.15.0") => Err(nothing_to_tell()),
            None => Ok(Reply::ok(json!({"id": null, "type": null, "name": null}))),
        }
    })
}

/// The server looks at nothing, and complains of its own answer.
fn nothing_to_tell() -> Refusal {
    let missing = |name: &str| {
        format!(
            "{name}\n  Field required [type=missing, input_value=None, input_type=NoneType]\n    For further \
             information visit https://errors.pydantic.dev/2.12/v/missing"
        )
    };
    let lines = ["id", "type", "name"].map(missing).join("\n");
    Refusal::invalid(format!("3 validation errors for DatasetMetadataResponse\n{lines}"))
}

/// `DELETE /datasets/{dataset_id}/metadata/{metadata_id}`, whether it is there or not.
pub(crate) fn delete(call: &Call) -> Outcome {
    let id = call.at("metadata_id");
    call.world(|world| {
        let dataset = dataset(world, call)?;
        dataset.metadata.fields.retain(|field| field.id != id);
        dataset.documents.iter_mut().for_each(|document| document.metadata.retain(|(known, _)| known != id));
        Ok(Reply::Nothing)
    })
}

/// `POST /datasets/{dataset_id}/documents/metadata`.
pub(crate) fn set_values(call: &Call) -> Outcome {
    let now = clock::micros();
    call.world(|world| {
        let dataset = dataset(world, call)?;
        for operation in call.member("operation_data").as_array().into_iter().flatten() {
            let id = operation["document_id"].as_str().unwrap_or_default();
            let document = dataset.documents.get_mut(id).ok_or_else(no_document)?;
            if operation["partial_update"] != true {
                document.metadata.clear();
            }
            for fact in operation["metadata_list"].as_array().into_iter().flatten() {
                let field = fact["id"].as_str().and_then(|id| dataset.metadata.field(id));
                // A field that is not there is passed over.
                let Some(field) = field else { continue };
                let known = document.metadata.iter_mut().find(|(id, _)| *id == field.id);
                match known {
                    Some((_, value)) => *value = fact["value"].clone(),
                    None => document.metadata.push((field.id.clone(), fact["value"].clone())),
                }
            }
            document.touched_at = now;
        }
        Ok(Reply::success())
    })
}
