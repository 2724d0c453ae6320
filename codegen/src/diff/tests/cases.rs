//! A case for each rule: what to set in the old document, and what in the new one.

use serde_json::{Value, json};

use super::{A, B, D};
use crate::diff::Level;
use crate::diff::rule::{self, Rule};

pub(super) type Edits = Vec<(&'static str, Value)>;

/// A rule, what to set in the old document, what in the new one, and what each weighs.
pub(super) type Case = (Rule, Edits, Edits, Level, Level);

pub(super) fn document_cases() -> Vec<Case> {
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

pub(super) fn operation_cases() -> Vec<Case> {
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

pub(super) fn body_cases() -> Vec<Case> {
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
        (
            rule::LINKS_CHANGED,
            vec![],
            vec![("OP/responses/400/links", json!({"a": {"operationId": "app_b_get"}}))],
            D,
            D,
        ),
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
pub(super) type SchemaCase = (Rule, Edits, Edits, [(Level, Level); 2]);

pub(super) fn member_cases() -> Vec<SchemaCase> {
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

pub(super) fn value_cases() -> Vec<SchemaCase> {
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

pub(super) fn shape_cases() -> Vec<SchemaCase> {
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
