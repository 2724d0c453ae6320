//! One document, and what its references and discriminators lead to.

use std::ptr;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{
    operation::Operation,
    release,
    route::Routes,
    schema::{Schema, Validators},
};

/// References and discriminators that lead in a circle are followed this far.
const FAR: usize = 30;

/// A document that cannot be judged by.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is not JSON.
    #[error("the document is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A `$ref` leads nowhere, or out of the document.
    #[error("`$ref: {reference}` at {place} leads nowhere: bundle the document, or define what it names")]
    Reference {
        /// The reference.
        reference: String,
        /// JSON pointer of its object.
        place: String,
    },
}

/// A document as one release is described by it.
#[derive(Debug)]
pub struct Document {
    root: Value,
    /// Path prefixes of the servers.
    bases: Vec<String>,
    routes: Routes,
    /// The routes that other releases have.
    others: Routes,
    pub(crate) validators: Validators,
}

/// The place of a method and a path in a document.
#[derive(Debug)]
pub enum Found<'d> {
    /// An operation, and the values of its path parameters by name, decoded.
    Operation(Operation<'d>, Vec<(String, String)>),
    /// The path has a route, the method has none.
    OtherMethod,
    /// The path has no route.
    Nothing,
}

impl Document {
    /// Takes a bundled document in OpenAPI 3.1 and keeps what a release has; an empty release keeps everything.
    ///
    /// # Errors
    /// Fails if a `$ref` leads nowhere.
    pub fn new(mut root: Value, release: &str) -> Result<Self, DocumentError> {
        check_references(&root, &root, &mut String::new())?;
        let mut others = Routes::new(&root);
        release::project(&mut root, release);
        let routes = Routes::new(&root);
        others.remove(&routes);
        Ok(Self { bases: bases(&root), routes, others, validators: Validators::default(), root })
    }

    /// Returns the document.
    #[must_use]
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// Returns the prefix of its paths on a server.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.bases.first().map_or("", String::as_str)
    }

    /// Returns every operation, in the order in which routes are tried.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        self.routes.iter().map(|route| Operation::new(self, route))
    }

    /// Returns what the document has at a method and an encoded path of the server, without its query.
    #[must_use]
    pub fn find(&self, method: &str, path: &str) -> Found<'_> {
        let mut found = Found::Nothing;
        for (route, values) in self.below(path).flat_map(|rest| self.routes.fitting(rest)) {
            if route.method.eq_ignore_ascii_case(method) {
                return Found::Operation(Operation::new(self, route), values);
            }
            found = Found::OtherMethod;
        }
        found
    }

    /// Returns the name of the operation that only other releases have at a method and a path.
    pub(crate) fn of_another_release(&self, method: &str, path: &str) -> Option<String> {
        let mut fitting = self.below(path).flat_map(|rest| self.others.fitting(rest));
        let (route, _) = fitting.find(|(route, _)| route.method.eq_ignore_ascii_case(method))?;
        Some(route.name())
    }

    /// Whether a path is below one of the servers.
    pub(crate) fn covers(&self, path: &str) -> bool {
        self.below(path).next().is_some()
    }

    /// Returns the path without the prefix of each server that it is below. The prefix alone is the root.
    fn below<'p>(&self, path: &'p str) -> impl Iterator<Item = &'p str> {
        self.bases.iter().filter_map(move |base| match path.strip_prefix(base.as_str())? {
            "" => Some("/"),
            rest => rest.starts_with('/').then_some(rest),
        })
    }

    /// Returns what references lead to in the end.
    #[must_use]
    pub fn follow<'d>(&'d self, value: &'d Value) -> &'d Value {
        follow(&self.root, value)
    }

    /// Follows references and discriminators as far as the value decides; the tag is one that no mapping has.
    pub(crate) fn pick<'d>(&'d self, schema: &'d Value, value: &Value) -> Result<&'d Value, String> {
        let mut schema = self.follow(schema);
        for _ in 0..FAR {
            let Some(discriminator) = schema.get("discriminator") else { break };
            let (Some(property), Some(mapping), Value::Object(members)) =
                (discriminator["propertyName"].as_str(), discriminator["mapping"].as_object(), value)
            else {
                break;
            };
            let tag = members.get(property).unwrap_or(&Value::Null);
            let target = tag.as_str().and_then(|tag| resolve(&self.root, mapping.get(tag)?.as_str()?));
            match target.map(|target| self.follow(target)) {
                Some(target) if ptr::eq(target, schema) => break,
                Some(target) => schema = target,
                None if tag.is_null() => return Err("(absent)".to_owned()),
                None => return Err(tag.to_string()),
            }
        }
        Ok(schema)
    }

    /// Returns the schema at a JSON pointer.
    #[must_use]
    pub fn schema_at(&self, pointer: &str) -> Option<Schema<'_>> {
        Some(Schema::new(self, self.root.pointer(pointer)?))
    }

    /// Returns the schema of a component.
    #[must_use]
    pub fn component(&self, name: &str) -> Option<Schema<'_>> {
        Some(Schema::new(self, self.root.get("components")?.get("schemas")?.get(name)?))
    }
}

