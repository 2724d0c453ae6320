//! The parts of a document that its operations reach.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Object;
pub(super) use crate::bundle::{is_data, parts, parts_mut};
use crate::source::escape;

/// Removes the components that nothing refers to any more. `earlier` is whether shapes of earlier releases count.
pub(super) fn drop_unreached(document: &mut Value, earlier: bool) {
    let mut reached = BTreeSet::new();
    let mut open = Vec::new();
    references(&document["paths"], false, earlier, &mut open);
    while let Some(reference) = open.pop() {
        if let Some(target) = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer))
            && reached.insert(reference)
        {
            references(target, false, earlier, &mut open);
        }
    }
    for section in ["schemas", "parameters", "responses", "headers"] {
        let Some(components) = document["components"].get_mut(section).and_then(Value::as_object_mut) else { continue };
        let escaped = |name: &str| format!("#/components/{section}/{}", escape(name));
        components.retain(|name, _| reached.contains(&escaped(name)));
    }
    if let Some(sections) = document["components"].as_object_mut() {
        sections.retain(|_, components| components.as_object().is_none_or(|components| !components.is_empty()));
    }
}

/// Adds every reference in a part of a document, in `$ref` and in `mapping`.
fn references(value: &Value, free: bool, earlier: bool, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, false, earlier, found)),
        Value::Object(members) => {
            for (name, value, names_are_free) in parts(free, members) {
                match (name.as_str(), value) {
                    ("$ref", Value::String(reference)) if !free => found.push(reference.clone()),
                    ("mapping", Value::Object(mapping)) if !free => {
                        found.extend(mapping.values().filter_map(Value::as_str).map(str::to_owned));
                    }
                    ("x-dify-earlier", _) if !free && !earlier => {}
                    _ => references(value, names_are_free, earlier, found),
                }
            }
        }
        _ => {}
    }
}

/// The error codes of the document; empty where it does not list them.
pub(super) fn codes(document: &Value) -> BTreeSet<String> {
    let values = document.pointer("/components/schemas/ErrorCode/x-extensible-enum").and_then(Value::as_array);
    values.into_iter().flatten().filter_map(|value| value["value"].as_str().map(str::to_owned)).collect()
}

/// Removes the error codes of an operation that are not among those of the document, where it lists any.
pub(super) fn keep_codes(object: &mut Object, codes: &BTreeSet<String>) {
    let errors = object.get_mut("x-dify-errors").and_then(Value::as_array_mut).filter(|_| !codes.is_empty());
    if let Some(errors) = errors {
        errors.retain(|code| codes.contains(code.as_str().unwrap_or_default()));
    }
}
