//! The documents for other people: the bundle of each API in the OpenAPI versions that tools read, and a list of them.
//!
//! The bundle is 3.0.3, and the documents are made from it by `RULES`: the parts that only the bindings need, and
//! each part that a newer version writes otherwise. All of them accept the same bodies. None has what only documents of
//! Dify describe.

mod binary;
mod bounds;
mod constants;
mod cut;
mod documented;
mod empty;
mod examples;
mod facts;
mod groups;
mod index;
mod info;
mod links;
mod maps;
mod nullable;
mod open;
mod pages;
mod places;
mod range;
mod reached;
mod refusals;
mod samples;
mod streams;
mod tags;
mod united;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::bundle::{to_json, to_yaml};
use crate::files::Document;

pub use cut::Cut;
pub(crate) use documented::leave_out;
pub use index::{Published, index};
pub use range::{Range, RangeError};
pub use samples::RustSamples;
use samples::Samples;

/// A JSON object.
type Object = Map<String, Value>;

/// A version of OpenAPI that documents are published in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 3.0, the version of the source.
    V30,
    /// 3.1, whose schemas are JSON Schema 2020-12.
    V31,
    /// 3.2, which supports streams of events.
    V32,
}

impl Version {
    /// All of them, the oldest first.
    pub const ALL: [Self; 3] = [Self::V30, Self::V31, Self::V32];

    /// As file names have it.
    #[must_use]
    pub fn short(self) -> &'static str {
        match self {
            Self::V30 => "3.0",
            Self::V31 => "3.1",
            Self::V32 => "3.2",
        }
    }

    /// As in documents. Of 3.1 the first release: later ones only improve the text, and some tools support no other.
    fn exact(self) -> &'static str {
        match self {
            Self::V30 => "3.0.3",
            Self::V31 => "3.1.0",
            Self::V32 => "3.2.0",
        }
    }

    /// The file of an API's document, in `spec/published`.
    #[must_use]
    pub fn file(self, api: &str, extension: &str) -> String {
        format!("dify-{api}-{}.{extension}", self.short())
    }
}

/// One part that a document writes otherwise than the bundle.
struct PublishRule {
    /// The version from which it applies.
    since: Version,
    apply: fn(&mut Value),
}

/// In this order: a map is written out before null is put beside references, and null is in an enum before that is
/// counted.
const RULES: &[PublishRule] = &[
    PublishRule { since: Version::V30, apply: documented::leave_out },
    PublishRule { since: Version::V30, apply: links::keep_links_that_lead_somewhere },
    PublishRule { since: Version::V30, apply: links::write_bodies_as_text },
    PublishRule { since: Version::V30, apply: facts::state_facts },
    PublishRule { since: Version::V30, apply: refusals::give_an_example_of_each_code },
    PublishRule { since: Version::V30, apply: pages::describe_pages_for_malformed_ids },
    PublishRule { since: Version::V30, apply: open::say_true_of_maps_of_anything },
    PublishRule { since: Version::V30, apply: maps::write_maps_in_place },
    PublishRule { since: Version::V30, apply: empty::compose_empty_objects },
    PublishRule { since: Version::V30, apply: tags::fix_the_tag_of_each_branch },
    PublishRule { since: Version::V30, apply: nullable::put_null_beside_references },
    PublishRule { since: Version::V31, apply: info::say_checked_releases_and_license },
    PublishRule { since: Version::V31, apply: binary::describe_bytes_by_their_media_type },
    PublishRule { since: Version::V31, apply: nullable::make_null_a_type },
    PublishRule { since: Version::V31, apply: constants::make_lone_values_constants },
    PublishRule { since: Version::V31, apply: bounds::make_exclusive_bounds_numbers },
    PublishRule { since: Version::V31, apply: examples::list_examples },
    PublishRule { since: Version::V32, apply: streams::describe_the_events_of_streams },
    PublishRule { since: Version::V32, apply: groups::make_groups_parents },
];

/// The bundle of an API in a version of OpenAPI.
#[must_use]
pub fn publish(bundle: &Value, version: Version) -> Value {
    let mut document = bundle.clone();
    Version::ALL.into_iter().filter(|step| *step <= version).for_each(|step| advance(&mut document, step));
    document
}

/// Makes a bundle a document of the oldest version, or a document one of the next version.
fn advance(document: &mut Value, version: Version) {
    if let Some(said) = document.get_mut("openapi") {
        *said = version.exact().into();
    }
    RULES.iter().filter(|rule| rule.since == version).for_each(|rule| (rule.apply)(document));
}

