//! Examples are tried against their schemas, strictly: a member that the schema does not name is wrong too.

use std::collections::BTreeSet;

use jsonschema::{Registry, ValidationError, Validator};
use serde_json::{Map, Value, json};

use crate::bundle::Bundler;
use crate::diagnostic::Findings;
use crate::source::outline::{Outline, Role, Schema};
use crate::source::{Node, Section, escape};

/// The place of the components for the validator.
const COMPONENTS: &str = "urn:dify:components";

/// An example that the schema refuses: one of the two is wrong.
pub fn examples_fit_their_schemas(o: &Outline<'_>, found: &mut Findings) {
    let Ok(registry) = registry(o) else { return };
    let mut examples = Examples { outline: o, examples: Vec::new() };
    for media in &o.media {
        let body = &media.entry.value;
        examples.add(body.get("schema"), body.get("example"));
    }
    for node in o.parameters.iter().copied().chain(o.headers.iter().map(|header| &header.value)) {
        examples.add(node.get("schema"), node.get("example"));
    }
    for Schema { node, role, .. } in &o.schemas {
        if node.reference().is_some() {
            continue;
        }
        let sent = node.get("x-dify-send-default").filter(|_| matches!(role, Role::Property(_)));
        for example in [node.get("example"), node.get("default"), sent].into_iter().flatten() {
            match role {
                Role::SourceComponent(name) => examples.examples.push((component(name), example)),
                _ => examples.add(Some(node), Some(example)),
            }
        }
    }
    examples.judge(&registry, found);
}

/// All component schemas as one JSON Schema 2020-12 resource.
fn registry(o: &Outline<'_>) -> Result<Registry<'static>, jsonschema::ReferencingError> {
    let mut bundler = Bundler::new(o.source);
    let mut schemas = Map::new();
    for entry in o.components_of(Section::Schemas) {
        schemas.insert(entry.key.clone(), translate(&bundler.value(&entry.value)));
    }
    let resource = json!({"components": {"schemas": schemas}});
    let resource = jsonschema::Draft::Draft202012.create_resource(resource);
    Registry::new().add(COMPONENTS, resource)?.prepare()
}

/// Examples with their schemas. All are validated at once: what many schemas refer to is then compiled once.
struct Examples<'e, 's> {
    outline: &'e Outline<'s>,
    examples: Vec<(Value, &'s Node)>,
}

impl<'s> Examples<'_, 's> {
    fn add(&mut self, schema: Option<&'s Node>, example: Option<&'s Node>) {
        if let (Some(schema), Some(example)) = (schema, example) {
            self.examples.push((translate(&Bundler::new(self.outline.source).value(schema)), example));
        }
    }

    fn judge(mut self, registry: &Registry<'static>, found: &mut Findings) {
        let validator = self.compile(registry).or_else(|| {
            // Schemas that cannot be compiled have findings of other rules.
            self.examples.retain(|(schema, _)| compile(schema, registry).is_some());
            self.compile(registry)
        });
        let Some(validator) = validator else { return };
        let all = self.examples.iter().enumerate();
        let all = Value::Object(all.map(|(index, (_, example))| (index.to_string(), example.to_value())).collect());
        for error in validator.iter_errors(&all) {
            let path = error.instance_path().to_string();
            let end = path.match_indices('/').nth(1).map_or(path.len(), |(end, _)| end);
            let (index, place) = path.split_at(end);
            let index = index.trim_start_matches('/').parse::<usize>();
            let Some((_, example)) = index.ok().and_then(|index| self.examples.get(index)) else { continue };
            found.push(self.outline.at(
                example.place_at(place),
                format!("the example does not fit its schema{}: {}", at(place), brief(&error)),
                "mend the example, or the schema if it is wrong",
            ));
        }
    }

    /// The validator of an object with every example, named by its index.
    fn compile(&self, registry: &Registry<'static>) -> Option<Validator> {
        let all = self.examples.iter().enumerate();
        let properties: Map<_, _> = all.map(|(index, (schema, _))| (index.to_string(), schema.clone())).collect();
        compile(&json!({ "properties": properties }), registry)
    }
}

/// A reference to a component.
fn component(name: &str) -> Value {
    translate(&json!({"$ref": format!("#/components/schemas/{}", escape(name))}))
}

fn compile(schema: &Value, registry: &Registry<'static>) -> Option<Validator> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .with_registry(registry)
        .should_validate_formats(true)
        .build(schema)
        .ok()
}

fn at(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" at {place}") }
}

