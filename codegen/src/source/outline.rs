//! The source as lists of its parts, so that a rule is a loop over the parts it guards.

use std::collections::BTreeSet;

use super::node::{Entry, Node, Place};
use super::{Section, Source};
use crate::diagnostic::Finding;

/// The error codes that every operation may answer, which no operation lists.
pub const COMMON_CODES: [&str; 3] = ["unauthorized", "forbidden", "internal_server_error"];

/// The HTTP methods a path item may have.
pub const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Everything in the source that a rule may ask about.
#[derive(Debug)]
pub struct Outline<'s> {
    /// The source itself.
    pub source: &'s Source,
    /// Top-level members of the files with schemas, parameters, responses and headers.
    pub components: Vec<SourceComponent<'s>>,
    /// The path items, by path.
    pub paths: Vec<&'s Entry>,
    /// The operations.
    pub operations: Vec<SourceOperation<'s>>,
    /// Every parameter that is written out, shared or not; references to parameters are not among them.
    pub parameters: Vec<&'s Node>,
    /// Every response that is written out, by its status or, where it is shared, its name.
    pub responses: Vec<&'s Entry>,
    /// Every header that is written out.
    pub headers: Vec<&'s Entry>,
    /// Every body by media type.
    pub media: Vec<Media<'s>>,
    /// Every schema, at any depth, and every reference to one.
    pub schemas: Vec<Schema<'s>>,
    /// The text of every reference, in `$ref` and in `mapping`.
    pub references: Vec<&'s Node>,
    /// Names of the component schemas in what callers send.
    pub asked: BTreeSet<&'s str>,
    /// Names of the component schemas in what the server sends.
    pub answered: BTreeSet<&'s str>,
}

/// A named part that others refer to.
#[derive(Clone, Copy, Debug)]
pub struct SourceComponent<'s> {
    /// What kind.
    pub section: Section,
    /// Name, place and content.
    pub entry: &'s Entry,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct SourceOperation<'s> {
    /// The API, from the directory: `service`.
    pub api: &'s str,
    /// The path, as in the document.
    pub path: &'s str,
    /// The method, in small letters, its place, and the operation.
    pub entry: &'s Entry,
    /// Its parameters and those of its path item, references followed: where each is listed, and the parameter.
    pub parameters: Vec<(Place, &'s Node)>,
}

impl<'s> SourceOperation<'s> {
    /// The operation object.
    pub fn node(&self) -> &'s Node {
        &self.entry.value
    }

    /// Where it begins.
    pub fn place(&self) -> Place {
        self.entry.place
    }

    /// How a person calls it: `POST /chat-messages`.
    pub fn route(&self) -> String {
        format!("{} {}", self.entry.key.to_uppercase(), self.path)
    }

    /// The client, the group and the method of `x-dify-method`, where it has this form.
    pub fn method(&self) -> Option<[&'s str; 3]> {
        let parts: Vec<_> = self.node().text("x-dify-method")?.split('.').collect();
        parts.try_into().ok()
    }

    /// Its responses by status, references not followed.
    pub fn responses(&self) -> &'s [Entry] {
        self.node().members("responses")
    }
}

/// One body by media type.
#[derive(Clone, Copy, Debug)]
pub struct Media<'s> {
    /// The media type, its place, and the media type object.
    pub entry: &'s Entry,
    /// Whether it is a request's.
    pub request: bool,
}

