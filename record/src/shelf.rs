//! Where recordings are put: one file each, numbered below its version and area.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use contract::Api;
use tokio::sync::mpsc;

use crate::scrub::{Leak, REDACTED, Scrubber};
use crate::unscrubbed::Unscrubbed;

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// How many exchanges.
    pub exchanges: usize,
    /// What could not be written, and why.
    pub problems: Vec<String>,
}

impl Written {
    pub(crate) fn lost() -> Self {
        Self { exchanges: 0, problems: vec!["the writer ended early: what it wrote is not known".to_owned()] }
    }
}

/// The folder of recordings.
pub(crate) struct Shelf {
    root: PathBuf,
    /// The last number of each folder.
    numbers: BTreeMap<PathBuf, usize>,
    /// What was seen in earlier exchanges is secret in later ones.
    scrubber: Scrubber,
    written: Written,
}

impl Shelf {
    pub(crate) fn new(root: PathBuf, scrubber: Scrubber) -> Self {
        Self { root, numbers: BTreeMap::new(), scrubber, written: Written::default() }
    }

    /// Writes until all senders are gone. A thread of its own, so that files never delay a stream.
    pub(crate) fn run(mut self, mut exchanges: mpsc::UnboundedReceiver<Unscrubbed>) -> Written {
        while let Some(exchange) = exchanges.blocking_recv() {
            match self.put(&exchange) {
                Ok(()) => self.written.exchanges += 1,
                Err(error) => {
                    let problem = format!("an exchange of status {} was not written: {error}", exchange.status());
                    self.written.problems.push(problem);
                }
            }
        }
        self.written
    }

    fn put(&mut self, exchange: &Unscrubbed) -> Result<(), Problem> {
        let mut recording = exchange.recording(&mut self.scrubber)?;
        // By what was cleaned: names of files are read as well.
        let (area, route) = names(&recording.request.path);
        let version = match recording.response.header("x-version").into_owned() {
            version if version.is_empty() || version == REDACTED => "unknown".to_owned(),
            version => version,
        };
        let folder = self.root.join(format!("dify-{version}")).join(area);
        let operation = format!("{}-{route}", exchange.method().to_lowercase());
        recording.operation = Some(operation.clone());
        recording.case = Some(exchange.status().to_string());
        let mut text = serde_json::to_string_pretty(&recording).map_err(io::Error::from)?;
        text.push('\n');
        self.scrubber.check(&format!("{text}\n{}", folder.strip_prefix(&self.root).unwrap_or(&folder).display()))?;
        private_folder(&folder)?;
        let mut number = match self.numbers.get(&folder) {
            Some(last) => last + 1,
            None => last_number(&folder)? + 1,
        };
        // Whole or not at all, for its owner only, and never over what is there.
        let mut unfinished = tempfile::NamedTempFile::new_in(&folder)?;
        unfinished.write_all(text.as_bytes())?;
        unfinished.as_file().sync_all()?;
        loop {
            let file = folder.join(format!("{number:03}-{operation}-{}.json", exchange.status()));
            match unfinished.persist_noclobber(&file) {
                Ok(_) => break,
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    unfinished = error.file;
                    number += 1;
                }
                Err(error) => return Err(error.error.into()),
            }
        }
        self.numbers.insert(folder, number);
        Ok(())
    }
}

/// Why an exchange was not written.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Leak(#[from] Leak),
    #[error(transparent)]
    File(#[from] io::Error),
}

/// Makes a folder that only its owner may read; one that exists stays as it is.
pub(crate) fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The area and the route of a path, for names of files: without ids, which may be anything.
fn names(path: &str) -> (String, String) {
    // What follows the prefix of the API.
    let below = Api::of_path(path).and_then(|api| path.strip_prefix(api.prefix())).unwrap_or(path);
    let letters = |part: &&str| {
        let plain = part.len() <= 40 && part.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
        plain && !part.is_empty()
    };
    let parts: Vec<&str> = below.split('/').filter(letters).take(4).collect();
    match parts.first() {
        Some(area) => ((*area).to_owned(), parts.join("-")),
        None => ("other".to_owned(), "root".to_owned()),
    }
}

fn last_number(folder: &Path) -> io::Result<usize> {
    let mut last = 0;
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let number = name.split('-').next().and_then(|number| number.parse().ok());
        last = last.max(number.unwrap_or(0));
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_routes_without_ids() {
        let named = |path: &str| names(path).1;
        assert_eq!(named("/v1/chat-messages/0f5ea486-0088/stop"), "chat-messages-stop");
        assert_eq!(named("/console/api/apps/0F5E/api-keys"), "apps-api-keys");
        assert_eq!(named("/v1/"), "root");
        assert_eq!(names("/api/../../etc").0, "etc");
    }
}
