//! Rules about which members are allowed where: a misspelt one would silently do nothing.

use serde_json::Value;

use super::nearest::did_you_mean;
use crate::diagnostic::Findings;
use crate::extensions::{self, ExtensionPlace, ValueForm};
use crate::source::outline::{METHODS, Outline};
use crate::source::{Kind, Node};

/// The noun for messages, and the members of OpenAPI 3.0 that this source uses.
struct Vocabulary {
    noun: &'static str,
    openapi: &'static [&'static str],
    /// What it is to the table of extensions, where it may carry any.
    place: Option<ExtensionPlace>,
}

/// Members of the published operations that the source does not repeat.
const DERIVED: [&str; 2] = ["operationId", "tags"];

const DOCUMENT: Vocabulary = Vocabulary {
    noun: "a document",
    openapi: &["openapi", "info", "servers", "security", "tags", "paths", "components", "externalDocs"],
    place: Some(ExtensionPlace::Document),
};
const INFO: Vocabulary = Vocabulary {
    noun: "`info`",
    openapi: &["title", "description", "version", "license", "contact", "termsOfService"],
    place: Some(ExtensionPlace::Info),
};
const TAG: Vocabulary =
    Vocabulary { noun: "a tag", openapi: &["name", "description", "externalDocs"], place: Some(ExtensionPlace::Tag) };
const TAG_GROUP: Vocabulary = Vocabulary { noun: "a group of `x-tagGroups`", openapi: &["name", "tags"], place: None };
const PATH_ITEM: Vocabulary =
    Vocabulary { noun: "a path item", openapi: &["parameters", "summary", "description"], place: None };
const OPERATION: Vocabulary = Vocabulary {
    noun: "an operation",
    openapi: &[
        "summary",
        "description",
        "externalDocs",
        "parameters",
        "requestBody",
        "responses",
        "security",
        "deprecated",
    ],
    place: Some(ExtensionPlace::Operation),
};
const PARAMETER: Vocabulary = Vocabulary {
    noun: "a parameter",
    openapi: &["name", "in", "required", "description", "schema", "example", "deprecated", "style", "explode"],
    place: Some(ExtensionPlace::Parameter),
};
const REQUEST_BODY: Vocabulary =
    Vocabulary { noun: "a request body", openapi: &["required", "description", "content"], place: None };
const RESPONSE: Vocabulary = Vocabulary {
    noun: "a response",
    openapi: &["description", "headers", "links", "content"],
    place: Some(ExtensionPlace::Response),
};
const LINK: Vocabulary =
    Vocabulary { noun: "a link", openapi: &["operationId", "description", "parameters", "requestBody"], place: None };
const HEADER: Vocabulary = Vocabulary {
    noun: "a header",
    openapi: &["description", "required", "schema", "example", "deprecated"],
    place: Some(ExtensionPlace::Header),
};
const MEDIA: Vocabulary =
    Vocabulary { noun: "a body", openapi: &["schema", "example", "encoding"], place: Some(ExtensionPlace::Media) };
const SCHEMA: Vocabulary = Vocabulary {
    noun: "a schema",
    // `title` has a rule of its own.
    openapi: &[
        "title",
        "type",
        "format",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "allOf",
        "oneOf",
        "discriminator",
        "nullable",
        "enum",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "uniqueItems",
        "default",
        "example",
        "readOnly",
        "writeOnly",
        "deprecated",
    ],
    place: Some(ExtensionPlace::Schema),
};
const ENUM_VALUE: Vocabulary = Vocabulary {
    noun: "a value of `x-extensible-enum`",
    openapi: &["value", "description", "since", "until", "deprecated", "evidence", "message", "recorded", "source"],
    place: None,
};
const DISCRIMINATOR: Vocabulary =
    Vocabulary { noun: "a discriminator", openapi: &["propertyName", "mapping"], place: None };
const PAGING: Vocabulary = Vocabulary {
    noun: "`x-dify-paging`",
    openapi: &["style", "parameter", "items", "id", "from", "order", "more", "total"],
    place: None,
};
const EARLIER: Vocabulary =
    Vocabulary { noun: "an entry of `x-dify-earlier`", openapi: &["until", "schema", "note"], place: None };
const DEVIATION: Vocabulary = Vocabulary {
    noun: "an entry of `x-dify-deviations`",
    openapi: &["servers", "status", "where", "media", "note"],
    place: None,
};

