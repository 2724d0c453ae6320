//! What belongs to a whole document: `info`, servers, tags and the ways in.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::comparison::{At, Comparison};
use super::level::Direction;
use super::operations::{named, short};
use super::rule;

impl Comparison<'_> {
    pub(super) fn document(&mut self) {
        let (old, new) = (self.old, self.new);
        let at = self.at("", Direction::Sent, "info");
        self.annotations(&old["info"], &new["info"], &at);
        self.servers(&old["servers"], &new["servers"]);
        let at = self.at("", Direction::Sent, "tags");
        if named(&old["tags"], "name") != named(&new["tags"], "name") {
            self.find(rule::INFO_CHANGED, &at, "the list of tags is another");
        } else if old["tags"] != new["tags"] || old["x-tagGroups"] != new["x-tagGroups"] {
            self.find(rule::INFO_CHANGED, &at, "the names, descriptions or groups of tags are others");
        }
        self.schemes();
        if old["security"] != new["security"] {
            let at = self.at("", Direction::Sent, "security");
            self.ways_in(&old["security"], &new["security"], &at);
        }
    }

    /// The members of `info`: texts, each reported by its name.
    fn annotations(&mut self, old: &Value, new: &Value, at: &At) {
        let names: BTreeSet<&String> =
            [old, new].into_iter().filter_map(Value::as_object).flat_map(Map::keys).collect();
        for name in names {
            if old[name] != new[name] {
                let text = match (&old[name], &new[name]) {
                    (Value::Null, value) => format!("`{name}` is new: {}", short(value)),
                    (_, Value::Null) => format!("`{name}` is gone"),
                    (before, after) => format!("`{name}`: {} → {}", short(before), short(after)),
                };
                self.find(rule::INFO_CHANGED, at, text);
            }
        }
    }

    fn servers(&mut self, old: &Value, new: &Value) {
        let at = self.at("", Direction::Sent, "servers");
        let urls = |servers: &Value| -> BTreeSet<String> {
            let servers = servers.as_array().into_iter().flatten();
            servers.filter_map(|server| server["url"].as_str().map(str::to_owned)).collect()
        };
        let (before, after) = (urls(old), urls(new));
        for url in before.difference(&after) {
            self.find(rule::SERVER_REMOVED, &at, format!("`{url}` is gone"));
        }
        for url in after.difference(&before) {
            self.find(rule::SERVER_ADDED, &at, format!("`{url}` is new"));
        }
        if before == after && old != new {
            self.find(rule::INFO_CHANGED, &at, "the words of a server are others");
        }
    }

    fn schemes(&mut self) {
        let of = |document: &Value| document.pointer("/components/securitySchemes").cloned().unwrap_or_default();
        let (old, new) = (of(self.old), of(self.new));
        let names: BTreeSet<&String> =
            [&old, &new].into_iter().filter_map(|schemes| schemes.as_object()).flat_map(Map::keys).collect();
        for name in names {
            let at = self.at("", Direction::Sent, format!("security scheme {name}"));
            match (&old[name], &new[name]) {
                (Value::Null, _) => self.find(rule::SCHEME_ADDED, &at, "is new"),
                (_, Value::Null) => self.find(rule::SCHEME_REMOVED, &at, "is gone"),
                (before, after) if before == after => {}
                (before, after) => {
                    let bare = |scheme: &Value| {
                        let mut scheme = scheme.clone();
                        if let Some(scheme) = scheme.as_object_mut() {
                            scheme.retain(|key, _| !matches!(key.as_str(), "description" | "bearerFormat"));
                        }
                        scheme
                    };
                    if bare(before) == bare(after) {
                        self.find(rule::WORDS_CHANGED, &at, "its description is another");
                    } else {
                        self.find(rule::SCHEME_CHANGED, &at, format!("{} → {}", short(before), short(after)));
                    }
                }
            }
        }
    }

    /// Alternatives: any one of a list of sets of schemes opens the operation.
    pub(super) fn ways_in(&mut self, old: &Value, new: &Value, at: &At) {
        let sets = |security: &Value| -> BTreeSet<BTreeSet<String>> {
            let alternatives = security.as_array().into_iter().flatten();
            let schemes = |set: &Value| set.as_object().into_iter().flat_map(Map::keys).cloned().collect();
            let mut sets: BTreeSet<BTreeSet<String>> = alternatives.map(schemes).collect();
            // No list, or an empty one, asks for nothing.
            if sets.is_empty() {
                sets.insert(BTreeSet::new());
            }
            sets
        };
        let (before, after) = (sets(old), sets(new));
        if before == after {
            return;
        }
        let told = |sets: &BTreeSet<BTreeSet<String>>| {
            let one = |set: &BTreeSet<String>| match set.len() {
                0 => "nothing".to_owned(),
                _ => set.iter().cloned().collect::<Vec<_>>().join(" and "),
            };
            sets.iter().map(one).collect::<Vec<_>>().join(", or ")
        };
        let kept = before.is_subset(&after);
        let rule = if kept { rule::SECURITY_ADDED } else { rule::SECURITY_CHANGED };
        self.find(rule, at, format!("asked for {}; asks for {}", told(&before), told(&after)));
    }
}
