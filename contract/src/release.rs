//! A document as one release of Dify is described by it.
//!
//! `x-dify-since` names the first release that has a part of the document and `x-dify-until` the last one;
//! `x-dify-earlier` on a schema lists what it was before. Only this module reads them for a release.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::route::METHODS;

/// Whether a release comes before the one that a value names. An empty release, or none named, comes before nothing.
#[must_use]
pub fn before(release: &str, named: Option<&Value>) -> bool {
    let named = named.map(text).unwrap_or_default();
    !release.is_empty() && !named.is_empty() && numbers(release) < numbers(&named)
}

/// Whether a release does not have a part of a document: it is older than the part, or newer than its last release.
#[must_use]
pub fn lacks(part: &Value, release: &str) -> bool {
    outside(part.get("x-dify-since"), part.get("x-dify-until"), release)
}

/// Removes from a document what a release does not have, and gives schemas with `x-dify-earlier` their earlier shape.
///
/// Removed are operations, parameters, answers by status, media types, members, events of unions and values of
/// extensible enums that came later or had gone before. An empty release removes nothing.
pub fn project(document: &mut Value, release: &str) {
    if release.is_empty() {
        return;
    }
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.retain(|_, operation| !lacks(operation, release));
        }
        paths.retain(|_, item| METHODS.iter().any(|method| item.get(method).is_some()));
    }
    let mut absent = BTreeSet::new();
    for section in ["schemas", "parameters"] {
        let components = document.pointer(&format!("/components/{section}")).and_then(Value::as_object);
        let components = components.into_iter().flatten().filter(|(_, component)| lacks(component, release));
        absent.extend(components.map(|(name, _)| format!("#/components/{section}/{name}")));
    }
    Projection { release, absent }.walk(document);
}

struct Projection<'a> {
    release: &'a str,
    /// References to the components that the release does not have.
    absent: BTreeSet<String>,
}

impl Projection<'_> {
    fn walk(&self, value: &mut Value) {
        if let Some(earlier) = earlier(value, self.release) {
            *value = earlier;
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
        for holder in ["responses", "content"] {
            if let Some(held) = object.get_mut(holder).and_then(Value::as_object_mut) {
                held.retain(|_, part| !lacks(part, self.release));
            }
        }
        if let Some(parameters) = object.get_mut("parameters").and_then(Value::as_array_mut) {
            parameters.retain(|parameter| !lacks(parameter, self.release) && !self.is_absent(parameter.get("$ref")));
        }
        if let Some(values) = object.get_mut("x-extensible-enum").and_then(Value::as_array_mut) {
            values.retain(|value| !outside(value.get("since"), value.get("until"), self.release));
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
        let mut gone = BTreeSet::new();
        members.retain(|name, member| {
            let lacks = lacks(member, self.release);
            if lacks {
                gone.insert(name.clone());
            }
            !lacks
        });
        if gone.is_empty() {
            return;
        }
        if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| name.as_str().is_none_or(|name| !gone.contains(name)));
            // OpenAPI 3.0 forbids an empty list.
            if required.is_empty() {
                object.shift_remove("required");
            }
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

/// What the schema was in the release: the entry with the smallest `until` that is not before it.
fn earlier(schema: &Value, release: &str) -> Option<Value> {
    let entries = schema.get("x-dify-earlier")?.as_array()?;
    let until = |entry: &Value| entry.get("until").map(text).unwrap_or_default();
    let applies = |entry: &&Value| entry.is_object() && !before(&until(entry), Some(&Value::from(release)));
    let entry = entries.iter().filter(applies).min_by_key(|entry| numbers(&until(entry)))?;
    Some(entry.get("schema").cloned().unwrap_or_else(|| Value::Object(Map::new())))
}

fn outside(since: Option<&Value>, until: Option<&Value>, release: &str) -> bool {
    let ended = until.is_some_and(|until| before(&text(until), Some(&Value::from(release))));
    ended || before(release, since)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn numbers(release: &str) -> Vec<u64> {
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
}
