//! The split source of one API as one document that refers to nothing outside itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::language::Language;
use crate::reconciliation::linked;
use crate::source::{Entry, Kind, Node, Section, Source, escape};

mod names;
mod parts;
mod required;
mod yaml;

pub(crate) use parts::{is_data, parts, parts_mut};
pub use yaml::to_yaml;

/// The members of `components`, in the order of the published document.
const SECTIONS: [Section; 4] = [Section::Schemas, Section::Parameters, Section::Responses, Section::Headers];

/// One self-contained OpenAPI 3.0.3 document of the API of this name.
///
/// Paths keep the order of the source; components are sorted by name. A reference that leads nowhere is left as it is:
/// [`check`](crate::check::check) reports it. An unknown API gives `null`.
pub fn bundle(source: &Source, api: &str) -> Value {
    let mut document = plain(source, api);
    finish(&mut document);
    document
}

/// The document with the texts as people write them.
pub(crate) fn plain(source: &Source, api: &str) -> Value {
    let Some(file) = source.api(api).and_then(|api| source.files.get(api.file)) else {
        return Value::Null;
    };
    let mut bundler = Bundler::new(source);
    let mut document = Map::new();
    for entry in file.node.entries() {
        let value = match entry.key.as_str() {
            "paths" => bundler.paths(&entry.value),
            "info" => info(&entry.value, source.info()),
            _ => bundler.value(&entry.value),
        };
        document.insert(entry.key.clone(), value);
    }
    let mut components = Map::new();
    let mut built = bundler.components();
    for section in SECTIONS {
        if let (Some(name), Some(parts)) = (section.components(), built.remove(&section)) {
            components.insert(name.to_owned(), Value::Object(parts.into_iter().collect()));
        }
    }
    if let Some(Value::Object(own)) = document.remove("components") {
        components.extend(own);
    }
    document.insert("components".to_owned(), Value::Object(components));
    Value::Object(document)
}

/// The `info` of a document: its own members, then the shared ones.
fn info(own: &Node, shared: Option<&Node>) -> Value {
    let mut info = own.to_value();
    let (Value::Object(members), Some(shared)) = (&mut info, shared) else { return info };
    for entry in shared.entries() {
        members.entry(entry.key.clone()).or_insert_with(|| entry.value.to_value());
    }
    info
}

/// Completes the texts: `{checked}` in the description of `info` is replaced by the releases that all were checked on, and
/// numbers that descriptions cite become links.
pub(crate) fn finish(document: &mut Value) {
    let language = Language::of(document);
    if let Some(info) = document.get_mut("info").and_then(Value::as_object_mut) {
        let checked = info.get("x-dify-checked").and_then(|checked| language.releases(checked));
        if let (Some(checked), Some(Value::String(description))) = (checked, info.get_mut("description")) {
            *description = description.replace("{checked}", &checked);
        }
    }
    link(document, false);
}

/// Links the numbers that descriptions cite. `free` is whether the names are free.
fn link(value: &mut Value, free: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| link(item, false)),
        Value::Object(members) => {
            for (name, member, names_are_free) in parts_mut(free, members) {
                match member {
                    Value::String(text) if !free && name == "description" => *text = linked(text),
                    member => link(member, names_are_free),
                }
            }
        }
        _ => {}
    }
}

/// Gives an operation the `operationId` and the tag that its `x-dify-method` names. An older source has them already.
fn name_operation(operation: &mut Value) {
    let Some(members) = operation.as_object_mut().filter(|members| !members.contains_key("operationId")) else {
        return;
    };
    let Some(Value::String(method)) = members.get("x-dify-method") else { return };
    let (id, group) = (method.replace('.', "_"), method.split('.').nth(1).unwrap_or_default().to_owned());
    members.shift_insert(0, "operationId".to_owned(), id.into());
    let methods = members
        .iter()
        .position(|(name, _)| !matches!(name.as_str(), "operationId" | "x-dify-method" | "x-dify-stream-method"));
    members.shift_insert(methods.unwrap_or(members.len()), "tags".to_owned(), Value::Array(vec![group.into()]));
}

/// The document as JSON, indented by two, with a line end at the end.
pub fn to_json(document: &Value) -> String {
    // `to_string_pretty` is generic and would be compiled here, where development builds do not optimize.
    format!("{document:#}\n")
}