/// Returns what references of a document lead to in the end. A reference that leads nowhere is left as it is.
#[must_use]
pub fn follow<'d>(root: &'d Value, value: &'d Value) -> &'d Value {
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

/// Returns a name as a segment of a JSON pointer.
#[must_use]
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// What a `#/…` pointer names.
fn resolve<'d>(root: &'d Value, reference: &str) -> Option<&'d Value> {
    let pointer = reference.strip_prefix('#')?;
    root.pointer(&percent_decode_str(pointer).decode_utf8().ok()?)
}

/// Fails where a `$ref` leads nowhere, so that no judgement has to.
fn check_references(root: &Value, value: &Value, place: &mut String) -> Result<(), DocumentError> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref")
                && resolve(root, reference).is_none()
            {
                return Err(DocumentError::Reference { reference: reference.clone(), place: place.clone() });
            }
            // Sample data may hold what looks like a reference.
            let data = |name: &str, value: &Value| {
                matches!(name, "example" | "default" | "enum" | "const") || name == "examples" && value.is_array()
            };
            let members = members.iter().filter(|(name, value)| !data(name, value));
            members.map(|(name, value)| (escape(name), value)).collect()
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

/// The path prefixes of the servers; the empty one where the document names no server.
fn bases(root: &Value) -> Vec<String> {
    let mut bases = Vec::new();
    for server in root.get("servers").and_then(Value::as_array).into_iter().flatten() {
        let mut url = server["url"].as_str().unwrap_or_default().to_owned();
        for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
            url = url.replace(&format!("{{{name}}}"), variable["default"].as_str().unwrap_or_default());
        }
        let authority = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let path = authority.find('/').map_or("", |start| &authority[start..]).trim_end_matches('/').to_owned();
        if !bases.contains(&path) {
            bases.push(path);
        }
    }
    if bases.is_empty() {
        bases.push(String::new());
    }
    bases
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn events() -> Document {
        let document = json!({"components": {"schemas": {
            "Event": {
                "oneOf": [{"$ref": "#/components/schemas/Ping"}, {"$ref": "#/components/schemas/Message"}],
                "discriminator": {"propertyName": "event", "mapping": {
                    "ping": "#/components/schemas/Alias", "message": "#/components/schemas/Message",
                }},
            },
            "Ping": {"type": "object"},
            "Message": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Alias"}}},
            "Alias": {"$ref": "#/components/schemas/Ping"},
        }}});
        Document::new(document, "").expect("references lead somewhere")
    }

    #[test]
    fn a_discriminator_and_references_lead_to_one_schema() {
        let document = events();
        let schema = |name: &str| &document.root["components"]["schemas"][name];
        for (tag, name) in [("ping", "Ping"), ("message", "Message")] {
            let picked = document.pick(schema("Event"), &json!({"event": tag}));
            assert!(picked.is_ok_and(|picked| ptr::eq(picked, schema(name))));
        }
        assert!(ptr::eq(document.follow(schema("Alias")), schema("Ping")));
    }

    #[test]
    fn a_tag_that_no_mapping_has_is_returned() {
        let document = events();
        let tag = |value| document.pick(&document.root["components"]["schemas"]["Event"], &value).err();
        assert_eq!(tag(json!({"event": "new"})).as_deref(), Some("\"new\""));
        assert_eq!(tag(json!({})).as_deref(), Some("(absent)"));
        assert_eq!(tag(json!([])), None);
    }

    #[test]
    fn a_dangling_reference_is_named_with_its_place() {
        let error =
            Document::new(json!({"paths": {"/a": {"get": {"$ref": "#/nowhere"}}}}), "").expect_err("it dangles");
        assert_eq!(
            error.to_string(),
            "`$ref: #/nowhere` at /paths/~1a/get leads nowhere: bundle the document, or define what it names"
        );
        let sample = json!({"components": {"schemas": {"A": {"examples": [{"$ref": "x"}]}}}});
        assert!(Document::new(sample, "").is_ok());
    }

    #[test]
    fn a_path_is_looked_up_below_the_servers_only() {
        let server = |url: &str| json!({"url": url, "variables": {"origin": {"default": "http://h"}}});
        let servers = [server("{origin}/v1/"), server("https://api.example.com/v1")];
        let document =
            json!({"servers": servers, "paths": {"/a": {"get": {}}, "/b": {"get": {"x-dify-since": "1.2.0"}}}});
        let document = Document::new(document, "1.1.0").expect("a document");
        assert!(matches!(document.find("GET", "/v1/a"), Found::Operation(..)));
        assert!(matches!(document.find("PUT", "/v1/a"), Found::OtherMethod));
        assert!(
            matches!(document.find("GET", "/v1/b"), Found::Nothing)
                && document.of_another_release("GET", "/v1/b").is_some()
        );
        assert!(matches!(document.find("GET", "/v12/a"), Found::Nothing));
        assert!(document.covers("/v1") && document.covers("/v1/x") && !document.covers("/v12/x"));
    }
}
