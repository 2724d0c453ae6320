//! Tags of knowledge bases.

use serde_json::{Value, json};

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
