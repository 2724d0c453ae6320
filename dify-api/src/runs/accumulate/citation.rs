//! The passages an answer rests on.

use crate::RawJson;

/// A passage from knowledge that an answer rests on.
///
/// The published page receives less than an application's key, so that nearly all members are optional.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Citation {
    /// Rank of the passage, from 1.
    pub position: i64,
    /// Id of the knowledge base.
    pub dataset_id: Option<String>,
    /// Name of the knowledge base.
    pub dataset_name: Option<String>,
    /// Id of the document.
    pub document_id: Option<String>,
    /// Name of the document.
    pub document_name: String,
    /// Where the document came from, such as `upload_file`.
    pub data_source_type: Option<String>,
    /// Id of the segment quoted.
    pub segment_id: Option<String>,
    /// What asked for the passage, such as `api`.
    pub retriever_from: Option<String>,
    /// How well the passage fits, higher is better. Comparable within one answer only.
    pub score: f64,
    /// How often the segment has been found so far.
    pub hit_count: Option<i64>,
    /// Length of the segment in characters.
    pub word_count: Option<i64>,
    /// Place of the segment in its document, from 1.
    pub segment_position: Option<i64>,
    /// Hash of the segment's text.
    pub index_node_hash: Option<String>,
    /// The passage.
    pub content: String,
    /// Page of the document.
    pub page: Option<i64>,
    /// Metadata of the document, by name.
    pub doc_metadata: Option<RawJson>,
    /// Title of the passage.
    pub title: Option<String>,
    /// Files that belong to the segment.
    pub files: Option<Vec<RawJson>>,
    /// Summary of the segment.
    pub summary: Option<String>,
}

/// The two APIs differ in what they require.
macro_rules! cites {
    ($resource:ident) => {
        impl From<&crate::types::$resource> for Citation {
            fn from(resource: &crate::types::$resource) -> Self {
                let resource = resource.clone();
                Self {
                    position: resource.position,
                    dataset_id: resource.dataset_id.into(),
                    dataset_name: resource.dataset_name.into(),
                    document_id: resource.document_id.into(),
                    document_name: resource.document_name,
                    data_source_type: resource.data_source_type.into(),
                    segment_id: resource.segment_id,
                    retriever_from: resource.retriever_from.into(),
                    score: resource.score,
                    hit_count: resource.hit_count,
                    word_count: resource.word_count,
                    segment_position: resource.segment_position,
                    index_node_hash: resource.index_node_hash,
                    content: resource.content,
                    page: resource.page,
                    doc_metadata: resource.doc_metadata,
                    title: resource.title,
                    files: resource.files,
                    summary: resource.summary,
                }
            }
        }
    };
}

#[cfg(feature = "app")]
cites!(RetrieverResource);
#[cfg(feature = "web")]
cites!(WebRetrieverResource);
