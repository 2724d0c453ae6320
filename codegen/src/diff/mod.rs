//! What changed between two versions of the documents, and what that asks of those who use them or the crate.
//!
//! [`diff`] compares the documents of each API and gives every change once, where it was made: a member of a shared
//! component is reported at the component, with all operations that it reaches. What a change weighs depends on which way
//! the changed thing goes: see the [`rule`]s. The crate is judged on its own: a renamed method breaks it and nothing
//! else.

mod change;
mod changelog;
mod comparison;
mod document;
mod extensions;
mod level;
mod objects;
mod operations;
mod report;
pub(crate) mod responses;
pub mod rule;
mod schemas;
#[cfg(test)]
mod tests;
mod unions;
mod values;
mod version;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::bindings::Document;

pub use change::Change;
pub use level::{Direction, Level, Weights};
pub use version::{Advice, VersionError};

use comparison::Comparison;

/// Every change between two versions, ordered by weight and place.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// The changes.
    pub changes: Vec<Change>,
}

/// Compares two versions of the documents, API by API.
pub fn diff(old: &[Document], new: &[Document]) -> Diff {
    let mut changes = Vec::new();
    let names: BTreeSet<&str> = old.iter().chain(new).map(|document| document.api.as_str()).collect();
    for api in names {
        let of = |documents: &'_ [Document]| documents.iter().position(|document| document.api == api);
        match (of(old).map(|number| &old[number].value), of(new).map(|number| &new[number].value)) {
            (Some(before), Some(after)) => changes.extend(compare(api, before, after)),
            (None, Some(_)) => changes.push(whole(api, rule::API_ADDED, "is new")),
            (Some(_), None) => changes.push(whole(api, rule::API_REMOVED, "is gone")),
            (None, None) => {}
        }
    }
    Diff { changes: ordered(merged(changes)) }
}

fn compare(api: &str, old: &Value, new: &Value) -> Vec<Change> {
    let mut comparison = Comparison::new(api, old, new);
    comparison.document();
    comparison.operations();
    comparison.settle()
}

fn whole(api: &str, rule: rule::Rule, text: &str) -> Change {
    Change {
        rule,
        place: format!("{api} API"),
        text: text.to_owned(),
        apis: BTreeSet::from([api.to_owned()]),
        uses: BTreeSet::from([(String::new(), Direction::Sent)]),
    }
}

/// One change for what several operations, or several APIs, share.
fn merged(changes: Vec<Change>) -> Vec<Change> {
    let mut merged: BTreeMap<(&str, String, String), Change> = BTreeMap::new();
    for change in changes {
        let key = (change.rule.id, change.place.clone(), change.text.clone());
        match merged.get_mut(&key) {
            Some(there) => {
                there.apis.extend(change.apis);
                there.uses.extend(change.uses);
            }
            None => {
                merged.insert(key, change);
            }
        }
    }
    merged.into_values().collect()
}

fn ordered(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by(|one, other| {
        let key = |change: &Change| (std::cmp::Reverse((change.level(), change.document())), change.place.clone());
        key(one).cmp(&key(other)).then_with(|| one.rule.id.cmp(other.rule.id))
    });
    changes
}

impl Diff {
    /// The heaviest change for those who use the document; `None` where nothing changed.
    pub fn document(&self) -> Option<Level> {
        self.changes.iter().map(Change::document).max()
    }

    /// The heaviest change for those who use the crate.
    pub fn bindings(&self) -> Option<Level> {
        self.changes.iter().map(Change::bindings).max()
    }
}
