//! Schemas: what a value may be. References are compared as pairs of components, once each.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::comparison::{At, Comparison, component, schemas};
use super::operations::short;
use super::rule;

/// A schema without the ways of writing that mean the same: references beside null, lists of types.
#[derive(Clone, Debug)]
pub(super) struct SchemaShape<'d> {
    /// The component that it is, by name.
    pub(super) reference: Option<String>,
    pub(super) nullable: bool,
    /// The place of its texts and its extensions.
    node: &'d Value,
    /// The place of its rules.
    pub(super) content: &'d Value,
    pub(super) types: BTreeSet<&'d str>,
}

impl<'d> SchemaShape<'d> {
    pub(super) fn of(node: &'d Value) -> Self {
        let mut content = node;
        let mut nullable = false;
        // Each step takes one wrapper away; nothing honest is wrapped deeper.
        for _ in 0..8 {
            nullable |= content["nullable"] == true;
            let alone = |key: &str| -> Option<Vec<&'d Value>> { Some(content[key].as_array()?.iter().collect()) };
            let empty = content.get("properties").is_none() && content.get("discriminator").is_none();
            if let Some([only]) = alone("allOf").filter(|_| empty).as_deref() {
                content = only;
                continue;
            }
            let choices = alone("anyOf").or_else(|| alone("oneOf")).unwrap_or_default();
            let some: Vec<_> = choices.iter().filter(|choice| !is_null(choice)).copied().collect();
            match some.as_slice() {
                [only] if empty => {
                    nullable |= some.len() < choices.len();
                    content = only;
                }
                _ => {
                    nullable |= some.len() < choices.len();
                    break;
                }
            }
        }
        let types = types(content);
        nullable |= content["type"].as_array().is_some_and(|types| types.iter().any(|name| name == "null"));
        nullable |= content["nullable"] == true;
        Self { reference: content["$ref"].as_str().and_then(component), nullable, node, content, types }
    }

    /// The component's shape, where it is a reference.
    fn resolved(self, document: &'d Value) -> Self {
        let mut shape = self;
        for _ in 0..8 {
            let Some(inner) =
                shape.reference.as_ref().and_then(|name| schemas(document).get(name)).map(SchemaShape::of)
            else {
                break;
            };
            shape = Self { nullable: shape.nullable || inner.nullable, node: shape.node, ..inner };
        }
        shape
    }
}

/// Whether a schema accepts only null: in the words of 3.1, or those of 3.0.
fn is_null(schema: &Value) -> bool {
    schema["type"] == "null" || schema["enum"] == json!([null])
}

/// The types that a value may have, but null. None means any.
fn types(content: &Value) -> BTreeSet<&str> {
    match &content["type"] {
        Value::String(name) => BTreeSet::from([name.as_str()]),
        Value::Array(names) => names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect(),
        _ if content.get("properties").is_some() => BTreeSet::from(["object"]),
        _ if content.get("enum").is_some() => BTreeSet::from(["string"]),
        _ => BTreeSet::new(),
    }
}

