//! Tags of knowledge bases.

use serde_json::{Value, json};

/// A tag of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Tag {
    /// With the number of knowledge bases that have it, which is text.
    pub(crate) fn value(&self, bound: usize) -> Value {
        json!({"id": self.id, "name": self.name, "type": "knowledge", "binding_count": bound.to_string()})
    }
}
