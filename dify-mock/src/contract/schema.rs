//! A schema of a document: checked by the `jsonschema` crate, after OpenAPI 3.0's dialect has been put into JSON Schema.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::complaint::Complaint;

/// Which direction a schema describes. A value that is new to the document is a mistake in a request, and progress in
/// an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Request,
    Answer,
}

/// A schema with every component it reaches.
#[derive(Debug)]
pub(crate) struct Schema {
    /// The component's name, or nothing.
    pub(crate) title: String,
    /// As in the document, with the reached components under `components/schemas`.
    source: Value,
    side: Side,
    validator: OnceLock<Result<Validator, String>>,
}

impl Schema {
    pub(crate) fn read(document: &Value, schema: &Value, side: Side) -> Schema {
        let title = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()).unwrap_or_default().to_owned();
        let mut reached = Map::new();
        reach(document, schema, &mut reached);
        let mut source = schema.clone();
        if let Some(source) = source.as_object_mut() {
            source.insert("components".to_owned(), json!({"schemas": reached}));
        }
        Schema { title, source, side, validator: OnceLock::new() }
    }

    /// The schema itself, references followed.
    pub(crate) fn root(&self) -> &Value {
        resolve(&self.source, &self.source)
    }

    /// The document its references point into.
    pub(crate) fn document(&self) -> &Value {
        &self.source
    }

    pub(crate) fn required(&self) -> impl Iterator<Item = &str> {
        self.root()["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    pub(crate) fn requires(&self, name: &str) -> bool {
        self.required().any(|required| required == name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.root()["properties"].get(name).is_some()
    }

    /// Everything that is wrong with a value.
    pub(crate) fn check(&self, value: &Value) -> Vec<Complaint> {
        let build = || {
            let schema = translate(&self.source, self.side);
            jsonschema::draft202012::options().build(&schema).map_err(|error| error.to_string())
        };
        match self.validator.get_or_init(build) {
            Ok(validator) => validator.iter_errors(value).map(|error| Complaint::from_schema(&error)).collect(),
            Err(problem) => vec![Complaint::other(format!("the schema {} is broken: {problem}", self.title))],
        }
    }

    /// Members at any depth that the schema does not know.
    pub(crate) fn undocumented(&self, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        undocumented(&self.source, &self.source, value, "", &mut found);
        found
    }

    /// Reads the text of a parameter as the type that the schema wants.
    pub(crate) fn coerce(&self, text: &str) -> Result<Value, Box<Complaint>> {
        match self.root()["type"].as_str() {
            Some("integer") => {
                text.trim().parse::<i64>().map(Value::from).map_err(|_| Complaint::no_integer(text).into())
            }
            Some("number") => {
                text.trim().parse::<f64>().map(Value::from).map_err(|_| Complaint::no_number(text).into())
            }
            Some("boolean") => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "y" | "on" | "t" => Ok(Value::Bool(true)),
                "false" | "0" | "no" | "n" | "off" | "f" => Ok(Value::Bool(false)),
                _ => Err(Complaint::no_boolean(text).into()),
            },
            Some("array") => Ok(text.split(',').map(Value::from).collect()),
            _ => Ok(Value::from(text)),
        }
    }
}

/// Follows references until something else stands there. One that leads nowhere is null, which has no members.
pub(crate) fn resolve<'a>(document: &'a Value, mut schema: &'a Value) -> &'a Value {
    // A chain of references is short; a circle of nothing but references must still end.
    for _ in 0..16 {
        match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
            Some(pointer) => schema = document.pointer(pointer).unwrap_or(&Value::Null),
            None => break,
        }
    }
    schema
}

fn reach(document: &Value, schema: &Value, reached: &mut Map<String, Value>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| reach(document, item, reached)),
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next())
                && !reached.contains_key(name)
            {
                let target = resolve(document, &json!({"$ref": members["$ref"]})).clone();
                reached.insert(name.to_owned(), target.clone());
                reach(document, &target, reached);
            }
            for (name, member) in members {
                if !matches!(name.as_str(), "example" | "examples" | "discriminator") {
                    reach(document, member, reached);
                }
            }
        }
        _ => {}
    }
}

