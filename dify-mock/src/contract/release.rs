//! The documents as the release is that the server plays.

use serde_json::Value;

/// Takes out of a document what its release does not have: operations, members, answers and media types that came later or
/// had gone before.
pub(super) fn project(document: &mut Value) {
    let release = document["info"]["version"].as_str().unwrap_or_default().to_owned();
    for (_, item) in document["paths"].as_object_mut().into_iter().flatten() {
        retain(item, &numbers(&release));
    }
    walk(document, &numbers(&release));
}

fn walk(value: &mut Value, release: &[u64]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, release)),
        Value::Object(_) => {
            for holder in ["properties", "responses", "content"] {
                let Some(held) = value.get_mut(holder) else { continue };
                let gone = retain(held, release);
                let required = value.get_mut("required").and_then(Value::as_array_mut);
                if let Some(required) = required.filter(|_| holder == "properties") {
                    required.retain(|name| !gone.iter().any(|gone| name == gone));
                }
            }
            value.as_object_mut().into_iter().flatten().for_each(|(_, child)| walk(child, release));
        }
        _ => {}
    }
}

/// Keeps what the release has; returns the names of the rest.
fn retain(held: &mut Value, release: &[u64]) -> Vec<String> {
    let mut gone = Vec::new();
    if let Some(members) = held.as_object_mut() {
        members.retain(|name, part| {
            let since = part["x-dify-since"].as_str().is_none_or(|since| numbers(since).as_slice() <= release);
            let until = part["x-dify-until"].as_str().is_none_or(|until| numbers(until).as_slice() >= release);
            if !(since && until) {
                gone.push(name.clone());
            }
            since && until
        });
    }
    gone
}

fn numbers(release: &str) -> Vec<u64> {
    release.split('.').filter_map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_contract_has_what_its_release_has() {
        let mut document = json!({
            "info": {"version": "1.16.1"},
            "paths": {"/a": {
                "get": {"x-dify-since": "1.17.0"},
                "put": {"responses": {"200": {"x-dify-until": "1.7.2"}, "404": {"x-dify-since": "1.16.1"}}},
            }},
            "components": {"schemas": {"A": {"required": ["new", "old"], "properties": {
                "new": {"x-dify-since": "1.17.0"}, "old": {"x-dify-until": "1.16.1"},
            }}, "B": {"properties": {"a": {}}}}},
        });
        project(&mut document);
        assert_eq!(document["paths"], json!({"/a": {"put": {"responses": {"404": {"x-dify-since": "1.16.1"}}}}}));
        let schema = json!({"required": ["old"], "properties": {"old": {"x-dify-until": "1.16.1"}}});
        assert_eq!(document["components"]["schemas"]["A"], schema);
        assert_eq!(document["components"]["schemas"]["B"], json!({"properties": {"a": {}}}));
    }
}