/// Rewrites references and remembers which components they lead to.
pub(crate) struct Bundler<'s> {
    source: &'s Source,
    wanted: Vec<(Section, &'s Entry)>,
    seen: BTreeSet<(Section, &'s str)>,
}

impl<'s> Bundler<'s> {
    pub(crate) fn new(source: &'s Source) -> Self {
        Self { source, wanted: Vec::new(), seen: BTreeSet::new() }
    }

    /// A path item is a reference in the source and is inlined in the bundle.
    fn paths(&mut self, paths: &'s Node) -> Value {
        let mut items = Map::new();
        for entry in paths.entries() {
            let item = self.source.follow(&entry.value);
            let mut item = self.value(item);
            item.as_object_mut().into_iter().flatten().for_each(|(_, operation)| name_operation(operation));
            items.insert(entry.key.clone(), item);
        }
        Value::Object(items)
    }

    /// A part of the source with its references rewritten to `#/components/…`.
    pub(crate) fn value(&mut self, node: &'s Node) -> Value {
        let mut value = self.rewrite(node, Self::member);
        if let Value::Object(members) = &mut value {
            if let Some(names) = members.get("enum").and_then(names::names) {
                members.insert(names::NAMES.to_owned(), names);
            }
            required::add_earlier_shapes(members);
            name_evidence(members);
        }
        value
    }

    /// The same for a mapping whose names are free: a property may well be called `example`.
    fn named(&mut self, node: &'s Node) -> Value {
        self.rewrite(node, |bundler, entry| bundler.value(&entry.value))
    }

    fn rewrite(&mut self, node: &'s Node, member: fn(&mut Self, &'s Entry) -> Value) -> Value {
        match &node.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::List(items) => Value::Array(items.iter().map(|item| self.value(item)).collect()),
            Kind::Map(entries) => {
                Value::Object(entries.iter().map(|entry| (entry.key.clone(), member(self, entry))).collect())
            }
        }
    }

    fn member(&mut self, entry: &'s Entry) -> Value {
        match entry.key.as_str() {
            "$ref" => self.reference(&entry.value),
            "properties" | "headers" => self.named(&entry.value),
            "responses" => self.rewrite(&entry.value, Self::response),
            "x-extensible-enum" => Value::Array(entry.value.items().iter().map(value_of_enum).collect()),
            // Data: a member in it that happens to be named `$ref` is none of ours.
            "example" | "default" | "enum" | "links" => entry.value.to_value(),
            // Schemas, like the one that they belong to.
            "x-dify-earlier" => self.value(&entry.value),
            "x-dify-stream-examples" => self.streams(&entry.value),
            key if key.starts_with("x-") => entry.value.to_value(),
            "discriminator" => self.discriminator(&entry.value),
            _ => self.value(&entry.value),
        }
    }

    /// The named streams, from their file.
    fn streams(&self, names: &Node) -> Value {
        let files = self.source.files.iter().filter(|file| file.section == Section::Streams);
        let streams: Vec<&Entry> = files.flat_map(|file| file.node.entries()).collect();
        let named = names.items().iter().filter_map(Node::as_str);
        let named = named.filter_map(|name| streams.iter().find(|stream| stream.key == name));
        Value::Object(named.map(|stream| (stream.key.clone(), stream.value.to_value())).collect())
    }

    /// A shared answer of only some releases is inlined: beside a `$ref` the mark would be ignored.
    fn response(&mut self, entry: &'s Entry) -> Value {
        let marks = entry.value.entries().iter().filter(|mark| mark.key != "$ref");
        if entry.value.reference().is_none() || marks.clone().next().is_none() {
            return self.value(&entry.value);
        }
        let mut response = self.value(self.source.follow(&entry.value));
        if let Value::Object(members) = &mut response {
            members.extend(marks.map(|mark| (mark.key.clone(), mark.value.to_value())));
        }
        response
    }

    fn discriminator(&mut self, node: &'s Node) -> Value {
        let mut value = node.to_value();
        let mapping = node.get("mapping").map(|mapping| {
            mapping.entries().iter().map(|branch| (branch.key.clone(), self.reference(&branch.value))).collect()
        });
        if let (Some(mapping), Value::Object(members)) = (mapping, &mut value) {
            members.insert("mapping".to_owned(), Value::Object(mapping));
        }
        value
    }

    fn reference(&mut self, node: &'s Node) -> Value {
        let target = node.as_str().and_then(|reference| self.source.resolve(node.place.file, reference));
        let Some(target) = target else {
            return node.to_value();
        };
        let section = self.source.files[target.file].section;
        let Some(components) = section.components() else {
            return node.to_value();
        };
        if self.seen.insert((section, &target.entry.key)) {
            self.wanted.push((section, target.entry));
        }
        Value::String(format!("#/components/{components}/{}", escape(&target.entry.key)))
    }

    /// Every component reached so far, and what those reach.
    pub(crate) fn components(&mut self) -> BTreeMap<Section, BTreeMap<String, Value>> {
        let mut built: BTreeMap<Section, BTreeMap<String, Value>> = BTreeMap::new();
        while let Some((section, entry)) = self.wanted.pop() {
            let value = self.value(&entry.value);
            built.entry(section).or_default().insert(entry.key.clone(), value);
        }
        built
    }
}

/// A value of an open enum, with its description.
fn value_of_enum(node: &Node) -> Value {
    let mut members = node.entries().iter().map(|entry| (entry.key.clone(), entry.value.to_value())).collect();
    name_evidence(&mut members);
    Value::Object(members)
}

