//! One change, and what was seen on the way to it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::level::{Direction, Level};
use super::rule::Rule;

/// Where something is used: `service POST /chat-messages`, and which way it goes there.
pub(super) type Use = (String, Direction);

/// One change, reported at its place.
#[derive(Clone, Debug)]
pub struct Change {
    /// What kind of change it is.
    pub rule: Rule,
    /// Where: a component and a member, or an operation and a part of it.
    pub place: String,
    /// The difference, in a few words.
    pub text: String,
    /// The APIs that it shows in.
    pub apis: BTreeSet<String>,
    pub(super) uses: BTreeSet<Use>,
}

impl Change {
    /// What it asks of those who use the document.
    pub fn document(&self) -> Level {
        self.rule.document.worst(self.directions())
    }

    /// What it asks of those who use the crate.
    pub fn bindings(&self) -> Level {
        self.rule.bindings.worst(self.directions())
    }

    /// The worse of the two.
    pub fn level(&self) -> Level {
        self.document().max(self.bindings())
    }

    /// Which ways the changed thing goes. What no operation reaches goes nowhere.
    pub fn directions(&self) -> BTreeSet<Direction> {
        self.uses.iter().map(|(_, direction)| *direction).collect()
    }

    /// The operations that it reaches, each with its API.
    pub fn operations(&self) -> BTreeSet<&str> {
        self.uses.iter().map(|(operation, _)| operation.as_str()).filter(|name| !name.is_empty()).collect()
    }

    /// The directions by name; none for what belongs to the whole document.
    fn told_directions(&self) -> BTreeSet<&'static str> {
        let of_operations = self.uses.iter().filter(|(operation, _)| !operation.is_empty());
        of_operations.map(|(_, direction)| direction.name()).collect()
    }

    /// The change for programs.
    pub fn to_json(&self) -> Value {
        json!({
            "rule": self.rule.id,
            "document": self.document().name(),
            "crate": self.bindings().name(),
            "place": self.place,
            "text": self.text,
            "why": self.rule.why,
            "apis": self.apis,
            "directions": self.told_directions(),
            "operations": self.operations(),
        })
    }
}
