//! The documents of a knowledge base, in their order.

use std::collections::{BTreeMap, HashMap};

use super::document::Document;

/// Documents by id and by place.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    by_id: HashMap<String, Document>,
    order: BTreeMap<u64, String>,
}

impl Documents {
    /// The place of the next one.
    pub(crate) fn next_position(&self) -> u64 {
        self.order.last_key_value().map_or(1, |(last, _)| last + 1)
    }

    pub(crate) fn add(&mut self, document: Document) {
        self.order.insert(document.position, document.id.clone());
        self.by_id.insert(document.id.clone(), document);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Document> {
        let document = self.by_id.remove(id)?;
        self.order.remove(&document.position);
        Some(document)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Document> {
        self.by_id.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Document> {
        self.by_id.get_mut(id)
    }

    /// All, the newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Document> {
        self.order.values().rev().filter_map(|id| self.by_id.get(id))
    }

    /// Those of a batch.
    pub(crate) fn of_batch(&self, batch: &str) -> Vec<&Document> {
        self.iter().filter(|document| document.batch == batch).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.by_id.values()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Document> {
        self.by_id.values_mut()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}
