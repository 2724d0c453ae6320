//! What names are in a document: members of OpenAPI, free names, or data.

use serde_json::{Map, Value};

/// Returns whether a member is data.
pub(crate) fn is_data(name: &str) -> bool {
    matches!(name, "example" | "examples" | "default" | "enum")
}

/// Returns whether a member is a map from free names.
fn is_free(name: &str) -> bool {
    matches!(name, "properties" | "responses" | "headers" | "schemas" | "mapping" | "content" | "links")
}

/// The members of an object that are no sample data, which may look like anything; each with whether the names in it are
/// free: a property may well be called `example`.
pub(crate) fn parts(free: bool, members: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value, bool)> {
    let parts = members.iter().filter(move |(name, _)| free || !is_data(name));
    parts.map(move |(name, value)| (name, value, !free && is_free(name)))
}

/// The same, to be changed.
pub(crate) fn parts_mut(
    free: bool,
    members: &mut Map<String, Value>,
) -> impl Iterator<Item = (&String, &mut Value, bool)> {
    let parts = members.iter_mut().filter(move |(name, _)| free || !is_data(name));
    parts.map(move |(name, value)| (name, value, !free && is_free(name)))
}
