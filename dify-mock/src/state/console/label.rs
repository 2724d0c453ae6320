//! Tags of applications.

use serde_json::{Value, json};

use crate::ids;

/// A tag of the workspace for other things than knowledge.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `app` or `snippet`.
    pub(crate) kind: String,
}

impl Label {
    pub(crate) fn new(name: &str, kind: &str) -> Label {
        Label { id: ids::new(), name: name.to_owned(), kind: kind.to_owned() }
    }

    /// As what has it tells it.
    pub(crate) fn brief(&self) -> Value {
        json!({"id": self.id, "name": self.name, "type": self.kind})
    }

    /// With the number of things that have it, which is text.
    pub(crate) fn value(&self, bound: usize) -> Value {
        json!({"id": self.id, "name": self.name, "type": self.kind, "binding_count": bound.to_string()})
    }
}
