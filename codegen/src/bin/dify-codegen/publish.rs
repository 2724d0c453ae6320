//! `cargo xtask publish`: the documents for servers of other releases than the described one.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use codegen::bindings::Document;
use codegen::publish::{self, Range, RangeError};
use serde_json::Value;

use crate::documents;

/// Which releases the documents are for, and where to write them.
#[derive(Args)]
pub struct Publish {
    #[command(flatten)]
    releases: Releases,
    /// The folder to write to. Defaults to one in target/publish, named for the releases.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Releases {
    /// Write documents for servers of this release.
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// Write documents for servers of all releases from this one to the described one.
    #[arg(long, value_name = "RELEASE")]
    from: Option<String>,
}

/// Writes the documents of all APIs in each version of OpenAPI, as YAML and JSON, with their list.
pub fn run(root: &Path, task: &Publish) -> Result<bool, Box<dyn Error>> {
    let out = |name: &str| task.out.clone().unwrap_or_else(|| root.join("target/publish").join(name));
    match (&task.releases.release, &task.releases.from) {
        (Some(release), _) => write(root, &out(release), |values, released| Range::one(release, values, released))?,
        (_, first) => {
            let first = first.as_deref().unwrap_or_default();
            from(root, first, &out(&format!("from-{first}")))?;
        }
    }
    Ok(true)
}

/// Writes the documents for all releases from one to the described one to a folder.
pub fn from(root: &Path, first: &str, out: &Path) -> Result<(), Box<dyn Error>> {
    write(root, out, |values, released| Range::from(first, values, released))
}

fn write(
    root: &Path,
    out: &Path,
    range: impl FnOnce(&[Value], &[&str]) -> Result<Range, RangeError>,
) -> Result<(), Box<dyn Error>> {
    let bundles = documents::source(root)?;
    let values: Vec<Value> = bundles.iter().map(|bundle| bundle.value.clone()).collect();
    let released = fs::read_to_string(root.join("spec/upstream/releases.txt"))
        .map_err(|error| format!("spec/upstream/releases.txt: {error}"))?;
    let released: Vec<&str> = released.lines().collect();
    let range = range(&values, &released)?;
    let of_releases = bundles.into_iter().map(|Document { api, value }| {
        let value = range.document(&value).map_err(|error| format!("spec/{api}: {error}"))?;
        Ok(Document { api, value })
    });
    let documents = of_releases.collect::<Result<Vec<_>, String>>()?;
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(out).map_err(|error| failed(out, error))?;
    let files = publish::files(&documents);
    for (name, contents) in &files {
        let path = out.join(name);
        fs::write(&path, contents).map_err(|error| failed(&path, error))?;
    }
    documents::print(&format!("{} files written to {}\n", files.len(), out.display()))?;
    Ok(())
}
