//! A message: a question and its answer.

use serde_json::{Map, Value, json};

use crate::values::usage::Usage;
use crate::values::{clock, ids};

/// A question and its answer.
#[derive(Debug, Default)]
pub(crate) struct Message {
    pub(crate) id: String,
    /// A completion has none.
    pub(crate) conversation: Option<String>,
    pub(crate) parent: Parent,
    pub(crate) user: String,
    pub(crate) inputs: Map<String, Value>,
    pub(crate) query: String,
    pub(crate) answer: String,
    /// `like` or `dislike`.
    pub(crate) rating: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) thoughts: Vec<Value>,
    pub(crate) files: Vec<Value>,
    pub(crate) usage: Option<Usage>,
    pub(crate) error: Option<String>,
    /// The run that made the answer, in a chatflow.
    pub(crate) run: Option<String>,
    /// `metadata.annotation_reply`, when an annotation gave the answer.
    pub(crate) annotation: Option<Value>,
}

/// Which message another one follows.
#[derive(Clone, Debug, Default)]
pub(crate) enum Parent {
    /// The last one before it, as the Service API has it.
    #[default]
    Last,
    /// None, though there may be some in the conversation.
    None,
    /// This one.
    Message(String),
}

impl Message {
    pub(crate) fn new(conversation: Option<String>, user: &str, inputs: Map<String, Value>, query: &str) -> Message {
        Message {
            id: ids::new(),
            conversation,
            user: user.to_owned(),
            inputs,
            query: query.to_owned(),
            created_at: clock::now(),
            ..Message::default()
        }
    }

    /// Whether the question came with this file.
    pub(crate) fn uses(&self, file: &str) -> bool {
        self.files.iter().any(|used| used["upload_file_id"] == file)
    }

    /// Returns its representation in the history; `extra` are the submitted forms.
    pub(crate) fn value(&self, extra: &[Value]) -> Value {
        let usage = self.usage.as_ref();
        json!({
            "id": self.id, "conversation_id": self.conversation,
            "parent_message_id": match &self.parent {
                Parent::Last => Some("00000000-0000-0000-0000-000000000000"),
                Parent::None => None,
                Parent::Message(id) => Some(id.as_str()),
            },
            "inputs": self.inputs, "query": self.query, "answer": self.answer,
            "feedback": self.rating.as_ref().map(|rating| json!({"rating": rating})),
            "retriever_resources": [], "created_at": self.created_at, "agent_thoughts": self.thoughts,
            "message_files": self.files, "message_tokens": usage.map_or(0, Usage::prompt),
            "answer_tokens": usage.map_or(0, Usage::completion),
            "provider_response_latency": usage.map_or(0.0, Usage::latency),
            "total_price": usage.map_or_else(|| "0E-7".to_owned(), Usage::total_price), "currency": "USD",
            "status": if self.error.is_some() { "error" } else { "normal" }, "error": self.error,
            "extra_contents": extra, "total_tokens": usage.map_or(0, Usage::total),
        })
    }
}