impl Comparison<'_> {
    /// Two schemas that may be absent.
    pub(super) fn schema_of(&mut self, old: &Value, new: &Value, at: &At, optional: bool) {
        match (old.is_null(), new.is_null()) {
            (false, false) => self.schema(old, new, at, optional),
            (true, true) => {}
            (true, false) => self.find(rule::TYPE_NARROWED, at, "has a schema now"),
            (false, true) => self.find(rule::TYPE_WIDENED, at, "has no schema any more"),
        }
    }

    /// Two schemas at one place. `optional`: the member that they are of may be absent in both.
    pub(super) fn schema(&mut self, old: &Value, new: &Value, at: &At, optional: bool) {
        let (before, after) = (SchemaShape::of(old), SchemaShape::of(new));
        self.words(before.node, after.node, at);
        self.extensions(before.node, after.node, at);
        match (&before.reference, &after.reference) {
            (Some(one), Some(other)) => {
                self.null(before.nullable, after.nullable, at, optional);
                self.refer(one, other, at);
            }
            (None, None) => {
                self.null(before.nullable, after.nullable, at, optional);
                self.content(&before, &after, at);
            }
            (one, other) => {
                let told = |name: &Option<String>| name.clone().unwrap_or_else(|| "an inline schema".to_owned());
                self.find(rule::REFERENCE_CHANGED, at, format!("{} → {}", told(one), told(other)));
                let (before, after) = (before.resolved(self.old), after.resolved(self.new));
                self.null(before.nullable, after.nullable, at, optional);
                self.content(&before, &after, at);
            }
        }
    }

    fn null(&mut self, old: bool, new: bool, at: &At, optional: bool) {
        let (rule, text) = match (old, new, optional) {
            (false, true, false) => (rule::NULL_ALLOWED, "may be null"),
            (false, true, true) => (rule::NULL_ALLOWED_OPTIONAL, "may be null"),
            (true, false, false) => (rule::NULL_FORBIDDEN, "is never null any more"),
            (true, false, true) => (rule::NULL_FORBIDDEN_OPTIONAL, "is never null any more"),
            _ => return,
        };
        self.find(rule, at, text);
    }

    /// The content of two schemas that are no references.
    fn content(&mut self, old: &SchemaShape<'_>, new: &SchemaShape<'_>, at: &At) {
        if !self.types_agree(old, new, at) {
            return;
        }
        let (old, new) = (old.content, new.content);
        self.values(old, new, at);
        self.limits(old, new, at);
        self.members(old, new, at);
        self.additional(old, new, at);
        self.choices(old, new, at);
        self.parts(old, new, at);
        match (&old["items"], &new["items"]) {
            (Value::Null, Value::Null) => {}
            (before, after) => self.schema_of(before, after, &at.below("[]"), false),
        }
        self.other_keywords(old, new, at);
    }

    /// Whether the two are of one type, so that the rest can be compared.
    fn types_agree(&mut self, old: &SchemaShape<'_>, new: &SchemaShape<'_>, at: &At) -> bool {
        let choice = |shape: &SchemaShape<'_>| shape.content.get("oneOf").or(shape.content.get("anyOf")).is_some();
        let (before, after) = (&old.types, &new.types);
        if before == after && choice(old) == choice(new) {
            return true;
        }
        let told = |shape: &SchemaShape<'_>| match (choice(shape), shape.types.is_empty()) {
            (true, _) => "a choice".to_owned(),
            (_, true) => "anything".to_owned(),
            _ => shape.types.iter().copied().collect::<Vec<_>>().join(" or "),
        };
        // A union names the type of all its choices, or leaves it to them.
        if choice(old) && choice(new) {
            return true;
        }
        let anything = |shape: &SchemaShape<'_>| shape.types.is_empty() && !choice(shape);
        let number = |types: &BTreeSet<&str>| -> BTreeSet<String> {
            // Every integer is a number.
            let grown = types.contains("number").then_some("integer");
            types.iter().copied().chain(grown).map(str::to_owned).collect()
        };
        let (few, many) = (number(before), number(after));
        let rule = if anything(new) || (!choice(old) && !choice(new) && !few.is_empty() && few.is_subset(&many)) {
            rule::TYPE_WIDENED
        } else if anything(old) || (!choice(old) && !choice(new) && !many.is_empty() && many.is_subset(&few)) {
            rule::TYPE_NARROWED
        } else {
            rule::TYPE_CHANGED
        };
        self.find(rule, at, format!("{} → {}", told(old), told(new)));
        false
    }

    /// A member without a rule is reported as a possible break.
    fn other_keywords(&mut self, old: &Value, new: &Value, at: &At) {
        const READ: [&str; 33] = [
            "$ref",
            "type",
            "nullable",
            "title",
            "description",
            "externalDocs",
            "example",
            "examples",
            "deprecated",
            "enum",
            "const",
            "format",
            "default",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "pattern",
            "uniqueItems",
            "multipleOf",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "oneOf",
            "anyOf",
            "allOf",
        ];
        let keys = [old, new].into_iter().filter_map(Value::as_object).flat_map(serde_json::Map::keys);
        for key in keys.collect::<BTreeSet<_>>() {
            let ours = READ.contains(&key.as_str()) || key.starts_with("x-") || key == "discriminator";
            if !ours && old[key] != new[key] {
                let text = format!("`{key}`: {} → {}", short(&old[key]), short(&new[key]));
                self.find(rule::KEYWORD_CHANGED, at, text);
            }
        }
        if old["deprecated"] != new["deprecated"] {
            self.find(rule::DEPRECATION_CHANGED, at, format!("`deprecated` is {}", short(&new["deprecated"])));
        }
    }
}
