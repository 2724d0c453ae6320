//! Documents.

use serde_json::{Value, json};

use super::dataset::Dataset;
use super::indexing::{Indexing, Progress, Stage, seconds};
use super::material::Material;
use super::metadata::Metadata;
use super::process_rule::ProcessRule;
use super::segment::{Around, Segment};
use crate::state::file::UploadedFile;
use crate::values::json_text::extend;
use crate::values::workspace::account;
use crate::values::{clock, ids};

/// A document. Its times are microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) id: String,
    pub(crate) position: u64,
    pub(crate) name: String,
    pub(crate) batch: String,
    pub(crate) file: UploadedFile,
    pub(crate) rule: ProcessRule,
    /// `api`, or `web` once it was changed.
    pub(crate) created_from: &'static str,
    pub(crate) created_at: i64,
    pub(crate) touched_at: i64,
    pub(crate) indexing: Indexing,
    pub(crate) enabled: bool,
    pub(crate) disabled_at: Option<i64>,
    pub(crate) archived: bool,
    pub(crate) form: String,
    pub(crate) language: String,
    /// By the id of the field, in the order in which they were set.
    pub(crate) metadata: Vec<(String, Value)>,
    pub(crate) segments: Vec<Segment>,
    characters: usize,
    tokens: usize,
    /// Length in characters and tokens before the last change.
    before: Option<(usize, usize)>,
}

impl Document {
    pub(crate) fn new(material: &Material, position: u64, batch: &str, indexing: Indexing) -> Document {
        let now = clock::micros();
        Document {
            id: ids::new(),
            position,
            name: material.name.clone(),
            batch: batch.to_owned(),
            file: material.file.clone(),
            rule: material.rule.clone(),
            created_from: "api",
            created_at: now,
            touched_at: now,
            indexing,
            enabled: true,
            disabled_at: None,
            archived: false,
            form: material.form.clone(),
            language: material.language.clone(),
            metadata: Vec::new(),
            segments: Vec::new(),
            characters: material.characters,
            tokens: material.tokens,
            before: None,
        }
    }

    /// Takes new material in the place of the old.
    pub(crate) fn renew(&mut self, material: &Material, indexing: Indexing) {
        let progress = self.progress(clock::micros());
        if progress.is_split() {
            let tokens = if progress.stage == Stage::Completed { self.tokens } else { 0 };
            self.before = Some((self.characters, tokens));
        }
        self.name.clone_from(&material.name);
        self.file = material.file.clone();
        self.rule = material.rule.clone();
        self.language.clone_from(&material.language);
        self.characters = material.characters;
        self.tokens = material.tokens;
        self.indexing = indexing;
        self.created_from = "web";
        self.touched_at = clock::micros();
    }