/// Everything that is published of some documents, by file name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Files {
    /// The documents in every version of OpenAPI, with samples, and their list.
    pub published: BTreeMap<String, String>,
    /// The documents that judges read: in OpenAPI 3.1, without samples.
    pub judges: BTreeMap<String, String>,
}

/// Publishes the bundles of APIs.
#[must_use]
pub fn files(documents: Vec<Document>, rust: &RustSamples) -> Files {
    let mut files = Files::default();
    let mut list = Vec::new();
    for Document { api, value: mut document } in documents {
        let version = document["info"]["version"].as_str().unwrap_or_default().to_owned();
        let samples = Samples::of(&document, &api, rust);
        for openapi in Version::ALL {
            advance(&mut document, openapi);
            if openapi == Version::V31 {
                files.judges.insert(format!("{api}.json"), to_json(&document));
            }
            samples.add(&mut document);
            for (extension, contents) in [("json", to_json(&document)), ("yaml", to_yaml(&document))] {
                list.push(index(&Published { api: &api, openapi, version: &version, extension, contents: &contents }));
                files.published.insert(openapi.file(&api, extension), contents);
            }
            samples.remove(&mut document);
        }
    }
    files.published.insert("index.json".to_owned(), to_json(&json!({ "documents": list })));
    files
}

/// The object with other members in the place of one of its own, in order; without it, as it was.
fn replaced(object: &mut Object, name: &str, with: impl IntoIterator<Item = (&'static str, Value)>) {
    let mut with = Some(with);
    let members = std::mem::take(object);
    for (key, value) in members {
        match with.take_if(|_| key == name) {
            Some(with) => object.extend(with.into_iter().map(|(key, value)| (key.to_owned(), value))),
            None => {
                object.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle() -> Value {
        json!({
            "openapi": "3.0.3",
            "info": {"title": "Tea", "version": "1", "x-dify-checked": ["1.0.0"]},
            "paths": {"/tea": {"get": {"responses": {"200": {"description": "Tea.", "content": {
                "text/event-stream": {"schema": {"$ref": "#/components/schemas/Tea"}, "x-dify-framing": "sse"},
            }}}}}},
            "components": {"schemas": {"Tea": {"type": "string", "nullable": true, "enum": ["green"], "example": "green"}}},
        })
    }

    #[test]
    fn the_oldest_version_is_the_bundle_but_for_what_stands_there_for_the_bindings() {
        let mut bundle = bundle();
        // Null is one of the values.
        bundle["components"]["schemas"]["Tea"]["enum"] = json!(["green", null]);
        assert_eq!(publish(&bundle, Version::V30), bundle);
        let tea = &mut bundle["components"]["schemas"]["Tea"];
        *tea = json!({"type": "object", "properties": {"teas": {"$ref": "#/components/schemas/Teas"}}});
        bundle["components"]["schemas"]["Any"] = json!({"description": "Any JSON value."});
        bundle["components"]["schemas"]["Teas"] =
            json!({"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Any"}});
        let mut expected = bundle.clone();
        expected["components"]["schemas"] = json!({
            "Tea": {"type": "object", "properties": {"teas": {"type": "object", "additionalProperties": true}}},
            "Any": {"description": "Any JSON value."},
        });
        assert_eq!(publish(&bundle, Version::V30), expected);
    }

    #[test]
    fn rules_apply_from_their_version_on() {
        let [_, new, newest] = Version::ALL.map(|version| publish(&bundle(), version));
        let tea = json!({"type": ["string", "null"], "enum": ["green", null], "examples": ["green"]});
        assert_eq!((&new["openapi"], &new["components"]["schemas"]["Tea"]), (&json!("3.1.0"), &tea));
        assert_eq!((&newest["openapi"], &newest["components"]["schemas"]["Tea"]), (&json!("3.2.0"), &tea));
        let stream = "/paths/~1tea/get/responses/200/content/text~1event-stream";
        assert!(new.pointer(stream).is_some_and(|stream| stream.get("schema").is_some()));
        assert!(newest.pointer(stream).is_some_and(|stream| stream.get("itemSchema").is_some()));
    }

    #[test]
    fn what_takes_the_place_of_a_member_stands_where_that_stood() {
        let mut object = json!({"a": 1, "b": 2, "c": 3}).as_object().cloned().unwrap_or_default();
        replaced(&mut object, "b", [("x", json!(4)), ("y", json!(5))]);
        replaced(&mut object, "missing", [("z", json!(6))]);
        assert_eq!(Value::Object(object).to_string(), r#"{"a":1,"x":4,"y":5,"c":3}"#);
    }
}
