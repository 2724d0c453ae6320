//! Translations: OpenAPI overlays in `spec/overlays`, one for each language, which replace the texts of documents.
//!
//! An overlay translates the texts as `spec/` has them. What the publisher adds (links, releases, error codes) it adds to
//! the translated text, in that language.

mod check;
mod texts;

use std::fs;
use std::path::Path;

use serde_json::Value;
use serde_json_path::JsonPath;
use sha2::{Digest, Sha256};

use crate::bundle::{finish, plain};
use crate::diagnostic::{Finding, Findings};
use crate::source::{Entry, Node, Source, folder, parse};

pub use check::check;
pub use texts::{Text, texts};

/// The folder of the overlays, below `spec/`.
const FOLDER: &str = "overlays";
/// The member of an action that contains the fingerprints of the English texts.
pub(crate) const ENGLISH: &str = "x-dify-english";

/// A translation.
#[derive(Debug)]
pub struct Overlay {
    /// The file, as a person at the workspace root would write it.
    file: String,
    /// The APIs whose documents it translates.
    apis: Vec<String>,
    actions: Vec<Action>,
}

/// The texts of one place.
#[derive(Debug)]
struct Action {
    line: usize,
    written: String,
    target: JsonPath,
    texts: Vec<TranslatedText>,
    /// Fingerprints without a text, with their lines.
    lone: Vec<(String, usize)>,
}

/// One text.
#[derive(Debug)]
struct TranslatedText {
    line: usize,
    field: String,
    text: String,
    /// The fingerprint of the English text that was translated.
    english: Option<String>,
}

/// Returns the fingerprint of a text: the first eight hexadecimal digits of its SHA-256.
#[must_use]
pub fn fingerprint(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Reads every overlay below `spec/`.
///
/// # Errors
/// Files that cannot be read, or are no overlay of texts.
pub fn all(spec: &Path) -> Result<Vec<Overlay>, Findings> {
    let Ok(entries) = fs::read_dir(spec.join(FOLDER)) else { return Ok(Vec::new()) };
    let mut languages: Vec<String> = entries
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".yaml")?.to_owned()))
        .collect();
    languages.sort();
    languages.iter().map(|language| load(spec, language)).collect()
}

/// Reads the overlay of a language below `spec/`.
///
/// # Errors
/// A file that cannot be read, or is no overlay of texts.
pub fn load(spec: &Path, language: &str) -> Result<Overlay, Findings> {
    let root = spec.file_name().map_or_else(|| "spec".to_owned(), |name| name.to_string_lossy().into_owned());
    let file = format!("{root}/{FOLDER}/{language}.yaml");
    let text = folder::read(&spec.join(FOLDER).join(format!("{language}.yaml")))
        .map_err(|error| Finding::new(&file, 0, format!("cannot be read: {error}"), "check that it is there"))?;
    Overlay::from_text(&file, &text)
}

/// The bundle of an API with the texts of an overlay.
#[must_use]
pub fn translated(source: &Source, api: &str, overlay: &Overlay) -> Value {
    let mut document = plain(source, api);
    overlay.apply(&mut document);
    finish(&mut document);
    document
}

impl Overlay {
    /// Reads an overlay.
    ///
    /// # Errors
    /// A text that is no YAML, or no overlay of texts.
    pub fn from_text(file: &str, text: &str) -> Result<Self, Findings> {
        let (node, problems) = parse(text, 0);
        let mut findings: Findings = problems
            .into_iter()
            .map(|problem| Finding::new(file, problem.line, problem.message, problem.fix))
            .collect();
        let Some(node) = node else { return Err(findings) };
        let mut wrong = |node: &Node, message: &str, fix: &str| {
            findings.push(Finding::new(file, node.place.line, message, fix));
        };
        if node.text("overlay") != Some("1.0.0") {
            wrong(&node, "this is no overlay", "begin it with `overlay: 1.0.0`");
        }
        let info = node.get("info");
        if !["title", "version"].iter().all(|name| info.is_some_and(|info| info.text(name).is_some())) {
            wrong(
                info.unwrap_or(&node),
                "an overlay has `info` with `title` and `version`, which are texts",
                "add them",
            );
        }
        let apis = node.list("x-dify-apis");
        let apis: Vec<String> = apis.iter().filter_map(|api| api.as_str().map(str::to_owned)).collect();
        if apis.is_empty() {
            wrong(&node, "the overlay names no API", "add the folders of the APIs, such as `x-dify-apis: [service]`");
        }
        let mut actions = Vec::new();
        for item in node.list("actions") {
            match action(item) {
                Ok(action) => actions.push(action),
                Err((node, message, fix)) => wrong(node, &message, fix),
            }
        }
        if actions.is_empty() {
            wrong(&node, "the overlay has no actions", "add `actions`");
        }
        findings.none().map(|()| Self { file: file.to_owned(), apis, actions })
    }

    /// The APIs whose documents it translates.
    #[must_use]
    pub fn apis(&self) -> &[String] {
        &self.apis
    }

    /// Applies the actions to a document, in order. An action whose target selects nothing is ignored.
    pub fn apply(&self, document: &mut Value) {
        for action in &self.actions {
            for pointer in action.select(document) {
                let Some(Value::Object(members)) = document.pointer_mut(&pointer) else { continue };
                for translated in &action.texts {
                    members.insert(translated.field.clone(), translated.text.clone().into());
                }
            }
        }
    }
}

impl Action {
    /// The JSON pointers of the places in a document.
    fn select(&self, document: &Value) -> Vec<String> {
        let nodes = self.target.query_located(document);
        nodes.locations().map(serde_json_path::NormalizedPath::to_json_pointer).collect()
    }
}

/// A part of the file that is wrong, the error and the fix.
type Wrong<'n> = (&'n Node, String, &'static str);

/// Reads an action: `target`, `update` with texts, and the fingerprints of their English texts.
fn action(node: &Node) -> Result<Action, Wrong<'_>> {
    const FORM: &str = "write `target`, `update` with texts, and `x-dify-english` with their fingerprints in quotes";
    let wrong = |node, message: &str| Err((node, message.to_owned(), FORM));
    if let Some(other) =
        node.entries().iter().find(|entry| !["target", "update", ENGLISH].contains(&entry.key.as_str()))
    {
        return wrong(&other.value, &format!("an action of a translation has no `{}`", other.key));
    }
    let Some(written) = node.text("target") else { return wrong(node, "an action has a `target`") };
    let target = JsonPath::parse(written)
        .map_err(|error| (node, format!("the target is no JSONPath (RFC 9535): {error}"), FORM))?;
    let texts_of = |name: &str| node.get(name).map_or(&[][..], Node::entries);
    let text = |entry: &'_ Entry| entry.value.as_str().map(str::to_owned);
    let (updates, english) = (texts_of("update"), texts_of(ENGLISH));
    if let Some(other) = updates.iter().chain(english).find(|entry| text(entry).is_none()) {
        return wrong(&other.value, &format!("`{}` is no text", other.key));
    }
    if updates.is_empty() {
        return wrong(node, "an action has an `update`");
    }
    let lone = english.iter().filter(|entry| !updates.iter().any(|update| update.key == entry.key));
    Ok(Action {
        line: node.place.line,
        written: written.to_owned(),
        target,
        lone: lone.map(|entry| (entry.key.clone(), entry.place.line)).collect(),
        texts: updates
            .iter()
            .map(|entry| TranslatedText {
                line: entry.place.line,
                field: entry.key.clone(),
                text: text(entry).unwrap_or_default(),
                english: english.iter().find(|english| english.key == entry.key).and_then(text),
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests;
