//! The state of a comparison: what was found, which components were met in pairs, and who uses them.
//!
//! Two components are compared once, as a pair, however many operations lead to them. What they are used for comes
//! afterwards: uses flow along references until nothing new flows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Change, Use};
use super::level::Direction;
use super::rule::{self, Rule};
use crate::source::unescape;

/// Where a finding belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// A part of an operation.
    Use(Use),
    /// A pair of schemas, by number.
    Pair(usize),
}

/// Where the walk is: whose part it is, and what to call it.
#[derive(Clone, Debug)]
pub(super) struct At {
    pub(super) scope: Scope,
    pub(super) place: String,
}

impl At {
    /// A place inside this one.
    pub(super) fn below(&self, step: impl std::fmt::Display) -> Self {
        Self { scope: self.scope.clone(), place: format!("{}{step}", self.place) }
    }
}

struct Found {
    rule: Rule,
    text: String,
    at: At,
}

/// A reference that leads from one name to another.
struct Crossing {
    at: At,
    pair: usize,
}

/// Two documents of one API under comparison.
pub(super) struct Comparison<'d> {
    pub(super) api: &'d str,
    pub(super) old: &'d Value,
    pub(super) new: &'d Value,
    found: Vec<Found>,
    pairs: Vec<(String, String)>,
    numbers: BTreeMap<(String, String), usize>,
    edges: BTreeSet<(Scope, usize)>,
    crossings: Vec<Crossing>,
}

impl<'d> Comparison<'d> {
    pub(super) fn new(api: &'d str, old: &'d Value, new: &'d Value) -> Self {
        Self {
            api,
            old,
            new,
            found: Vec::new(),
            pairs: Vec::new(),
            numbers: BTreeMap::new(),
            edges: BTreeSet::new(),
            crossings: Vec::new(),
        }
    }

    /// The place of something that belongs to the whole document, or to one operation.
    pub(super) fn at(&self, operation: &str, direction: Direction, place: impl Into<String>) -> At {
        let user = if operation.is_empty() { String::new() } else { format!("{} {operation}", self.api) };
        At { scope: Scope::Use((user, direction)), place: place.into() }
    }

    pub(super) fn find(&mut self, rule: Rule, at: &At, text: impl Into<String>) {
        self.found.push(Found { rule, text: text.into(), at: at.clone() });
    }

    /// Notes that a reference at this place led to one component and leads to another, perhaps the same.
    pub(super) fn refer(&mut self, old: &str, new: &str, at: &At) {
        let pair = self.pair(old, new);
        self.edges.insert((at.scope.clone(), pair));
        if old != new {
            self.crossings.push(Crossing { at: at.clone(), pair });
        }
    }

    fn pair(&mut self, old: &str, new: &str) -> usize {
        let next = self.pairs.len();
        let number = *self.numbers.entry((old.to_owned(), new.to_owned())).or_insert(next);
        if number == next {
            self.pairs.push((old.to_owned(), new.to_owned()));
        }
        number
    }

    /// Compares every pair that is met, and then the components that nothing refers to but that have one name.
    pub(super) fn settle(mut self) -> Vec<Change> {
        self.compare_pairs(0);
        let met = self.pairs.len();
        let old = schemas(self.old);
        for name in schemas(self.new).keys().filter(|name| old.contains_key(*name)) {
            if !self.pairs.iter().any(|(one, other)| [one, other].contains(&name)) {
                self.pair(name, name);
            }
        }
        self.compare_pairs(met);
        self.name_crossings();
        self.changes()
    }

    fn compare_pairs(&mut self, mut number: usize) {
        while let Some((old, new)) = self.pairs.get(number).cloned() {
            let place = if old == new { old.clone() } else { format!("{old} → {new}") };
            let at = At { scope: Scope::Pair(number), place };
            if let (Some(before), Some(after)) = (schemas(self.old).get(&old), schemas(self.new).get(&new)) {
                self.schema(before, after, &at, false);
            }
            number += 1;
        }
    }

    /// One name for another everywhere is a new name; anything else is another component.
    fn name_crossings(&mut self) {
        let (old, new) = (schemas(self.old), schemas(self.new));
        let pairs = &self.pairs;
        let renamed = |number: usize| {
            let (before, after) = &pairs[number];
            let alone = pairs.iter().filter(|(one, other)| one == before || other == after).count() == 1;
            alone && !new.contains_key(before) && !old.contains_key(after)
        };
        let mut told = BTreeSet::new();
        let mut found = Vec::new();
        for crossing in &self.crossings {
            let (before, after) = &pairs[crossing.pair];
            if !renamed(crossing.pair) {
                let text = format!("refers to `{after}` instead of `{before}`");
                found.push(Found { rule: rule::REFERENCE_CHANGED, text, at: crossing.at.clone() });
            } else if told.insert(crossing.pair) {
                let at = At { scope: Scope::Pair(crossing.pair), place: after.clone() };
                found.push(Found { rule: rule::SCHEMA_RENAMED, text: format!("was `{before}`"), at });
            }
        }
        self.found.extend(found);
    }

    fn changes(self) -> Vec<Change> {
        let mut uses: Vec<BTreeSet<Use>> = vec![BTreeSet::new(); self.pairs.len()];
        loop {
            let mut flowed = false;
            for (from, to) in &self.edges {
                let new: Vec<Use> = match from {
                    Scope::Use(user) => vec![user.clone()],
                    Scope::Pair(pair) => uses[*pair].iter().cloned().collect(),
                };
                let before = uses[*to].len();
                uses[*to].extend(new);
                flowed |= uses[*to].len() > before;
            }
            if !flowed {
                break;
            }
        }
        let change = |found: Found| Change {
            rule: found.rule,
            place: found.at.place,
            text: found.text,
            apis: BTreeSet::from([self.api.to_owned()]),
            uses: match found.at.scope {
                Scope::Use(user) => BTreeSet::from([user]),
                Scope::Pair(pair) => uses[pair].clone(),
            },
        };
        self.found.into_iter().map(change).collect()
    }
}

/// The component schemas of a document.
pub(super) fn schemas(document: &Value) -> &serde_json::Map<String, Value> {
    static NONE: std::sync::LazyLock<serde_json::Map<String, Value>> = std::sync::LazyLock::new(serde_json::Map::new);
    document.pointer("/components/schemas").and_then(Value::as_object).unwrap_or(&NONE)
}

/// The name of the component schema that a reference leads to.
pub(super) fn component(reference: &str) -> Option<String> {
    reference.strip_prefix("#/components/schemas/").map(unescape)
}
