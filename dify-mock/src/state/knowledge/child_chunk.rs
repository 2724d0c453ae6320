//! The small parts of a segment that are searched in its place.

use serde_json::{Value, json};

use crate::values::{clock, ids};

/// A child chunk.
#[derive(Clone, Debug)]
pub(crate) struct ChildChunk {
    pub(crate) id: String,
    pub(crate) content: String,
    pub(crate) position: usize,
    /// `customized`, once somebody wrote its text.
    kind: &'static str,
    created_at: i64,
    updated_at: i64,
    /// Its number in the index.
    pub(crate) unit: u64,
}

impl ChildChunk {
    pub(crate) fn new(content: &str, position: usize, now: i64) -> ChildChunk {
        let content = content.to_owned();
        ChildChunk { id: ids::new(), content, position, kind: "automatic", created_at: now, updated_at: now, unit: 0 }
    }

    /// Gives it another text; returns it as it is then.
    pub(crate) fn rewrite(&mut self, content: &str) -> ChildChunk {
        content.clone_into(&mut self.content);
        (self.kind, self.updated_at) = ("customized", clock::now());
        self.clone()
    }

    pub(crate) fn value(&self, segment: &str) -> Value {
        json!({
            "id": self.id, "segment_id": segment, "content": self.content, "position": self.position,
            "word_count": self.content.chars().count(), "type": self.kind, "created_at": self.created_at,
            "updated_at": self.updated_at,
        })
    }

    /// Returns its representation in a search.
    pub(crate) fn found(&self, score: f64) -> Value {
        json!({"id": self.id, "content": self.content, "position": self.position, "score": score})
    }
}
