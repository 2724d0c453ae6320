//! Objects that required more of their members in earlier releases.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use contract::numbers;

/// The last release that always sends a member.
const WORD: &str = "x-dify-required-until";

/// Gives an object whose members have [`WORD`] the shapes that follow from it: the object as it is, with these members
/// required. They could not be listed in `required`, which describes the newest checked release.
pub(super) fn add_earlier_shapes(object: &mut Map<String, Value>) {
    let members = object.get("properties").and_then(Value::as_object).into_iter().flatten();
    let mut until: BTreeMap<Vec<u64>, (String, Vec<Value>)> = BTreeMap::new();
    for (name, release) in members.filter_map(|(name, member)| Some((name, member.get(WORD)?.as_str()?))) {
        let (_, names) = until.entry(numbers(release)).or_insert_with(|| (release.to_owned(), Vec::new()));
        names.push(name.as_str().into());
    }
    if until.is_empty() {
        return;
    }
    let mut shape: Map<String, Value> = object
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "description" | "example") && !name.starts_with("x-"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut required = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut shapes = Vec::new();
    // What the newer of two releases requires, the older one requires as well.
    for (release, names) in until.into_values().rev() {
        required.extend(names);
        shape.insert("required".to_owned(), required.clone().into());
        shapes.insert(0, json!({"until": release, "schema": shape}));
    }
    object.insert("x-dify-earlier".to_owned(), shapes.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_required_up_to_their_release() {
        let object = json!({"type": "object", "description": "A cup.", "required": ["id"], "properties": {
            "id": {"type": "string"}, "old": {"type": "string", WORD: "1.9.0"}, "older": {"type": "string", WORD: "1.10.0"},
        }});
        let mut changed = object.clone();
        add_earlier_shapes(changed.as_object_mut().expect("an object"));
        let shape =
            |required: &[&str]| json!({"type": "object", "required": required, "properties": object["properties"]});
        assert_eq!(
            changed["x-dify-earlier"],
            json!([
                {"until": "1.9.0", "schema": shape(&["id", "older", "old"])},
                {"until": "1.10.0", "schema": shape(&["id", "older"])},
            ])
        );
    }

    #[test]
    fn other_objects_stay() {
        let object = json!({"type": "object", "properties": {"x-dify-required-until": {"type": "string"}}});
        let mut same = object.clone();
        add_earlier_shapes(same.as_object_mut().expect("an object"));
        assert_eq!(same, object);
    }
}
