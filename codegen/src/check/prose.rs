//! Rules about the wording of descriptions.

use crate::diagnostic::Findings;
use crate::reconciliation;
use crate::source::outline::Outline;
use crate::source::{Kind, Node, Place};
use crate::words;

/// Readers of other languages read a description once.
pub fn descriptions_use_plain_words(o: &Outline<'_>, found: &mut Findings) {
    for (place, text) in texts(o) {
        for word in words::avoided(text) {
            found.push(o.at(place, format!("a text uses {:?}", word.word), format!("write {}", word.instead)));
        }
    }
}

/// A number without a section would become a link to nowhere.
pub fn cited_numbers_exist(o: &Outline<'_>, found: &mut Findings) {
    for (place, text) in texts(o) {
        for number in reconciliation::cited(text) {
            if !o.source.reconciled().contains(&number) {
                found.push(o.at(
                    place,
                    format!("R{number} has no section in {}", reconciliation::FILE),
                    "correct the number, or add the section with its anchor",
                ));
            }
        }
    }
}

/// Returns the texts that people read, with their places.
fn texts<'s>(o: &Outline<'s>) -> Vec<(Place, &'s str)> {
    let mut texts = Vec::new();
    for file in &o.source.files {
        collect(&file.node, &mut texts);
    }
    texts
}

fn collect<'s>(node: &'s Node, texts: &mut Vec<(Place, &'s str)>) {
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::List(items) => items.iter().for_each(|item| collect(item, texts)),
        Kind::Map(entries) => {
            for entry in entries {
                match (entry.key.as_str(), entry.value.as_str()) {
                    ("summary" | "description" | "note", Some(text)) => texts.push((entry.place, text)),
                    // Data, whose members may have any name.
                    ("example" | "default", _) => {}
                    _ => collect(&entry.value, texts),
                }
            }
        }
    }
}
