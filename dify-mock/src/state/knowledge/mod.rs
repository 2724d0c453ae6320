//! The workspace's knowledge.

pub(crate) mod child_chunk;
pub(crate) mod dataset;
pub(crate) mod document;
pub(crate) mod documents;
pub(crate) mod filter;
pub(crate) mod indexing;
pub(crate) mod material;
pub(crate) mod metadata;
pub(crate) mod process_rule;
pub(crate) mod retrieval;
pub(crate) mod search_index;
pub(crate) mod segment;
pub(crate) mod split;
pub(crate) mod words;

use dataset::Dataset;
use serde_json::{Value, json};

/// Everything that keys of knowledge reach: they all reach the same.
#[derive(Debug, Default)]
pub(crate) struct Knowledge {
    /// In the order in which they were made.
    pub(crate) datasets: Vec<Dataset>,
    pub(crate) tags: Vec<Tag>,
}

impl Knowledge {
    pub(crate) fn dataset(&mut self, id: &str) -> Option<&mut Dataset> {
        self.datasets.iter_mut().find(|dataset| dataset.id == id)
    }

    /// Whether another knowledge base has this name.
    pub(crate) fn is_named(&self, name: &str, other_than: &str) -> bool {
        self.datasets.iter().any(|dataset| dataset.name == name && dataset.id != other_than)
    }
}

/// A tag of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Tag {
    /// As lists show it. The count is text.
    pub(crate) fn value(&self) -> Value {
        json!({"id": self.id, "name": self.name, "type": "knowledge", "binding_count": "0"})
    }
}
