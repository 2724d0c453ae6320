//! Single values: enums, formats, limits and defaults.

use std::collections::BTreeMap;

use serde_json::Value;

use super::comparison::{At, Comparison};
use super::operations::short;
use super::rule;

/// Limits that a greater number tightens.
const LEAST: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
/// Limits that a smaller number tightens.
const MOST: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
/// Limits of which two are never comparable.
const KINDS: [&str; 3] = ["pattern", "multipleOf", "uniqueItems"];

/// The values that a schema lists.
struct Listed<'d> {
    open: bool,
    values: BTreeMap<String, &'d Value>,
}

impl<'d> Listed<'d> {
    fn of(schema: &'d Value) -> Option<Self> {
        if let Some(values) = schema["x-extensible-enum"].as_array() {
            let value = |entry: &'d Value| (entry.get("value").unwrap_or(entry).to_string(), entry);
            return Some(Self { open: true, values: values.iter().map(value).collect() });
        }
        if let Some(value) = schema.get("const") {
            return Some(Self { open: false, values: BTreeMap::from([(value.to_string(), value)]) });
        }
        // Whether null is among them is a matter of nullability.
        let values = schema["enum"].as_array()?.iter().filter(|value| !value.is_null());
        Some(Self { open: false, values: values.map(|value| (value.to_string(), value)).collect() })
    }
}

impl Comparison<'_> {
    pub(super) fn values(&mut self, old: &Value, new: &Value, at: &At) {
        match (Listed::of(old), Listed::of(new)) {
            (None, None) => {}
            (None, Some(_)) => self.find(rule::ENUM_ADDED, at, "lists its values now"),
            (Some(_), None) => self.find(rule::ENUM_REMOVED, at, "does not list its values any more"),
            (Some(before), Some(after)) => self.listed(&before, &after, at),
        }
        self.format(&old["format"], &new["format"], at);
        match (&old["default"], &new["default"]) {
            (before, after) if before == after => {}
            (Value::Null, after) => {
                self.find(rule::DEFAULT_DESCRIBED, at, format!("its default is described: {}", short(after)))
            }
            (_, Value::Null) => self.find(rule::DEFAULT_DESCRIBED, at, "its default is not described any more"),
            (before, after) => {
                self.find(rule::DEFAULT_CHANGED, at, format!("default {} → {}", short(before), short(after)));
            }
        }
    }

    fn listed(&mut self, old: &Listed<'_>, new: &Listed<'_>, at: &At) {
        match (old.open, new.open) {
            (false, true) => self.find(rule::ENUM_OPENED, at, "may have other values than those listed"),
            (true, false) => self.find(rule::ENUM_CLOSED, at, "has the listed values only"),
            _ => {}
        }
        for (value, entry) in &new.values {
            match old.values.get(value) {
                None if new.open => self.find(rule::OPEN_VALUE_ADDED, at, format!("value {value} is new")),
                None => self.find(rule::VALUE_ADDED, at, format!("value {value} is new")),
                Some(earlier) if old.open && new.open && earlier != entry => {
                    self.find(rule::VALUE_WORDS, at, format!("value {value} is described in other words"));
                }
                Some(_) => {}
            }
        }
        for value in old.values.keys().filter(|value| !new.values.contains_key(*value)) {
            self.find(rule::VALUE_REMOVED, at, format!("value {value} is gone"));
        }
    }

    fn format(&mut self, old: &Value, new: &Value, at: &At) {
        let hint = |format: &Value| format == "password";
        match (old, new) {
            (before, after) if before == after => {}
            (before, after) if (hint(before) && after.is_null()) || (hint(after) && before.is_null()) => {
                let text = if hint(after) { "is a secret" } else { "is no secret any more" };
                self.find(rule::FORMAT_HINT, at, text);
            }
            (Value::Null, after) => self.find(rule::FORMAT_ADDED, at, format!("format {}", short(after))),
            (before, Value::Null) => {
                self.find(rule::FORMAT_REMOVED, at, format!("no format {} any more", short(before)))
            }
            (before, after) => {
                self.find(rule::FORMAT_CHANGED, at, format!("format {} → {}", short(before), short(after)));
            }
        }
    }

    pub(super) fn limits(&mut self, old: &Value, new: &Value, at: &At) {
        for key in LEAST.into_iter().chain(MOST).chain(KINDS) {
            let (before, after) = (&old[key], &new[key]);
            if before == after || equal(before, after) {
                continue;
            }
            let rule = match (before, after) {
                (Value::Null, _) => rule::LIMIT_TIGHTENED,
                (_, Value::Null) => rule::LIMIT_LOOSENED,
                (before, after) => match (before.as_f64(), after.as_f64()) {
                    (Some(one), Some(other)) if LEAST.contains(&key) => tighter(other > one),
                    (Some(one), Some(other)) if MOST.contains(&key) => tighter(other < one),
                    _ => rule::LIMIT_CHANGED,
                },
            };
            self.find(rule, at, format!("`{key}`: {} → {}", short(before), short(after)));
        }
    }
}

fn tighter(tighter: bool) -> rule::Rule {
    if tighter { rule::LIMIT_TIGHTENED } else { rule::LIMIT_LOOSENED }
}

/// `1` and `1.0` are one limit.
fn equal(old: &Value, new: &Value) -> bool {
    old.as_f64().is_some() && old.as_f64() == new.as_f64()
}
