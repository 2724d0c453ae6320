//! From bundled documents to the Rust files of `dify-api/src/generated`: lower → generate → polish → emit → prove → write.

use crate::diagnostic::{Finding, Findings};
use crate::model::Model;
use crate::{emit, generate, lower, polish, prove, write};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A bundled document.
#[derive(Clone, Debug)]
pub struct Document {
    /// The API it describes, such as `service`.
    pub api: String,
    /// Its content: self-contained OpenAPI 3.0.3.
    pub value: Value,
}

/// A file made from the documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Where it belongs, relative to the workspace's root.
    pub path: PathBuf,
    /// Its content.
    pub contents: String,
}

/// Make the bindings.
pub fn generate(documents: &[Document]) -> Result<Vec<GeneratedFile>, Findings> {
    let (files, unused) = generate_leniently(documents)?;
    unused.none().map(|()| files)
}

/// Make the bindings of documents that need not exercise every rule; the findings name the rules that matched nothing.
pub fn generate_leniently(documents: &[Document]) -> Result<(Vec<GeneratedFile>, Findings), Findings> {
    let merged = merge(documents)?;
    let model = Model::read(&merged)?;
    let (lowered, mut unused) = lower::lower(&merged, lower::RULES);
    let mut file = generate::generate(&lowered, &model)?;
    unused.extend(polish::polish(&mut file, &model, polish::PASSES));
    let code = emit::emit(file, &model)?;
    prove::prove(&code, &model).none()?;
    Ok((write::write(&code), unused))
}

/// The one document that progenitor is given, for tests that look at it.
pub fn lowered(documents: &[Document]) -> Result<Value, Findings> {
    Ok(lower::lower(&merge(documents)?, lower::RULES).0)
}

/// The public API of generated files as text, by file: methods with their signatures, types with their members.
pub fn public_api(files: &[GeneratedFile]) -> BTreeMap<String, String> {
    crate::public_api::public_api(files)
}

/// One document of several, so that a type that two of them speak of exists once in Rust.
fn merge(documents: &[Document]) -> Result<Value, Findings> {
    let mut findings = Findings::new();
    let Some((first, rest)) = documents.split_first() else {
        return Err(Finding::new("spec", 0, "there is no document to compile", "").into());
    };
    let mut merged = first.value.clone();
    for document in rest {
        for section in ["paths", "components"] {
            let added = document.value.get(section).cloned().unwrap_or_default();
            join(&mut merged[section], added, &format!("#/{section}"), &mut findings);
        }
        let tags = document.value.get("tags").and_then(Value::as_array);
        if let Some(all) = merged.get_mut("tags").and_then(Value::as_array_mut) {
            for tag in tags.into_iter().flatten() {
                if !all.iter().any(|t| t.get("name") == tag.get("name")) {
                    all.push(tag.clone());
                }
            }
        }
    }
    findings.none().map(|()| merged)
}

fn join(into: &mut Value, added: Value, place: &str, findings: &mut Findings) {
    if into.is_null() {
        *into = Value::Object(Map::new());
    }
    let (Some(all), Value::Object(added)) = (into.as_object_mut(), added) else {
        return;
    };
    for (name, value) in added {
        let here = format!("{place}/{}", crate::model::escaped(&name));
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
