//! Operations: which there are, what they take and what they answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use contract::{METHODS, follow};

use super::comparison::{At, Comparison};
use super::level::Direction;
use super::responses::UNTOLD;
use super::rule;

/// An operation at its place.
#[derive(Clone, Copy)]
pub(super) struct Route<'d> {
    method: &'d str,
    path: &'d str,
    item: &'d Value,
    pub(super) node: &'d Value,
}

impl Route<'_> {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// The identity of a route: names of path parameters do not count.
    fn key(&self) -> String {
        let part = |part: &str| match parameter(part) {
            Some((_, verb)) => format!("{{}}{verb}"),
            None => part.to_owned(),
        };
        let parts: Vec<String> = self.path.split('/').map(part).collect();
        format!("{} {}", self.method, parts.join("/"))
    }
}

/// The name of the parameter that a part of a path is, and the verb after it, as in `{task_id}:stop`.
fn parameter(part: &str) -> Option<(&str, &str)> {
    part.strip_prefix('{')?.split_once('}')
}

impl Comparison<'_> {
    pub(super) fn operations(&mut self) {
        let (mut old, mut new) = (routes(self.old), routes(self.new));
        let mut couples = Vec::new();
        for key in old.keys().cloned().collect::<Vec<_>>() {
            if let (true, Some(before)) = (new.contains_key(&key), old.get(&key).copied()) {
                old.remove(&key);
                couples.extend(new.remove(&key).map(|after| (before, after)));
            }
        }
        // What is left may have moved: it keeps its name then.
        let id = |route: &Route<'_>| route.node["operationId"].as_str().map(str::to_owned);
        for key in old.keys().cloned().collect::<Vec<_>>() {
            let Some(before) = old.get(&key).copied() else { continue };
            let target = new.iter().find(|(_, after)| id(after).is_some() && id(after) == id(&before));
            if let Some((moved, after)) = target.map(|(key, after)| (key.clone(), *after)) {
                let at = self.at(&after.name(), Direction::Sent, after.name());
                self.find(rule::OPERATION_MOVED, &at, format!("was `{}`", before.name()));
                couples.push((before, after));
                old.remove(&key);
                new.remove(&moved);
            }
        }
        for route in old.values() {
            let at = self.at(&route.name(), Direction::Sent, route.name());
            self.find(rule::OPERATION_REMOVED, &at, told(route, "is gone"));
        }
        for route in new.values() {
            let at = self.at(&route.name(), Direction::Sent, route.name());
            self.find(rule::OPERATION_ADDED, &at, told(route, "is new"));
        }
        for (before, after) in couples {
            self.operation(before, after);
        }
    }

    fn operation(&mut self, old: Route<'_>, new: Route<'_>) {
        let name = new.name();
        let at = self.at(&name, Direction::Sent, name.clone());
        let positions = |route: Route<'_>| -> Vec<String> {
            route.path.split('/').filter_map(|part| Some(format!("{{{}}}", parameter(part)?.0))).collect()
        };
        let renamed: Vec<(String, String)> =
            positions(old).into_iter().zip(positions(new)).filter(|(one, other)| one != other).collect();
        for (before, after) in &renamed {
            self.find(rule::PATH_PARAMETER_RENAMED, &at, format!("`{before}` → `{after}`"));
        }
        self.operation_words(old.node, new.node, &at);
        self.operation_extensions(old.node, new.node, &at);
        if old.node.get("security").is_some() || new.node.get("security").is_some() {
            let of = |node: &Value, document: &Value| node.get("security").unwrap_or(&document["security"]).clone();
            self.ways_in(&of(old.node, self.old), &of(new.node, self.new), &at);
        }
        self.parameters(old, new, &renamed, &at);
        self.request(old.node, new.node, &at);
        self.responses(old.node, new.node, &name);
    }

    fn operation_words(&mut self, old: &Value, new: &Value, at: &At) {
        for word in ["summary", "description"] {
            if old[word] != new[word] {
                self.find(rule::WORDS_CHANGED, at, format!("its {word} is another"));
            }
        }
        if old["tags"] != new["tags"] {
            self.find(rule::TAG_CHANGED, at, format!("{} → {}", short(&old["tags"]), short(&new["tags"])));
        }
        let deprecated = |node: &Value| node["deprecated"].as_bool().unwrap_or(false);
        if deprecated(old) != deprecated(new) {
            let text = if deprecated(new) { "is deprecated" } else { "is not deprecated any more" };
            self.find(rule::DEPRECATION_CHANGED, at, text);
        }
    }

    fn parameters(&mut self, old: Route<'_>, new: Route<'_>, renamed: &[(String, String)], at: &At) {
        let mut before = parameters(self.old, old);
        let after = parameters(self.new, new);
        for (one, other) in renamed {
            let name = |braced: &str| ("path".to_owned(), braced.trim_matches(['{', '}']).to_owned());
            if let Some(parameter) = before.remove(&name(one)) {
                before.insert(name(other), parameter);
            }
        }
        let first = !before.keys().any(|(place, _)| place != "path");
        let elsewhere = |all: &BTreeMap<(String, String), (String, &Value)>, key: &(String, String)| {
            all.keys().find(|(place, name)| *name == key.1 && *place != key.0).cloned()
        };
        for (key, (place, parameter)) in &after {
            let at = self.parameter_at(at, place, key);
            let moved = elsewhere(&before, key).filter(|from| !after.contains_key(from));
            match before.get(key).map(|(_, parameter)| *parameter) {
                Some(earlier) => self.parameter(earlier, parameter, &at),
                None if moved.is_some() => {
                    let from = moved.map(|(place, _)| place).unwrap_or_default();
                    self.find(rule::PARAMETER_MOVED, &at, format!("was in the {from}"));
                }
                None if parameter["required"] == true => {
                    self.find(rule::PARAMETER_ADDED_REQUIRED, &at, "is new and required");
                }
                None if first => self.find(rule::PARAMETER_ADDED_FIRST, &at, "is new, and the first of its operation"),
                None => self.find(rule::PARAMETER_ADDED, &at, "is new"),
            }
        }
        for (key, (place, _)) in &before {
            let moved = elsewhere(&after, key).is_some_and(|to| !before.contains_key(&to));
            if !after.contains_key(key) && !moved {
                let at = self.parameter_at(at, place, key);
                self.find(rule::PARAMETER_REMOVED, &at, "is gone");
            }
        }
    }

    /// A shared parameter is its own place, so that it is reported once for all operations.
    fn parameter_at(&self, at: &At, component: &str, key: &(String, String)) -> At {
        let mut at = at.clone();
        at.place = match component {
            "" => format!("{}, {} parameter {}", at.place, key.0, key.1),
            // Whether an operation has it is the operation's own affair.
            shared => format!("{}, {} parameter {} ({shared})", at.place, key.0, key.1),
        };
        at
    }

    fn parameter(&mut self, old: &Value, new: &Value, at: &At) {
        let at = &shared(at);
        let required = |parameter: &Value| parameter["required"].as_bool().unwrap_or(false);
        match (required(old), required(new)) {
            (false, true) => self.find(rule::PARAMETER_REQUIRED, at, "became required"),
            (true, false) => self.find(rule::PARAMETER_OPTIONAL, at, "became optional"),
            _ => {}
        }
        for style in ["style", "explode", "allowReserved"] {
            if old[style] != new[style] {
                let text = format!("`{style}`: {} → {}", short(&old[style]), short(&new[style]));
                self.find(rule::PARAMETER_STYLE, at, text);
            }
        }
        self.words(old, new, at);
        self.extensions(old, new, at);
        self.schema_of(&old["schema"], &new["schema"], at, !required(new));
    }

    fn request(&mut self, old: &Value, new: &Value, at: &At) {
        let at = &at.below(", request");
        let required = |body: &Value| body["required"].as_bool().unwrap_or(false);
        let (before, after) = (&old["requestBody"], &new["requestBody"]);
        match (before.is_null(), after.is_null()) {
            (true, true) => return,
            (true, false) if required(after) => {
                return self.find(rule::BODY_ADDED_REQUIRED, at, "a body is new and required");
            }
            (true, false) => return self.find(rule::BODY_ADDED, at, "a body is new"),
            (false, true) => return self.find(rule::BODY_REMOVED, at, "the body is gone"),
            (false, false) => {}
        }
        let (before, after) = (follow(self.old, before), follow(self.new, after));
        match (required(before), required(after)) {
            (false, true) => self.find(rule::BODY_REQUIRED, at, "the body became required"),
            (true, false) => self.find(rule::BODY_OPTIONAL, at, "the body became optional"),
            _ => {}
        }
        self.words(before, after, at);
        self.contents(&before["content"], &after["content"], at);
    }

    pub(super) fn contents(&mut self, old: &Value, new: &Value, at: &At) {
        let names: BTreeSet<&String> =
            [old, new].into_iter().filter_map(Value::as_object).flat_map(Map::keys).collect();
        for name in names {
            let here = &at.below(format_args!(", {name}"));
            match (&old[name], &new[name]) {
                (Value::Null, _) => self.find(rule::MEDIA_ADDED, here, "is new"),
                (_, Value::Null) => self.find(rule::MEDIA_REMOVED, here, "is gone"),
                (before, after) => {
                    if before["encoding"] != after["encoding"] {
                        self.find(rule::ENCODING_CHANGED, here, "parts are written in another way");
                    }
                    let framing = "x-dify-framing";
                    if before[framing] != after[framing] {
                        let text = format!("{} → {}", short(&before[framing]), short(&after[framing]));
                        self.find(rule::FRAMING_CHANGED, here, text);
                    }
                    self.words(before, after, here);
                    if before.get(UNTOLD).is_none() && after.get(UNTOLD).is_none() {
                        self.schema_of(&before["schema"], &after["schema"], here, false);
                    }
                }
            }
        }
    }
}

