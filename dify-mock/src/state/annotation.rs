//! Annotations: answers that people wrote, and whether they are used.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::values::{clock, ids};

/// All annotations of an application, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Annotations {
    pub(crate) list: Vec<Annotation>,
    /// The setting, while answering from annotations is on.
    pub(crate) reply: Option<Value>,
    /// Ids of the jobs that the setting ordered, and whether somebody has looked at them.
    jobs: HashMap<String, bool>,
}

/// A question with the answer to give.
#[derive(Clone, Debug)]
pub(crate) struct Annotation {
    pub(crate) id: String,
    pub(crate) question: String,
    pub(crate) answer: String,
    pub(crate) hits: u64,
    created_at: i64,
}

impl Annotations {
    pub(crate) fn add(&mut self, question: &str, answer: &str) -> Value {
        let (question, answer) = (question.to_owned(), answer.to_owned());
        let annotation = Annotation { id: ids::new(), question, answer, hits: 0, created_at: clock::now() };
        let value = annotation.value();
        self.list.push(annotation);
        value
    }

    pub(crate) fn get(&mut self, id: &str) -> Option<&mut Annotation> {
        self.list.iter_mut().find(|annotation| annotation.id == id)
    }

    /// The annotation that answers this question, when answering from annotations is on.
    pub(crate) fn hit(&mut self, question: &str) -> Option<&mut Annotation> {
        self.reply.as_ref()?;
        let question = question.trim().to_lowercase();
        let mut fitting = self.list.iter_mut().filter(|annotation| !annotation.question.is_empty());
        fitting.find(|annotation| annotation.question.trim().to_lowercase() == question)
    }

    /// Orders the work that turning the setting on or off takes.
    pub(crate) fn order(&mut self) -> String {
        let id = ids::new();
        self.jobs.insert(id.clone(), false);
        id
    }

    /// The state of a job: it waits at the first look and is done at the second.
    pub(crate) fn job(&mut self, id: &str) -> Option<&'static str> {
        let done = std::mem::replace(self.jobs.get_mut(id)?, true);
        Some(if done { "completed" } else { "waiting" })
    }
}

impl Annotation {
    pub(crate) fn value(&self) -> Value {
        json!({
            "id": self.id, "question": self.question, "answer": self.answer, "hit_count": self.hits,
            "created_at": self.created_at,
        })
    }

    /// `metadata.annotation_reply` of an answer that it gave.
    pub(crate) fn reply(&self) -> Value {
        json!({"id": self.id, "account": {"id": ids::of("account", "admin"), "name": "Admin"}})
    }
}
