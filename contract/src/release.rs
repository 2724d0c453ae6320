//! A document as one release of Dify is described by it.
//!
//! `x-dify-since` names the first release that has a part of the document and `x-dify-until` the last one;
//! `x-dify-earlier` on a schema lists what it was before. Only this module reads them for a release or a range of releases.

mod union;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::api::METHODS;

/// Whether a release comes before the one that a value names. An empty release, or none named, comes before nothing.
#[must_use]
pub fn before(release: &str, named: Option<&Value>) -> bool {
    let named = named.map(text).unwrap_or_default();
    !release.is_empty() && !named.is_empty() && numbers(release) < numbers(&named)
}

/// Whether a release does not have a part of a document: it is older than the part, or newer than its last release.
#[must_use]
pub fn lacks(part: &Value, release: &str) -> bool {
    Releases { first: release, last: release }.lack(part)
}

/// Whether a text is written like a release: three numbers, optionally with a suffix such as `-rc1`.
#[must_use]
pub fn is_release(text: &str) -> bool {
    let numbers: Vec<&str> = text.split(['-', '+']).next().unwrap_or_default().split('.').collect();
    numbers.len() == 3 && numbers.iter().all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Removes from a document what a release does not have, and gives schemas with `x-dify-earlier` their earlier shape.
///
/// Removed are operations, parameters, answers by status, media types, headers, members, events of unions and values of
/// extensible enums that came later or had gone before. An empty release removes nothing.
pub fn project(document: &mut Value, release: &str) {
    project_range(document, release, release);
}

/// Removes from a document what no release from `first` to `last` has, and allows what any of them sends.
///
/// What only some of the releases have is optional. A schema with `x-dify-earlier` becomes the union of its shapes in these
/// releases. An empty `first` or `last` removes nothing.
pub fn project_range(document: &mut Value, first: &str, last: &str) {
    if first.is_empty() || last.is_empty() {
        return;
    }
    let releases = Releases { first, last };
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.retain(|_, operation| !releases.lack(operation));
        }
        paths.retain(|_, item| METHODS.iter().any(|method| item.get(method).is_some()));
    }
    let mut absent = BTreeSet::new();
    for section in ["schemas", "parameters"] {
        let components = document.pointer(&format!("/components/{section}")).and_then(Value::as_object);
        let components = components.into_iter().flatten().filter(|(_, component)| releases.lack(component));
        absent.extend(components.map(|(name, _)| format!("#/components/{section}/{name}")));
    }
    Projection { releases, absent }.walk(document);
}

/// All releases from the first to the last.
#[derive(Clone, Copy)]
struct Releases<'r> {
    first: &'r str,
    last: &'r str,
}

impl Releases<'_> {
    /// Whether none of them has a part.
    fn lack(self, part: &Value) -> bool {
        self.outside(part.get("x-dify-since"), part.get("x-dify-until"))
    }

    fn outside(self, since: Option<&Value>, until: Option<&Value>) -> bool {
        until.is_some_and(|until| before(&text(until), Some(&self.first.into()))) || before(self.last, since)
    }

    /// Whether each of them has a part.
    fn share(self, part: &Value) -> bool {
        let ended = part.get("x-dify-until").is_some_and(|until| before(&text(until), Some(&self.last.into())));
        !ended && !before(self.first, part.get("x-dify-since"))
    }

    /// The shapes that a schema has in them, the present one first. None where it never had another.
    ///
    /// In a release an earlier shape applies where it has the smallest `until` that is not before it.
    fn shapes(self, schema: &Value) -> Option<Vec<Value>> {
        let mut entries: Vec<&Value> =
            schema.get("x-dify-earlier")?.as_array()?.iter().filter(|entry| entry.is_object()).collect();
        let until = |entry: &Value| entry.get("until").map(text).unwrap_or_default();
        entries.retain(|entry| !before(&until(entry), Some(&self.first.into())));
        entries.sort_by_key(|entry| numbers(&until(entry)));
        let lasting = entries.iter().position(|entry| !before(&until(entry), Some(&self.last.into())));
        entries.truncate(lasting.map_or(entries.len(), |index| index + 1));
        if entries.is_empty() {
            return None;
        }
        let earlier = |entry: &&Value| entry.get("schema").cloned().unwrap_or_else(|| Value::Object(Map::new()));
        let present = lasting.is_none().then(|| schema.clone());
        Some(present.into_iter().chain(entries.iter().rev().map(earlier)).collect())
    }
}

struct Projection<'a> {
    releases: Releases<'a>,
    /// References to the components that no release has.
    absent: BTreeSet<String>,
}

