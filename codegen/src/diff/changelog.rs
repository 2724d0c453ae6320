//! The changes as an entry of a changelog, ready to paste.

use std::collections::BTreeMap;

use super::Diff;
use super::change::Change;
use super::level::Level;

impl Diff {
    /// Sections as `spec/CHANGELOG.md` has them. Changes of only texts or only the crate's names are separate.
    pub fn changelog(&self) -> String {
        let mut sections: Vec<(&str, Vec<&Change>)> = vec![
            ("Breaking", Vec::new()),
            ("Breaking in the crate only", Vec::new()),
            ("Added and changed, compatibly", Vec::new()),
            ("Words", Vec::new()),
        ];
        for change in &self.changes {
            let section = match (change.document(), change.bindings()) {
                (Level::Breaking, _) => 0,
                (_, Level::Breaking) => 1,
                (Level::Additive, _) | (_, Level::Additive) => 2,
                _ => 3,
            };
            sections[section].1.push(change);
        }
        let mut text = "## Unreleased\n".to_owned();
        for (title, changes) in sections.into_iter().filter(|(_, changes)| !changes.is_empty()) {
            text.push_str(&format!("\n### {title}\n\n"));
            for line in lines(&changes, title == "Words") {
                text.push_str(&format!("- {line}\n"));
            }
        }
        text
    }
}

/// One line for each place; changed texts are only counted, because a list of them is of no use.
fn lines(changes: &[&Change], words: bool) -> Vec<String> {
    if words {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for change in changes {
            *counts.entry(change.rule.id).or_default() += 1;
        }
        return counts.into_iter().map(|(rule, count)| format!("`{rule}`: {count}")).collect();
    }
    let mut places: BTreeMap<(&str, Vec<&str>), Vec<&str>> = BTreeMap::new();
    for change in changes {
        let apis = change.apis.iter().map(String::as_str).collect();
        places.entry((&change.place, apis)).or_default().push(&change.text);
    }
    let line = |((place, apis), texts): ((&str, Vec<&str>), Vec<&str>)| {
        format!("{} (`{place}`): {}.", apis.join(", "), texts.join("; "))
    };
    places.into_iter().map(line).collect()
}