/// Adds to the description of a documented part that no server showed it.
fn name_evidence(members: &mut Map<String, Value>) {
    let documented =
        ["x-dify-evidence", "evidence"].iter().any(|mark| members.get(*mark).is_some_and(|it| it == "documented"));
    if let (true, Some(Value::String(description))) = (documented, members.get_mut("description")) {
        description.push_str(" Documented by Dify, not recorded.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::from_texts;
    use serde_json::json;

    fn source() -> Source {
        from_texts(
            "spec",
            [
                (
                    "common/schemas/a.yaml",
                    "Zebra:\n  type: object\n  properties:\n    next: {$ref: \"#/Zebra\"}\nAnt:\n  type: string\n\
                     Union:\n  oneOf:\n    - $ref: \"#/Zebra\"\n  discriminator:\n    propertyName: event\n    mapping:\n      z: \"#/Zebra\"\n",
                ),
                (
                    "service/openapi.yaml",
                    "openapi: 3.0.3\npaths:\n  /b: {$ref: \"paths/x.yaml#/~1b\"}\n  /a: {$ref: \"paths/x.yaml#/~1a\"}\n\
                     components:\n  securitySchemes:\n    key: {type: http}\n",
                ),
                (
                    "service/paths/x.yaml",
                    "/a:\n  get: {schema: {$ref: \"../../common/schemas/a.yaml#/Ant\"}}\n\
                     /b:\n  get:\n    schema: {$ref: \"../../common/schemas/a.yaml#/Union\"}\n    example: {$ref: data}\n",
                ),
            ],
        )
        .expect("it loads")
    }

    #[test]
    fn the_bundle_stands_alone_with_paths_in_order_and_components_by_name() {
        assert_eq!(
            bundle(&source(), "service").to_string(),
            json!({
                "openapi": "3.0.3",
                "paths": {
                    "/b": {"get": {"schema": {"$ref": "#/components/schemas/Union"}, "example": {"$ref": "data"}}},
                    "/a": {"get": {"schema": {"$ref": "#/components/schemas/Ant"}}},
                },
                "components": {
                    "schemas": {
                        "Ant": {"type": "string"},
                        "Union": {
                            "oneOf": [{"$ref": "#/components/schemas/Zebra"}],
                            "discriminator": {"propertyName": "event", "mapping": {"z": "#/components/schemas/Zebra"}},
                        },
                        "Zebra": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Zebra"}}},
                    },
                    "securitySchemes": {"key": {"type": "http"}},
                },
            })
            .to_string()
        );
    }

    #[test]
    fn a_property_may_be_called_like_a_keyword() {
        let source = from_texts(
            "spec",
            [(
                "common/schemas/a.yaml",
                "A:\n  properties:\n    example: {$ref: \"#/B\"}\n    properties: {$ref: \"#/B\"}\nB: {type: string}\n",
            ), ("service/openapi.yaml", "openapi: 3.0.3\n")],
        )
        .expect("it loads");
        let reference = json!({"$ref": "#/components/schemas/B"});
        assert_eq!(
            Bundler::new(&source).value(&source.files[0].node.entries()[0].value),
            json!({"properties": {"example": reference, "properties": reference}})
        );
    }

    #[test]
    fn a_shared_answer_of_some_releases_stands_in_place() {
        let source = from_texts(
            "spec",
            [("common/responses.yaml", "Large:\n  description: Too large.\n"),
             ("service/openapi.yaml", "openapi: 3.0.3\npaths:\n  /a: {$ref: \"paths/x.yaml#/~1a\"}\n"),
             ("service/paths/x.yaml", "/a:\n  get:\n    responses:\n      \"413\": {$ref: \"../../common/responses.yaml#/Large\", x-dify-since: \"1.17.0\"}\n")],
        )
        .expect("it loads");
        assert_eq!(
            bundle(&source, "service")["paths"]["/a"]["get"]["responses"],
            json!({"413": {"description": "Too large.", "x-dify-since": "1.17.0"}})
        );
    }

    #[test]
    fn the_method_names_the_operation_and_its_tag() {
        let mut operation =
            json!({"x-dify-method": "app.chat.send", "x-dify-stream-method": "stream", "summary": "S."});
        name_operation(&mut operation);
        let named = json!({
            "operationId": "app_chat_send",
            "x-dify-method": "app.chat.send",
            "x-dify-stream-method": "stream",
            "tags": ["chat"],
            "summary": "S.",
        });
        assert_eq!(operation.to_string(), named.to_string());
        // A source of an earlier revision names both itself.
        let mut earlier = json!({"operationId": "x", "x-dify-method": "app.chat.send"});
        name_operation(&mut earlier);
        assert_eq!(earlier, json!({"operationId": "x", "x-dify-method": "app.chat.send"}));
    }

    #[test]
    fn an_unknown_api_has_no_document() {
        assert_eq!(bundle(&source(), "web"), Value::Null);
    }
}