/// The validator's words without the whole value in front of them.
fn brief(error: &ValidationError<'_>) -> String {
    let text = error.to_string();
    let short: String = text.chars().take(160).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// OpenAPI 3.0 to JSON Schema 2020-12, closed: objects have no members but those described, open enums no values but those known.
fn translate(schema: &Value) -> Value {
    let Some(members) = schema.as_object() else {
        return schema.clone();
    };
    if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
        return json!({"$ref": format!("{COMPONENTS}{reference}")});
    }
    let mut out = Map::new();
    for (key, value) in members {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                properties.iter().map(|(name, property)| (name.clone(), translate(property))).collect()
            }
            ("allOf" | "oneOf", Value::Array(branches)) => branches.iter().map(translate).collect(),
            ("items" | "additionalProperties", value) => translate(value),
            (
                "type" | "format" | "required" | "enum" | "minimum" | "maximum" | "multipleOf" | "minLength"
                | "maxLength" | "pattern" | "minItems" | "maxItems" | "uniqueItems",
                value,
            ) => value.clone(),
            _ => continue,
        };
        out.insert(key.clone(), value);
    }
    // Names in `required` that are wrong have a rule of their own.
    let properties = members.get("properties").and_then(Value::as_object);
    if let Some(Value::Array(required)) = out.get_mut("required") {
        let mut seen = BTreeSet::new();
        required.retain(|name| {
            let name = name.as_str().unwrap_or_default();
            properties.is_some_and(|properties| properties.contains_key(name)) && seen.insert(name.to_owned())
        });
    }
    for (flag, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if members.get(flag) == Some(&Value::Bool(true))
            && let Some(limit) = out.remove(limit)
        {
            out.insert(flag.to_owned(), limit);
        }
    }
    if let Some(values) = members.get("x-extensible-enum").and_then(Value::as_array) {
        let known: Vec<_> = values.iter().filter_map(|value| value.get("value")).collect();
        out.insert("enum".to_owned(), json!(known));
    }
    if out.contains_key("properties") && !out.contains_key("additionalProperties") {
        out.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if let Some(discriminator) = members.get("discriminator") {
        tell_apart(&mut out, discriminator);
    }
    if members.get("nullable") == Some(&Value::Bool(true)) {
        // By `if`, not by `anyOf`: the messages then come from the schema itself.
        return json!({"if": {"type": "null"}, "then": true, "else": out});
    }
    Value::Object(out)
}

/// Try the one branch that the discriminator chooses: the messages then speak of that branch.
fn tell_apart(out: &mut Map<String, Value>, discriminator: &Value) {
    let tag = discriminator.get("propertyName").and_then(Value::as_str);
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let (Some(tag), Some(mapping)) = (tag, mapping) else {
        return;
    };
    let values: Vec<_> = mapping.keys().collect();
    let branches: Vec<_> = mapping
        .iter()
        .map(|(value, reference)| {
            json!({
                "if": {"properties": {tag: {"const": value}}},
                "then": translate(&json!({"$ref": reference})),
            })
        })
        .collect();
    out.remove("oneOf");
    out.insert("required".to_owned(), json!([tag]));
    out.insert("properties".to_owned(), json!({tag: {"enum": values}}));
    out.insert("allOf".to_owned(), json!(branches));
}