/// Every member has a meaning at its place.
pub fn members_are_known(o: &Outline<'_>, found: &mut Findings) {
    let mut known = |node: &Node, vocabulary: &Vocabulary| known_members(o, node, vocabulary, found);
    for document in o.documents() {
        known(document, &DOCUMENT);
        for tag in document.list("tags") {
            known(tag, &TAG);
        }
        for group in document.list("x-tagGroups") {
            known(group, &TAG_GROUP);
        }
    }
    for info in o.infos() {
        known(info, &INFO);
    }
    for path in &o.paths {
        known(&path.value, &PATH_ITEM);
    }
    for operation in &o.operations {
        let node = operation.node();
        known(node, &OPERATION);
        if let Some(body) = node.get("requestBody") {
            known(body, &REQUEST_BODY);
        }
        if let Some(paging) = node.get("x-dify-paging") {
            known(paging, &PAGING);
        }
        for deviation in node.list("x-dify-deviations") {
            known(deviation, &DEVIATION);
        }
    }
    for parameter in &o.parameters {
        known(parameter, &PARAMETER);
    }
    for response in &o.responses {
        known(&response.value, &RESPONSE);
        for link in response.value.members("links") {
            known(&link.value, &LINK);
        }
    }
    for header in &o.headers {
        known(&header.value, &HEADER);
    }
    for media in &o.media {
        known(&media.entry.value, &MEDIA);
    }
    for schema in o.schemas.iter().filter(|schema| schema.node.reference().is_none()) {
        known(schema.node, &SCHEMA);
        if let Some(discriminator) = schema.node.get("discriminator") {
            known(discriminator, &DISCRIMINATOR);
        }
        for value in schema.node.list("x-extensible-enum") {
            known(value, &ENUM_VALUE);
        }
        for shape in schema.node.list("x-dify-earlier") {
            known(shape, &EARLIER);
        }
    }
}

fn known_members(o: &Outline<'_>, node: &Node, vocabulary: &Vocabulary, found: &mut Findings) {
    let ours = vocabulary.place.map(extensions::names).unwrap_or_default();
    for entry in node.entries() {
        let key = entry.key.as_str();
        let is_method = vocabulary.noun == PATH_ITEM.noun && METHODS.contains(&key);
        if is_method || vocabulary.openapi.contains(&key) || ours.contains(&key) {
            continue;
        }
        let is_ours = key.starts_with("x-");
        let known = if is_ours { ours.as_slice() } else { vocabulary.openapi };
        let fix = match (is_ours, known) {
            _ if DERIVED.contains(&key) => "remove it: the bundler derives it from `x-dify-method`".to_owned(),
            (true, []) => "extensions have no meaning here: remove it".to_owned(),
            (true, ours) => did_you_mean(key, ours.iter().copied(), &format!("allowed here are {}", ours.join(", "))),
            (false, known) => did_you_mean(
                key,
                known.iter().copied(),
                "remove it, or add its meaning to codegen/src/check/vocabulary.rs and to the compiler",
            ),
        };
        found.push(o.at(entry.place, format!("`{key}` means nothing in {}", vocabulary.noun), fix));
    }
}

/// An extension of the wrong form would be taken for absent.
pub fn extensions_have_the_right_form(o: &Outline<'_>, found: &mut Findings) {
    fn visit(o: &Outline<'_>, node: &Node, found: &mut Findings) {
        node.items().iter().for_each(|item| visit(o, item, found));
        for entry in node.entries() {
            if !matches!(entry.key.as_str(), "example")
                && (!entry.key.starts_with("x-") || entry.key == "x-dify-earlier")
            {
                visit(o, &entry.value, found);
            }
            if !entry.key.starts_with("x-") {
                continue;
            }
            let (fits, fix) = fits(
                &entry.value,
                extensions::named(&entry.key).map_or(ValueForm::Anything, |extension| extension.form),
            );
            if !fits {
                found.push(o.at(entry.place, format!("`{}` has the wrong form", entry.key), fix));
            }
        }
    }
    for file in &o.source.files {
        visit(o, &file.node, found);
    }
}

fn fits(node: &Node, form: ValueForm) -> (bool, &'static str) {
    let all = |test: fn(&Node) -> bool| node.is_list() && node.items().iter().all(test);
    match form {
        ValueForm::Bool => (matches!(node.kind, Kind::Scalar(Value::Bool(_))), "write `true` or `false`"),
        ValueForm::True => (matches!(node.kind, Kind::Scalar(Value::Bool(true))), "write `true`, or leave it out"),
        ValueForm::Text => (node.as_str().is_some(), "write one text, in quotes if it is a number"),
        ValueForm::Secret => {
            (matches!(node.as_str(), Some("value" | "content" | "query")), "write `value`, `content` or `query`")
        }
        ValueForm::TextList => (all(|item| item.as_str().is_some()), "write a list of texts"),
        ValueForm::MapList => (all(Node::is_map), "write a list of mappings"),
        ValueForm::Map => (node.is_map(), "write a mapping"),
        ValueForm::Anything => (true, ""),
    }
}
