//! The part of the Service API that takes a key of knowledge.

mod child_chunks;
pub(crate) mod datasets;
pub(crate) mod document_files;
pub(crate) mod document_states;
mod document_texts;
mod documents;
mod downloads;
pub(crate) mod intake;
mod metadata;
pub(crate) mod models;
mod pipeline;
pub(crate) mod retrieve;
mod segments;
pub(crate) mod tags;

use serde_json::{Value, json};

use crate::handlers::call::Call;
use crate::handlers::handler::Audience::Any;
use crate::handlers::handler::{Handler, checked, later, now};
use crate::state::World;
use crate::state::knowledge::dataset::Dataset;
use crate::values::refusal::Refusal;

/// The most items of a page.
const LONGEST_PAGE: usize = 100;

pub(crate) static HANDLERS: &[(&str, &str, Handler)] = &[
    ("GET", "/datasets", now(Any, datasets::list).query("DatasetListQuery")),
    ("POST", "/datasets", now(Any, datasets::create).body("DatasetCreatePayload")),
    ("GET", "/datasets/{dataset_id}", now(Any, datasets::get)),
    ("PATCH", "/datasets/{dataset_id}", now(Any, datasets::update).body("DatasetUpdatePayload")),
    ("DELETE", "/datasets/{dataset_id}", now(Any, datasets::delete)),
    ("POST", "/datasets/{dataset_id}/retrieve", now(Any, retrieve::answer).body("HitTestingPayload")),
    ("POST", "/datasets/{dataset_id}/hit-testing", now(Any, retrieve::answer).body("HitTestingPayload")),
    ("GET", "/datasets/{dataset_id}/documents", now(Any, documents::list).unchecked(&["status"])),
    ("GET", "/datasets/{dataset_id}/documents/{document_id}", now(Any, documents::get).unchecked(&["metadata"])),
    ("DELETE", "/datasets/{dataset_id}/documents/{document_id}", now(Any, documents::delete)),
    ("PATCH", "/datasets/{dataset_id}/documents/{document_id}", FILE_UPDATE),
    ("GET", "/datasets/{dataset_id}/documents/{batch}/indexing-status", now(Any, document_states::indexing)),
    ("PATCH", "/datasets/{dataset_id}/documents/status/{action}", now(Any, document_states::set)),
    ("GET", "/datasets/{dataset_id}/documents/{document_id}/download", now(Any, downloads::link)),
    ("POST", "/datasets/{dataset_id}/documents/download-zip", ZIP),
    ("POST", "/datasets/{dataset_id}/document/create-by-text", TEXT),
    ("POST", "/datasets/{dataset_id}/document/create_by_text", TEXT),
    ("POST", "/datasets/{dataset_id}/documents/{document_id}/update-by-text", TEXT_UPDATE),
    ("POST", "/datasets/{dataset_id}/documents/{document_id}/update_by_text", TEXT_UPDATE),
    ("POST", "/datasets/{dataset_id}/document/create-by-file", FILE),
    ("POST", "/datasets/{dataset_id}/document/create_by_file", FILE),
    ("POST", "/datasets/{dataset_id}/documents/{document_id}/update-by-file", FILE_UPDATE),
    ("POST", "/datasets/{dataset_id}/documents/{document_id}/update_by_file", FILE_UPDATE),
    ("GET", "/datasets/{dataset_id}/documents/{document_id}/segments", SEGMENTS),
    ("POST", "/datasets/{dataset_id}/documents/{document_id}/segments", NEW_SEGMENTS),
    ("GET", "/datasets/{dataset_id}/documents/{document_id}/segments/{segment_id}", now(Any, segments::get)),
    ("POST", "/datasets/{dataset_id}/documents/{document_id}/segments/{segment_id}", SEGMENT_UPDATE),
    ("DELETE", "/datasets/{dataset_id}/documents/{document_id}/segments/{segment_id}", now(Any, segments::delete)),
    ("GET", CHILD_CHUNKS, checked(Any, child_chunks::check).query("ChildChunkListQuery")),
    ("POST", CHILD_CHUNKS, checked(Any, child_chunks::check).body("ChildChunkCreatePayload")),
    ("PATCH", CHILD_CHUNK, checked(Any, child_chunks::check).body("ChildChunkUpdatePayload")),
    ("DELETE", CHILD_CHUNK, checked(Any, child_chunks::check)),
    ("GET", "/datasets/{dataset_id}/metadata", now(Any, metadata::list)),
    ("POST", "/datasets/{dataset_id}/metadata", now(Any, metadata::create).body("MetadataArgs")),
    ("PATCH", "/datasets/{dataset_id}/metadata/{metadata_id}", FIELD_UPDATE),
    ("DELETE", "/datasets/{dataset_id}/metadata/{metadata_id}", now(Any, metadata::delete)),
    ("GET", "/datasets/{dataset_id}/metadata/built-in", checked(Any, known_dataset)),
    ("POST", "/datasets/{dataset_id}/metadata/built-in/{action}", checked(Any, known_dataset)),
    ("POST", "/datasets/{dataset_id}/documents/metadata", now(Any, metadata::set_values).body("MetadataOperationData")),
    ("GET", "/datasets/tags", now(Any, tags::list)),
    ("POST", "/datasets/tags", now(Any, tags::create).body("TagCreatePayload")),
    ("PATCH", "/datasets/tags", now(Any, tags::update).body("TagUpdatePayload")),
    ("DELETE", "/datasets/tags", now(Any, tags::delete).body("TagDeletePayload")),
    ("POST", "/datasets/tags/binding", checked(Any, tags::binding).body("TagBindingPayload").measured(&["tag_ids"])),
    ("POST", "/datasets/tags/unbinding", checked(Any, tags::unbinding).body("TagUnbindingPayload")),
    ("GET", "/datasets/{dataset_id}/tags", checked(Any, known_dataset)),
    ("GET", "/workspaces/current/models/model-types/{model_type}", checked(Any, models::check)),
    ("POST", "/datasets/pipeline/file-upload", checked(Any, pipeline::upload)),
    ("GET", "/datasets/{dataset_id}/pipeline/datasource-plugins", checked(Any, pipeline::datasources)),
    ("POST", "/datasets/{dataset_id}/pipeline/datasource/nodes/{node_id}/run", NODE_RUN),
    ("POST", "/datasets/{dataset_id}/pipeline/run", PIPELINE_RUN),
];

