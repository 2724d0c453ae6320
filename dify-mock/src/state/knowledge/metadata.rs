//! The fields of a knowledge base for metadata of its documents.

use serde_json::{Value, json};

use crate::values::ids;

/// The names of the fields that the server itself fills.
const BUILT_IN: [&str; 5] = ["document_name", "uploader", "upload_date", "last_update_date", "source"];

/// The longest name of a field, in characters.
const LONGEST_NAME: usize = 255;

/// The fields of a knowledge base.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) fields: Vec<Field>,
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
        if BUILT_IN.contains(&name) {
            return Err("Metadata name already exists in Built-in fields.");
        }
        Ok(())
    }

    pub(crate) fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Returns their representation in a knowledge base.
    pub(crate) fn value(&self) -> Value {
        let own = self.fields.iter().map(|field| json!({"id": field.id, "name": field.name, "type": field.kind}));
        own.collect()
    }
}
