//! Documents as one release of Dify was: what came later and what had gone before is left out.

use serde_json::Value;

/// The first release that has what is marked.
const SINCE: &str = "x-dify-since";
/// The last release that has it.
const UNTIL: &str = "x-dify-until";

/// Whether a release comes before the one that a value names. An empty release, or none named, comes before nothing.
pub fn before(release: &str, named: Option<&Value>) -> bool {
    let named = named.map(text).unwrap_or_default();
    !release.is_empty() && !named.is_empty() && numbers(release) < numbers(&named)
}

/// Whether the release is not described by a part of a document: it is older than the part, or newer than its last release.
pub fn lacks(part: &Value, release: &str) -> bool {
    let until = part.get(UNTIL).map(text).unwrap_or_default();
    before(release, part.get(SINCE)) || before(&until, Some(&Value::from(release)))
}

/// Leaves of a document what the release has: members, answers (by status) and media types that are marked with
/// `x-dify-since` and `x-dify-until` go, and a schema with `x-dify-earlier` becomes what it was.
///
/// Operations stay: a judge answers for those that the release does not have.
pub fn project(value: &mut Value, release: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| project(item, release)),
        Value::Object(_) => {
            if let Some(earlier) = earlier(value, release) {
                *value = earlier;
            }
            for holder in ["properties", "responses", "content"] {
                remove(value, holder, release);
            }
            for (_, child) in value.as_object_mut().into_iter().flatten() {
                project(child, release);
            }
        }
        _ => {}
    }
}

/// Takes out the operations that the release does not have.
pub fn without_operations(document: &mut Value, release: &str) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for item in paths.iter_mut().filter_map(|(_, item)| item.as_object_mut()) {
        item.retain(|_, operation| !lacks(operation, release));
    }
    paths.retain(|_, item| item.as_object().is_none_or(|item| !item.is_empty()));
}

/// What the schema was in the release: the entry with the smallest `until` that is not before it.
fn earlier(schema: &Value, release: &str) -> Option<Value> {
    let entries = schema.get("x-dify-earlier")?.as_array()?;
    let until = |entry: &Value| entry.get("until").map(text).unwrap_or_default();
    let applies = |entry: &&Value| entry.is_object() && !before(&until(entry), Some(&Value::from(release)));
    let entry = entries.iter().filter(applies).min_by_key(|entry| numbers(&until(entry)))?;
    Some(entry.get("schema").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new())))
}

fn remove(object: &mut Value, holder: &str, release: &str) {
    let Some(members) = object.get_mut(holder).and_then(Value::as_object_mut) else { return };
    let gone: Vec<String> =
        members.iter().filter(|(_, part)| lacks(part, release)).map(|(name, _)| name.clone()).collect();
    members.retain(|name, _| !gone.contains(name));
    if holder != "properties" || gone.is_empty() {
        return;
    }
    if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !gone.iter().any(|gone| name == gone));
    }
    if let Some(example) = object.get_mut("example").and_then(Value::as_object_mut) {
        example.retain(|name, _| !gone.contains(name));
    }
    // OpenAPI 3.0 forbids an empty list.
    if object.get("required").and_then(Value::as_array).is_some_and(Vec::is_empty)
        && let Some(object) = object.as_object_mut()
    {
        object.shift_remove("required");
    }
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
                    "example": {"new": 1, "old": 2},
                }},
            }}},
        });
        let mut main = document.clone();
        project(&mut main, "1.17.0");
        assert_eq!(main.pointer("/responses/413"), document.pointer("/responses/413"));
        project(&mut document, "1.16.1");
        let schema = json!({"properties": {"old": {}}, "example": {"old": 2}});
        assert_eq!(document, json!({"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}));
    }

    #[test]
    fn operations_of_other_releases_can_be_taken_out() {
        let mut document = json!({"paths": {
            "/new": {"get": {"x-dify-since": "1.17.0"}},
            "/both": {"get": {}, "put": {"x-dify-until": "1.13.0"}},
        }});
        without_operations(&mut document, "1.16.1");
        assert_eq!(document, json!({"paths": {"/both": {"get": {}}}}));
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
