//! What only documents of Dify describe. The bindings have it; the contract's documents leave it out.

use std::collections::BTreeSet;

use serde_json::Value;

use super::reached::{codes, drop_unreached, is_data, keep_codes, parts_mut};

/// Removes the parts that are marked as documented, and the components that only they refer to.
pub(crate) fn leave_out(document: &mut Value) {
    if !prune(document, false) {
        return;
    }
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.retain(|_, item| contract::METHODS.iter().any(|method| item.get(method).is_some()));
    }
    let codes = codes(document);
    keep_known_codes(document, &codes);
    drop_unreached(document, true);
}

fn is_documented(part: &Value) -> bool {
    ["x-dify-evidence", "evidence"].iter().any(|mark| part.get(mark).is_some_and(|evidence| evidence == "documented"))
}

/// Removes marked parts below a value; whether there were any. `free` is whether its names are free.
fn prune(value: &mut Value, free: bool) -> bool {
    match value {
        Value::Array(items) => {
            let before = items.len();
            items.retain(|item| !is_documented(item));
            let removed = items.len() < before;
            items.iter_mut().fold(removed, |removed, item| prune(item, false) || removed)
        }
        Value::Object(members) => {
            let before = members.len();
            members.retain(|name, part| (!free && is_data(name)) || !is_documented(part));
            let removed = members.len() < before;
            parts_mut(free, members).fold(removed, |removed, (_, part, free)| prune(part, free) || removed)
        }
        _ => false,
    }
}

fn keep_known_codes(document: &mut Value, codes: &BTreeSet<String>) {
    let items = document["paths"].as_object_mut().into_iter().flatten();
    for (_, operation) in items.filter_map(|(_, item)| item.as_object_mut()).flatten() {
        if let Some(operation) = operation.as_object_mut() {
            keep_codes(operation, codes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documented_parts_and_what_only_they_reach_go() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let body = |name: &str| json!({"application/json": {"schema": reference(name)}});
        let mut document = json!({
            "paths": {
                "/tea": {"get": {
                    "x-dify-errors": ["cold", "spilt"],
                    "parameters": [{"name": "sugar", "x-dify-evidence": "documented"}, {"name": "milk"}],
                    "responses": {
                        "200": {"content": body("Tea")},
                        "418": {"x-dify-evidence": "documented", "content": body("Pot")},
                    },
                }},
                "/tea#iced": {"get": {"x-dify-evidence": "documented", "responses": {"200": {"content": body("Ice")}}}},
            },
            "components": {"schemas": {
                "Tea": {"properties": {
                    "example": {"x-dify-evidence": "documented"}, "kind": reference("ErrorCode"),
                }, "example": {"evidence": "documented"}, "x-dify-earlier": [{"schema": reference("Leaf")}]},
                "Pot": {}, "Ice": {}, "Leaf": {},
                "ErrorCode": {"x-extensible-enum": [{"value": "cold"}, {"value": "spilt", "evidence": "documented"}]},
            }},
        });
        leave_out(&mut document);
        let tea = json!({
            "properties": {"kind": reference("ErrorCode")}, "example": {"evidence": "documented"},
            "x-dify-earlier": [{"schema": reference("Leaf")}],
        });
        assert_eq!(
            document,
            json!({
                "paths": {"/tea": {"get": {
                    "x-dify-errors": ["cold"],
                    "parameters": [{"name": "milk"}],
                    "responses": {"200": {"content": body("Tea")}},
                }}},
                "components": {"schemas": {"Tea": tea, "Leaf": {}, "ErrorCode": {"x-extensible-enum": [{"value": "cold"}]}}},
            })
        );
    }

    #[test]
    fn a_document_without_documented_parts_stays_as_it_is() {
        let whole = json!({"paths": {}, "components": {"schemas": {"Unused": {"x-dify-evidence": "recorded"}}}});
        let mut document = whole.clone();
        leave_out(&mut document);
        assert_eq!(document, whole);
    }
}
