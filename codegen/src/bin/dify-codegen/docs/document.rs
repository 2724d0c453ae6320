//! A published document, as the pages read it.

use std::error::Error;
use std::fs;
use std::path::Path;

use codegen::language::Language;
use codegen::publish::{Version, publish};
use serde_json::{Map, Value};

use super::layout::file;
use crate::documents;

/// The APIs, in the order of the pages.
const APIS: [&str; 3] = ["service", "web", "console"];

/// A document in OpenAPI 3.1.
pub struct PublishedDocument {
    /// The API, such as `service`.
    pub api: &'static str,
    /// Its content.
    pub value: Value,
}

/// An operation and its place.
#[derive(Clone, Copy)]
pub struct DocumentedOperation<'d> {
    /// The HTTP method, in lower case.
    pub method: &'d str,
    /// The path below the server's.
    pub path: &'d str,
    /// Its content.
    pub value: &'d Value,
}

impl PublishedDocument {
    /// All that are published, translated where the language has a translation.
    ///
    /// # Errors
    /// When one is missing or is no JSON, or a translation cannot be read.
    pub fn published(root: &Path, language: Language) -> Result<Vec<Self>, Box<dyn Error>> {
        let mut translated = Vec::new();
        if language != Language::English {
            translated = documents::source_in(root, language)?;
        }
        let read = |api: &&'static str| {
            if let Some(document) = translated.iter().find(|document| document.api == *api) {
                return Ok(Self { api, value: publish(&document.value, Version::V31) });
            }
            let path = root.join(format!("spec/published/dify-{api}-3.1.json"));
            let text = fs::read_to_string(&path)
                .map_err(|error| format!("{}: {error}; run `cargo xtask codegen`", path.display()))?;
            Ok(Self { api, value: serde_json::from_str(&text)? })
        };
        APIS.iter().map(read).collect()
    }

    /// The language of its texts.
    pub fn language(&self) -> Language {
        Language::of(&self.value)
    }

    /// Its title.
    pub fn title(&self) -> &str {
        self.text("/info/title")
    }

    /// The text at a place, or none.
    pub fn text(&self, pointer: &str) -> &str {
        self.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The operations in their order.
    pub fn operations(&self) -> impl Iterator<Item = DocumentedOperation<'_>> {
        let methods = ["get", "put", "post", "delete", "patch"];
        members(self.value.get("paths")).flat_map(move |(path, item)| {
            let here = members(Some(item)).filter(move |(name, _)| methods.contains(&name.as_str()));
            here.map(move |(method, value)| DocumentedOperation { method, path, value })
        })
    }

    /// The component of this name, or `null`.
    pub fn schema(&self, name: &str) -> &Value {
        static NULL: Value = Value::Null;
        self.value.pointer("/components/schemas").and_then(|schemas| schemas.get(name)).unwrap_or(&NULL)
    }
}

impl<'d> DocumentedOperation<'d> {
    /// Where the reference page of an API shows it.
    pub fn link(&self, api: &str, language: Language) -> String {
        let text = |key: &str| self.value.get(key).and_then(Value::as_str).unwrap_or_default();
        let tag = self.value.pointer("/tags/0").and_then(Value::as_str).unwrap_or_default();
        format!("{}#tag/{tag}/operation/{}", file(api, language), text("operationId"))
    }

    /// The union of the events of its stream, if it streams.
    pub fn union(&self) -> Option<&'d str> {
        let mut answers = members(self.value.get("responses")).map(|(_, answer)| answer);
        answers.find_map(|answer| name(answer.get("content")?.get("text/event-stream")?.get("schema")?))
    }
}

/// The members of an object; none, if it is no object.
pub fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// The component that a schema refers to, null aside.
pub fn name(schema: &Value) -> Option<&str> {
    match schema.get("$ref") {
        Some(pointer) => pointer.as_str()?.rsplit('/').next(),
        None => ["anyOf", "allOf"].iter().find_map(|key| schema.get(key)?.as_array()?.iter().find_map(name)),
    }
}
