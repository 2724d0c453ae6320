//! Every rule, by a pair of documents that differ in it alone.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::rule::{self, Rule};
use super::{Diff, Level, diff};
use crate::bindings::Document;

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

type Edits = Vec<(&'static str, Value)>;

/// A rule, what to set in the old document, what in the new one, and what each weighs.
type Case = (Rule, Edits, Edits, Level, Level);

fn document_cases() -> Vec<Case> {
    let url = |url: &str| json!([{"url": "https://one"}, {"url": url}]);
    let scheme = json!({"type": "apiKey", "in": "header", "name": "X"});
    vec![
        (rule::INFO_CHANGED, vec![], vec![("/info/version", json!("2"))], D, D),
        (rule::SERVER_ADDED, vec![], vec![("/servers", url("https://two"))], A, D),
        (rule::SERVER_REMOVED, vec![("/servers", url("https://two"))], vec![], B, D),
        (rule::SCHEME_ADDED, vec![], vec![("/components/securitySchemes/other", scheme.clone())], A, D),
        (rule::SCHEME_REMOVED, vec![("/components/securitySchemes/other", scheme.clone())], vec![], B, B),
        (rule::SCHEME_CHANGED, vec![], vec![("/components/securitySchemes/key", scheme)], B, B),
    ]
}

fn operation_cases() -> Vec<Case> {
    let plain = || json!({"operationId": "app_c_get", "responses": {"200": {"description": "Done."}}});
    let parameter = |name: &str, required: bool| json!({"name": name, "in": "query", "required": required, "schema": {"type": "string"}});
    let list = "/paths/~1b/get";
    let at = |rest: &'static str| -> &'static str { Box::leak(format!("{list}{rest}").into_boxed_str()) };
    vec![
        (rule::OPERATION_ADDED, vec![], vec![("/paths/~1c", json!({"get": plain()}))], A, A),
        (rule::OPERATION_REMOVED, vec![("/paths/~1c", json!({"get": plain()}))], vec![], B, B),
        (
            rule::OPERATION_MOVED,
            vec![("/paths/~1c", json!({"get": plain()}))],
            vec![("/paths/~1d", json!({"get": plain()}))],
            B,
            D,
        ),
        (rule::OPERATION_RENAMED, vec![], vec![("OP/operationId", json!("app_a_ask"))], D, B),
        (rule::STREAM_METHOD_ADDED, vec![], vec![("OP/x-dify-stream-method", json!("stream"))], D, A),
        (rule::STREAM_METHOD_REMOVED, vec![("OP/x-dify-stream-method", json!("stream"))], vec![], D, B),
        (rule::TAG_CHANGED, vec![], vec![("OP/tags", json!(["u"]))], D, D),
        (rule::DEPRECATION_CHANGED, vec![], vec![("OP/deprecated", json!(true))], D, D),
        (rule::SECURITY_ADDED, vec![], vec![("OP/security", json!([{"key": []}, {}]))], A, B),
        (rule::SECURITY_CHANGED, vec![], vec![("OP/security", json!([{"other": []}]))], B, B),
        (rule::PARAMETER_ADDED_REQUIRED, vec![], vec![("OP/parameters/-", parameter("r", true))], B, B),
        (rule::PARAMETER_ADDED, vec![], vec![("OP/parameters/-", parameter("r", false))], A, A),
        (rule::PARAMETER_ADDED_FIRST, vec![], vec![(at("/parameters"), json!([parameter("r", false)]))], A, B),
        (rule::PARAMETER_REMOVED, vec![("OP/parameters/-", parameter("r", false))], vec![], B, B),
        (rule::PARAMETER_MOVED, vec![], vec![("OP/parameters/1/in", json!("header"))], B, B),
        (rule::PARAMETER_REQUIRED, vec![], vec![("OP/parameters/1/required", json!(true))], B, B),
        (rule::PARAMETER_OPTIONAL, vec![("OP/parameters/1/required", json!(true))], vec![], A, B),
        (rule::PARAMETER_STYLE, vec![], vec![("OP/parameters/1/explode", json!(false))], B, D),
        (rule::ERROR_CODE_ADDED, vec![], vec![("OP/x-dify-errors", json!(["bad", "worse"]))], A, A),
        (rule::ERROR_CODE_REMOVED, vec![], vec![("OP/x-dify-errors", json!([]))], A, A),
        (rule::IDEMPOTENT_ADDED, vec![], vec![("OP/x-dify-idempotent", json!(true))], A, A),
        (rule::IDEMPOTENT_REMOVED, vec![("OP/x-dify-idempotent", json!(true))], vec![], B, D),
        (rule::CACHEABLE_ADDED, vec![], vec![("OP/x-dify-cacheable", json!(true))], A, A),
        (rule::CACHEABLE_REMOVED, vec![("OP/x-dify-cacheable", json!(true))], vec![], B, B),
        (rule::PAGING_ADDED, vec![], vec![("OP/x-dify-paging", json!({"style": "page"}))], A, A),
        (rule::PAGING_REMOVED, vec![("OP/x-dify-paging", json!({"style": "page"}))], vec![], B, B),
        (
            rule::PAGING_EXTENDED,
            vec![("OP/x-dify-paging", json!({"style": "page"}))],
            vec![("OP/x-dify-paging", json!({"style": "page", "total": "/total"}))],
            A,
            A,
        ),
        (
            rule::PAGING_CHANGED,
            vec![("OP/x-dify-paging", json!({"style": "page"}))],
            vec![("OP/x-dify-paging", json!({"style": "cursor"}))],
            B,
            D,
        ),
        (rule::VERSIONS_CHANGED, vec![], vec![("OP/x-dify-since", json!("1.16.1"))], D, D),
        (rule::DEVIATIONS_CHANGED, vec![], vec![("OP/x-dify-deviations", json!([{"status": 400}]))], D, D),
        (rule::EXTENSION_CHANGED, vec![], vec![("OP/x-else", json!(1))], D, D),
        (rule::WORDS_CHANGED, vec![], vec![("OP/summary", json!("Other."))], D, D),
    ]
}

fn body_cases() -> Vec<Case> {
    let body = |required: bool| json!({"required": required, "content": {"text/plain": {}}});
    let content = "OP/responses/200/content/text~1plain";
    let header = json!({"schema": {"type": "string"}});
    vec![
        (rule::BODY_ADDED_REQUIRED, vec![], vec![("/paths/~1b/get/requestBody", body(true))], B, B),
        (rule::BODY_ADDED, vec![], vec![("/paths/~1b/get/requestBody", body(false))], A, B),
        (rule::BODY_REMOVED, vec![("/paths/~1b/get/requestBody", body(false))], vec![], B, B),
        (rule::BODY_REQUIRED, vec![("OP/requestBody/required", json!(false))], vec![], B, B),
        (rule::BODY_OPTIONAL, vec![], vec![("OP/requestBody/required", json!(false))], A, B),
        (
            rule::ENCODING_CHANGED,
            vec![],
            vec![("OP/requestBody/content/multipart~1form-data/encoding", json!({"file": {"contentType": "a/b"}}))],
            B,
            D,
        ),
        (rule::MEDIA_ADDED, vec![], vec![(content, json!({}))], A, A),
        (rule::MEDIA_REMOVED, vec![(content, json!({}))], vec![], B, B),
        (
            rule::FRAMING_CHANGED,
            vec![],
            vec![("OP/responses/200/content/text~1event-stream/x-dify-framing", json!("lines"))],
            B,
            B,
        ),
        (rule::SUCCESS_ADDED, vec![], vec![("OP/responses/201", json!({"description": "Made."}))], A, A),
        (rule::SUCCESS_REMOVED, vec![("OP/responses/201", json!({"description": "Made."}))], vec![], B, B),
        (rule::REFUSAL_ADDED, vec![], vec![("OP/responses/409", json!({"description": "No."}))], A, A),
        (rule::REFUSAL_REMOVED, vec![], vec![("OP/responses/400", Value::Null)], A, A),
        (rule::STATE_CHANGED, vec![], vec![("OP/responses/400/x-dify-state", json!(true))], A, B),
        (rule::REPLY_ADDED, vec![], vec![("OP/responses/400/content", json!({"text/plain": {}}))], A, B),
        (rule::REPLY_REMOVED, vec![("OP/responses/400/content", json!({"text/plain": {}}))], vec![], B, B),
        (rule::HEADER_ADDED, vec![], vec![("OP/responses/400/headers", json!({"X-I": header}))], A, D),
        (rule::HEADER_REMOVED, vec![], vec![("OP/responses/200/headers", json!({}))], B, D),
        (rule::HEADER_PROMISED, vec![], vec![("OP/responses/200/headers/X-H/required", json!(true))], A, D),
        (rule::HEADER_LOOSENED, vec![("OP/responses/200/headers/X-H/required", json!(true))], vec![], B, D),
    ]
}

/// Of a schema: the edits are of the schema `S`, which is sent in one run and received in another.
type SchemaCase = (Rule, Edits, Edits, [(Level, Level); 2]);

fn member_cases() -> Vec<SchemaCase> {
    let added = || json!({"type": "string"});
    vec![
        (
            rule::MEMBER_ADDED_REQUIRED,
            vec![],
            vec![("S/properties/x", added()), ("S/required", json!(["m", "x"]))],
            [(B, B), (A, A)],
        ),
        (rule::MEMBER_ADDED, vec![], vec![("S/properties/x", added())], [(A, A), (A, A)]),
        (rule::MEMBER_REMOVED, vec![], vec![("S/properties/other", Value::Null)], [(B, B), (B, B)]),
        (rule::MEMBER_REQUIRED, vec![], vec![("S/required", json!(["m", "other"]))], [(B, B), (A, B)]),
        (rule::MEMBER_OPTIONAL, vec![], vec![("S/required", json!([]))], [(A, B), (B, B)]),
        (
            rule::MEMBER_REQUIRED_NULLABLE,
            vec![("S/properties/other/nullable", json!(true))],
            vec![("S/properties/other/nullable", json!(true)), ("S/required", json!(["m", "other"]))],
            [(B, D), (A, D)],
        ),
        (
            rule::MEMBER_OPTIONAL_NULLABLE,
            vec![("S/properties/m/nullable", json!(true))],
            vec![("S/properties/m/nullable", json!(true)), ("S/required", json!([]))],
            [(A, D), (B, D)],
        ),
        (rule::NULL_ALLOWED, vec![], vec![("S/properties/m/nullable", json!(true))], [(A, B), (B, B)]),
        (rule::NULL_ALLOWED_OPTIONAL, vec![], vec![("S/properties/other/nullable", json!(true))], [(A, D), (B, D)]),
        (rule::NULL_FORBIDDEN, vec![("S/properties/m/nullable", json!(true))], vec![], [(B, B), (A, B)]),
        (rule::NULL_FORBIDDEN_OPTIONAL, vec![("S/properties/other/nullable", json!(true))], vec![], [(B, D), (A, D)]),
        (rule::NEW_CHANGED, vec![], vec![("S/x-dify-new", json!(["m"]))], [(D, B), (D, B)]),
        (rule::SEND_DEFAULT_CHANGED, vec![], vec![("S/properties/m/x-dify-send-default", json!(""))], [(D, B), (D, B)]),
        (rule::TRISTATE_CHANGED, vec![], vec![("S/properties/m/x-dify-tristate", json!(true))], [(D, B), (D, B)]),
        (rule::EXAMPLE_CHANGED, vec![], vec![("S/properties/m/example", json!("x"))], [(D, D), (D, D)]),
        (rule::MAP_CLOSED, vec![], vec![("S/additionalProperties", json!(false))], [(B, D), (A, D)]),
        (rule::MAP_OPENED, vec![("S/additionalProperties", json!(false))], vec![], [(A, D), (A, D)]),
        (rule::MAP_TYPED, vec![], vec![("S/additionalProperties", json!({"type": "string"}))], [(B, B), (A, B)]),
        (rule::MAP_UNTYPED, vec![("S/additionalProperties", json!({"type": "string"}))], vec![], [(A, B), (B, B)]),
    ]
}

fn value_cases() -> Vec<SchemaCase> {
    const M: &str = "S/properties/m";
    let member = |value: Value| vec![(M, value)];
    let closed = |values: &[&str]| member(json!({"type": "string", "enum": values}));
    let open = |values: &[&str]| {
        let values: Vec<Value> = values.iter().map(|value| json!({"value": value, "description": "A."})).collect();
        member(json!({"type": "string", "x-extensible-enum": values}))
    };
    let reworded = member(json!({"type": "string", "x-extensible-enum": [{"value": "a", "description": "B."}]}));
    let limit = |limit: i64| member(json!({"type": "string", "maxLength": limit}));
    let format = |format: &str| member(json!({"type": "string", "format": format}));
    let default = |default: &str| member(json!({"type": "string", "default": default}));
    let pattern = |pattern: &str| member(json!({"type": "string", "pattern": pattern}));
    vec![
        (rule::TYPE_CHANGED, vec![], member(json!({"type": "boolean"})), [(B, B), (B, B)]),
        (rule::TYPE_WIDENED, member(json!({"type": "integer"})), member(json!({"type": "number"})), [(A, B), (B, B)]),
        (rule::TYPE_NARROWED, member(json!({})), vec![], [(B, B), (A, B)]),
        (rule::FORMAT_ADDED, vec![], format("uuid"), [(B, D), (A, D)]),
        (rule::FORMAT_REMOVED, format("uuid"), vec![], [(A, D), (B, D)]),
        (rule::FORMAT_CHANGED, format("uuid"), format("date"), [(B, B), (B, B)]),
        (rule::FORMAT_HINT, vec![], format("password"), [(D, D), (D, D)]),
        (rule::OPEN_VALUE_ADDED, open(&["a"]), open(&["a", "b"]), [(A, A), (A, A)]),
        (rule::VALUE_ADDED, closed(&["a"]), closed(&["a", "b"]), [(A, A), (B, A)]),
        (rule::VALUE_REMOVED, open(&["a", "b"]), open(&["a"]), [(B, B), (A, B)]),
        (rule::VALUE_WORDS, open(&["a"]), reworded, [(D, D), (D, D)]),
        (rule::ENUM_OPENED, closed(&["a"]), open(&["a"]), [(A, D), (A, D)]),
        (rule::ENUM_CLOSED, open(&["a"]), closed(&["a"]), [(B, D), (A, D)]),
        (rule::ENUM_ADDED, vec![], closed(&["a"]), [(B, B), (A, B)]),
        (rule::ENUM_REMOVED, closed(&["a"]), vec![], [(A, B), (B, B)]),
        (rule::LIMIT_TIGHTENED, limit(9), limit(8), [(B, D), (A, D)]),
        (rule::LIMIT_LOOSENED, limit(9), vec![], [(A, D), (B, D)]),
        (rule::LIMIT_CHANGED, pattern("a"), pattern("b"), [(B, D), (B, D)]),
        (rule::DEFAULT_CHANGED, default("a"), default("b"), [(B, D), (D, D)]),
        (rule::DEFAULT_DESCRIBED, vec![], default("b"), [(D, D), (D, D)]),
        (rule::KEYWORD_CHANGED, vec![], vec![("S/properties/m/not", json!({}))], [(B, B), (B, B)]),
    ]
}

fn shape_cases() -> Vec<SchemaCase> {
    const M: &str = "S/properties/m";
    let member = |value: Value| vec![(M, value)];
    let one = json!({"$ref": "#/components/schemas/One"});
    let two = json!({"$ref": "#/components/schemas/Two"});
    let choice = |choices: &[&Value]| member(json!({"anyOf": choices}));
    let parts = |parts: &[&Value]| member(json!({"allOf": parts, "properties": {}}));
    let text = json!({"type": "string"});
    let number = json!({"type": "number"});
    let map = json!({"one": "#/components/schemas/One", "two": "#/components/schemas/Two"});
    let event = |tag: &str, names: &[&str]| {
        let choices: Vec<&Value> = names.iter().map(|name| if *name == "one" { &one } else { &two }).collect();
        let mapping: Value = names.iter().map(|name| ((*name).to_owned(), map[*name].clone())).collect();
        member(json!({"oneOf": choices, "discriminator": {"propertyName": tag, "mapping": mapping}}))
    };
    vec![
        (rule::REFERENCE_CHANGED, member(one.clone()), member(two.clone()), [(D, B), (D, B)]),
        (rule::CHOICE_ADDED, choice(&[&text, &number]), choice(&[&text, &number, &one]), [(A, A), (B, A)]),
        (rule::CHOICE_REMOVED, choice(&[&text, &number, &one]), choice(&[&text, &number]), [(B, B), (A, B)]),
        (rule::EVENT_ADDED, event("event", &["one"]), event("event", &["one", "two"]), [(A, A), (A, A)]),
        (rule::EVENT_REMOVED, event("event", &["one", "two"]), event("event", &["one"]), [(B, B), (B, B)]),
        (rule::TAG_MEMBER_CHANGED, event("event", &["one"]), event("kind", &["one"]), [(B, B), (B, B)]),
        (rule::PART_ADDED, parts(&[&one]), parts(&[&one, &two]), [(B, B), (A, B)]),
        (rule::PART_REMOVED, parts(&[&one, &two]), parts(&[&one]), [(A, B), (B, B)]),
    ]
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
