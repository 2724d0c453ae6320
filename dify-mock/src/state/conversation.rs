//! A conversation.

use serde_json::{Map, Value, json};

use super::variable::Variable;
use crate::values::{clock, ids};

/// Messages of one user that belong together.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) user: String,
    pub(crate) name: String,
    pub(crate) inputs: Map<String, Value>,
    pub(crate) introduction: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Orders by creation and by change where seconds do not.
    pub(crate) created: u64,
    pub(crate) updated: u64,
    /// Ids, the oldest first.
    pub(crate) messages: Vec<String>,
    pub(crate) variables: Vec<Variable>,
}

impl Conversation {
    pub(crate) fn new(user: &str, name: String, inputs: Map<String, Value>, introduction: String, tick: u64) -> Self {
        let now = clock::now();
        Self {
            id: ids::new(),
            user: user.to_owned(),
            name,
            inputs,
            introduction,
            created_at: now,
            updated_at: now,
            created: tick,
            updated: tick,
            ..Self::default()
        }
    }

    /// Something in it changed.
    pub(crate) fn touch(&mut self, tick: u64) {
        self.updated_at = clock::now();
        self.updated = tick;
    }

    pub(crate) fn value(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "inputs": self.inputs, "status": "normal",
            "introduction": self.introduction, "created_at": self.created_at, "updated_at": self.updated_at,
        })
    }
}
