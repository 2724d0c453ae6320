//! Knowledge bases, the same ones as keys reach.

use serde_json::{Value, json};

use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::ids;
use crate::service::knowledge::datasets;
use crate::state::knowledge::dataset::Dataset;
use crate::state::knowledge::tag::Tag;

/// What the account may do with a knowledge base.
const RIGHTS: &[&str] = &[
    "dataset.acl.preview",
    "dataset.acl.readonly",
    "dataset.acl.edit",
    "dataset.acl.import_export_dsl",
    "dataset.acl.pipeline_test",
    "dataset.acl.document_download",
    "dataset.acl.retrieval_recall",
    "dataset.acl.use",
    "dataset.acl.delete_file",
    "dataset.acl.pipeline_release",
    "dataset.acl.delete",
    "dataset.acl.access_config",
    "dataset.api_key.manage",
];

fn with_rights(mut value: Value) -> Value {
    value["permission_keys"] = json!(RIGHTS);
    value
}

fn value(dataset: &Dataset, tags: &[Tag]) -> Value {
    let mut value = with_rights(dataset.value(tags, true));
    let partial = dataset.permission == "partial_members";
    value["partial_member_list"] = json!(partial.then_some(&dataset.members));
    value
}

/// `GET /datasets`: by page, the newest first; with `ids` all of those.
pub(crate) fn list(call: &Call) -> Outcome {
    let (page, limit) = (call.number("page", 1).max(1), call.number("limit", 20).max(1));
    let word = call.asked("keyword").map(str::to_lowercase);
    let listed = |name: &'static str| -> Vec<&str> {
        let values = call.all(name).flat_map(|value| value.split(','));
        values.filter(|value| !value.is_empty()).collect()
    };
    let (wanted, tags) = (listed("ids"), listed("tag_ids"));
    if !tags.iter().chain(&wanted).all(|id| ids::is_uuid(id)) {
        return Err(Refusal::unknown());
    }
    call.world(|world| {
        let known = &world.knowledge.tags;
        let fits = |dataset: &&Dataset| {
            if !wanted.is_empty() {
                return wanted.contains(&dataset.id.as_str());
            }
            word.as_ref().is_none_or(|word| dataset.name.to_lowercase().contains(word))
                && tags.iter().all(|tag| dataset.tags.iter().any(|bound| bound == tag))
        };
        let found: Vec<&Dataset> = world.knowledge.datasets.iter().rev().filter(fits).collect();
        let first = if wanted.is_empty() { (page - 1).saturating_mul(limit) } else { 0 };
        let size = if wanted.is_empty() { limit } else { found.len() };
        let data: Vec<Value> = found.iter().skip(first).take(size).map(|dataset| value(dataset, known)).collect();
        let more = wanted.is_empty() && data.len() == limit;
        let total = found.len();
        Ok(Reply::ok(json!({"data": data, "has_more": more, "limit": limit, "total": total, "page": page})))
    })
}

/// `POST /datasets`.
pub(crate) fn create(call: &Call) -> Outcome {
    Ok(match datasets::create(call)? {
        Reply::Json(_, value) => Reply::Json(201, with_rights(value)),
        other => other,
    })
}

/// `GET /datasets/{dataset_id}`.
pub(crate) fn get(call: &Call) -> Outcome {
    call.world(|world| {
        let tags = world.knowledge.tags.clone();
        let dataset = world.knowledge.dataset(call.at("dataset_id"));
        let dataset = dataset.ok_or_else(|| Refusal::not_found("Dataset not found."))?;
        Ok(Reply::ok(value(dataset, &tags)))
    })
}

/// `PATCH /datasets/{dataset_id}`.
pub(crate) fn update(call: &Call) -> Outcome {
    Ok(match datasets::update(call)? {
        Reply::Json(status, value) => Reply::Json(status, with_rights(value)),
        other => other,
    })
}
