//! Searching a knowledge base.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::dataset;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::knowledge::dataset::Dataset;
use crate::state::knowledge::document::Document;
use crate::state::knowledge::filter::Filter;
use crate::state::knowledge::material::{REFUSED_EMBEDDING, is_refused};
use crate::state::knowledge::search_index::Hit;
use crate::values::clock;
use crate::values::refusal::Refusal;

/// What to look for, and how many results to return.
struct Search<'a> {
    question: &'a str,
    /// By extracted words, which are found or not: there are no scores.
    by_keywords: bool,
    top: usize,
    least: Option<f64>,
    filter: Option<Filter>,
}

/// A segment that was found, and the child chunks by which it was.
struct FoundSegment {
    document: String,
    segment: String,
    score: f64,
    children: Vec<(String, f64)>,
}

/// `POST /datasets/{dataset_id}/retrieve`, and its older name.
pub(crate) fn answer(call: &Call) -> Outcome {
    let question = call.text("query").unwrap_or_default();
    let model = call.member("retrieval_model");
    let filter = Filter::read(&model["metadata_filtering_conditions"]);
    call.world(|world| {
        let dataset = dataset(world, call)?;
        if question.is_empty() {
            return Err(Refusal::invalid("Query or attachment_ids is required"));
        }
        let chosen = if model.is_object() { model.clone() } else { dataset.retrieval.clone() };
        let by_keywords = chosen["search_method"] == "keyword_search";
        // Without a model there are no vectors, and the answer is what the database says of that.
        if !by_keywords && !dataset.counts_tokens() {
            return Err(Refusal::invalid(no_vectors(call.at("dataset_id"))));
        }
        if !by_keywords && is_refused(question) {
            return Err(Refusal::invalid(REFUSED_EMBEDDING));
        }
        let least = chosen["score_threshold"].as_f64().filter(|_| chosen["score_threshold_enabled"] == true);
        let top = chosen["top_k"].as_u64().and_then(|top| usize::try_from(top).ok()).unwrap_or(2);
        let mut records = Search { question, by_keywords, top, least, filter }.run(dataset);
        let mut query = json!({"content": question});
        if call.server.options.between("1.14.0", "1.15.0") {
            query = json!(question);
            records.iter_mut().for_each(|record| record["segment"]["created_at"] = Value::Null);
        }
        Ok(Reply::ok(json!({"query": query, "records": records})))
    })
}

fn no_vectors(dataset: &str) -> String {
    let table = format!("embedding_vector_index_{}_nod", dataset.replace('-', "_"));
    format!("relation \"{table}\" does not exist\nLINE 1: ...AS distance FROM {table}\n")
}

impl Search<'_> {
    fn run(&self, dataset: &mut Dataset) -> Vec<Value> {
        let now = clock::micros();
        let hits = dataset.index.search(self.question);
        let searched = dataset.documents.iter().filter(|document| self.looks_into(dataset, document, now));
        let searched: HashSet<&str> = searched.map(|document| document.id.as_str()).collect();
        let mut found: Vec<FoundSegment> = Vec::new();
        let mut places = HashMap::new();
        for Hit { place, score } in hits {
            if !searched.contains(place.document.as_str())
                || self.least.is_some_and(|least| !self.by_keywords && score < least)
            {
                continue;
            }
            let score = if self.by_keywords { 0.0 } else { score };
            // The best child comes first and gives its segment the score.
            let at = *places.entry(place.segment.clone()).or_insert_with(|| {
                let (document, segment) = (place.document.clone(), place.segment.clone());
                found.push(FoundSegment { document, segment, score, children: Vec::new() });
                found.len() - 1
            });
            if let (Some(child), Some(found)) = (place.child, found.get_mut(at)) {
                found.children.push((child, score));
            }
        }
        found.iter().filter_map(|found| record(dataset, found, now)).take(self.top).collect()
    }

    fn looks_into(&self, dataset: &Dataset, document: &Document, now: i64) -> bool {
        let fact = |name: &str| document.fact(&dataset.metadata, name);
        document.is_available(now) && self.filter.as_ref().is_none_or(|filter| filter.lets_in(fact))
    }
}

/// Nothing for a segment that is switched off.
fn record(dataset: &Dataset, found: &FoundSegment, now: i64) -> Option<Value> {
    let document = dataset.documents.get(&found.document)?;
    let segment = document.segments.iter().find(|segment| segment.id == found.segment && segment.enabled)?;
    let progress = document.progress(now);
    let mut value = segment.found(document.around(&progress, dataset));
    value["document"] = document.found(dataset);
    let children = found.children.iter().filter_map(|(id, score)| {
        let child = segment.children.iter().find(|child| child.id == *id)?;
        Some(child.found(*score))
    });
    Some(json!({
        "segment": value, "child_chunks": children.collect::<Vec<Value>>(), "score": found.score,
        "tsne_position": null, "files": [], "summary": segment.summary,
    }))
}
