//! The table, as people read it.

use std::{collections::BTreeSet, fmt::Write, path::Path};

use super::{
    Cells, Outcome,
    faults::{Row, Victim},
    kinds::{Class, KINDS},
};

const BEGIN: &str = "<!-- the table: written by tests/tests/reliability -->\n";
const END: &str = "<!-- the end of the table -->\n";

/// Holds the table in `docs/RELIABILITY.md` against what was seen, or writes it there.
pub(crate) fn compare(rows: &[Row], cells: &Cells) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/RELIABILITY.md");
    let page = std::fs::read_to_string(&path).expect("docs/RELIABILITY.md");
    let (head, rest) = page.split_once(BEGIN).expect("the page has a place for the table");
    let (old, tail) = rest.split_once(END).expect("the place for the table has an end");
    let new = table(rows, cells);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{head}{BEGIN}{new}{END}{tail}")).expect("docs/RELIABILITY.md can be written");
        return;
    }
    let differs: Vec<_> = new.lines().filter(|line| !old.lines().any(|known| known == *line)).collect();
    assert!(
        old == new,
        "docs/RELIABILITY.md says something else; run it with UPDATE=1, and look at the difference:\n{}",
        differs.join("\n")
    );
}

fn table(rows: &[Row], cells: &Cells) -> String {
    let mut text = String::new();
    let titles = Class::ALL.map(Class::title).join(" | ");
    let _ = writeln!(text, "| what goes wrong | {titles} |\n|---|{}", "---|".repeat(Class::ALL.len()));
    for (place, row) in rows.iter().enumerate() {
        let _ = write!(text, "| {} |", row.title);
        for class in Class::ALL {
            let Some(cells) = cells.get(&(place, class)) else {
                let nothing = match row.victim {
                    Victim::Operation => "as long as bytes flow",
                    Victim::Credential => "a key is there from the beginning",
                };
                let _ = write!(text, " {nothing} |");
                continue;
            };
            let outcomes: BTreeSet<String> = cells.iter().map(|(_, always, once)| shown(class, always, once)).collect();
            let _ = write!(text, " {} |", outcomes.into_iter().collect::<Vec<_>>().join(" or "));
        }
        text.push('\n');
    }
    let _ = write!(text, "\nEach column is tried on: ");
    for (index, class) in Class::ALL.into_iter().enumerate() {
        let methods: Vec<_> =
            KINDS.iter().filter(|kind| kind.class == class).map(|kind| format!("`{}`", kind.method)).collect();
        let _ = write!(text, "{}{} ({})", if index > 0 { "; " } else { "" }, class.title(), methods.join(", "));
    }
    text.push_str(".\n");
    text
}

fn shown(class: Class, always: &Outcome, once: &Outcome) -> String {
    if always.what == "ok" {
        return "ok".to_owned();
    }
    let mut text = format!("`{}`", always.what);
    if always.requests > 1 {
        let _ = write!(text, ", sent {} times", always.requests);
    }
    if once.what == "ok" {
        text.push_str("; ok if it passes");
    }
    if always.may_have_acted && !class.repeats() {
        text.push_str("; may have been acted on");
    }
    text
}
