//! The tag of a union's branches.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Object;

/// Each branch of a union with a discriminator has the values that the mapping gives it.
///
/// Validators and many generators do not support discriminators: without values they take an event for several at once.
pub(super) fn fix_the_tag_of_each_branch(document: &mut Value) {
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else {
        return;
    };
    for ((component, property), tags) in tags(schemas) {
        let property = schemas.get_mut(&component).and_then(|schema| schema.get_mut("properties")?.get_mut(&property));
        if let Some(Value::Object(property)) = property
            && !property.contains_key("$ref")
        {
            // From 3.1 on one value becomes a constant, like every other.
            property.insert("enum".to_owned(), json!(tags));
        }
    }
}

/// The values that mappings give to a property of a component.
fn tags(schemas: &Object) -> BTreeMap<(String, String), Vec<String>> {
    let mut tags: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for discriminator in schemas.values().filter_map(|schema| schema.get("discriminator")) {
        let Some(property) = discriminator.get("propertyName").and_then(Value::as_str) else { continue };
        for (tag, reference) in discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten() {
            let Some(component) = reference.as_str().and_then(|pointer| pointer.rsplit('/').next()) else { continue };
            let tags = tags.entry((component.to_owned(), property.to_owned())).or_default();
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_takes_the_tags_of_all_mappings_that_lead_to_it() {
        let union =
            |mapping: Value| json!({"oneOf": [], "discriminator": {"propertyName": "event", "mapping": mapping}});
        let branch = || json!({"properties": {"event": {"type": "string"}, "id": {"type": "string"}}});
        let mut document = json!({"components": {"schemas": {
            "A": union(json!({"tea": "#/components/schemas/Tea", "cup": "#/components/schemas/Cup"})),
            "B": union(json!({"tea": "#/components/schemas/Tea", "mug": "#/components/schemas/Cup"})),
            "Tea": branch(), "Cup": branch(), "Other": branch(),
        }}});
        fix_the_tag_of_each_branch(&mut document);
        let tag = |name: &str| document["components"]["schemas"][name]["properties"]["event"].clone();
        assert_eq!(tag("Tea"), json!({"type": "string", "enum": ["tea"]}));
        assert_eq!(tag("Cup"), json!({"type": "string", "enum": ["cup", "mug"]}));
        assert_eq!(tag("Other"), json!({"type": "string"}));
    }
}
