//! Members of a body that its schema does not name.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::{document::Document, translate::Direction};

/// Deeper than any answer: a schema may lead in a circle.
const DEEP: usize = 40;
/// Compositions within compositions.
const COMPOSED: usize = 20;

/// What a schema and its parts say about the members of an object.
#[derive(Default)]
pub(super) struct Members<'d> {
    /// The members it names, each with the first schema given for it.
    pub(super) named: HashMap<&'d str, &'d Value>,
    /// Whether anything else may be there.
    pub(super) open: bool,
    /// What anything else must be.
    additional: Option<&'d Value>,
}

impl Document {
    /// Pointers of the members that no schema names. An object that declares `additionalProperties`, or no member at
    /// all, is open.
    pub(super) fn undocumented(&self, schema: &Value, value: &Value) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.collect_undocumented(schema, value, &mut String::new(), 0, &mut found);
        found
    }

    fn collect_undocumented(
        &self,
        schema: &Value,
        value: &Value,
        path: &mut String,
        depth: usize,
        found: &mut BTreeSet<String>,
    ) {
        if depth > DEEP || !(value.is_object() || value.is_array()) {
            return;
        }
        let picked = self.pick(schema, value);
        if picked.unknown.is_some() || !picked.schema.is_object() {
            return;
        }
        let length = path.len();
        match value {
            Value::Array(values) => {
                if let Some(items) = self.items(picked.schema, value, 0) {
                    path.push_str("/*");
                    for value in values {
                        self.collect_undocumented(items, value, path, depth + 1, found);
                    }
                }
            }
            Value::Object(members) => {
                let known = self.members(picked.schema, value);
                if known.named.is_empty() && !known.open && known.additional.is_none() {
                    return; // A free object.
                }
                for (name, value) in members {
                    path.truncate(length);
                    path.push('/');
                    if let Some(schema) = known.named.get(name.as_str()) {
                        path.push_str(name);
                        self.collect_undocumented(schema, value, path, depth + 1, found);
                    } else if let Some(schema) = known.additional {
                        path.push_str("{}");
                        self.collect_undocumented(schema, value, path, depth + 1, found);
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

    /// What a schema says about the members of this object.
    pub(super) fn members<'d>(&'d self, schema: &'d Value, value: &Value) -> Members<'d> {
        let mut members = Members::default();
        self.collect_members(schema, value, 0, &mut members);
        members
    }

    fn collect_members<'d>(&'d self, schema: &'d Value, value: &Value, depth: usize, members: &mut Members<'d>) {
        if depth > COMPOSED || !schema.is_object() {
            return;
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            members.named.entry(name).or_insert(schema);
        }
        match schema.get("additionalProperties") {
            Some(Value::Bool(true)) => members.open = true,
            Some(Value::Object(schema)) if schema.is_empty() => members.open = true,
            Some(additional @ Value::Object(_)) => {
                members.additional.get_or_insert(additional);
            }
            _ => {}
        }
        for branch in self.branches(schema, value) {
            self.collect_members(self.deref(branch), value, depth + 1, members);
        }
    }

    /// The first schema for the items of this list.
    fn items<'d>(&'d self, schema: &'d Value, value: &Value, depth: usize) -> Option<&'d Value> {
        if depth > COMPOSED {
            return None;
        }
        let own = schema.get("items").filter(|items| items.is_object());
        own.or_else(|| {
            self.branches(schema, value).into_iter().find_map(|branch| self.items(self.deref(branch), value, depth + 1))
        })
    }

    /// The alternatives that fit the value (all where none does), and every part.
    fn branches<'d>(&'d self, schema: &'d Value, value: &Value) -> Vec<&'d Value> {
        let parts = |key| {
            let parts = schema.get(key).and_then(Value::as_array);
            parts.map(Vec::as_slice).unwrap_or_default()
        };
        let mut branches = Vec::new();
        for key in ["oneOf", "anyOf"] {
            let fits = |branch: &&Value| self.is_valid(branch, value, Direction::Response).unwrap_or(false);
            let before = branches.len();
            branches.extend(parts(key).iter().filter(fits));
            if branches.len() == before {
                branches.extend(parts(key));
            }
        }
        branches.extend(parts("allOf"));
        branches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn undocumented(schema: Value, value: Value) -> Vec<String> {
        let document = Document::new(json!({"components": {"schemas": {
            "S": schema,
            "Leaf": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
            "Twig": {"type": "object", "required": ["key"], "properties": {"key": {"type": "string"}}},
        }}}))
        .unwrap();
        let schema = document.target("S").unwrap();
        document.undocumented(schema, &value).into_iter().collect()
    }

    #[test]
    fn a_member_no_schema_names_is_found_in_lists_and_parts() {
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
    }

    #[test]
    fn a_closed_object_without_members_counts_as_free() {
        assert!(undocumented(json!({"additionalProperties": false}), json!({"a": 1})).is_empty());
    }

    #[test]
    fn only_the_alternative_that_fits_names_members() {
        let schema = json!({"oneOf": [{"$ref": "#/components/schemas/Leaf"}, {"$ref": "#/components/schemas/Twig"}]});
        assert_eq!(undocumented(schema.clone(), json!({"id": "", "key": 1})), ["/key"]);
        assert!(undocumented(schema, json!({"id": 1, "key": 1})).is_empty());
    }
}