impl Projection<'_> {
    fn walk(&self, value: &mut Value) {
        if let Some(shapes) = self.releases.shapes(value) {
            *value = union::of(shapes);
        }
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item)),
            Value::Object(members) => {
                self.prune(members);
                members.values_mut().for_each(|child| self.walk(child));
            }
            _ => {}
        }
    }

    fn prune(&self, object: &mut Map<String, Value>) {
        self.prune_members(object);
        for holder in ["responses", "content", "headers"] {
            if let Some(held) = object.get_mut(holder).and_then(Value::as_object_mut) {
                held.retain(|_, part| !self.releases.lack(part));
            }
        }
        if let Some(parameters) = object.get_mut("parameters").and_then(Value::as_array_mut) {
            parameters.retain(|parameter| !self.releases.lack(parameter) && !self.is_absent(parameter.get("$ref")));
        }
        let required =
            object.get("required") == Some(&Value::Bool(true)) && object.get("in").is_some_and(|place| place != "path");
        if required && !self.releases.share(&Value::Object(object.clone())) {
            object.shift_remove("required");
        }
        if let Some(values) = object.get_mut("x-extensible-enum").and_then(Value::as_array_mut) {
            values.retain(|value| !self.releases.outside(value.get("since"), value.get("until")));
        }
        if let Some(discriminator) = object.get_mut("discriminator") {
            if let Some(mapping) = discriminator.get_mut("mapping").and_then(Value::as_object_mut) {
                mapping.retain(|_, reference| !self.is_absent(Some(reference)));
            }
            for key in ["oneOf", "anyOf"] {
                if let Some(branches) = object.get_mut(key).and_then(Value::as_array_mut) {
                    branches.retain(|branch| !self.is_absent(branch.get("$ref")));
                }
            }
        }
    }

    /// Removes members, and their names where the object requires or shows them.
    fn prune_members(&self, object: &mut Map<String, Value>) {
        let Some(members) = object.get_mut("properties").and_then(Value::as_object_mut) else { return };
        let (mut gone, mut optional) = (BTreeSet::new(), BTreeSet::new());
        members.retain(|name, member| {
            let lack = self.releases.lack(member);
            if lack {
                gone.insert(name.clone());
            }
            if !self.releases.share(member) {
                optional.insert(name.clone());
            }
            !lack
        });
        if let Some(required) =
            object.get_mut("required").and_then(Value::as_array_mut).filter(|_| !optional.is_empty())
        {
            required.retain(|name| name.as_str().is_none_or(|name| !optional.contains(name)));
            // OpenAPI 3.0 forbids an empty list.
            if required.is_empty() {
                object.shift_remove("required");
            }
        }
        if gone.is_empty() {
            return;
        }
        let examples = match object.get_mut("examples") {
            Some(Value::Array(examples)) => examples.as_mut_slice(),
            _ => object.get_mut("example").map(std::slice::from_mut).unwrap_or_default(),
        };
        for example in examples.iter_mut().filter_map(Value::as_object_mut) {
            example.retain(|name, _| !gone.contains(name));
        }
    }

    fn is_absent(&self, reference: Option<&Value>) -> bool {
        reference.and_then(Value::as_str).is_some_and(|reference| self.absent.contains(reference))
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// Returns the numbers of a release, by which releases are ordered.
#[must_use]
pub fn numbers(release: &str) -> Vec<u64> {
    release.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn releases_are_compared_as_numbers() {
        assert!(before("1.13.0", Some(&json!("1.16.1"))));
        assert!(before("1.9.2", Some(&json!("1.13.0"))));
        assert!(!before("1.16.1", Some(&json!("1.16.1"))));
        assert!(!before("", Some(&json!("1.16.1"))));
        assert!(!before("1.13.0", None));
    }

    #[test]
    fn a_member_is_in_the_releases_from_since_to_until() {
        let member = json!({"x-dify-since": "1.9.0", "x-dify-until": "1.13.0"});
        let has = |release| !lacks(&member, release);
        assert_eq!(["1.8.1", "1.9.0", "1.13.0", "1.13.1"].map(has), [false, true, true, false]);
    }

    #[test]
    fn members_answers_and_media_types_of_other_releases_go() {
        let mut document = json!({
            "responses": {"413": {"x-dify-since": "1.17.0"}, "200": {"content": {
                "text/html": {"x-dify-until": "1.9.0"},
                "application/json": {"schema": {
                    "properties": {"new": {"x-dify-since": "1.17.0"}, "old": {}},
                    "required": ["new"],
                    "examples": [{"new": 1, "old": 2}],
                }},
            }}},
        });
        let mut main = document.clone();
        project(&mut main, "1.17.0");
        assert_eq!(main.pointer("/responses/413"), document.pointer("/responses/413"));
        project(&mut document, "1.16.1");
        let schema = json!({"properties": {"old": {}}, "examples": [{"old": 2}]});
        assert_eq!(document, json!({"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}));
    }

    #[test]
    fn operations_and_parameters_of_other_releases_go() {
        let mut document = json!({"paths": {
            "/new": {"parameters": [], "get": {"x-dify-since": "1.17.0"}},
            "/both": {"get": {"parameters": [
                {"name": "a"}, {"name": "b", "x-dify-since": "1.17.0"}, {"$ref": "#/components/parameters/C"},
            ]}, "put": {"x-dify-until": "1.13.0"}},
        }, "components": {"parameters": {"C": {"x-dify-until": "1.9.0"}}}});
        project(&mut document, "1.16.1");
        assert_eq!(document["paths"], json!({"/both": {"get": {"parameters": [{"name": "a"}]}}}));
    }

    #[test]
    fn events_and_values_of_other_releases_go() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut document = json!({"components": {"schemas": {
            "Event": {
                "oneOf": [reference("Tea"), reference("Cup")],
                "discriminator": {"propertyName": "event", "mapping": {
                    "tea": "#/components/schemas/Tea", "cup": "#/components/schemas/Cup",
                }},
            },
            "Tea": {}, "Cup": {"x-dify-until": "1.13.0"},
            "Mode": {"x-extensible-enum": [{"value": "a"}, {"value": "b", "since": "1.17.0"}]},
        }}});
        let whole = document.clone();
        project(&mut document, "");
        assert_eq!(document, whole);
        project(&mut document, "1.16.1");
        let schemas = &document["components"]["schemas"];
        let event = json!({"oneOf": [reference("Tea")], "discriminator": {
            "propertyName": "event", "mapping": {"tea": "#/components/schemas/Tea"},
        }});
        assert_eq!(schemas["Event"], event);
        assert_eq!(schemas["Mode"]["x-extensible-enum"], json!([{"value": "a"}]));
    }

    #[test]
    fn a_schema_is_what_it_was_in_the_release() {
        let earlier = json!([
            {"until": "1.12.1", "schema": {"type": "string"}},
            {"until": "1.2.0", "schema": {"type": "number"}},
        ]);
        let schema = json!({"type": "object", "x-dify-earlier": earlier});
        let kind = |release: &str| {
            let mut schema = schema.clone();
            project(&mut schema, release);
            schema["type"].take()
        };
        assert_eq!(["1.0.1", "1.9.0", "1.13.0"].map(kind), [json!("number"), json!("string"), json!("object")]);
    }

    #[test]
    fn a_schema_of_several_releases_is_the_union_of_its_shapes() {
        let schema = json!({"type": "object", "x-dify-earlier": [
            {"until": "1.12.1", "schema": {"type": "string", "nullable": true}},
            {"until": "1.2.0", "schema": {"type": "number"}},
        ]});
        let shape = |first: &str, last: &str| {
            let mut schema = schema.clone();
            project_range(&mut schema, first, last);
            schema
        };
        let (object, number) = (json!({"type": "object"}), json!({"type": "number"}));
        let text = json!({"type": "string", "nullable": true});
        assert_eq!(shape("1.0.0", "1.16.1"), json!({"anyOf": [object, text, number]}));
        assert_eq!(shape("1.3.0", "1.16.1"), json!({"anyOf": [object, text]}));
        assert_eq!(shape("1.13.0", "1.16.1"), schema);
        assert_eq!(shape("1.3.0", "1.9.0"), text);
        assert_eq!(shape("1.0.0", "1.2.0"), number);
    }

    #[test]
    fn what_some_releases_of_a_range_lack_is_optional() {
        let mut document = json!({
            "parameters": [
                {"name": "a", "in": "query", "required": true, "x-dify-since": "1.9.0"},
                {"name": "b", "in": "query", "required": true},
                {"name": "c", "in": "path", "required": true, "x-dify-since": "1.9.0"},
            ],
            "schema": {
                "properties": {
                    "always": {"x-dify-since": "1.0.0", "x-dify-until": "1.16.1"},
                    "came": {"x-dify-since": "1.9.0"},
                    "went": {"x-dify-until": "1.15.0"},
                    "next": {"x-dify-since": "1.17.0"},
                    "past": {"x-dify-until": "0.15.8"},
                },
                "required": ["always", "came", "went", "next", "past"],
            },
        });
        project_range(&mut document, "1.0.0", "1.16.1");
        assert_eq!(document["schema"]["required"], json!(["always"]));
        let members: Vec<&String> = document["schema"]["properties"].as_object().unwrap().keys().collect();
        assert_eq!(members, ["always", "came", "went"]);
        let required: Vec<_> =
            document["parameters"].as_array().unwrap().iter().map(|it| it.get("required").is_some()).collect();
        assert_eq!(required, [false, true, true]);
    }

    #[test]
    fn a_release_is_three_numbers() {
        for good in ["1.9.2", "0.15.8", "1.10.0-rc1", "1.10.1-fix.1", "1.16.1+build"] {
            assert!(is_release(good), "{good}");
        }
        for bad in ["", "main", "1.9", "v1.9.2", "1.9.2.1", "1..2", "-1.9.2", "1.9.x"] {
            assert!(!is_release(bad), "{bad}");
        }
    }
}
