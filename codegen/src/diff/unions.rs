//! Choices and compositions: unions of events above all.

use std::collections::BTreeMap;

use serde_json::Value;

use super::comparison::{At, Comparison, component};
use super::rule;

impl Comparison<'_> {
    pub(super) fn choices(&mut self, old: &Value, new: &Value, at: &At) {
        let (before, after) = (Choices::of(old), Choices::of(new));
        if before.tag != after.tag {
            let told = |tag: &Option<String>| tag.clone().unwrap_or_else(|| "nothing".to_owned());
            let text = format!("distinguished by {} → {}", told(&before.tag), told(&after.tag));
            return self.find(rule::TAG_MEMBER_CHANGED, at, text);
        }
        let tagged = after.tag.is_some();
        let (added, removed) = match tagged {
            true => (rule::EVENT_ADDED, rule::EVENT_REMOVED),
            false => (rule::CHOICE_ADDED, rule::CHOICE_REMOVED),
        };
        // A choice without a name is told by its number among those that are left over.
        for (name, choice) in &after.named {
            match before.named.get(name) {
                None => self.find(added, at, format!("`{name}` is new")),
                Some(earlier) => self.schema(earlier, choice, &at.below(format_args!("<{name}>")), false),
            }
        }
        for name in before.named.keys().filter(|name| !after.named.contains_key(*name)) {
            self.find(removed, at, format!("`{name}` is gone"));
        }
    }

    /// Several schemas that apply together. A single one is replaced by its target.
    pub(super) fn parts(&mut self, old: &Value, new: &Value, at: &At) {
        let (before, after) = (parts(old), parts(new));
        for (name, part) in &after {
            match before.get(name) {
                None => self.find(rule::PART_ADDED, at, format!("`{name}` is new")),
                Some(earlier) => self.schema(earlier, part, &at.below(format_args!("&{name}")), false),
            }
        }
        for name in before.keys().filter(|name| !after.contains_key(*name)) {
            self.find(rule::PART_REMOVED, at, format!("`{name}` is gone"));
        }
    }
}

struct Choices<'d> {
    /// The member that distinguishes them.
    tag: Option<String>,
    named: BTreeMap<String, &'d Value>,
}

impl<'d> Choices<'d> {
    fn of(schema: &'d Value) -> Self {
        let list = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
        let tag = schema["discriminator"]["propertyName"].as_str().map(str::to_owned);
        let mapping = schema["discriminator"]["mapping"].as_object();
        let mut named = BTreeMap::new();
        let mut mapped = Vec::new();
        for (value, target) in mapping.into_iter().flatten() {
            let branch = list.into_iter().flatten().find(|branch| branch["$ref"] == *target);
            named.extend(branch.map(|branch| (value.clone(), branch)));
            mapped.push(target);
        }
        let rest = list.into_iter().flatten().filter(|branch| {
            branch["type"] != "null" && !branch.get("$ref").is_some_and(|target| mapped.contains(&target))
        });
        named.extend(names(rest));
        Self { tag, named }
    }
}

fn parts(schema: &Value) -> BTreeMap<String, &Value> {
    let list = schema["allOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    if list.len() == 1 && schema.get("properties").is_none() { BTreeMap::new() } else { names(list) }
}

/// Each by the component that it is, else by its type, with a number where that is not one alone.
fn names<'d>(list: impl IntoIterator<Item = &'d Value>) -> BTreeMap<String, &'d Value> {
    let mut named = BTreeMap::new();
    for node in list {
        let own = node["$ref"].as_str().and_then(component);
        let name = own.unwrap_or_else(|| node["type"].as_str().unwrap_or("any").to_owned());
        let mut key = name.clone();
        let mut number = 2;
        while named.contains_key(&key) {
            key = format!("{name} {number}");
            number += 1;
        }
        named.insert(key, node);
    }
    named
}
