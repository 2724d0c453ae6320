//! What names are in a document: members of OpenAPI, free names, or data.

use serde_json::{Map, Value};

/// Members that are data.
pub(crate) const DATA: [&str; 4] = ["example", "examples", "default", "enum"];
/// Maps from free names.
pub(crate) const FREE: [&str; 7] = ["properties", "responses", "headers", "schemas", "mapping", "content", "links"];

/// The members of an object that are no sample data, which may look like anything; each with whether the names in it are
/// free: a property may well be called `example`.
pub(crate) fn parts(free: bool, members: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value, bool)> {
    let parts = members.iter().filter(move |(name, _)| free || !DATA.contains(&name.as_str()));
    parts.map(move |(name, value)| (name, value, !free && FREE.contains(&name.as_str())))
}
