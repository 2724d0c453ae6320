//! The outcome as tables: `docs/GENERATORS.md`, and a short form between two marks in each README.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use codegen::support::between;

use super::outcome::{Outcome, Row, Works};
use super::tools::Pins;
use super::{APIS, Generator, KnownBug, all};

type Rows<'a> = BTreeMap<(&'a str, &'a str), Row>;

/// Where the options are listed, beside the documents.
const OPTIONS: &str = "spec/published/README.md";

const BEGIN: &str = "<!-- generators: written by `cargo xtask generators --record` -->";
const END: &str = "<!-- generators: end -->";

/// Write the page, and the table of every README that has a place for it.
pub(super) fn record(root: &Path, pins: &Pins, rows: &Rows<'_>) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(root.join("docs"))?;
    fs::write(root.join("docs/GENERATORS.md"), page(pins, rows, &commit(root)))?;
    println!("wrote docs/GENERATORS.md");
    let parts =
        [("README.md", short(pins, rows, ENGLISH)), ("README.zh.md", short(pins, rows, CHINESE)), (OPTIONS, options())];
    for (name, table) in parts {
        let path = root.join(name);
        let text = fs::read_to_string(&path)?;
        let replaced = between(&text, BEGIN, END, &table)
            .ok_or_else(|| format!("{name} has no lines `{BEGIN}` and `{END}` to put the table between"))?;
        if replaced != text {
            fs::write(&path, replaced)?;
            println!("wrote {name}");
        }
    }
    Ok(())
}

/// The words of one README's table.
#[derive(Clone, Copy)]
struct Words {
    head: &'static str,
    compiles: &'static str,
    bug: &'static str,
    fails: &'static str,
    skipped: &'static str,
    works: &'static str,
    faults: &'static str,
    does_not: &'static str,
}

const ENGLISH: Words = Words {
    head: "| generator | version | builds | works |",
    compiles: "yes",
    bug: "no, by a bug of its own",
    fails: "no",
    skipped: "not tried",
    works: "yes",
    faults: "but for its own bugs",
    does_not: "no",
};

const CHINESE: Words = Words {
    head: "| 生成器 | 版本 | 可编译 | 可用 |",
    compiles: "是",
    bug: "否，因其自身缺陷",
    fails: "否",
    skipped: "未试",
    works: "是",
    faults: "除其自身缺陷外",
    does_not: "否",
};

/// One line a generator, for the document that most people take.
fn short(pins: &Pins, rows: &Rows<'_>, words: Words) -> String {
    let mut text = format!("{}\n|---|---|---|---|\n", words.head);
    let link = |word: &str, known: Option<&KnownBug>| match known {
        Some(known) => format!("[{word}]({})", known.link),
        None => word.to_owned(),
    };
    for generator in all() {
        let row = rows.get(&(generator.name, APIS[0]));
        let builds = match row.map(|row| &row.builds) {
            Some(Outcome::Compiles) => words.compiles.to_owned(),
            Some(Outcome::Bug) => link(words.bug, generator.known(APIS[0])),
            Some(Outcome::Fails(_)) => words.fails.to_owned(),
            Some(Outcome::Skipped(_)) | None => words.skipped.to_owned(),
        };
        let works = match row.map(|row| &row.works) {
            Some(Works::All(_)) => words.works.to_owned(),
            Some(Works::Faults(counts)) => {
                let (decoded, of) = counts.0.first().copied().unwrap_or_default();
                link(&format!("{decoded}/{of}, {}", words.faults), generator.faults_in(APIS[0]).next())
            }
            Some(Works::Fails(_)) => words.does_not.to_owned(),
            Some(Works::NotTried) | None => "–".to_owned(),
        };
        let version = pins.version(generator.package).unwrap_or("?");
        let _ = writeln!(text, "| {} | {version} | {builds} | {works} |", generator.name);
    }
    text
}