/// The place of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role<'s> {
    /// A component of this name.
    SourceComponent(&'s str),
    /// A property of this name.
    Property(&'s str),
    /// The items of a list.
    Items,
    /// The values of a map.
    Values,
    /// A branch of `allOf`, `oneOf` or `anyOf`.
    Branch(&'s str),
    /// The content of a body.
    Body,
    /// The value of a parameter or header.
    Parameter,
    /// A shape of earlier releases (`x-dify-earlier`), or a part of one: no type of the bindings is made from it.
    Earlier,
}

/// One schema, or one reference to a schema.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'s> {
    /// The schema.
    pub node: &'s Node,
    /// Its place, or that of its name.
    pub place: Place,
    /// What it is there for.
    pub role: Role<'s>,
}

impl<'s> Outline<'s> {
    /// The parts of this source.
    pub fn new(source: &'s Source) -> Self {
        let mut outline = Self {
            source,
            components: Vec::new(),
            paths: Vec::new(),
            operations: Vec::new(),
            parameters: Vec::new(),
            responses: Vec::new(),
            headers: Vec::new(),
            media: Vec::new(),
            schemas: Vec::new(),
            references: Vec::new(),
            asked: BTreeSet::new(),
            answered: BTreeSet::new(),
        };
        for file in &source.files {
            references(&file.node, &mut outline.references);
            for entry in file.node.entries() {
                if file.section.components().is_some() {
                    let section = file.section;
                    outline.components.push(SourceComponent { section, entry });
                }
                match file.section {
                    Section::Paths => outline.path_item(&file.path, entry),
                    Section::Schemas => {
                        outline.schema(&entry.value, entry.place, Role::SourceComponent(&entry.key));
                    }
                    Section::Parameters => outline.parameter(&entry.value),
                    Section::Responses => outline.response(entry),
                    Section::Headers => outline.header(entry),
                    Section::Document | Section::Info | Section::Streams | Section::Unknown => {}
                }
            }
        }
        outline.follow_bodies();
        outline
    }

    /// A finding at a place.
    pub fn at(&self, place: Place, message: impl Into<String>, fix: impl Into<String>) -> Finding {
        self.source.finding(place, message, fix)
    }

    /// The server versions the source was checked on, oldest first.
    pub fn versions(&self) -> Vec<&'s str> {
        let mut versions: Vec<_> = self
            .infos()
            .filter_map(|info| info.get("x-dify-checked"))
            .flat_map(Node::items)
            .filter_map(Node::as_str)
            .collect();
        versions.sort_by_key(|version| contract::numbers(version));
        versions.dedup();
        versions
    }

    /// The `info` of each document, and what all share.
    pub fn infos(&self) -> impl Iterator<Item = &'s Node> {
        self.documents().filter_map(|document| document.get("info")).chain(self.source.info())
    }

    /// The `openapi.yaml` of each API.
    pub fn documents(&self) -> impl Iterator<Item = &'s Node> {
        let source = self.source;
        source.apis.iter().map(|api| &source.files[api.file].node)
    }

    /// The `openapi.yaml` of the API of this name.
    pub fn document(&self, api: &str) -> Option<&'s Node> {
        let api = self.source.api(api)?;
        Some(&self.source.files[api.file].node)
    }

    fn follow_bodies(&mut self) {
        let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
        for media in &self.media {
            let names = if media.request { &mut asked } else { &mut answered };
            self.reach(&media.entry.value, names);
        }
        for parameter in &self.parameters {
            self.reach(parameter, &mut asked);
        }
        (self.asked, self.answered) = (asked, answered);
    }

    /// Add the names of all component schemas that this part leads to.
    pub fn reach(&self, node: &'s Node, names: &mut BTreeSet<&'s str>) {
        let mut found = Vec::new();
        references(node, &mut found);
        while let Some(reference) = found.pop() {
            let target = reference.as_str().and_then(|text| self.source.resolve(reference.place.file, text));
            let Some(target) = target else { continue };
            if self.source.files[target.file].section == Section::Schemas && names.insert(&target.entry.key) {
                references(&target.entry.value, &mut found);
            }
        }
    }

    /// The components of one kind.
    pub fn components_of(&self, section: Section) -> impl Iterator<Item = &'s Entry> {
        self.components.iter().filter(move |component| component.section == section).map(|component| component.entry)
    }

    /// The component schema of this name.
    pub fn schema_named(&self, name: &str) -> Option<&'s Entry> {
        self.components_of(Section::Schemas).find(|entry| entry.key == name)
    }

    fn path_item(&mut self, file: &'s str, entry: &'s Entry) {
        self.paths.push(entry);
        let api = file.split('/').next().unwrap_or_default();
        let item = &entry.value;
        self.own_parameters(item);
        for operation in item.entries() {
            if !METHODS.contains(&operation.key.as_str()) {
                continue;
            }
            self.own_parameters(&operation.value);
            let source = self.source;
            let parameters = [item.get("parameters"), operation.value.get("parameters")]
                .into_iter()
                .flatten()
                .flat_map(Node::items)
                .map(|node| (node.place, source.follow(node)))
                .collect();
            self.operations.push(SourceOperation { api, path: &entry.key, entry: operation, parameters });
            if let Some(body) = operation.value.get("requestBody") {
                self.content(body, true);
            }
            for response in operation.value.members("responses") {
                self.response(response);
            }
        }
    }

    fn own_parameters(&mut self, node: &'s Node) {
        for parameter in node.list("parameters") {
            self.parameter(parameter);
        }
    }

    fn parameter(&mut self, node: &'s Node) {
        if node.reference().is_some() {
            return;
        }
        self.parameters.push(node);
        if let Some(schema) = node.entry("schema") {
            self.schema(&schema.value, schema.place, Role::Parameter);
        }
    }

    fn response(&mut self, entry: &'s Entry) {
        if entry.value.reference().is_some() {
            return;
        }
        self.responses.push(entry);
        for header in entry.value.members("headers") {
            self.header(header);
        }
        self.content(&entry.value, false);
    }

    fn header(&mut self, entry: &'s Entry) {
        if entry.value.reference().is_some() {
            return;
        }
        self.headers.push(entry);
        if let Some(schema) = entry.value.entry("schema") {
            self.schema(&schema.value, schema.place, Role::Parameter);
        }
    }

    fn content(&mut self, node: &'s Node, request: bool) {
        for entry in node.members("content") {
            self.media.push(Media { entry, request });
            if let Some(schema) = entry.value.entry("schema") {
                self.schema(&schema.value, schema.place, Role::Body);
            }
        }
    }

    fn schema(&mut self, node: &'s Node, place: Place, role: Role<'s>) {
        self.schemas.push(Schema { node, place, role });
        let within = |own| if role == Role::Earlier { role } else { own };
        for entry in node.entries() {
            let value = &entry.value;
            match entry.key.as_str() {
                "properties" => {
                    for property in value.entries() {
                        self.schema(&property.value, property.place, within(Role::Property(&property.key)));
                    }
                }
                "items" => self.schema(value, entry.place, within(Role::Items)),
                "additionalProperties" if value.is_map() => {
                    self.schema(value, entry.place, within(Role::Values));
                }
                keyword @ ("allOf" | "oneOf" | "anyOf") => {
                    for branch in value.items() {
                        self.schema(branch, branch.place, within(Role::Branch(keyword)));
                    }
                }
                "x-dify-earlier" => {
                    for earlier in value.items().iter().filter_map(|shape| shape.entry("schema")) {
                        self.schema(&earlier.value, earlier.place, Role::Earlier);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The text of every reference below a node; not what only looks like one in examples and other data.
fn references<'s>(node: &'s Node, found: &mut Vec<&'s Node>) {
    for item in node.items() {
        references(item, found);
    }
    for entry in node.entries() {
        let value = &entry.value;
        match entry.key.as_str() {
            "$ref" => found.push(value),
            "discriminator" => {
                let mapping = value.members("mapping");
                found.extend(mapping.iter().map(|branch| &branch.value));
            }
            // Here names are free: a property may well be called `example`.
            "properties" | "responses" | "headers" => {
                for named in value.entries() {
                    references(&named.value, found);
                }
            }
            "example" | "default" | "enum" => {}
            key if key.starts_with("x-") && key != "x-dify-earlier" => {}
            _ => references(value, found),
        }
    }
}
