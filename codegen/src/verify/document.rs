//! One bundled OpenAPI document, and what its references and discriminators lead to.

use std::ptr;

use jsonschema::{ReferencingError, Registry};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{
    route::Routes,
    translate::{Direction, Translator, URN},
    validator::Validators,
};

/// References and discriminators that lead in a circle are followed this far.
const FAR: usize = 30;

/// A document that exchanges cannot be judged by.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// A `$ref` leads nowhere, or out of the document.
    #[error("`$ref: {reference}` at {place} leads nowhere: bundle the document, or define what it names")]
    Reference {
        /// What it says.
        reference: String,
        /// JSON pointer of the object that holds it.
        place: String,
    },
    /// The components cannot be registered.
    #[error("the document's schemas cannot be used: {0}")]
    Registry(#[from] ReferencingError),
}

/// A bundled document, ready to judge by.
#[derive(Debug)]
pub(super) struct Document {
    root: Value,
    pub(super) routes: Routes,
    pub(super) validators: Validators,
}

/// What a schema comes down to for one value.
pub(super) struct Picked<'d> {
    pub(super) schema: &'d Value,
    /// The discriminator's value, where the schema has no mapping for it.
    pub(super) unknown: Option<String>,
}

impl Document {
    pub(super) fn new(root: Value) -> Result<Self, DocumentError> {
        check_references(&root, &root, &mut String::new())?;
        let is_30 = match root.get("openapi") {
            None => true,
            Some(version) => version.as_str().is_some_and(|v| v.starts_with("3.0")),
        };
        let registry = |direction| -> Result<(Translator, Registry<'static>), DocumentError> {
            let translator = Translator { is_30, direction };
            let registry = Registry::new().add(URN, translator.components(&root))?.prepare()?;
            Ok((translator, registry))
        };
        let validators = Validators::new(registry(Direction::Request)?, registry(Direction::Response)?);
        let routes = Routes::new(&root);
        Ok(Self { root, routes, validators })
    }

    /// The path item and the operation of a route.
    pub(super) fn operation(&self, template: &str, method: &str) -> (&Value, &Value) {
        let paths = self.root.get("paths").unwrap_or(&Value::Null);
        let item = self.deref(paths.get(template).unwrap_or(&Value::Null));
        (item, item.get(method).unwrap_or(&Value::Null))
    }

    /// What `$ref` leads to, in the end.
    pub(super) fn deref<'d>(&'d self, value: &'d Value) -> &'d Value {
        follow(&self.root, value)
    }

    /// What a reference, or the bare name of a component, leads to.
    pub(super) fn target(&self, reference: &str) -> Option<&Value> {
        let target = if reference.starts_with('#') {
            resolve(&self.root, reference)
        } else {
            self.root.get("components")?.get("schemas")?.get(reference)
        };
        target.map(|target| self.deref(target))
    }

    /// Follows references and discriminators as far as the value decides.
    pub(super) fn pick<'d>(&'d self, schema: &'d Value, value: &Value) -> Picked<'d> {
        let mut schema = schema;
        for _ in 0..FAR {
            schema = self.deref(schema);
            let (Some(discriminator), Value::Object(members)) =
                (schema.get("discriminator").filter(|d| d.is_object()), value)
            else {
                break;
            };
            let property = discriminator.get("propertyName").and_then(Value::as_str);
            let tag = property.and_then(|name| members.get(name));
            let mapping = discriminator.get("mapping").and_then(Value::as_object).filter(|mapping| !mapping.is_empty());
            let target =
                tag.and_then(Value::as_str).and_then(|tag| match mapping.and_then(|mapping| mapping.get(tag)) {
                    Some(reference) => self.target(reference.as_str()?),
                    None => self.branch_named(schema, tag),
                });
            match target {
                Some(target) if ptr::eq(target, schema) => break,
                Some(target) => schema = target,
                None => {
                    let unknown = mapping.map(|_| match tag {
                        None | Some(Value::Null) => "(absent)".to_owned(),
                        Some(tag) => tag.to_string(),
                    });
                    return Picked { schema, unknown };
                }
            }
        }
        Picked { schema, unknown: None }
    }

