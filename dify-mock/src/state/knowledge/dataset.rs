//! A knowledge base, which Dify's API calls a dataset.

use serde_json::{Value, json};

use super::document::Document;
use super::documents::Documents;
use super::material::Material;
use super::metadata::Metadata;
use super::process_rule::ProcessRule;
use super::retrieval;
use super::search_index::{SearchIndex, UnitPlace};
use super::segment::Segment;
use crate::values::json_text::picked;
use crate::values::workspace::{AUTHOR, account};
use crate::values::{clock, ids};

/// The members of the setting for summaries.
pub(crate) const SUMMARY: &str = "enable model_name model_provider_name summary_prompt";

/// A knowledge base and everything in it. Its times are seconds.
#[derive(Debug, Default)]
pub(crate) struct Dataset {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Value,
    pub(crate) permission: String,
    /// `high_quality` or `economy`; none before the first document, unless somebody chose.
    pub(crate) technique: Option<String>,
    /// The embedding model and its provider.
    pub(crate) embedding: Option<(String, String)>,
    /// How it is searched, with all its members.
    pub(crate) retrieval: Value,
    pub(crate) summary: Value,
    /// The knowledge that another system keeps.
    pub(crate) external: Option<External>,
    pub(crate) members: Vec<String>,
    pub(crate) metadata: Metadata,
    /// The kind of documents it has, once it has one.
    pub(crate) form: Option<String>,
    pub(crate) latest_rule: Option<ProcessRule>,
    /// Id of its pipeline, where it has one.
    pub(crate) pipeline: Option<String>,
    pub(crate) updated_at: i64,
    pub(crate) documents: Documents,
    pub(crate) index: SearchIndex,
    pub(crate) created_at: i64,
}

/// Knowledge that another system keeps.
#[derive(Clone, Debug)]
pub(crate) struct External {
    pub(crate) api: String,
    pub(crate) knowledge: String,
    pub(crate) retrieval: Value,
}

impl External {
    pub(crate) fn new(api: &str, knowledge: &str) -> External {
        let retrieval = json!({"top_k": 2, "score_threshold": 0.0, "score_threshold_enabled": null});
        External { api: api.to_owned(), knowledge: knowledge.to_owned(), retrieval }
    }
}

impl Dataset {
    pub(crate) fn new(name: &str) -> Dataset {
        let now = clock::now();
        Dataset {
            id: ids::new(),
            name: name.to_owned(),
            description: json!(""),
            permission: "only_me".to_owned(),
            retrieval: retrieval::standard(),
            summary: picked(&json!({}), SUMMARY),
            updated_at: now,
            created_at: now,
            ..Dataset::default()
        }
    }

    /// Whether a model reads the texts, which counts their tokens.
    pub(crate) fn counts_tokens(&self) -> bool {
        self.technique.as_deref() == Some("high_quality")
    }

    /// Puts a new document in.
    pub(crate) fn add(&mut self, mut document: Document, material: &Material) {
        self.fill(&mut document, material);
        self.form.get_or_insert_with(|| material.form.clone());
        self.documents.add(document);
    }

