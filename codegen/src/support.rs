//! The support matrix: what recordings prove of each release, as the tables in the READMEs and `docs/SUPPORT.md`.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use contract::{Judge, Support, Tally, before, corpora};
use serde_json::{Value, json};

use crate::bundle::bundle;
use crate::publish::{Version, publish};
use crate::source::{self, Source};

/// The packed recordings, below the root of the workspace.
pub const RECORDINGS: &str = "tests/recordings";

const BEGIN: &str = "<!-- support: written by `cargo xtask verify --matrix` -->";
const END: &str = "<!-- support: end -->";

/// The clients of the crate, each with its part of the names of methods.
const CLIENTS: [(&str, &str); 4] =
    [("App", "app"), ("Knowledge", "knowledge"), ("WebApp", "web"), ("Console", "console")];

/// The documents of all APIs, from which judges are made.
pub fn documents(source: &Source) -> Vec<Value> {
    source.apis.iter().map(|api| publish(&bundle(source, &api.name), Version::V31)).collect()
}

/// Judges the packed recordings by the source; the newest release comes first, unreleased code last.
///
/// # Errors
/// Fails if the source or the recordings cannot be read.
pub fn matrix(root: &Path) -> Result<Vec<Support>, Box<dyn Error>> {
    let documents = documents(&source::load(&root.join("spec"))?);
    let mut rows = Vec::new();
    for corpus in corpora(&root.join(RECORDINGS))? {
        let judge = Judge::new(documents.clone(), &corpus.release()?)?;
        rows.push(Support::new(&corpus, &corpus.judged(&judge))?);
    }
    rows.sort_by(|a, b| match (is_released(b), is_released(a)) {
        (b_is, a_is) if a_is != b_is => b_is.cmp(&a_is),
        _ if before(&a.release, Some(&json!(b.release))) => std::cmp::Ordering::Greater,
        _ => std::cmp::Ordering::Less,
    });
    Ok(rows)
}

fn is_released(row: &Support) -> bool {
    row.grade == "recorded"
}

/// The files of the matrix with its tables renewed, by path below the root: the READMEs, given with their text, and the page.
///
/// # Errors
/// Fails if a README has no place for the table.
pub fn files(rows: &[Support], readmes: [(&str, &str); 2]) -> Result<Vec<(String, String)>, String> {
    let mut files = vec![("docs/SUPPORT.md".to_owned(), page(rows))];
    for ((name, text), head) in readmes.into_iter().zip(["release | evidence", "版本 | 依据"]) {
        let renewed = between(text, BEGIN, END, &table(rows, head));
        let renewed =
            renewed.ok_or_else(|| format!("{name} has no lines `{BEGIN}` and `{END}` to put the table between"))?;
        files.push((name.to_owned(), renewed));
    }
    Ok(files)
}

/// The text with the part between the marks replaced; none where a mark is missing.
pub fn between(text: &str, begin: &str, end: &str, part: &str) -> Option<String> {
    let (before, rest) = text.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}\n{part}{end}{after}"))
}

/// A row for each release, a column for each client.
fn table(rows: &[Support], head: &str) -> String {
    let clients: Vec<String> = CLIENTS.iter().map(|(client, _)| format!("`{client}`")).collect();
    let mut text = format!("| {head} | {} |\n|---|---|{}\n", clients.join(" | "), "--:|".repeat(CLIENTS.len()));
    for row in rows {
        let cells: Vec<String> = CLIENTS.iter().map(|(_, client)| cell(row.of(client))).collect();
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "| {} | {} | {} |", label(row), row.grade, cells.join(" | "));
    }
    text
}

/// The release; unreleased code is described under the number of the next one.
fn label(row: &Support) -> String {
    if is_released(row) { row.release.clone() } else { format!("`main`, as {}", row.release) }
}

/// The exchanges judged; where some do not conform, how many of them do.
fn cell(tally: Tally) -> String {
    match tally {
        Tally { judged: 0, .. } => "–".to_owned(),
        Tally { judged, conforming } if judged == conforming => judged.to_string(),
        Tally { judged, conforming } => format!("{conforming} of {judged}"),
    }
}

fn page(rows: &[Support]) -> String {
    let mut text = String::from(
        "# Support of releases\n\n\
         Written by `cargo xtask verify --matrix`; do not edit. A test compares it with the packed recordings in\n\
         [`tests/recordings`](../tests/recordings).\n\n\
         A number counts the recorded exchanges that were judged by the description of exactly that release, strictly: status,\n\
         media type, every member of the body and every event. All of them conform; `3 of 4` means that one does not. Of each\n\
         server the recordings contain each outcome, event and shape of a body once, at least. Exchanges that a declared\n\
         deviation excuses are not counted. A dash means that nothing was recorded.\n\n\
         | evidence | meaning |\n|---|---|\n\
         | `recorded` | a running server of exactly this release sent it |\n\
         | `recorded-main` | unreleased code of the branch `main` sent it |\n\
         | `source` | it was read in the source of the release; this applies to all releases between those in the table |\n\
         | `documented` | only documents state it; this applies to releases after the newest in the table |\n\n\
         ## By client\n\n",
    );
    text.push_str(&table(rows, "release | evidence"));
    text.push_str("\n## By resource group\n\n");
    let labels: Vec<String> = rows.iter().map(label).collect();
    let _ = writeln!(text, "| group | {} |\n|---|{}", labels.join(" | "), "--:|".repeat(rows.len()));
    let groups: BTreeSet<&String> = rows.iter().flat_map(|row| row.groups.keys()).filter(|it| !it.is_empty()).collect();
    for group in groups {
        let cells: Vec<String> = rows.iter().map(|row| cell(row.of(group))).collect();
        let _ = writeln!(text, "| `{group}` | {} |", cells.join(" | "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_between_the_marks_is_replaced_and_nothing_else() {
        let text = "above\n<a>\nold\n</a>\nbelow\n";
        assert_eq!(between(text, "<a>", "</a>", "new\n").as_deref(), Some("above\n<a>\nnew\n</a>\nbelow\n"));
        assert_eq!(between("nothing", "<a>", "</a>", "new\n"), None);
    }

    #[test]
    fn a_cell_shows_what_does_not_conform() {
        let tally = |judged, conforming| {
            let mut tally = Tally::default();
            (tally.judged, tally.conforming) = (judged, conforming);
            cell(tally)
        };
        assert_eq!([tally(0, 0), tally(4, 4), tally(4, 3)], ["–", "4", "3 of 4"]);
    }
}