    /// The alternative whose component has the tag's name.
    fn branch_named(&self, schema: &Value, tag: &str) -> Option<&Value> {
        let branches = ["oneOf", "anyOf"]
            .iter()
            .filter_map(|key| schema.get(key)?.as_array())
            .find(|branches| !branches.is_empty())?;
        let mut references = branches.iter().filter_map(|branch| branch.get("$ref")?.as_str());
        let named = |reference: &&str| reference.rsplit('/').next() == Some(tag);
        // The last one of that name counts.
        self.target(references.rfind(named)?)
    }
}

pub(super) fn follow<'d>(root: &'d Value, value: &'d Value) -> &'d Value {
    let mut value = value;
    for _ in 0..FAR {
        let reference = value.get("$ref").and_then(Value::as_str);
        match reference.and_then(|reference| resolve(root, reference)) {
            Some(target) => value = target,
            None => break,
        }
    }
    value
}

/// What a `#/…` pointer names.
fn resolve<'d>(root: &'d Value, reference: &str) -> Option<&'d Value> {
    let pointer = reference.strip_prefix('#')?;
    let pointer = percent_decode_str(pointer).decode_utf8().ok()?;
    root.pointer(&pointer)
}

/// Every `$ref` must lead somewhere: what is found out here need not be an error in the middle of a judgement.
fn check_references(root: &Value, value: &Value, place: &mut String) -> Result<(), DocumentError> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref")
                && resolve(root, reference).is_none()
            {
                return Err(DocumentError::Reference { reference: reference.clone(), place: place.clone() });
            }
            members
                .iter()
                // Sample data may hold what looks like a reference.
                .filter(|(name, value)| {
                    !matches!(name.as_str(), "example" | "default" | "enum" | "const")
                        && (*name != "examples" || !value.is_array())
                })
                .map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value))
                .collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => return Ok(()),
    };
    for (name, child) in children {
        let length = place.len();
        place.push('/');
        place.push_str(&name);
        check_references(root, child, place)?;
        place.truncate(length);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn events() -> Document {
        Document::new(json!({
            "openapi": "3.0.3",
            "components": {"schemas": {
                "Event": {
                    "oneOf": [{"$ref": "#/components/schemas/Ping"}, {"$ref": "#/components/schemas/Message"}],
                    "discriminator": {"propertyName": "event", "mapping": {"ping": "#/components/schemas/Ping", "message": "Message"}},
                },
                "Ping": {"type": "object"},
                "Message": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Alias"}}},
                "Alias": {"$ref": "#/components/schemas/Ping"},
                "Unmapped": {
                    "oneOf": [{"$ref": "#/components/schemas/Ping"}],
                    "discriminator": {"propertyName": "event"},
                },
            }},
        }))
        .unwrap()
    }

    #[test]
    fn a_discriminator_leads_to_the_one_schema() {
        let document = events();
        let event = document.target("Event").unwrap();
        for (tag, name) in [("ping", "Ping"), ("message", "Message")] {
            let picked = document.pick(event, &json!({"event": tag}));
            assert!(ptr::eq(picked.schema, document.target(name).unwrap()));
            assert_eq!(picked.unknown, None);
        }
    }

    #[test]
    fn an_unmapped_tag_is_told() {
        let document = events();
        let event = document.target("Event").unwrap();
        let unknown = |value| document.pick(event, &value).unknown;
        assert_eq!(unknown(json!({"event": "new"})).as_deref(), Some("\"new\""));
        assert_eq!(unknown(json!({})).as_deref(), Some("(absent)"));
        assert_eq!(unknown(json!([])), None);
    }

    #[test]
    fn without_a_mapping_the_name_of_the_component_is_the_tag() {
        let document = events();
        let unmapped = document.target("Unmapped").unwrap();
        let picked = document.pick(unmapped, &json!({"event": "Ping"}));
        assert!(ptr::eq(picked.schema, document.target("Ping").unwrap()));
        assert_eq!(document.pick(unmapped, &json!({"event": "x"})).unknown, None);
    }

    #[test]
    fn a_reference_to_a_reference_is_followed() {
        let document = events();
        assert!(ptr::eq(document.target("Alias").unwrap(), document.target("Ping").unwrap()));
    }

    #[test]
    fn a_dangling_reference_is_named_with_its_place() {
        let error = Document::new(json!({"paths": {"/a": {"get": {"$ref": "#/nowhere"}}}})).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`$ref: #/nowhere` at /paths/~1a/get leads nowhere: bundle the document, or define what it names"
        );
        let sample = json!({"components": {"schemas": {"A": {"example": {"$ref": "x"}}}}});
        assert!(Document::new(sample).is_ok());
    }
}
