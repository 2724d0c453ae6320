//! `cargo xtask diff`: what changed between two versions of the description.

use std::error::Error;
use std::path::Path;

use clap::Args;
use clap::builder::PossibleValuesParser;
use codegen::bundle::to_json;
use codegen::diff::{Advice, Level, diff};
use contract::Api;

use crate::documents;

/// The versions to compare, and the form of the report.
#[derive(Args)]
pub struct Diff {
    /// The version before: a document, a folder with spec/, a git revision, or `revision:path`.
    #[arg(value_name = "OLD")]
    old: String,
    /// The version after; the working tree where it is left out.
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// Compare this API only.
    #[arg(long, value_name = "API", value_parser = PossibleValuesParser::new(Api::ALL.map(Api::name)))]
    api: Option<String>,
    /// Write everything as JSON to the standard output.
    #[arg(long)]
    json: bool,
    /// Write an entry for a changelog to the standard output, and nothing else.
    #[arg(long, conflicts_with = "json")]
    changelog: bool,
    /// Fail when a change weighs at least so much for the document or the crate.
    #[arg(long, value_name = "LEVEL", value_parser = PossibleValuesParser::new(Level::ALL.map(Level::name)))]
    fail_on: Option<String>,
}

/// Returns whether every change is below the level of `--fail-on`.
pub fn run(root: &Path, task: &Diff) -> Result<bool, Box<dyn Error>> {
    let mut old = documents::read(root, &task.old)?;
    let mut new = match &task.new {
        Some(name) => documents::read(root, name)?,
        None => documents::source(root)?,
    };
    if let Some(api) = &task.api {
        old.retain(|document| document.api == *api);
        new.retain(|document| document.api == *api);
    } else if documents::is_file(root, &task.old)
        || task.new.as_deref().is_some_and(|new| documents::is_file(root, new))
    {
        // One document says nothing of the other APIs.
        let named = |documents: &[codegen::bindings::Document], api: &str| documents.iter().any(|it| it.api == api);
        let (before, after) = (old.clone(), new.clone());
        old.retain(|document| named(&after, &document.api));
        new.retain(|document| named(&before, &document.api));
        if old.is_empty() {
            return Err("the two are documents of different APIs".into());
        }
    }
    let changes = diff(&old, &new);
    let advice = |version: Option<String>, level| version.map(|version| Advice::new(&version, level)).transpose();
    let crate_advice = advice(Some(documents::crate_version(root)?), changes.bindings())?;
    // A document's own number is Dify's release; it is given out with the crate.
    let document_advice = advice(Some(documents::crate_version(root)?), changes.document())?;
    let text = if task.json {
        to_json(&changes.to_json(document_advice.as_ref(), crate_advice.as_ref()))
    } else if task.changelog {
        changes.changelog()
    } else {
        let mut text = changes.to_string();
        if !changes.changes.is_empty() {
            text.push_str(&format!("For a CHANGELOG:\n\n{}\n", changes.changelog()));
        }
        let advised = [("document", changes.document(), document_advice), ("crate", changes.bindings(), crate_advice)];
        for (what, level, advice) in advised {
            if let Some(advice) = advice {
                text.push_str(&format!("{what}: {}; version {advice}\n", level.map_or("unchanged", Level::name)));
            }
        }
        text
    };
    documents::print(&text)?;
    let heaviest = changes.document().max(changes.bindings());
    let limit = Level::ALL.into_iter().find(|level| task.fail_on.as_deref() == Some(level.name()));
    Ok(limit.is_none_or(|limit| heaviest.is_none_or(|level| level < limit)))
}