    /// Takes a document out.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Document> {
        let document = self.documents.remove(id)?;
        document.segments.iter().for_each(|segment| self.unindex(segment));
        Some(document)
    }

    /// Puts new material in the place of a document's old; gives the id of the file that is not needed any more.
    pub(crate) fn renew(
        &mut self,
        id: &str,
        material: &Material,
        indexing: super::indexing::Indexing,
    ) -> Option<String> {
        let mut document = self.documents.remove(id)?;
        document.segments.iter().for_each(|segment| self.unindex(segment));
        let old = document.file.id.clone();
        document.renew(material, indexing);
        self.fill(&mut document, material);
        self.documents.add(document);
        Some(old)
    }

    fn fill(&mut self, document: &mut Document, material: &Material) {
        let mut segments = material.segments(!self.counts_tokens(), clock::now());
        for segment in &mut segments {
            self.index(&document.id, segment);
        }
        document.segments = segments;
        self.latest_rule = Some(material.rule.clone());
    }

    /// Makes a segment, or its children where it has some, known to searches.
    pub(crate) fn index(&mut self, document: &str, segment: &mut Segment) {
        let place = |child: Option<&str>| UnitPlace {
            document: document.to_owned(),
            segment: segment.id.clone(),
            child: child.map(str::to_owned),
        };
        if segment.children.is_empty() {
            let place = place(None);
            segment.unit = Some(self.index.add(&segment.content, place));
            return;
        }
        let places: Vec<UnitPlace> = segment.children.iter().map(|child| place(Some(&child.id))).collect();
        for (child, place) in segment.children.iter_mut().zip(places) {
            child.unit = self.index.add(&child.content, place);
        }
    }

    /// Takes a segment and its children out of the index.
    pub(crate) fn unindex(&mut self, segment: &Segment) {
        let children = segment.children.iter().map(|child| child.unit);
        segment.unit.into_iter().chain(children).for_each(|unit| self.index.remove(unit));
    }

    /// Works on a segment and brings the index in line with what became of it.
    pub(crate) fn amend<T>(
        &mut self,
        document: &str,
        segment: &str,
        work: impl FnOnce(&mut Segment) -> T,
    ) -> Option<T> {
        let mut taken = self.documents.get_mut(document)?.segment(segment)?.clone();
        self.unindex(&taken);
        let (characters, tokens) = (taken.word_count(), taken.tokens());
        let result = work(&mut taken);
        taken.unit = None;
        self.index(document, &mut taken);
        let owner = self.documents.get_mut(document)?;
        owner.grow((taken.word_count(), characters), (taken.tokens(), tokens));
        *owner.segment(segment)? = taken;
        Some(result)
    }

    /// Returns its representation by itself and in lists. Only this one shows whether its model is available.
    pub(crate) fn value(&self, asked: bool) -> Value {
        let now = clock::micros();
        let (mut count, mut available, mut words) = (0, 0, 0);
        for document in self.documents.iter() {
            count += 1;
            available += usize::from(document.is_available(now));
            words += document.word_count(now).unwrap_or_default();
        }
        let external = self.external.as_ref();
        let piped = self.pipeline.is_some();
        let no_data = self.documents.is_empty() || piped;
        json!({
            "id": self.id, "name": self.name, "description": self.description,
            "provider": if external.is_some() { "external" } else { "vendor" }, "permission": self.permission,
            "data_source_type": if no_data { None } else { Some("upload_file") },
            "indexing_technique": self.technique, "app_count": 0, "document_count": count,
            "word_count": words, "created_by": account(), "author_name": AUTHOR,
            "created_at": self.created_at, "updated_by": account(), "updated_at": self.updated_at,
            "embedding_model": self.embedding.as_ref().map(|(model, _)| model),
            "embedding_model_provider": self.embedding.as_ref().map(|(_, provider)| provider),
            "embedding_available": asked.then_some(true), "retrieval_model_dict": self.retrieval,
            "summary_index_setting": self.summary, "tags": [], "doc_form": self.form,
            "external_knowledge_info": {
                "external_knowledge_id": external.map(|external| &external.knowledge),
                "external_knowledge_api_id": external.map(|external| &external.api),
                "external_knowledge_api_name": external.map(|_| "embedded"),
                "external_knowledge_api_endpoint": external.map(|_| "http://127.0.0.1/ext"),
            },
            "external_retrieval_model": match external {
                Some(external) => external.retrieval.clone(),
                None => External::new("", "").retrieval,
            },
            "doc_metadata": self.metadata.value(),
            "built_in_field_enabled": false,
            "pipeline_id": self.pipeline,
            "runtime_mode": if piped { "rag_pipeline" } else { "general" },
            "chunk_structure": piped.then_some("text_model"),
            "icon_info": {
                "icon_type": piped.then_some("emoji"), "icon": piped.then_some("📙"),
                "icon_background": piped.then_some("#FFF4ED"), "icon_url": null,
            },
            "is_published": piped, "total_documents": count, "total_available_documents": available,
            "enable_api": true, "is_multimodal": false, "maintainer": account(),
        })
    }
}