/// OpenAPI 3.0's dialect in JSON Schema's words.
fn translate(schema: &Value, side: Side) -> Value {
    let Some(source) = schema.as_object() else { return schema.clone() };
    let mut out = Map::new();
    if let Some(mapping) = schema["discriminator"]["mapping"].as_object() {
        let name = schema["discriminator"]["propertyName"].as_str().unwrap_or_default();
        return union(name, mapping);
    }
    for (name, value) in source {
        match name.as_str() {
            "properties" => {
                let members = value.as_object().into_iter().flatten();
                let members = members.map(|(name, member)| (name.clone(), translate(member, side)));
                out.insert(name.clone(), Value::Object(members.collect()));
            }
            "items" | "not" | "additionalProperties" => {
                out.insert(name.clone(), translate(value, side));
            }
            "allOf" | "anyOf" | "oneOf" => {
                let parts = value.as_array().into_iter().flatten().map(|part| translate(part, side));
                out.insert(name.clone(), parts.collect());
            }
            "components" => {
                let schemas = value["schemas"].as_object().into_iter().flatten();
                let schemas = schemas.map(|(name, schema)| (name.clone(), translate(schema, side)));
                out.insert(name.clone(), json!({"schemas": Value::Object(schemas.collect())}));
            }
            "x-extensible-enum" if side == Side::Request => {
                let values = value.as_array().into_iter().flatten();
                out.insert("enum".to_owned(), values.map(|value| value["value"].clone()).collect());
            }
            "$ref" | "type" | "required" | "enum" | "minimum" | "maximum" | "minLength" | "maxLength" | "pattern"
            | "minItems" | "maxItems" | "uniqueItems" | "minProperties" | "maxProperties" | "multipleOf" => {
                out.insert(name.clone(), value.clone());
            }
            _ => {}
        }
    }
    if source.get("nullable").and_then(Value::as_bool) == Some(true) { nullable(out) } else { Value::Object(out) }
}

/// A tagged union: the tag says which alternative it is, and so which one the complaints are about.
fn union(name: &str, mapping: &Map<String, Value>) -> Value {
    let tags: Vec<&String> = mapping.keys().collect();
    let alternative = |(tag, target): (&String, &Value)| {
        let has_tag = json!({"properties": {name: {"const": tag}}, "required": [name]});
        json!({"if": has_tag, "then": {"$ref": target}})
    };
    let alternatives: Vec<Value> = mapping.iter().map(alternative).collect();
    json!({"properties": {name: {"enum": tags}}, "required": [name], "allOf": alternatives})
}

/// Lets null in. A plain type becomes two types, so that a complaint still names the type; else it is a choice.
fn nullable(mut schema: Map<String, Value>) -> Value {
    if schema.contains_key("allOf") || schema.contains_key("$ref") || schema.contains_key("oneOf") {
        // A choice would only complain that nothing fits: so that a complaint tells what does not, null is an exception.
        // What references point to stays at the root.
        let components = schema.shift_remove("components");
        let mut unless_null = json!({"if": {"not": {"type": "null"}}, "then": schema});
        if let Some(components) = components {
            unless_null["components"] = components;
        }
        return unless_null;
    }
    if let Some(kind) = schema.get("type").cloned() {
        schema.insert("type".to_owned(), json!([kind, "null"]));
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
    Value::Object(schema)
}

fn undocumented(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let schema = resolve(document, schema);
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                undocumented(document, &schema["items"], item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(members) => {
            let schema = chosen(document, schema, value);
            let mut known = Map::new();
            let open = collect(document, schema, &mut known);
            for (name, member) in members {
                let at = format!("{at}/{name}");
                match known.get(name) {
                    Some(schema) => undocumented(document, schema, member, &at, found),
                    None if open => {}
                    None => found.push(format!("{at}: undocumented member")),
                }
            }
        }
        _ => {}
    }
}

/// The one alternative that the value's tag names, when the schema is a tagged union.
fn chosen<'a>(document: &'a Value, schema: &'a Value, value: &Value) -> &'a Value {
    let tag = schema["discriminator"]["propertyName"].as_str().and_then(|name| value[name].as_str());
    let target = tag.and_then(|tag| schema["discriminator"]["mapping"][tag].as_str());
    match target.and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => resolve(document, document.pointer(pointer).unwrap_or(schema)),
        None => schema,
    }
}

/// Gathers the properties of a schema and of all its parts; tells whether any other name is allowed.
fn collect(document: &Value, schema: &Value, known: &mut Map<String, Value>) -> bool {
    let properties = schema["properties"].as_object();
    known.extend(properties.into_iter().flatten().map(|(name, member)| (name.clone(), member.clone())));
    let open = schema.get("additionalProperties").is_some_and(|additional| *additional != Value::Bool(false));
    let mut parts = false;
    for part in ["allOf", "anyOf", "oneOf"].iter().flat_map(|name| schema[name].as_array().into_iter().flatten()) {
        parts = true;
        if collect(document, resolve(document, part), known) {
            return true;
        }
    }
    // An object of which the document names no member at all is left open by it.
    open || (properties.is_none() && !parts)
}