const CHILD_CHUNKS: &str = "/datasets/{dataset_id}/documents/{document_id}/segments/{segment_id}/child_chunks";
const CHILD_CHUNK: &str =
    "/datasets/{dataset_id}/documents/{document_id}/segments/{segment_id}/child_chunks/{child_chunk_id}";

const TEXT: Handler = later(Any, |call| Box::pin(document_texts::create(call)))
    .body("DocumentTextCreatePayload")
    .unchecked(&["indexing_technique"]);
const TEXT_UPDATE: Handler = later(Any, |call| Box::pin(document_texts::update(call))).body("DocumentTextUpdate");
const FILE: Handler = later(Any, |call| Box::pin(document_files::create(call)));
const FILE_UPDATE: Handler = later(Any, |call| Box::pin(document_files::update(call)));
const ZIP: Handler = later(Any, |call| Box::pin(downloads::zip(call))).body("DocumentBatchDownloadZipPayload");
const SEGMENTS: Handler = now(Any, segments::list).query("SegmentListQuery").unchecked(&["status"]);
const NEW_SEGMENTS: Handler = now(Any, segments::create).body("SegmentCreatePayload").measured(&["segments"]).bare();
const SEGMENT_UPDATE: Handler = now(Any, segments::update).body("SegmentUpdatePayload");
const FIELD_UPDATE: Handler = now(Any, metadata::update).body("MetadataUpdatePayload");
const NODE_RUN: Handler = now(Any, pipeline::run_datasource).body("DatasourceNodeRunPayload");
const PIPELINE_RUN: Handler = now(Any, pipeline::run).body("PipelineRunApiEntity");

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

/// The same, from a route of new documents, with what else might have been meant.
fn lost_dataset(call: &Call, route: &str) -> Refusal {
    let other = if route == "create-by-text" { "create-by-file" } else { "create-by-text" };
    let routes = [route.to_owned(), route.replace('-', "_"), other.to_owned()];
    let routes = routes.map(|route| format!("/datasets/<uuid:dataset_id>/document/{route}"));
    let uri = format!("/datasets/{}/document/{route}", call.at("dataset_id"));
    Refusal::lost("Dataset not found.", &uri, &routes.each_ref().map(String::as_str))
}

/// One page of things, in the shape that datasets and documents have.
fn page(data: Vec<Value>, limit: usize, page: usize, total: usize) -> Value {
    // The server takes a full page for a sign that there is another.
    let more = data.len() == limit;
    json!({"data": data, "has_more": more, "limit": limit, "total": total, "page": page})
}

/// Which part of a list is asked for: page and limit as they were given, how many to leave out, how many to take.
fn part(call: &Call) -> (usize, usize, usize, usize) {
    let (page, limit) = (call.number("page", 1).max(1), call.number("limit", 20));
    let size = limit.clamp(1, LONGEST_PAGE);
    (page, limit, (page - 1).saturating_mul(size), size)
}
