//! Members of a value that its schema does not name.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::schema::{Schema, Side};

/// Deeper than any answer: a schema may lead in a circle.
const DEEP: usize = 40;
/// Compositions within compositions.
const COMPOSED: usize = 20;

/// What a schema and its parts allow as members of an object.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Members<'d> {
    /// The members it names, each with the first schema given for it.
    pub named: HashMap<&'d str, Schema<'d>>,
    /// The members it requires.
    pub required: BTreeSet<&'d str>,
    /// Whether any other member is allowed.
    pub open: bool,
    /// The schema of any other member.
    pub additional: Option<Schema<'d>>,
}

impl Members<'_> {
    /// Whether the object is free: nothing describes its members.
    #[must_use]
    pub fn are_free(&self) -> bool {
        self.named.is_empty() && !self.open && self.additional.is_none()
    }
}

impl<'d> Schema<'d> {
    /// Returns the pointers of the members that no schema names, with `*` for every index. An object that declares
    /// `additionalProperties`, or no member at all, is open.
    #[must_use]
    pub fn undocumented(self, value: &Value, side: Side) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.collect_undocumented(value, side, &mut String::new(), 0, &mut found);
        found
    }

    fn collect_undocumented(
        self,
        value: &Value,
        side: Side,
        path: &mut String,
        depth: usize,
        found: &mut BTreeSet<String>,
    ) {
        if depth > DEEP || !(value.is_object() || value.is_array()) {
            return;
        }
        let Ok(picked) = self.document.pick(self.source(), value) else { return };
        let picked = Self::new(self.document, picked);
        let length = path.len();
        match value {
            Value::Array(values) => {
                if let Some(items) = picked.items(value, side) {
                    path.push_str("/*");
                    for value in values {
                        items.collect_undocumented(value, side, path, depth + 1, found);
                    }
                }
            }
            Value::Object(members) => {
                let known = picked.members(value, side);
                if known.are_free() {
                    return;
                }
                for (name, value) in members {
                    path.truncate(length);
                    path.push('/');
                    if let Some(schema) = known.named.get(name.as_str()) {
                        path.push_str(name);
                        schema.collect_undocumented(value, side, path, depth + 1, found);
                    } else if let Some(schema) = known.additional {
                        path.push_str("{}");
                        schema.collect_undocumented(value, side, path, depth + 1, found);
                    } else if !known.open {
                        path.push_str(name);
                        found.insert(path.clone());
                    }
                }
            }
            _ => {}
        }
        path.truncate(length);
    }

    /// Returns what the schema allows as members of this object.
    #[must_use]
    pub fn members(self, value: &Value, side: Side) -> Members<'d> {
        let mut members = Members::default();
        self.collect_members(value, side, 0, &mut members);
        members
    }

    fn collect_members(self, value: &Value, side: Side, depth: usize, members: &mut Members<'d>) {
        if depth > COMPOSED {
            return;
        }
        let schema = self.value();
        for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            members.named.entry(name).or_insert(Self::new(self.document, member));
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        members.required.extend(required.filter_map(Value::as_str));
        match schema.get("additionalProperties") {
            Some(Value::Bool(true)) => members.open = true,
            Some(Value::Object(additional)) if additional.is_empty() => members.open = true,
            Some(additional @ Value::Object(_)) => {
                members.additional.get_or_insert(Self::new(self.document, additional));
            }
            _ => {}
        }
        for branch in self.branches(value, side) {
            branch.collect_members(value, side, depth + 1, members);
        }
    }

    /// Returns the first schema for the items of this list.
    #[must_use]
    pub fn items(self, value: &Value, side: Side) -> Option<Self> {
        self.items_within(value, side, 0)
    }

    fn items_within(self, value: &Value, side: Side, depth: usize) -> Option<Self> {
        if depth > COMPOSED {
            return None;
        }
        let own = self.value().get("items").filter(|items| items.is_object());
        own.map(|items| Self::new(self.document, items)).or_else(|| {
            self.branches(value, side).into_iter().find_map(|branch| branch.items_within(value, side, depth + 1))
        })
    }

    /// The alternatives that fit the value (all where none does), and every part.
    fn branches(self, value: &Value, side: Side) -> Vec<Self> {
        let schema = self.value();
        let parts = |key: &str| -> Vec<Self> {
            let parts = schema.get(key).and_then(Value::as_array);
            parts.into_iter().flatten().map(|part| Self::new(self.document, part)).collect()
        };
        let mut branches = Vec::new();
        for key in ["oneOf", "anyOf"] {
            let (fitting, others): (Vec<_>, Vec<_>) =
                parts(key).into_iter().partition(|branch| branch.accepts(value, side));
            branches.extend(if fitting.is_empty() { others } else { fitting });
        }
        branches.extend(parts("allOf"));
        branches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;
    use serde_json::json;

    fn undocumented(schema: Value, value: Value) -> Vec<String> {
        let document = json!({"components": {"schemas": {
            "S": schema,
            "Leaf": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
            "Twig": {"type": "object", "required": ["key"], "properties": {"key": {"type": "string"}}},
        }}});
        let document = Document::new(document, "").expect("a document");
        document.component("S").expect("a component").undocumented(&value, Side::Answer).into_iter().collect()
    }

    #[test]
    fn an_unnamed_member_is_found_in_lists_and_parts() {
        let leaf = json!({"$ref": "#/components/schemas/Leaf"});
        let schema = json!({"properties": {"list": {"type": "array", "items": leaf}, "part": {"allOf": [leaf]}}});
        let value = json!({"list": [{"id": 1}, {"more": 1}], "part": {"id": "", "x": 1}, "y": 1});
        assert_eq!(undocumented(schema, value), ["/list/*/more", "/part/x", "/y"]);
    }

    #[test]
    fn an_object_without_members_or_with_additional_ones_is_open() {
        let value = json!({"a": {"b": 1}});
        assert!(undocumented(json!({"type": "object"}), value.clone()).is_empty());
        let open = json!({"properties": {"x": {}}, "additionalProperties": true});
        assert!(undocumented(open, value.clone()).is_empty());
        let typed = json!({"additionalProperties": {"$ref": "#/components/schemas/Leaf"}});
        assert_eq!(undocumented(typed, value), ["/{}/b"]);
        assert!(undocumented(json!({"additionalProperties": false}), json!({"a": 1})).is_empty());
    }

    #[test]
    fn only_the_alternative_that_fits_names_members() {
        let schema = json!({"oneOf": [{"$ref": "#/components/schemas/Leaf"}, {"$ref": "#/components/schemas/Twig"}]});
        assert_eq!(undocumented(schema.clone(), json!({"id": "", "key": 1})), ["/key"]);
        assert!(undocumented(schema, json!({"id": 1, "key": 1})).is_empty());
    }
}
