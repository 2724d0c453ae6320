//! The outcome as tables: `docs/GENERATORS.md`, and a short form between two marks in each README.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use codegen::support::between;

use super::outcome::Outcome;
use super::tools::Pins;
use super::{APIS, all};

type Outcomes<'a> = BTreeMap<(&'a str, &'a str), Outcome>;

const BEGIN: &str = "<!-- generators: written by `cargo xtask generators --record` -->";
const END: &str = "<!-- generators: end -->";

/// Write the page, and the table of every README that has a place for it.
pub(super) fn record(root: &Path, pins: &Pins, outcomes: &Outcomes<'_>) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(root.join("docs"))?;
    fs::write(root.join("docs/GENERATORS.md"), page(pins, outcomes))?;
    println!("wrote docs/GENERATORS.md");
    for (name, words) in [("README.md", ENGLISH), ("README.zh.md", CHINESE)] {
        let path = root.join(name);
        let text = fs::read_to_string(&path)?;
        let table = short(pins, outcomes, words);
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
}

const ENGLISH: Words = Words {
    head: "| generator | version | its output |",
    compiles: "compiles",
    bug: "does not compile, by a bug of its own",
    fails: "does not compile",
    skipped: "not tried",
};

const CHINESE: Words = Words {
    head: "| 生成器 | 版本 | 生成的代码 |",
    compiles: "可编译",
    bug: "因其自身缺陷无法编译",
    fails: "无法编译",
    skipped: "未试",
};

/// One line a generator, for the document that most people take.
fn short(pins: &Pins, outcomes: &Outcomes<'_>, words: Words) -> String {
    let mut text = format!("{}\n|---|---|---|\n", words.head);
    for generator in all() {
        let link = |word: &str| match generator.known(APIS[0]) {
            Some(known) => format!("[{word}]({})", known.link),
            None => word.to_owned(),
        };
        let outcome = match outcomes.get(&(generator.name, APIS[0])) {
            Some(Outcome::Compiles) => words.compiles.to_owned(),
            Some(Outcome::Bug) => link(words.bug),
            Some(Outcome::Fails(_)) => words.fails.to_owned(),
            Some(Outcome::Skipped(_)) | None => words.skipped.to_owned(),
        };
        let version = pins.version(generator.package).unwrap_or("?");
        let _ = writeln!(text, "| {} | {version} | {outcome} |", generator.name);
    }
    text
}

fn page(pins: &Pins, outcomes: &Outcomes<'_>) -> String {
    let mut text = String::from(
        "# The published documents in other languages\n\n\
         Written by `cargo xtask generators --record`; edit nothing here.\n\n\
         Each generator ran on `spec/published/dify-{service,web,console}-*.json`, in the version of OpenAPI in \
         the table. Its output was compiled, type-checked or loaded, as listed in the column *proof*. The versions are pinned in \
         [`tools/generators`](../tools/generators).\n\n\
         | generator | version | OpenAPI | proof | Service | Web | Console |\n|---|---|---|---|---|---|---|\n",
    );
    for generator in all() {
        let version = pins.version(generator.package).unwrap_or("?");
        let _ = write!(text, "| {} | {version} | {} | {} ", generator.name, generator.openapi, generator.proof);
        for api in APIS {
            let cell = match outcomes.get(&(generator.name, api)) {
                Some(Outcome::Compiles) => "ok".to_owned(),
                Some(Outcome::Bug) => match generator.known(api) {
                    Some(known) => format!("no: {} ([its bug]({}))", known.what, known.link),
                    None => "not run".to_owned(),
                },
                Some(Outcome::Fails(_)) => "**no**".to_owned(),
                Some(Outcome::Skipped(_)) => "not tried".to_owned(),
                None => "not run".to_owned(),
            };
            let _ = write!(text, "| {cell} ");
        }
        text.push_str("|\n");
    }
    let skipped: Vec<String> = all()
        .filter_map(|generator| match outcomes.get(&(generator.name, APIS[0])) {
            Some(Outcome::Skipped(why)) => Some(format!("- {}: {why}.\n", generator.name)),
            _ => None,
        })
        .collect();
    if !skipped.is_empty() {
        text.push_str("\n## Not tried\n\n");
        text.extend(skipped);
    }
    text.push_str("\n## Options\n\nWhat a generator needs besides the document:\n\n");
    for generator in all() {
        for choice in generator.options {
            let arguments = choice.arguments.join(" ");
            let _ = writeln!(text, "- {}: `{arguments}` — {} ([more]({})).", generator.name, choice.why, choice.link);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generator_that_fails_without_a_known_bug_stands_out() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let pins = Pins::read(&root).expect("the pins are readable");
        let failed = Outcome::Fails("see the log".to_owned());
        let outcomes = Outcomes::from([(("openapi-typescript", "service"), failed)]);
        assert!(page(&pins, &outcomes).contains("| 3.0 | tsc --strict | **no** | not run | not run |"));
        assert!(short(&pins, &outcomes, ENGLISH).contains("| openapi-typescript | 7.13.0 | does not compile |"));
    }
}
