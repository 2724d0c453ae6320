//! From bundled documents to the Rust files of `dify-api/src/generated` and `docs/api.md`: lower → generate → polish → emit → write.

use crate::diagnostic::{Finding, Findings};
pub use crate::files::{Document, GeneratedFile, Homes};
use crate::model::{API, MARK, Model};
use crate::{emit, generate, lower, polish, write};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The index of operations, for people.
const API_PAGE: &str = "docs/api.md";

/// The bindings of some documents.
pub struct Bindings {
    merged: Value,
    model: Model,
}

impl Bindings {
    /// Reads the documents.
    ///
    /// # Errors
    /// Fails if the documents contradict each other, or a part has no meaning for the bindings.
    pub fn read(documents: &[Document]) -> Result<Self, Findings> {
        let merged = merge(documents)?;
        Ok(Self { model: Model::read(&merged)?, merged })
    }

    /// Returns their examples as programs, by operation.
    #[must_use]
    pub fn samples(&self) -> BTreeMap<String, String> {
        emit::samples(&self.model)
    }

    /// Makes their files.
    ///
    /// # Errors
    /// Fails if a part has no Rust, or if a rule of the compiler matches nothing.
    pub fn generate(self, homes: &Homes) -> Result<Vec<GeneratedFile>, Findings> {
        let (files, unused) = self.generate_leniently(homes)?;
        unused.none().map(|()| files)
    }

    /// Makes the files for documents that need not exercise every rule; the findings name the rules that matched nothing.
    fn generate_leniently(self, homes: &Homes) -> Result<(Vec<GeneratedFile>, Findings), Findings> {
        let Self { merged, model } = self;
        let (lowered, mut unused) = lower::lower(merged, lower::RULES);
        let mut file = generate::generate(lowered, &model)?;
        unused.extend(polish::polish(&mut file, &model, polish::PASSES));
        let code = emit::emit(file, &model, homes)?;
        let mut files = write::write(&code);
        files.push(GeneratedFile { path: PathBuf::from(API_PAGE), contents: emit::api_page(&model, &code) });
        Ok((files, unused))
    }
}

/// The one document that progenitor is given, for tests that look at it.
pub fn lowered(documents: &[Document]) -> Result<Value, Findings> {
    Ok(lower::lower(merge(documents)?, lower::RULES).0)
}

/// The public API of generated files as text, by file: methods with their signatures, types with their members.
pub fn public_api(files: &[GeneratedFile]) -> BTreeMap<String, String> {
    crate::public_api::public_api(files)
}

/// One document of several, so that a type that two of them speak of exists once in Rust.
fn merge(documents: &[Document]) -> Result<Value, Findings> {
    let mut findings = Findings::new();
    // Where two have a group of the same name, the first keeps it: the API that most people use.
    let mut documents: Vec<&Document> = documents.iter().collect();
    documents.sort_by_key(|document| ["service", "web", "console"].iter().position(|api| *api == document.api));
    let Some((first, rest)) = documents.split_first() else {
        return Err(Finding::new("spec", 0, "there is no document to compile", "").into());
    };
    let mut merged = signed(first);
    for document in rest {
        let mut added = signed(document);
        if let (Some(all), Value::Object(paths)) = (merged["paths"].as_object_mut(), added["paths"].take()) {
            for (path, item) in paths {
                let taken = all.contains_key(&path);
                all.insert(if taken { format!("{path}{MARK}{}", document.api) } else { path }, item);
            }
        }
        join(&mut merged["components"], added["components"].take(), "#/components", &mut findings);
        if let (Some(all), Value::Array(tags)) = (merged["tags"].as_array_mut(), added["tags"].take()) {
            all.extend(tags);
        }
    }
    findings.none().map(|()| merged)
}

/// A document whose operations and tags name their API, and whose operations repeat what applies to all.
fn signed(document: &Document) -> Value {
    let mut value = document.value.clone();
    let security = value.get("security").cloned();
    for tag in value.get_mut("tags").and_then(Value::as_array_mut).into_iter().flatten() {
        tag[API] = document.api.as_str().into();
    }
    let items = value.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut);
    for operation in items.filter_map(Value::as_object_mut).flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        operation.insert(API.to_owned(), document.api.as_str().into());
        if let (false, Some(security)) = (operation.contains_key("security"), &security) {
            operation.insert("security".to_owned(), security.clone());
        }
    }
    value
}

fn join(into: &mut Value, added: Value, place: &str, findings: &mut Findings) {
    if into.is_null() {
        *into = Value::Object(Map::new());
    }
    let (Some(all), Value::Object(added)) = (into.as_object_mut(), added) else {
        return;
    };
    for (name, value) in added {
        let here = format!("{place}/{}", contract::escape(&name));
        match all.get_mut(&name) {
            None => {
                all.insert(name, value);
            }
            Some(there) if *there == value => {}
            Some(there) if place == "#/components" => join(there, value, &here, findings),
            Some(_) => findings.push(Finding::in_document(
                here,
                format!("`{name}` means different things in two documents"),
                "give one of them another name",
            )),
        }
    }
}

#[cfg(test)]
mod tests;