    pub(crate) fn progress(&self, now: i64) -> Progress<'_> {
        self.indexing.at(now, self.segments.len())
    }

    /// Whether searches find it.
    pub(crate) fn is_available(&self, now: i64) -> bool {
        self.enabled && !self.archived && self.progress(now).stage == Stage::Completed
    }

    /// The state in one word.
    pub(crate) fn display_status(&self, now: i64) -> &'static str {
        match self.progress(now).stage {
            Stage::Waiting => "queuing",
            Stage::Paused => "paused",
            Stage::Error => "error",
            Stage::Completed if self.archived => "archived",
            Stage::Completed if !self.enabled => "disabled",
            Stage::Completed => "available",
            _ => "indexing",
        }
    }

    /// Its length in characters; nothing before it was cut for the first time.
    pub(crate) fn word_count(&self, now: i64) -> Option<usize> {
        let current = self.progress(now).is_split().then_some(self.characters);
        current.or(self.before.map(|(characters, _)| characters))
    }

    pub(crate) fn segment(&mut self, id: &str) -> Option<&mut Segment> {
        self.segments.iter_mut().find(|segment| segment.id == id)
    }

    /// Adds to its length what a change of its segments brought.
    pub(crate) fn grow(&mut self, characters: (usize, usize), tokens: (usize, usize)) {
        self.characters = (self.characters + characters.0).saturating_sub(characters.1);
        self.tokens = (self.tokens + tokens.0).saturating_sub(tokens.1);
        self.touched_at = clock::micros();
    }

    /// What its segments' values depend on.
    pub(crate) fn around<'a>(&'a self, progress: &'a Progress<'a>, dataset: &Dataset) -> Around<'a> {
        Around { document: &self.id, progress, counts_tokens: dataset.counts_tokens() }
    }

    /// The value of a field, by its name.
    pub(crate) fn fact(&self, metadata: &Metadata, name: &str) -> Option<Value> {
        let field = metadata.fields.iter().find(|field| field.name == name)?;
        self.metadata.iter().find(|(id, _)| *id == field.id).map(|(_, value)| value.clone())
    }

    fn changed_at(&self, now: i64) -> i64 {
        self.touched_at.max(self.progress(now).changed_at)
    }

    /// Its metadata, each with its field; none when there is not any.
    pub(crate) fn facts(&self, metadata: &Metadata) -> Option<Value> {
        let own = metadata.fields.iter().filter_map(|field| {
            let (_, value) = self.metadata.iter().find(|(id, _)| *id == field.id)?;
            Some(json!({"id": field.id, "name": field.name, "type": field.kind, "value": value}))
        });
        let facts: Vec<Value> = own.collect();
        (!facts.is_empty()).then(|| Value::from(facts))
    }

    /// Its metadata by name, as in a search.
    fn facts_by_name(&self, metadata: &Metadata) -> Option<Value> {
        let facts = self.facts(metadata)?;
        let facts = facts.as_array()?.iter();
        Some(facts.filter_map(|fact| Some((fact["name"].as_str()?.to_owned(), fact["value"].clone()))).collect())
    }

    /// Returns its representation in lists and after changes.
    pub(crate) fn value(&self, dataset: &Dataset, now: i64) -> Value {
        let mut value = self.common(dataset, now);
        let more = json!({
            "data_source_info": {"upload_file_id": self.file.id},
            "data_source_detail_dict": {"upload_file": self.file.in_document()}, "word_count": self.word_count(now),
            "doc_metadata": self.facts(&dataset.metadata).unwrap_or_else(|| json!([])),
        });
        extend(&mut value, more);
        value
    }

    /// Returns its full representation.
    pub(crate) fn detail(&self, dataset: &Dataset, now: i64) -> Value {
        let mut value = self.common(dataset, now);
        let progress = self.progress(now);
        let completed_at = seconds(progress.completed_at);
        let segments = if progress.is_split() { self.segments.len() } else { 0 };
        let rule = dataset.latest_rule.clone().unwrap_or_else(ProcessRule::automatic).of_dataset();
        let average = self.word_count(now).unwrap_or_default().checked_div(segments).unwrap_or(0);
        let more = json!({
            "data_source_info": {"upload_file": self.file.in_document()}, "dataset_process_rule": rule,
            "document_process_rule": self.rule.of_document(&dataset.id), "completed_at": completed_at,
            "updated_at": self.changed_at(now) / 1_000_000,
            "indexing_latency": completed_at.map(|_| self.indexing.latency()), "doc_type": null,
            "doc_metadata": self.facts(&dataset.metadata), "segment_count": segments,
            "average_segment_length": average, "doc_language": self.language,
        });
        extend(&mut value, more);
        value
    }

    /// Nothing but its metadata.
    pub(crate) fn only_facts(&self, dataset: &Dataset) -> Value {
        json!({"id": self.id, "doc_type": null, "doc_metadata": self.facts(&dataset.metadata)})
    }

    /// Returns its representation beside a segment in a search.
    pub(crate) fn found(&self, dataset: &Dataset) -> Value {
        json!({
            "id": self.id, "data_source_type": "upload_file", "name": self.name, "doc_type": null,
            "doc_metadata": self.facts_by_name(&dataset.metadata),
        })
    }

    fn common(&self, dataset: &Dataset, now: i64) -> Value {
        let progress = self.progress(now);
        let counted = if dataset.counts_tokens() { self.tokens } else { 0 };
        let tokens = match progress.stage {
            Stage::Completed => Some(counted),
            _ => self.before.map(|(_, tokens)| if dataset.counts_tokens() { tokens } else { 0 }),
        };
        // Being held is no state of its own here, only in the batch and in the one word.
        let stage = if progress.stage == Stage::Paused { Stage::Indexing } else { progress.stage };
        json!({
            "id": self.id, "position": self.position, "data_source_type": "upload_file",
            "data_source_info": null, "dataset_process_rule_id": self.rule.id(), "name": self.name,
            "created_from": self.created_from, "created_by": account(),
            "created_at": self.created_at / 1_000_000, "tokens": tokens, "indexing_status": stage.name(),
            "error": progress.error, "enabled": self.enabled,
            "disabled_at": self.disabled_at.map(|moment| moment / 1_000_000),
            "disabled_by": self.disabled_at.map(|_| account()), "archived": self.archived,
            // Only what applications find is counted; searches through this API are tests.
            "hit_count": 0,
            "display_status": self.display_status(now),
            "doc_form": self.form,
            "summary_index_status": null,
            "need_summary": false,
        })
    }
}
