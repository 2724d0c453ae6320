//! Every rule, by a pair of documents that differ in it alone.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Diff, Level, diff, rule};
use crate::bindings::Document;

mod cases;

use cases::{Edits, body_cases, document_cases, member_cases, operation_cases, shape_cases, value_cases};

const B: Level = Level::Breaking;
const A: Level = Level::Additive;
const D: Level = Level::Documentation;

/// One operation that takes and answers JSON or a stream, and one that does neither.
fn base() -> Value {
    let object = |member: &str| {
        json!({
            "type": "object", "description": "An object.", "required": [member],
            "properties": {member: {"type": "string"}, "other": {"type": "string"}},
        })
    };
    json!({
        "info": {"title": "T", "version": "1"},
        "servers": [{"url": "https://one"}],
        "tags": [{"name": "t"}],
        "security": [{"key": []}],
        "paths": {
            "/a/{id}": {"post": {
                "operationId": "app_a_send", "x-dify-method": "app.a.send", "summary": "S.", "tags": ["t"],
                "x-dify-errors": ["bad"],
                "parameters": [
                    {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                    {"name": "q", "in": "query", "schema": {"type": "string"}},
                ],
                "requestBody": {"required": true, "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/In"}},
                    "multipart/form-data": {"schema": {"$ref": "#/components/schemas/Form"}},
                }},
                "responses": {
                    "200": {
                        "description": "Good.",
                        "headers": {"X-H": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Out"}},
                            "text/event-stream": {
                                "schema": {"$ref": "#/components/schemas/Event"}, "x-dify-framing": "sse",
                            },
                        },
                    },
                    "400": {"description": "Bad."},
                },
            }},
            "/b": {"get": {"operationId": "app_b_list", "responses": {"200": {"description": "Done."}}}},
        },
        "components": {
            "schemas": {
                "In": object("m"),
                "Out": object("m"),
                "Form": object("file"),
                "One": object("event"),
                "Two": object("event"),
                "Event": {
                    "oneOf": [{"$ref": "#/components/schemas/One"}],
                    "discriminator": {"propertyName": "event", "mapping": {"one": "#/components/schemas/One"}},
                },
            },
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    })
}

const OPERATION: &str = "/paths/~1a~1{id}/post";

/// The base with values set, or with what is null taken away.
fn with(edits: &[(&str, Value)]) -> Value {
    let mut document = base();
    for (pointer, value) in edits {
        let pointer = pointer.replace("OP", OPERATION).replace("SCHEMAS", "/components/schemas");
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let name = name.replace("~1", "/");
        match document.pointer_mut(parent) {
            Some(Value::Object(members)) if value.is_null() => drop(members.remove(&name)),
            Some(Value::Object(members)) => drop(members.insert(name, value.clone())),
            Some(Value::Array(items)) if name == "-" => items.push(value.clone()),
            Some(Value::Array(items)) => items[name.parse::<usize>().expect("an index")] = value.clone(),
            _ => panic!("{pointer} leads nowhere"),
        }
    }
    document
}

fn compared(old: &Value, new: &Value) -> Diff {
    let document = |value: &Value| Document { api: "service".to_owned(), value: value.clone() };
    diff(&[document(old)], &[document(new)])
}

/// What was found: rule, weight for the document, weight for the crate.
fn found(old: &Value, new: &Value) -> Vec<(&'static str, Level, Level)> {
    compared(old, new).changes.iter().map(|change| (change.rule.id, change.document(), change.bindings())).collect()
}

#[test]
fn every_rule_of_documents_and_operations_is_found_alone_and_weighed() {
    for (rule, old, new, document, bindings) in
        document_cases().into_iter().chain(operation_cases()).chain(body_cases())
    {
        assert_eq!(found(&with(&old), &with(&new)), [(rule.id, document, bindings)], "{}", rule.id);
    }
}

#[test]
fn every_rule_of_schemas_is_found_alone_and_weighed_by_direction() {
    for (rule, old, new, weights) in member_cases().into_iter().chain(value_cases()).chain(shape_cases()) {
        for (schema, (document, bindings)) in ["SCHEMAS/In", "SCHEMAS/Out"].into_iter().zip(weights) {
            let placed = |edits: &Edits| -> Vec<(String, Value)> {
                edits.iter().map(|(at, value)| (at.replacen('S', schema, 1), value.clone())).collect()
            };
            let (old, new) = (placed(&old), placed(&new));
            let borrowed = |edits: &[(String, Value)]| {
                with(&edits.iter().map(|(at, value)| (at.as_str(), value.clone())).collect::<Vec<_>>())
            };
            assert_eq!(found(&borrowed(&old), &borrowed(&new)), [(rule.id, document, bindings)], "{}", rule.id);
        }
    }
}

