//! Where recordings are put: one file each, numbered below its version and area.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;

use crate::exchange::Exchange;

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
    written: Written,
}

/// The prefixes of the APIs: what follows is the area.
const PREFIXES: [&str; 3] = ["/console/api/", "/api/", "/v1/"];

impl Shelf {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root, numbers: BTreeMap::new(), written: Written::default() }
    }

    /// Writes until nobody sends any more. A thread of its own: files never hold up a stream.
    pub(crate) fn run(mut self, mut exchanges: mpsc::UnboundedReceiver<Exchange>) -> Written {
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

    fn put(&mut self, exchange: &Exchange) -> io::Result<()> {
        let mut value = exchange.to_json();
        // By the path without its secrets: names of files are read as well.
        let (area, route) = names(value["request"]["path"].as_str().unwrap_or_default());
        let folder = self.root.join(format!("dify-{}", exchange.version())).join(area);
        let method = exchange.asked.method.as_str().to_lowercase();
        let operation = format!("{method}-{route}");
        value["operation"] = operation.clone().into();
        value["case"] = exchange.status().to_string().into();
        fs::create_dir_all(&folder)?;
        let number = match self.numbers.get(&folder) {
            Some(last) => last + 1,
            None => last_number(&folder)? + 1,
        };
        let file = folder.join(format!("{number:03}-{operation}-{}.json", exchange.status()));
        // Never over what is there; and whole or not at all.
        let unfinished = file.with_extension("part");
        let mut text = serde_json::to_string_pretty(&value)?;
        text.push('\n');
        fs::File::create_new(&unfinished)?.write_all(text.as_bytes())?;
        fs::rename(&unfinished, &file)?;
        self.numbers.insert(folder, number);
        Ok(())
    }
}

/// The area and the route of a path, for names of files: without ids, which may be anything.
fn names(path: &str) -> (String, String) {
    let below = PREFIXES.iter().find_map(|prefix| path.strip_prefix(prefix)).unwrap_or(path.trim_start_matches('/'));
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
