//! Documents of knowledge bases, made of files that were uploaded before.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::clock;
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::service::knowledge::document_files;
use crate::service::knowledge::intake::{self, Source};
use crate::state::World;
use crate::state::knowledge::account;
use crate::state::knowledge::dataset::Dataset;
use crate::state::knowledge::document::Document;
use crate::state::knowledge::stored_file::StoredFile;

/// States that a list can be held to. Other words are passed over.
const STATES: &[&str] = &["queuing", "indexing", "paused", "error", "available", "disabled", "archived"];

/// `GET /datasets/{dataset_id}/documents`.
pub(crate) fn list(call: &Call) -> Outcome {
    let (page, limit) = (call.number("page", 1).max(1), call.number("limit", 20).max(1));
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
        let mut found: Vec<&Document> = dataset.documents.newest_first().filter(fits).collect();
        match call.asked("sort") {
            Some("created_at" | "hit_count") => found.reverse(),
            Some("name") => found.sort_by(|one, two| one.name.cmp(&two.name)),
            _ => {}
        }
        let first = (page - 1).saturating_mul(limit);
        let whole = |document: &&Document| {
            let mut value = document.value(dataset, now);
            value["process_rule_dict"] = document.rule.of_document(&dataset.id);
            value
        };
        let data: Vec<Value> = found.iter().skip(first).take(limit).map(whole).collect();
        let (more, total) = (data.len() == limit, found.len());
        Ok(Reply::ok(json!({"data": data, "has_more": more, "limit": limit, "total": total, "page": page})))
    })
}

fn dataset<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Dataset, Refusal> {
    let dataset = world.knowledge.dataset(call.at("dataset_id"));
    dataset.ok_or_else(|| Refusal::not_found("Dataset not found."))
}

/// `POST /datasets/{dataset_id}/documents`.
pub(crate) async fn create(call: Call) -> Outcome {
    let wish = wish(&call);
    call.world(|world| dataset(world, &call).map(|_| ()))?;
    if let Some(original) = wish["original_document_id"].as_str() {
        let source = sources(&call, &wish["data_source"]["info_list"]).await?.into_iter().next();
        intake::renew(&call, &wish, original, source).await?;
        return call.world(|world| answer(world, &call, &[original.to_owned()]));
    }
    let sources = sources(&call, &wish["data_source"]["info_list"]).await?;
    if sources.is_empty() {
        return Err(Refusal::invalid("Data source is required"));
    }
    take_in(&call, &wish, sources)
}

/// `POST /datasets/init`: a new knowledge base, named after its first file.
pub(crate) async fn init(mut call: Call) -> Outcome {
    let wish = wish(&call);
    let sources = sources(&call, &wish["data_source"]["info_list"]).await?;
    let first = sources.first().ok_or_else(|| Refusal::invalid("Data source is required"))?;
    if wish["process_rule"].is_null() {
        return Err(Refusal::invalid("Process rule is required"));
    }
    let cut: String = first.file.name.chars().take(18).collect();
    let mut made = Dataset::new(&format!("{cut}..."));
    made.description = json!(format!("useful for when you want to answer queries about the {}", first.file.name));
    let id = made.id.clone();
    call.world(|world| world.knowledge.datasets.push(made));
    call.path.push(("dataset_id".to_owned(), id.clone()));
    let outcome = take_in(&call, &wish, sources);
    if outcome.is_err() {
        // What is refused leaves nothing behind.
        call.world(|world| world.knowledge.datasets.retain(|dataset| dataset.id != id));
    }
    outcome
}

/// The body, in the words that the Service API has for the same things.
fn wish(call: &Call) -> Value {
    let mut wish = call.members();
    for name in ["embedding_model", "embedding_model_provider"] {
        if wish[name] == "" {
            wish[name] = Value::Null;
        }
    }
    wish
}

/// The files that a request names, read.
pub(super) async fn sources(call: &Call, list: &Value) -> Result<Vec<Source>, Refusal> {
    let ids = list["file_info_list"]["file_ids"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut sources = Vec::new();
    for id in ids {
        let file = call.world(|world| world.files.get(id).cloned());
        let file = file.ok_or_else(|| Refusal::not_found("File not found"))?;
        let mut stored = StoredFile::new(&file.name, &file.media, Arc::clone(&file.blob));
        // The document's file is the uploaded one, not another.
        stored.id = file.id;
        stored.created_at = file.created_at.saturating_mul(1_000_000);
        sources.push(document_files::read(stored).await?);
    }
    Ok(sources)
}

fn take_in(call: &Call, wish: &Value, sources: Vec<Source>) -> Outcome {
    let (rule, form) = call.world(|world| intake::admit(dataset(world, call)?, wish))?;
    let materials = sources.into_iter().map(|source| {
        let name = source.file.name.clone();
        intake::material(&name, source, rule.clone(), &form, wish)
    });
    let materials: Vec<_> = materials.collect();
    call.world(|world| {
        let batch = intake::batch();
        let mut made = Vec::new();
        for material in &materials {
            let id = intake::put(world, call, material, &batch)?;
            if let Some(document) = dataset(world, call)?.documents.get_mut(&id) {
                document.created_from = "web";
            }
            made.push(id);
        }
        answer(world, call, &made)
    })
}

/// The knowledge base in brief and the documents as they were before anything happened to them.
fn answer(world: &mut World, call: &Call, made: &[String]) -> Outcome {
    let dataset = dataset(world, call)?;
    let documents: Vec<&Document> = made.iter().filter_map(|id| dataset.documents.get(id)).collect();
    let batch = documents.first().map(|document| document.batch.clone());
    let values: Vec<Value> = documents.iter().map(|document| document.value(dataset, i64::MIN)).collect();
    Ok(Reply::ok(json!({
        "dataset": {
            "id": dataset.id,
            "name": dataset.name,
            "description": dataset.description,
            "permission": dataset.permission,
            "data_source_type": "upload_file",
            "indexing_technique": dataset.technique,
            "created_by": account(),
            "created_at": dataset.created_at,
        },
        "documents": values,
        "batch": batch,
    })))
}