/// The operations of a document, by their identity.
fn routes(document: &Value) -> BTreeMap<String, Route<'_>> {
    let mut routes = BTreeMap::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            if let Some(node) = item.get(method) {
                let route = Route { method, path, item, node };
                routes.insert(route.key(), route);
            }
        }
    }
    routes
}

/// The parameters of an operation and of its path, by place and name; each with the name of its component.
fn parameters<'d>(document: &'d Value, route: Route<'d>) -> BTreeMap<(String, String), (String, &'d Value)> {
    let lists = [&route.item["parameters"], &route.node["parameters"]];
    let all = lists.into_iter().filter_map(Value::as_array).flatten();
    let named = |node: &'d Value| {
        let parameter = follow(document, node);
        let text = |key: &str| parameter[key].as_str().unwrap_or_default().to_owned();
        let component = node["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()).unwrap_or_default();
        ((text("in"), text("name")), (component.to_owned(), parameter))
    };
    all.map(named).collect()
}

/// The place of a change inside a shared parameter: the component, which all its operations share.
fn shared(at: &At) -> At {
    let mut at = at.clone();
    if let Some((_, component)) = at.place.strip_suffix(')').and_then(|place| place.rsplit_once(" (")) {
        at.place = format!("parameter {component}");
    }
    at
}

fn told(route: &Route<'_>, what: &str) -> String {
    match route.node["x-dify-method"].as_str() {
        Some(method) => format!("`{method}` {what}"),
        None => what.to_owned(),
    }
}

/// The elements of a list by one of their members.
pub(super) fn named<'v>(list: &'v Value, member: &str) -> BTreeMap<&'v str, &'v Value> {
    let elements = list.as_array().into_iter().flatten();
    elements.filter_map(|element| Some((element[member].as_str()?, element))).collect()
}

/// A value in a few words.
pub(super) fn short(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = match value {
        Value::Null => "nothing".to_owned(),
        value => value.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
