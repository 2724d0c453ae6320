//! A place in a body, as the documents describe it.

use contract::follow;
use serde_json::Value;

/// Schemas that lead to schemas are followed so far.
const DEEPEST: usize = 32;

/// The schemas that may describe a value; none where nothing does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    schemas: Vec<Schema>,
    /// Whether a schema on the way marks the value as a secret.
    secret: bool,
}

/// A schema without combinations, and the document it is from.
#[derive(Clone, Copy, Debug)]
struct Schema {
    root: &'static Value,
    schema: &'static Value,
}

/// A schema that describes any value.
static ANY: Value = Value::Bool(true);

impl Place {
    /// Returns the place of an undescribed value.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Returns the place of what a document leaves open: any name, any value.
    pub(crate) fn open() -> Self {
        Self::of(&Value::Null, &ANY)
    }

    pub(crate) fn of(root: &'static Value, schema: &'static Value) -> Self {
        let mut place = Self::none();
        place.add(root, [schema]);
        place
    }

    pub(crate) fn add(&mut self, root: &'static Value, schemas: impl IntoIterator<Item = &'static Value>) {
        for schema in schemas {
            self.flatten(root, schema, 0);
        }
    }

    fn flatten(&mut self, root: &'static Value, schema: &'static Value, depth: usize) {
        let schema = follow(root, schema);
        // A reference is left where it leads nowhere, or in a circle.
        if depth > DEEPEST || matches!(schema, Value::Null | Value::Bool(false)) || schema.get("$ref").is_some() {
            return;
        }
        let marked = schema["x-dify-secret"] == "value" || schema["x-dify-secret"] == true;
        self.secret |= marked || schema["format"] == "password" || schema["writeOnly"] == true;
        let mut combined = false;
        for branches in ["allOf", "anyOf", "oneOf"] {
            for branch in schema[branches].as_array().into_iter().flatten() {
                combined = true;
                self.flatten(root, branch, depth + 1);
            }
        }
        // What an older release sends there.
        for earlier in schema["x-dify-earlier"].as_array().into_iter().flatten() {
            self.flatten(root, &earlier["schema"], depth + 1);
        }
        if !combined || schema.get("properties").is_some() {
            self.schemas.push(Schema { root, schema });
        }
    }

    /// Adds what another place allows.
    pub(crate) fn join(&mut self, other: &Self) {
        self.schemas.extend(&other.schemas);
    }

    /// Whether every described value is a number.
    pub(crate) fn is_number(&self) -> bool {
        self.allows("number") && !["string", "boolean", "array", "object"].iter().any(|kind| self.allows(kind))
    }

    /// Returns the texts that are listed for the value.
    pub(crate) fn values(&self) -> impl Iterator<Item = &'static str> {
        self.schemas.iter().flat_map(|Schema { schema, .. }| {
            let listed = ["enum", "x-extensible-enum"].into_iter().filter_map(|list| schema[list].as_array()).flatten();
            listed.chain(schema.get("const")).filter_map(|value| value.as_str().or_else(|| value["value"].as_str()))
        })
    }

    /// Whether a document describes the place.
    pub(crate) fn is_known(&self) -> bool {
        !self.schemas.is_empty()
    }

    /// Whether the members of an object are listed there.
    pub(crate) fn lists_members(&self) -> bool {
        let lists = |schema: &Schema| schema.schema.get("properties").is_some();
        self.schemas.iter().any(|schema| {
            lists(schema)
                || schema
                    .schema
                    .get("items")
                    .is_some_and(|items| Self::of(schema.root, items).schemas.iter().any(lists))
        })
    }

    /// Whether the document marks the value as a secret.
    pub(crate) fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether a value of this JSON type is described.
    pub(crate) fn allows(&self, kind: &str) -> bool {
        let named = |said: &Value| match said.as_str() {
            Some("integer") => kind == "number",
            said => said == Some(kind),
        };
        self.schemas.iter().any(|Schema { schema, .. }| match &schema["type"] {
            Value::Array(kinds) => kinds.iter().any(named),
            Value::Null => true,
            one => named(one),
        })
    }

    /// Returns the place of a member.
    pub(crate) fn member(&self, name: &str) -> Self {
        let mut place = Self::none();
        let mut others = Self::none();
        for Schema { root, schema } in self.schemas.iter().copied() {
            let described = schema["properties"].get(name);
            match (described, &schema["additionalProperties"]) {
                (Some(member), _) => place.add(root, [member]),
                (None, others_are @ Value::Object(_)) => others.add(root, [others_are]),
                (None, Value::Bool(true)) => others.add(root, [&ANY]),
                (None, _) if is_open(schema) => others.add(root, [&ANY]),
                _ => {}
            }
        }
        if place.is_known() { place } else { others }
    }

    /// Returns the place of the items of a list.
    pub(crate) fn item(&self) -> Self {
        let mut place = Self::none();
        for Schema { root, schema } in self.schemas.iter().copied() {
            match schema.get("items") {
                Some(items) => place.add(root, [items]),
                None if is_open(schema) || schema["type"] == "array" => place.add(root, [&ANY]),
                None => {}
            }
        }
        place
    }
}

/// Whether a schema does not define its content.
fn is_open(schema: &Value) -> bool {
    let object = match &schema["type"] {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(|kind| kind == "object"),
        kind => kind == "object",
    };
    object
        && schema.get("properties").is_none()
        && schema["additionalProperties"] != false
        && schema.get("enum").is_none()
        && schema.get("const").is_none()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use serde_json::json;

    use super::*;

    static ROOT: LazyLock<Value> = LazyLock::new(|| {
        json!({
            "a": {"oneOf": [{"$ref": "#/b"}, {"type": "object", "properties": {"c": {"type": ["string", "null"]}}}]},
            "b": {"type": "object", "properties": {"n": {"type": "integer"}, "o": {"type": "object"}, "p": {}}},
            "m": {"type": "object", "additionalProperties": {"$ref": "#/b"}},
            "l": {"type": "array", "items": {"$ref": "#/a"}},
            "loop": {"$ref": "#/loop"},
            "s": {"properties": {"v": {"x-dify-secret": "value", "allOf": [{"$ref": "#/b"}]}, "w": {"format": "password"}}},
        })
    });

    fn at(name: &str) -> Place {
        Place::of(&ROOT, &ROOT[name])
    }

    #[test]
    fn members_of_every_branch_are_known_and_others_are_not() {
        assert!(at("a").member("n").allows("number") && !at("a").member("n").allows("string"));
        assert!(at("a").member("c").allows("null") && !at("a").member("x").is_known());
        assert!(at("a").member("o").member("anything").is_known());
        assert!(at("a").member("p").member("q").item().member("r").is_known());
        assert!(!at("a").member("n").member("q").is_known());
        assert!(at("m").member("any").member("n").is_known() && !at("m").member("any").member("x").is_known());
        assert!(at("l").item().member("c").is_known() && !at("loop").is_known());
    }

    #[test]
    fn a_mark_beside_a_reference_is_seen() {
        assert!(at("s").member("v").is_secret() && at("s").member("w").is_secret());
        assert!(!at("s").is_secret() && !at("a").member("n").is_secret());
    }

    #[test]
    fn an_open_place_knows_every_name() {
        assert!(Place::open().member("a").item().allows("string") && !Place::none().member("a").is_known());
    }
}
