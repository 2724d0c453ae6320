//! The part of the Service API that takes a key of knowledge.

mod child_chunks;
pub(crate) mod datasets;
pub(crate) mod document_files;
mod document_texts;
mod documents;
mod downloads;
pub(crate) mod intake;
mod metadata;
mod pipeline;
pub(crate) mod retrieve;
mod segments;
pub(crate) mod tags;

use serde_json::{Value, json};

use crate::handlers::call::{Call, Outcome};
use crate::handlers::handler::Audience::Any;
use crate::handlers::handler::{Handlers, checked, later, now};
use crate::handlers::reply::Reply;
use crate::state::World;
use crate::state::knowledge::dataset::Dataset;
use crate::values::refusal::Refusal;

/// The most items of a page.
const LONGEST_PAGE: usize = 100;

pub(crate) const HANDLERS: Handlers = &[
    ("knowledge_datasets_list", now(Any, datasets::list).query("DatasetListQuery")),
    ("knowledge_datasets_create", now(Any, datasets::create).body("DatasetCreatePayload")),
    ("knowledge_datasets_get", now(Any, datasets::get)),
    ("knowledge_datasets_update", now(Any, datasets::update).body("DatasetUpdatePayload")),
    ("knowledge_datasets_delete", now(Any, datasets::delete)),
    ("knowledge_datasets_retrieve", now(Any, retrieve::answer).body("HitTestingPayload")),
    ("knowledge_datasets_hit_testing", now(Any, retrieve::answer).body("HitTestingPayload")),
    ("knowledge_documents_list", now(Any, documents::list).unchecked(&["status"])),
    ("knowledge_documents_get", now(Any, documents::get).unchecked(&["metadata"])),
    ("knowledge_documents_delete", now(Any, documents::delete)),
    ("knowledge_documents_update", later!(Any, document_files::update)),
    ("knowledge_documents_indexing_status", now(Any, documents::indexing)),
    ("knowledge_documents_set_status", now(Any, documents::set_status)),
    ("knowledge_documents_download", now(Any, downloads::link)),
    ("knowledge_documents_download_zip", later!(Any, downloads::zip).body("DocumentBatchDownloadZipPayload")),
    (
        "knowledge_documents_create_by_text",
        later!(Any, document_texts::create).body("DocumentTextCreatePayload").unchecked(&["indexing_technique"]),
    ),
    ("knowledge_documents_update_by_text", later!(Any, document_texts::update).body("DocumentTextUpdate")),
    ("knowledge_documents_create_by_file", later!(Any, document_files::create)),
    ("knowledge_documents_update_by_file", later!(Any, document_files::update)),
    ("knowledge_segments_list", now(Any, segments::list).query("SegmentListQuery").unchecked(&["status"])),
    (
        "knowledge_segments_create",
        now(Any, segments::create).body("SegmentCreatePayload").measured(&["segments"]).bare(),
    ),
    ("knowledge_segments_get", now(Any, segments::get)),
    ("knowledge_segments_update", now(Any, segments::update).body("SegmentUpdatePayload")),
    ("knowledge_segments_delete", now(Any, segments::delete)),
    ("knowledge_child_chunks_list", now(Any, child_chunks::list).query("ChildChunkListQuery")),
    ("knowledge_child_chunks_create", now(Any, child_chunks::create).body("ChildChunkCreatePayload")),
    ("knowledge_child_chunks_update", now(Any, child_chunks::update).body("ChildChunkUpdatePayload")),
    ("knowledge_child_chunks_delete", now(Any, child_chunks::delete)),
    ("knowledge_metadata_list", now(Any, metadata::list)),
    ("knowledge_metadata_create", now(Any, metadata::create).body("MetadataArgs")),
    ("knowledge_metadata_update", now(Any, metadata::update).body("MetadataUpdatePayload")),
    ("knowledge_metadata_delete", now(Any, metadata::delete)),
    ("knowledge_metadata_built_in", checked(Any, known_dataset)),
    ("knowledge_metadata_set_built_in", checked(Any, known_dataset)),
    ("knowledge_metadata_set_values", now(Any, metadata::set_values).body("MetadataOperationData")),
    ("knowledge_tags_list", now(Any, tags::list)),
    ("knowledge_tags_create", now(Any, tags::create).body("TagCreatePayload")),
    ("knowledge_tags_update", now(Any, tags::update).body("TagUpdatePayload")),
    ("knowledge_tags_delete", now(Any, tags::delete).body("TagDeletePayload")),
    ("knowledge_tags_bind", checked(Any, tags::binding).body("TagBindingPayload").measured(&["tag_ids"])),
    ("knowledge_tags_unbind", checked(Any, tags::unbinding).body("TagUnbindingPayload")),
    ("knowledge_tags_of_dataset", checked(Any, known_dataset)),
    ("knowledge_models_list", checked(Any, known_models)),
    ("knowledge_pipeline_upload_file", checked(Any, pipeline::upload)),
    ("knowledge_pipeline_datasources", checked(Any, pipeline::check)),
    ("knowledge_pipeline_run_datasource", now(Any, pipeline::run_datasource).body("DatasourceNodeRunPayload")),
    ("knowledge_pipeline_run", now(Any, pipeline::run).body("PipelineRunApiEntity")),
];

/// The knowledge base of the path.
fn dataset<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Dataset, Refusal> {
    world.knowledge.dataset(call.at("dataset_id")).ok_or_else(no_dataset)
}

/// Refuses a knowledge base that is not there.
fn known_dataset(call: &Call) -> Result<(), Refusal> {
    call.world(|world| dataset(world, call).map(|_| ()))
}

fn no_dataset() -> Refusal {
    Refusal::not_found("Dataset not found.")
}

/// The page that is asked for of a list, in the shape that datasets, documents and annotations have.
pub(crate) fn paged<T>(call: &Call, found: &[T], value: impl Fn(&T) -> Value) -> Outcome {
    let (page, limit, from, size) = part(call);
    let data: Vec<Value> = found.iter().skip(from).take(size).map(value).collect();
    // The server takes a full page for a sign that there is another.
    let more = data.len() == limit;
    Ok(Reply::ok(json!({"data": data, "has_more": more, "limit": limit, "total": found.len(), "page": page})))
}

/// Which part of a list is asked for: page and limit as they were given, how many to leave out, how many to take.
fn part(call: &Call) -> (usize, usize, usize, usize) {
    let (page, limit) = (call.number("page", 1).max(1), call.number("limit", 20));
    let size = limit.clamp(1, LONGEST_PAGE);
    (page, limit, (page - 1).saturating_mul(size), size)
}

/// `GET /workspaces/current/models/model-types/{model_type}`: there are no other types.
pub(crate) fn known_models(call: &Call) -> Result<(), Refusal> {
    let kind = call.at("model_type");
    let known = ["llm", "text-embedding", "rerank", "speech2text", "moderation", "tts"].contains(&kind);
    known.then_some(()).ok_or_else(|| Refusal::invalid(format!("'{kind}' is not a valid ModelType")))
}