#[test]
fn every_rule_has_a_case() {
    let mut tried: BTreeSet<&str> = BTreeSet::new();
    tried.extend(document_cases().iter().chain(&operation_cases()).chain(&body_cases()).map(|case| case.0.id));
    tried.extend(member_cases().iter().chain(&value_cases()).chain(&shape_cases()).map(|case| case.0.id));
    // By tests of their own, below.
    tried.extend(["api-added", "api-removed", "path-parameter-renamed", "schema-renamed"]);
    let all: BTreeSet<&str> = rule::ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(all.difference(&tried).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn nothing_is_found_where_nothing_changed() {
    assert!(compared(&base(), &base()).changes.is_empty());
    assert_eq!(compared(&base(), &base()).to_string(), "Nothing changed.\n");
}

#[test]
fn an_api_comes_and_goes_as_one_change() {
    let document = [Document { api: "web".to_owned(), value: base() }];
    assert_eq!(diff(&[], &document).changes[0].rule, rule::API_ADDED);
    let gone = diff(&document, &[]);
    assert_eq!((gone.changes.len(), gone.changes[0].rule, gone.document()), (1, rule::API_REMOVED, Some(B)));
}

#[test]
fn another_name_for_a_path_parameter_is_the_same_route() {
    let mut new = base();
    let paths = new["paths"].as_object_mut().expect("paths");
    let mut item = paths.remove("/a/{id}").expect("there");
    item["post"]["parameters"][0]["name"] = json!("a_id");
    paths.insert("/a/{a_id}".to_owned(), item);
    assert_eq!(found(&base(), &new), [("path-parameter-renamed", D, D)]);
}

#[test]
fn a_component_that_only_has_another_name_breaks_the_crate_only() {
    let text = base().to_string().replace("\"In\"", "\"Into\"").replace("schemas/In\"", "schemas/Into\"");
    let new: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(found(&base(), &new), [("schema-renamed", D, B)]);
}

#[test]
fn what_goes_both_ways_is_judged_both_ways_and_told_once() {
    let shared = json!({"$ref": "#/components/schemas/In"});
    let both = ("OP/responses/200/content/application~1json/schema", shared);
    let required = ("SCHEMAS/In/required", json!(["m", "other"]));
    let changes = compared(&with(std::slice::from_ref(&both)), &with(&[both.clone(), required])).changes;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].document(), B);
    assert_eq!(changes[0].directions().len(), 2);
    assert_eq!(changes[0].operations().into_iter().collect::<Vec<_>>(), ["service POST /a/{id}"]);
}

#[test]
fn schemas_that_hold_themselves_are_walked_to_an_end() {
    let own = || json!({"type": "array", "items": {"$ref": "#/components/schemas/Out"}});
    let old = with(&[("SCHEMAS/Out/properties/children", own())]);
    let mut new = old.clone();
    new["components"]["schemas"]["Out"]["properties"]["m"] = json!({"type": "boolean"});
    assert_eq!(found(&old, &new), [("type-changed", B, B)]);
}

#[test]
fn the_ways_of_writing_null_are_one() {
    let nullable = json!({"type": "object", "nullable": true, "allOf": [{"$ref": "#/components/schemas/One"}]});
    let any_of = json!({"anyOf": [{"$ref": "#/components/schemas/One"}, {"type": "null"}]});
    let old = with(&[("SCHEMAS/Out/properties/m", nullable), ("SCHEMAS/Out/properties/other/nullable", json!(true))]);
    let new =
        with(&[("SCHEMAS/Out/properties/m", any_of), ("SCHEMAS/Out/properties/other/type", json!(["string", "null"]))]);
    assert_eq!(found(&old, &new), []);
    let nothing = json!({"type": "object", "nullable": true, "enum": [null]});
    let any_of = json!({"anyOf": [{"$ref": "#/components/schemas/One"}, nothing]});
    let new = with(&[("SCHEMAS/Out/properties/m", any_of), ("SCHEMAS/Out/properties/other/nullable", json!(true))]);
    assert_eq!(found(&old, &new), []);
}

#[test]
fn the_report_names_place_rule_reason_and_reach_and_the_json_has_them_apart() {
    let new = with(&[("SCHEMAS/In/properties/other", Value::Null), ("OP/operationId", json!("app_a_ask"))]);
    let diff = compared(&base(), &new);
    let text = diff.to_string();
    assert!(text.contains("In.other: is gone\n      member-removed: Those who send it"), "{text}");
    assert!(text.contains("request of service POST /a/{id}"), "{text}");
    assert!(text.contains("document: documentation, crate: breaking"), "{text}");
    let json = diff.to_json(None, None);
    assert_eq!(json["document"]["level"], "breaking");
    assert_eq!(json["counts"]["document"], json!({"breaking": 1, "additive": 0, "documentation": 1}));
    assert_eq!(json["changes"][0]["operations"], json!(["service POST /a/{id}"]));
    let log = diff.changelog();
    assert!(log.contains("### Breaking\n\n- service (`In.other`): is gone.\n"), "{log}");
    assert!(log.contains("### Breaking in the crate only\n\n- service (`POST /a/{id}`): "), "{log}");
}
