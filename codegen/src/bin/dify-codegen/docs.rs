//! `cargo xtask docs`: reference pages of the published documents, for reading in a browser without a network.

mod document;
mod errors;
mod home;
mod layout;
mod reference;
mod streams;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use codegen::language::Language;

use crate::node::{NodeJs, NodeTools};
use document::PublishedDocument;
use layout::file;

/// Where Debian and others put Chromium, after what `CHROMIUM` names.
const CHROMIUM: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// Where the pages go.
#[derive(Args)]
pub struct Docs {
    /// Write the pages to this folder.
    #[arg(long, value_name = "DIR", default_value = "target/site")]
    out: PathBuf,
    /// Then open each page in headless Chromium, look for faults, and keep pictures beside the folder.
    #[arg(long)]
    check: bool,
}

/// Whether the pages are written and, if they were looked at, without fault.
pub fn docs(root: &Path, task: &Docs) -> Result<bool, Box<dyn Error>> {
    let node = match NodeJs::tools(root)? {
        NodeTools::Ready(node) => node,
        NodeTools::Missing(why) => {
            println!("skipped: {why} (the reference pages)");
            return Ok(true);
        }
    };
    let out = root.join(&task.out);
    fs::create_dir_all(&out)?;
    fs::write(out.join("style.css"), include_str!("docs/style.css"))?;
    for language in Language::ALL {
        for (name, contents) in pages(language, &PublishedDocument::published(root, language)?)? {
            fs::write(out.join(name), contents)?;
        }
    }
    reference::assets(&node, &out)?;
    println!("{}: open index.html", out.display());
    if task.check { look(&node, &out) } else { Ok(true) }
}

/// Every file of a language made from the documents, by name.
fn pages(language: Language, documents: &[PublishedDocument]) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut pages = vec![
        (file("index", language), home::page(language, documents)),
        (file("streams", language), streams::page(language, documents)),
        (file("errors", language), errors::page(language, documents)),
    ];
    for document in documents {
        pages.push((file(document.api, language), reference::page(language, document)));
        // A document without translation is the same on the pages of all languages.
        if document.language() == language {
            pages.push((reference::data_file(document), reference::data(document)?));
        }
    }
    Ok(pages)
}

/// Whether a browser shows every page without fault.
fn look(node: &NodeJs, site: &Path) -> Result<bool, Box<dyn Error>> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let Some(chromium) = named.or_else(|| CHROMIUM.iter().map(PathBuf::from).find(|path| path.exists())) else {
        println!("skipped: Chromium is not installed (looking at the pages; `CHROMIUM` may name it)");
        return Ok(true);
    };
    let mut pictures = site.as_os_str().to_owned();
    pictures.push("-pictures");
    let status = node.script("look.mjs").arg(site).arg(&pictures).arg(chromium).status()?;
    println!("pictures: {}", Path::new(&pictures).display());
    Ok(status.success())
}