/// The commit that wrote the documents, as `git` reads it; empty where there is none.
fn commit(root: &Path) -> String {
    let git = Command::new("git")
        .args(["log", "-1", "--format=%h", "--", "spec/published/*.json"])
        .current_dir(root)
        .output();
    git.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn page(pins: &Pins, rows: &Rows<'_>, commit: &str) -> String {
    let mut text = String::from(
        "# The published documents in other languages\n\n\
         Written by `cargo xtask generators --record`; edit nothing here.\n\n\
         Each generator ran on `spec/published/dify-{service,web,console}-*.json`, as of the commit `COMMIT`, in the version \
         of OpenAPI in the table. Its output was compiled, type-checked or loaded, as listed in the column *proof*. The versions are pinned in \
         [`tools/generators`](../tools/generators).\n\n\
         | generator | version | OpenAPI | proof | Service | Web | Console |\n|---|---|---|---|---|---|---|\n",
    );
    text = text.replace("COMMIT", commit);
    for generator in all() {
        let version = pins.version(generator.package).unwrap_or("?");
        let _ = write!(text, "| {} | {version} | {} | {} ", generator.name, generator.openapi, generator.proof);
        for api in APIS {
            let cell = match rows.get(&(generator.name, api)).map(|row| &row.builds) {
                Some(Outcome::Compiles) => "ok".to_owned(),
                Some(Outcome::Bug) => match generator.known(api) {
                    Some(known) => format!("no: {} ([its bug]({}))", known.what, known.link),
                    None => "not run".to_owned(),
                },
                Some(Outcome::Fails(_)) => "**no**".to_owned(),
                Some(Outcome::Skipped(_)) | None => "not tried".to_owned(),
            };
            let _ = write!(text, "| {cell} ");
        }
        text.push_str("|\n");
    }
    let skipped: Vec<String> = all().filter_map(|generator| not_tried(generator, rows)).collect();
    if !skipped.is_empty() {
        text.push_str("\n## Not tried\n\n");
        text.extend(skipped);
    }
    works(&mut text, rows);
    text.push_str("\n## Options\n\nWhat a generator needs besides the document:\n\n");
    text.push_str(&options());
    text
}

/// Why a generator was not tried, where it was not.
fn not_tried(generator: &Generator, rows: &Rows<'_>) -> Option<String> {
    let name = generator.name;
    if let Some(Outcome::Skipped(why)) = rows.get(&(name, APIS[0])).map(|row| &row.builds) {
        return Some(format!("- {name}: {why}.\n"));
    }
    let without: Vec<&str> = APIS.into_iter().filter(|api| !rows.contains_key(&(name, *api))).collect();
    let apis = without.join(", ");
    (!without.is_empty()).then(|| format!("- {name} ({apis}): not run since the document or its options changed.\n"))
}

/// What each generator needs besides the document, as a list.
fn options() -> String {
    let mut text = String::new();
    for generator in all() {
        for choice in generator.options {
            let arguments = choice.arguments.join(" ");
            let _ = writeln!(text, "- {}: `{arguments}` — {} ([more]({})).", generator.name, choice.why, choice.link);
        }
    }
    text
}

/// What came of the replays, with the faults that explain what is missing.
fn works(text: &mut String, rows: &Rows<'_>) {
    text.push_str(
        "\n## At run time\n\n\
         A small program for each generator ([`tools/generators/replay`](../tools/generators/replay)) decodes the recorded \
         replies, refusals and events in its classes and encodes them again; nothing may be lost or made up. Null may be \
         absent. The first number is the release of the contract with its document, the second all recorded releases with the \
         document of `cargo xtask publish --from 1.0.0`; bodies of one schema and one shape are replayed once. Each body also \
         comes with null in every place that allows it, with unknown members, and with unknown values of extensible enums. \
         For Service, the client uploads a file to `dify-mock` and decodes a refusal. *Unknown event* is what the client does \
         with one: it decodes it, or refuses that event alone. A union of Kotlin is an interface, which Gson cannot decode \
         ([its bug](https://github.com/OpenAPITools/openapi-generator/issues/18167)): the program, as a user must, picks the \
         class of an event by its tag.\n\n\
         | generator | Service | Web | Console | unknown event |\n|---|---|---|---|---|\n",
    );
    for generator in all().filter(|generator| generator.replay.is_some()) {
        let _ = write!(text, "| {} ", generator.name);
        for api in APIS {
            let cell = match rows.get(&(generator.name, api)).map(|row| &row.works) {
                Some(Works::All(counts)) => format!("works: {counts}"),
                Some(Works::Faults(counts)) => format!("{counts}, see its bugs"),
                Some(Works::Fails(_)) => "**no**".to_owned(),
                Some(Works::NotTried) | None => "not tried".to_owned(),
            };
            let _ = write!(text, "| {cell} ");
        }
        let unknown = rows.get(&(generator.name, APIS[0])).and_then(|row| row.unknown_event);
        let unknown = match unknown {
            Some(true) => "decoded",
            Some(false) => "refused, alone",
            None => "–",
        };
        let _ = writeln!(text, "| {unknown} |");
    }
    text.push('\n');
    for generator in all() {
        for fault in generator.faults {
            let apis = fault.apis.join(", ");
            let _ = writeln!(text, "- {} ({apis}): {} ([its bug]({})).", generator.name, fault.what, fault.link);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_are_listed_beside_the_documents() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(OPTIONS);
        let text = fs::read_to_string(path).expect("it is there");
        assert!(text.contains(&options()), "write this between the marks of {OPTIONS}:\n{}", options());
    }

    #[test]
    fn a_generator_that_fails_without_a_known_bug_stands_out() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let pins = Pins::read(&root).expect("the pins are readable");
        let failed = Row {
            builds: Outcome::Fails("see the log".to_owned()),
            works: Works::Fails("lost".to_owned()),
            unknown_event: None,
        };
        let rows = Rows::from([(("openapi-generator: go", "service"), failed)]);
        assert!(page(&pins, &rows, "1a2b3c4").contains("| 3.0 | go vet | **no** | not tried | not tried |"));
        assert!(page(&pins, &rows, "1a2b3c4").contains("- openapi-generator: go (web, console): not run since"));
        assert!(short(&pins, &rows, ENGLISH).contains("| openapi-generator: go | 7.26.0 | no | no |"));
    }
}
