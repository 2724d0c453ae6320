//! What the operations of the knowledge bases need.

use dify_api::{
    Error, Knowledge,
    types::{
        DatasetCreateRequest, DocumentFileConfig, DocumentFileUpload, DocumentForm, DocumentTextRequest,
        IndexingTechnique, MetadataFieldInput, ParentMode, PreProcessingRule, PreProcessingRuleId, ProcessMode,
        ProcessRule, ProcessSettings, SegmentationRule, SegmentsListQuery,
    },
};
use serde_json::{Value, json};

use super::text_file;

/// The parameters and the places in the body that name what exists: made by calls, for each operation anew, since some
/// delete it.
pub(super) async fn made(knowledge: &Knowledge, operation: &str) -> Result<Vec<(&'static str, Value)>, Error> {
    let name = operation.trim_start_matches("knowledge_");
    if matches!(
        name,
        "datasets_list" | "datasets_create" | "models_list" | "pipeline_upload_file" | "tags_list" | "tags_create"
    ) {
        return Ok(Vec::new());
    }
    // 40 characters at most, and no two the same. The embedded server gives those a pipeline that ask for one.
    let name: String = name.replace("pipeline", "PIPELINE").chars().take(40).collect();
    let request = DatasetCreateRequest::new(&name).indexing_technique(IndexingTechnique::HighQuality);
    let dataset = knowledge.datasets().create(&request).await?.id;
    let mut made = vec![("dataset_id", json!(dataset)), ("/target_id", json!(dataset))];
    if operation.ends_with("run_stream") {
        // What is published answers in one piece, whatever it is asked for (R125).
        made.push(("/is_published", json!(false)));
    }
    if name.starts_with("tags") && name != "tags_of_dataset" {
        let tag = knowledge.tags().create(&dify_api::types::TagCreateRequest::new(&name)).await?.id;
        made.extend([("/tag_id", json!(tag)), ("/tag_ids", json!([tag]))]);
    }
    if ["documents", "segments", "child_chunks", "metadata"].iter().any(|group| name.starts_with(group)) {
        let (document, batch) = document(knowledge, &dataset, name.starts_with("child_chunks")).await?;
        made.extend([
            ("document_id", json!(document)),
            ("batch", json!(batch)),
            ("/document_ids", json!([document])),
            ("/operation_data/0/document_id", json!(document)),
        ]);
        let query = SegmentsListQuery::new();
        let segments = knowledge.segments().list(&dataset, &document, &query).await?;
        if let Some(segment) = segments.data.first() {
            made.push(("segment_id", json!(segment.id)));
            let chunk = segment.child_chunks.first();
            made.extend(chunk.map(|chunk| ("child_chunk_id", json!(chunk.id))));
        }
    }
    if name.starts_with("metadata") {
        let field = knowledge.metadata().create(&dataset, &MetadataFieldInput::new("author of it", "string")).await?;
        made.extend([
            ("metadata_id", json!(field.id)),
            ("/operation_data/0/metadata_list/0/id", json!(field.id)),
            ("/operation_data/0/metadata_list/0/name", json!(field.name)),
        ]);
    }
    Ok(made)
}

/// A document, indexed, and its batch.
async fn document(knowledge: &Knowledge, dataset: &str, hierarchical: bool) -> Result<(String, String), Error> {
    let added = if hierarchical {
        let rules = ProcessSettings::new()
            .pre_processing_rules([PreProcessingRule::new(PreProcessingRuleId::RemoveExtraSpaces, true)])
            .segmentation(SegmentationRule::new(100))
            .parent_mode(ParentMode::Paragraph)
            .subchunk_segmentation(SegmentationRule::new(50));
        let request = DocumentTextRequest::new("sights.txt", "The Summer Palace. The Temple of Heaven.")
            .doc_form(DocumentForm::HierarchicalModel)
            .process_rule(ProcessRule::new(ProcessMode::Hierarchical).rules(rules));
        knowledge.documents().create_by_text(dataset, &request).await?
    } else {
        // Only what was a file can be downloaded.
        let config = DocumentFileConfig::new().process_rule(ProcessRule::new(ProcessMode::Automatic));
        knowledge.documents().create_by_file(dataset, &DocumentFileUpload::new(text_file()).data(config)).await?
    };
    knowledge.documents().wait_until_indexed(dataset, &added.batch).await?;
    Ok((added.document.id, added.batch))
}
