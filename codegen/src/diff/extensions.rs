//! Our own vocabulary, and the words that people read.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::comparison::{At, Comparison};
use super::operations::short;
use super::rule::{self, Rule};

/// Extensions that have rules of their own at their places.
const TREATED: [&str; 9] = [
    "x-dify-method",
    "x-dify-stream-method",
    "x-dify-errors",
    "x-dify-idempotent",
    "x-dify-cacheable",
    "x-dify-paging",
    "x-dify-framing",
    "x-extensible-enum",
    super::responses::UNTOLD,
];

impl Comparison<'_> {
    pub(super) fn operation_extensions(&mut self, old: &Value, new: &Value, at: &At) {
        self.method(old, new, at);
        self.error_codes(&old["x-dify-errors"], &new["x-dify-errors"], at);
        let marked = |name: &str| (old[name] == true, new[name] == true);
        match marked("x-dify-idempotent") {
            (false, true) => self.find(rule::IDEMPOTENT_ADDED, at, "is safe to send again"),
            (true, false) => self.find(rule::IDEMPOTENT_REMOVED, at, "is not safe to send again any more"),
            _ => {}
        }
        match marked("x-dify-cacheable") {
            (false, true) => self.find(rule::CACHEABLE_ADDED, at, "may be cached"),
            (true, false) => self.find(rule::CACHEABLE_REMOVED, at, "may not be cached any more"),
            _ => {}
        }
        match (&old["x-dify-paging"], &new["x-dify-paging"]) {
            (before, after) if before == after => {}
            (Value::Null, after) => self.find(rule::PAGING_ADDED, at, short(after)),
            (_, Value::Null) => self.find(rule::PAGING_REMOVED, at, "its paging is not described any more"),
            (before, after) if extends(before, after) => self.find(rule::PAGING_EXTENDED, at, short(after)),
            (before, after) => self.find(rule::PAGING_CHANGED, at, format!("{} → {}", short(before), short(after))),
        }
        self.extensions(old, new, at);
    }

    fn method(&mut self, old: &Value, new: &Value, at: &At) {
        let differs = |key: &str| old[key] != new[key];
        if differs("x-dify-method") || differs("operationId") {
            let key = if differs("x-dify-method") { "x-dify-method" } else { "operationId" };
            self.find(rule::OPERATION_RENAMED, at, format!("{} → {}", short(&old[key]), short(&new[key])));
        }
        match (&old["x-dify-stream-method"], &new["x-dify-stream-method"]) {
            (before, after) if before == after => {}
            (Value::Null, after) => self.find(rule::STREAM_METHOD_ADDED, at, format!("{} is new", short(after))),
            (before, _) => self.find(rule::STREAM_METHOD_REMOVED, at, format!("{} is gone", short(before))),
        }
    }

    fn error_codes(&mut self, old: &Value, new: &Value, at: &At) {
        let codes = |list: &Value| -> BTreeSet<String> {
            list.as_array().into_iter().flatten().filter_map(|code| code.as_str().map(str::to_owned)).collect()
        };
        let (before, after) = (codes(old), codes(new));
        for code in after.difference(&before) {
            self.find(rule::ERROR_CODE_ADDED, at, format!("answers the error code `{code}`"));
        }
        for code in before.difference(&after) {
            self.find(rule::ERROR_CODE_REMOVED, at, format!("does not answer the error code `{code}` any more"));
        }
    }

    /// Every extension without a rule of its own at its place.
    pub(super) fn extensions(&mut self, old: &Value, new: &Value, at: &At) {
        let names: BTreeSet<&String> =
            [old, new].into_iter().filter_map(Value::as_object).flat_map(Map::keys).collect();
        for name in names.into_iter().filter(|name| name.starts_with("x-") && !TREATED.contains(&name.as_str())) {
            let (before, after) = (&old[name], &new[name]);
            if before != after {
                self.find(extension(name), at, format!("`{name}`: {} → {}", short(before), short(after)));
            }
        }
    }

    /// Descriptions and examples.
    pub(super) fn words(&mut self, old: &Value, new: &Value, at: &At) {
        for key in ["title", "description", "externalDocs"] {
            if old[key] != new[key] {
                self.find(rule::WORDS_CHANGED, at, format!("its {key} is another"));
            }
        }
        if old["example"] != new["example"] || old["examples"] != new["examples"] {
            self.find(rule::EXAMPLE_CHANGED, at, "its example is another");
        }
    }
}

/// Returns whether everything that was described still is.
fn extends(old: &Value, new: &Value) -> bool {
    old.as_object().into_iter().flatten().all(|(name, value)| new[name] == *value)
}

fn extension(name: &str) -> Rule {
    match name {
        "x-dify-since" | "x-dify-until" | "x-dify-deprecated" => rule::VERSIONS_CHANGED,
        "x-dify-deviations" => rule::DEVIATIONS_CHANGED,
        "x-dify-new" => rule::NEW_CHANGED,
        "x-dify-send-default" => rule::SEND_DEFAULT_CHANGED,
        "x-dify-tristate" => rule::TRISTATE_CHANGED,
        "x-dify-state" => rule::STATE_CHANGED,
        _ => rule::EXTENSION_CHANGED,
    }
}
