//! `cargo xtask publish`: the documents for servers of other releases than the described one, in other languages, and for
//! one use.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use codegen::bindings::{Bindings, Document};
use codegen::language::Language;
use codegen::publish::{self, Cut, Range};
use serde_json::Value;

use crate::documents;

/// Which releases and which use the documents are for, in which language, and where to write them.
#[derive(Args)]
pub struct Publish {
    #[command(flatten)]
    choice: DocumentChoice,
    /// The folder to write to. Defaults to one in target/publish, named for the use, the releases and the language.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Args, Default)]
#[group(required = true, multiple = true)]
struct DocumentChoice {
    /// Write documents for servers of this release. Defaults to the described one.
    #[arg(long, value_name = "RELEASE", conflicts_with = "from")]
    release: Option<String>,
    /// Write documents for servers of all releases from this one to the described one.
    #[arg(long, value_name = "RELEASE")]
    from: Option<String>,
    /// Write documents in this language: `en` (the default), or `zh` for those of the Service and Web API in Chinese.
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    language: Option<Language>,
    /// Write one document for one use: the operations of an application key (`app`) or of a dataset key (`knowledge`), or
    /// tools of agents (`agent`).
    #[arg(long, value_name = "USE", value_parser = cut)]
    cut: Option<Cut>,
}

fn cut(name: &str) -> Result<Cut, String> {
    let cut = Cut::ALL.into_iter().find(|cut| cut.name() == name);
    cut.ok_or_else(|| format!("write one of {}", Cut::ALL.map(Cut::name).join(", ")))
}

fn language(tag: &str) -> Result<Language, String> {
    Language::named(tag).ok_or_else(|| format!("write one of {}", Language::ALL.map(Language::tag).join(", ")))
}

/// Writes the documents of all APIs, or of one use, in each version of OpenAPI, as YAML and JSON, with their list.
pub fn run(root: &Path, task: &Publish) -> Result<bool, Box<dyn Error>> {
    let choice = &task.choice;
    let releases = choice.release.clone().or_else(|| choice.from.as_ref().map(|from| format!("from-{from}")));
    let cut = choice.cut.map(|cut| cut.name().to_owned());
    let name: Vec<String> =
        cut.into_iter().chain(releases).chain(choice.language.map(|it| it.tag().to_owned())).collect();
    let out = task.out.clone().unwrap_or_else(|| root.join("target/publish").join(name.join("-")));
    write(root, choice, &out)?;
    Ok(true)
}

/// Writes the documents for all releases from one to the described one to a folder.
pub fn from(root: &Path, first: &str, out: &Path) -> Result<(), Box<dyn Error>> {
    write(root, &DocumentChoice { from: Some(first.to_owned()), ..DocumentChoice::default() }, out)
}

fn write(root: &Path, choice: &DocumentChoice, out: &Path) -> Result<(), Box<dyn Error>> {
    if choice.cut == Some(Cut::Agent) && choice.language.is_some_and(|it| it != Language::English) {
        return Err("the document for agents is in English alone: its texts are written for models".into());
    }
    let bundles = documents::source_in(root, choice.language.unwrap_or(Language::English))?;
    let rust = Bindings::read(&bundles).map_err(|findings| findings.to_string())?.samples();
    let values: Vec<Value> = bundles.iter().map(|bundle| bundle.value.clone()).collect();
    let released = fs::read_to_string(root.join("spec/upstream/releases.txt"))
        .map_err(|error| format!("spec/upstream/releases.txt: {error}"))?;
    let released: Vec<&str> = released.lines().collect();
    let range = match (&choice.release, &choice.from) {
        (Some(release), _) => Some(Range::one(release, &values, &released)?),
        (_, Some(from)) => Some(Range::from(from, &values, &released)?),
        _ => None,
    };
    let of_releases = bundles.into_iter().map(|Document { api, value }| {
        let Some(range) = &range else { return Ok(Document { api, value }) };
        let value = range.document(&value).map_err(|error| format!("spec/{api}: {error}"))?;
        Ok(Document { api, value })
    });
    let mut documents = of_releases.collect::<Result<Vec<_>, String>>()?;
    if let Some(cut) = choice.cut {
        documents.retain(|document| document.api == "service");
        for document in &mut documents {
            *document = Document { api: cut.name().to_owned(), value: cut.document(&document.value) };
        }
    }
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(out).map_err(|error| failed(out, error))?;
    let files = publish::files(documents, &rust).published;
    for (name, contents) in &files {
        let path = out.join(name);
        fs::write(&path, contents).map_err(|error| failed(&path, error))?;
    }
    documents::print(&format!("{} files written to {}\n", files.len(), out.display()))?;
    Ok(())
}
