//! What operations answer: statuses, headers and bodies.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use contract::follow;

use super::comparison::{At, Comparison};
use super::level::Direction;
use super::rule;

/// On a response whose body a document does not describe: it cannot be compared.
pub(crate) const UNTOLD: &str = "x-body-untold";

impl Comparison<'_> {
    pub(super) fn responses(&mut self, old: &Value, new: &Value, operation: &str) {
        let (old, new) = (&old["responses"], &new["responses"]);
        let statuses: BTreeSet<&String> =
            [old, new].into_iter().filter_map(Value::as_object).flat_map(Map::keys).collect();
        for status in statuses {
            let at = self.at(operation, Direction::Received, format!("{operation}, {status}"));
            let success = status.starts_with('2');
            match (&old[status], &new[status]) {
                (Value::Null, _) if success => self.find(rule::SUCCESS_ADDED, &at, "is new"),
                (Value::Null, _) => self.find(rule::REFUSAL_ADDED, &at, "is new"),
                (_, Value::Null) if success => self.find(rule::SUCCESS_REMOVED, &at, "is gone"),
                (_, Value::Null) => self.find(rule::REFUSAL_REMOVED, &at, "is gone"),
                (before, after) => {
                    let mut at = at;
                    // A shared response is told once for all operations.
                    if let (true, Some(reference)) = (before["$ref"] == after["$ref"], before["$ref"].as_str()) {
                        at.place = format!("response {}", reference.rsplit('/').next().unwrap_or(reference));
                    }
                    self.response(follow(self.old, before), follow(self.new, after), &at);
                }
            }
        }
    }

    fn response(&mut self, old: &Value, new: &Value, at: &At) {
        self.words(old, new, at);
        self.extensions(old, new, at);
        if old["links"] != new["links"] {
            self.find(rule::LINKS_CHANGED, at, "links to other operations are others");
        }
        self.headers(&old["headers"], &new["headers"], at);
        if old.get(UNTOLD).is_some() || new.get(UNTOLD).is_some() {
            return;
        }
        let empty = |response: &Value| response["content"].as_object().is_none_or(Map::is_empty);
        match (empty(old), empty(new)) {
            (true, true) => {}
            (true, false) => self.find(rule::REPLY_ADDED, at, "a body is new"),
            (false, true) => self.find(rule::REPLY_REMOVED, at, "the body is gone"),
            (false, false) => self.contents(&old["content"], &new["content"], at),
        }
    }

    fn headers(&mut self, old: &Value, new: &Value, at: &At) {
        let names: BTreeSet<&String> =
            [old, new].into_iter().filter_map(Value::as_object).flat_map(Map::keys).collect();
        for name in names {
            let at = at.below(format_args!(", header {name}"));
            let (before, after) = (&old[name], &new[name]);
            if before.is_null() {
                self.find(rule::HEADER_ADDED, &at, "is new");
                continue;
            }
            if after.is_null() {
                self.find(rule::HEADER_REMOVED, &at, "is gone");
                continue;
            }
            let (before, after) = (follow(self.old, before), follow(self.new, after));
            let required = |header: &Value| header["required"].as_bool().unwrap_or(false);
            match (required(before), required(after)) {
                (false, true) => self.find(rule::HEADER_PROMISED, &at, "became required"),
                (true, false) => self.find(rule::HEADER_LOOSENED, &at, "became optional"),
                _ => {}
            }
            self.words(before, after, &at);
            self.schema_of(&before["schema"], &after["schema"], &at, false);
        }
    }
}
