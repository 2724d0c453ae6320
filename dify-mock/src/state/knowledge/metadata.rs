//! The fields in which a knowledge base keeps what is known of its documents.

use serde_json::{Value, json};

use crate::values::ids;

/// What the server itself can tell of a document: names and types.
pub(crate) const BUILT_IN: &[(&str, &str)] = &[
    ("document_name", "string"),
    ("uploader", "string"),
    ("upload_date", "time"),
    ("last_update_date", "time"),
    ("source", "string"),
];

/// The longest name of a field, in characters.
const LONGEST_NAME: usize = 255;

/// The fields of a knowledge base.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) fields: Vec<Field>,
    /// Whether documents also have the built-in ones.
    pub(crate) built_in: bool,
}

/// A field that somebody made.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: String,
}

impl Field {
    pub(crate) fn value(&self) -> Value {
        json!({"id": self.id, "type": self.kind, "name": self.name})
    }
}

impl Metadata {
    /// Adds a field; the error is Dify's message.
    pub(crate) fn add(&mut self, name: &str, kind: &str) -> Result<&Field, &'static str> {
        self.check(name)?;
        self.fields.push(Field { id: ids::new(), name: name.to_owned(), kind: kind.to_owned() });
        self.fields.last().ok_or("Metadata not found.")
    }

    /// Gives a field another name; nothing when there is no such field.
    pub(crate) fn rename(&mut self, id: &str, name: &str) -> Result<Option<&Field>, &'static str> {
        self.check(name)?;
        let field = self.fields.iter_mut().find(|field| field.id == id);
        Ok(field.map(|field| {
            field.name = name.to_owned();
            &*field
        }))
    }

    fn check(&self, name: &str) -> Result<(), &'static str> {
        if name.chars().count() > LONGEST_NAME {
            return Err("Metadata name cannot exceed 255 characters.");
        }
        if self.fields.iter().any(|field| field.name == name) {
            return Err("Metadata name already exists.");
        }
        if BUILT_IN.iter().any(|(built_in, _)| *built_in == name) {
            return Err("Metadata name already exists in Built-in fields.");
        }
        Ok(())
    }

    pub(crate) fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// As a knowledge base tells them.
    pub(crate) fn value(&self) -> Value {
        let own = self.fields.iter().map(|field| json!({"id": field.id, "name": field.name, "type": field.kind}));
        let built_in = BUILT_IN.iter().filter(|_| self.built_in);
        let built_in = built_in.map(|(name, kind)| json!({"id": "built-in", "name": name, "type": kind}));
        own.chain(built_in).collect()
    }
}
