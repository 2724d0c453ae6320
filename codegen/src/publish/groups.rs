//! Names and groups of tags: extensions that viewers support, and from 3.2 on OpenAPI itself.

use serde_json::{Value, json};

use super::replaced;
use crate::language::Language;

/// The display name of a tag becomes its `summary`, and each group of `x-tagGroups` a tag that is the `parent` of its own.
pub(super) fn make_groups_parents(document: &mut Value) {
    let language = Language::of(document);
    let Some(root) = document.as_object_mut() else { return };
    let groups = root.shift_remove("x-tagGroups").unwrap_or_default();
    let groups = groups.as_array().map_or(&[][..], Vec::as_slice);
    let Some(Value::Array(tags)) = root.get_mut("tags") else { return };
    for tag in tags.iter_mut() {
        let name = tag["name"].clone();
        let Some(tag) = tag.as_object_mut() else { continue };
        if let Some(display) = tag.get("x-displayName").cloned() {
            replaced(tag, "x-displayName", [("summary", display)]);
        }
        let holds = |group: &&Value| group["tags"].as_array().is_some_and(|tags| tags.contains(&name));
        if let Some(index) = groups.iter().position(|group| holds(&group)) {
            tag.insert("parent".to_owned(), json!(id(index)));
        }
    }
    let parents: Vec<Value> = groups
        .iter()
        .enumerate()
        .map(|(index, group)| {
            let own = tags.iter().filter(|tag| tag["parent"] == id(index));
            let names: Vec<&str> = own.filter_map(|tag| tag.get("summary").unwrap_or(&tag["name"]).as_str()).collect();
            // OpenAPI's tags have descriptions, and the groups of viewers none.
            let description = language.list(&names);
            json!({"name": id(index), "summary": group["name"], "description": description, "kind": "nav"})
        })
        .collect();
    tags.extend(parents);
}

/// The name of a group as a tag, which differs from those of all groups of operations, and is the same in all languages.
fn id(index: usize) -> String {
    format!("group:{}", index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_becomes_the_parent_of_its_tags() {
        let mut document = json!({
            "tags": [{"name": "tea", "x-displayName": "Tea", "description": "Makes tea."}, {"name": "other"}],
            "x-tagGroups": [{"name": "Drinks", "tags": ["tea"]}],
        });
        make_groups_parents(&mut document);
        assert_eq!(
            document,
            json!({"tags": [
                {"name": "tea", "summary": "Tea", "description": "Makes tea.", "parent": "group:1"},
                {"name": "other"},
                {"name": "group:1", "summary": "Drinks", "description": "Tea.", "kind": "nav"},
            ]})
        );
    }

    #[test]
    fn a_document_without_groups_keeps_its_tags() {
        let mut document = json!({"tags": [{"name": "tea"}]});
        make_groups_parents(&mut document);
        assert_eq!(document, json!({"tags": [{"name": "tea"}]}));
    }
}
