//! Segments: what a document is cut into, and what searches find.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::child_chunk::ChildChunk;
use super::indexing::{Progress, Stage};
use super::words::tokens;
use crate::values::ids;
use crate::values::json_text::extend;
use crate::values::workspace::account;

/// A segment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Segment {
    pub(crate) id: String,
    pub(crate) position: usize,
    pub(crate) content: String,
    pub(crate) answer: Option<String>,
    pub(crate) keywords: Option<Vec<String>>,
    pub(crate) enabled: bool,
    pub(crate) disabled_at: Option<i64>,
    /// In seconds, as all times here.
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Whether somebody changed it.
    pub(crate) touched: bool,
    /// When it went into the index by itself, and not with its document.
    pub(crate) indexed_at: Option<i64>,
    pub(crate) children: Vec<ChildChunk>,
    /// Its number in the index; none where its children are there instead.
    pub(crate) unit: Option<u64>,
    pub(crate) summary: Option<String>,
    node_id: String,
}

/// What a segment's values depend on beside itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around<'a> {
    pub(crate) document: &'a str,
    pub(crate) progress: &'a Progress<'a>,
    /// Whether tokens are counted: the way of `economy` has no model that would.
    pub(crate) counts_tokens: bool,
}

impl Segment {
    pub(crate) fn new(content: &str, position: usize, now: i64) -> Segment {
        Segment {
            id: ids::new(),
            position,
            content: content.to_owned(),
            enabled: true,
            created_at: now,
            updated_at: now,
            node_id: ids::new(),
            ..Segment::default()
        }
    }

    /// In characters, as Dify counts words.
    pub(crate) fn word_count(&self) -> usize {
        self.content.chars().count() + self.answer.as_ref().map_or(0, |answer| answer.chars().count())
    }

    pub(crate) fn tokens(&self) -> usize {
        tokens(&self.content) + self.answer.as_deref().map_or(0, tokens)
    }

    /// How far it is, in Dify's words.
    pub(crate) fn status(&self, progress: &Progress<'_>) -> &'static str {
        match progress.stage {
            _ if self.indexed_at.is_some() || self.position <= progress.completed_segments => "completed",
            Stage::Error => "error",
            Stage::Paused => "paused",
            Stage::Completed => "completed",
            Stage::Indexing => "indexing",
            _ => "waiting",
        }
    }

    /// Returns its representation in lists and after changes.
    pub(crate) fn value(&self, around: Around<'_>) -> Value {
        let mut value = self.found(around);
        let children: Vec<Value> = self.children.iter().map(|child| child.value(&self.id)).collect();
        let more = json!({
            "sign_content": self.content, "keywords": self.keywords, "updated_at": self.updated_at,
            "updated_by": self.touched.then(account), "child_chunks": children, "attachments": [],
            "summary": self.summary,
        });
        extend(&mut value, more);
        value
    }

    /// Returns its representation in a search, without the document.
    pub(crate) fn found(&self, around: Around<'_>) -> Value {
        let status = self.status(around.progress);
        let with_document = around.progress.completed_at.map(|moment| moment / 1_000_000);
        let completed_at = self.indexed_at.or(with_document).filter(|_| status == "completed");
        json!({
            "id": self.id, "position": self.position, "document_id": around.document, "content": self.content,
            "sign_content": null, "answer": self.answer, "word_count": self.word_count(),
            "tokens": if around.counts_tokens { self.tokens() } else { 0 },
            "keywords": self.keywords.as_deref().unwrap_or_default(), "index_node_id": self.node_id,
            "index_node_hash": hash(&self.content),
            // Only what applications find is counted; searches through this API are tests.
            "hit_count": 0, "enabled": self.enabled, "disabled_at": self.disabled_at,
            "disabled_by": self.disabled_at.map(|_| account()), "status": status, "created_by": account(),
            "created_at": self.created_at, "indexing_at": self.indexed_at.unwrap_or(self.created_at),
            "completed_at": completed_at, "error": around.progress.error.filter(|_| status == "error"),
            "stopped_at": null,
        })
    }
}

/// The server's fingerprint of a text, with the word that it adds to each.
fn hash(text: &str) -> String {
    let digest = Sha256::new().chain_update(text).chain_update("None").finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_the_recorded_one() {
        let hash = hash("Rust is a systems programming language. It has ownership.");
        assert_eq!(hash, "d7c37ac8162f46eb8be974b5682f8ecfc286b01afc8c29949a043c5c43b09c24");
    }
}
