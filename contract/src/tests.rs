//! Faults planted in exchanges, and whether the judge finds them.

use serde_json::{Value, json};

use crate::{Aside, Exchange, Judge, Verdict};

fn judge(release: &str) -> Judge {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let json_of = |name: &str| json!({"content": {"application/json": {"schema": reference(name)}}});
    let text = || json!({"type": "string"});
    let document = json!({
        "servers": [{"url": "https://host/v1"}],
        "paths": {
            "/info": {"get": {
                "responses": {"200": json_of("Info"), "404": json_of("Error")},
                "x-dify-deviations": [{"servers": ["1.13.0"], "status": 200, "where": "/name", "note": "null"}],
            }},
            "/forms": {"get": {"x-dify-since": "1.16.1", "responses": {"200": json_of("Info")}}},
            "/old": {"get": {"x-dify-until": "1.13.0", "responses": {"200": json_of("Info")}}},
            "/chat": {
                "parameters": [{"name": "limit", "in": "query", "schema": text()}],
                "post": {
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}},
                        {"name": "user", "in": "query", "required": true, "schema": text()},
                        {"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}},
                        {"name": "X-Key", "in": "header", "required": true, "schema": {"type": "string", "maxLength": 3}},
                    ],
                    "requestBody": {"required": true, "content": {
                        "application/json": {"schema": reference("Question")},
                        "multipart/form-data": {"schema": reference("Form")},
                    }},
                    "responses": {
                        "200": {"content": {"text/event-stream": {"schema": reference("Event"), "x-dify-framing": "sse"}}},
                        "204": {"description": "Nothing."}, "400": json_of("Error"),
                        "5XX": {"content": {"text/html": {"schema": text()}}},
                    },
                },
            },
            "/stop": {"post": {"responses": {"200": json_of("Info"), "201": {"content": {"application/json": {}}}}}},
        },
        "components": {"schemas": {
            "Info": {"type": "object", "required": ["name"], "properties": {
                "name": text(), "tags": {"type": "array", "items": {"type": "object", "properties": {"id": text()}}},
                "new": {"type": "integer", "x-dify-since": "1.17.0"},
            }},
            "Error": {"type": "object", "required": ["code"], "properties": {"code": text(), "message": text()}},
            "Question": {"type": "object", "required": ["query"], "properties": {
                "query": text(), "mode": {"type": "string", "x-extensible-enum": [{"value": "slow"}]},
            }},
            "Form": {"allOf": [{"type": "object", "required": ["file"], "properties": {"file": {}, "note": text()}}]},
            "Event": {
                "oneOf": [reference("Message"), reference("End")],
                "discriminator": {"propertyName": "event", "mapping": {
                    "message": "#/components/schemas/Message", "end": "#/components/schemas/End",
                }},
            },
            "Message": {"type": "object", "required": ["answer"], "properties": {
                "event": {"const": "message"}, "answer": text(),
            }},
            "End": {"type": "object", "properties": {"event": {"const": "end"}}, "x-dify-since": "1.9.0"},
        }},
    });
    let console = json!({"servers": [{"url": "https://host/console/api"}], "paths": {"/apps": {"get": {}}}});
    Judge::new([document, console], release).expect("references lead somewhere")
}

fn verdict(release: &str, exchange: Value) -> Verdict {
    let exchanges = Exchange::read(&exchange.to_string()).expect("an exchange");
    judge(release).exchange("a.json", &exchanges[0])
}

/// Kind and place of what is wrong, separated by a space.
fn violations(verdict: &Verdict) -> Vec<String> {
    let violations = verdict.violations.iter();
    violations.map(|violation| format!("{} {}", violation.kind, violation.place)).collect()
}

fn answer(release: &str, method: &str, path: &str, status: u16, body: &str) -> Verdict {
    let headers = json!({"Content-Type": "application/json; charset=utf-8", "X-Version": "1.16.1"});
    let response = json!({"status": status, "headers": headers, "body": body});
    verdict(release, json!({"request": {"method": method, "path": path}, "response": response}))
}

fn info(body: &str) -> Vec<String> {
    violations(&answer("1.16.1", "GET", "/v1/info", 200, body))
}

#[test]
fn a_good_answer_has_no_violation() {
    let verdict = answer("1.16.1", "GET", "/v1/info", 200, r#"{"name": "a", "tags": [{"id": "1"}]}"#);
    assert_eq!(verdict.operation.as_deref(), Some("GET /info"));
    assert!(verdict.checked && verdict.aside.is_none() && verdict.violations.is_empty());
}

#[test]
fn faults_in_an_answers_body_are_found() {
    assert_eq!(info("{}"), ["body_required GET /info 200 /name"]);
    assert_eq!(info(r#"{"name": 1}"#), ["body_type GET /info 200 /name"]);
    assert_eq!(info(r#"{"name": null}"#), ["body_null GET /info 200 /name"]);
    assert_eq!(info(r#"{"name": "a", "x": 1}"#), ["extra_field GET /info 200 /x"]);
    let tags = r#"{"name": "a", "tags": [{"id": 1}, {"id": 2, "x": 1}]}"#;
    assert_eq!(info(tags), ["body_type GET /info 200 /tags/*/id", "extra_field GET /info 200 /tags/*/x"]);
    assert_eq!(info("<p>"), ["body_not_json GET /info 200"]);
    assert_eq!(info("[]"), ["body_type GET /info 200 /"]);
}

#[test]
fn an_undocumented_status_media_type_or_body_is_found() {
    assert_eq!(violations(&answer("1.16.1", "GET", "/v1/info", 403, "{}")), ["status_undocumented GET /info 403"]);
    let of_chat = |status: u16, media_type: &str, body: &str| {
        let response = json!({"status": status, "headers": {"content-type": media_type}, "body": body});
        violations(&verdict("1.16.1", json!({"request": chat("user=u", JSON, GOOD), "response": response})))
    };
    assert_eq!(of_chat(200, "text/html; charset=utf-8", "<p>"), ["media_undocumented POST /chat 200 text/html"]);
    assert_eq!(of_chat(502, "text/html", "<p>"), Vec::<String>::new());
    assert_eq!(of_chat(204, "application/json", "{}"), ["body_on_204 POST /chat"]);
    assert_eq!(of_chat(304, "", ""), ["status_undocumented POST /chat 304"]);
    let unchecked = answer("1.16.1", "POST", "/v1/stop", 201, "{}");
    assert_eq!(violations(&unchecked), ["response_schema_missing POST /stop 201"]);
    assert!(!unchecked.checked && unchecked.conforms_strictly());
}

fn stream(release: &str, body: &str) -> Verdict {
    let response = json!({"status": 200, "headers": {"content-type": "text/event-stream"}, "body": body});
    verdict(release, json!({"request": chat("user=u", JSON, GOOD), "response": response}))
}

#[test]
fn every_bad_event_is_found_once() {
    let body = "event: ping\n\ndata: {\"event\": \"message\", \"answer\": \"a\"}\n\ndata: {\"event\": \"message\"}\n\n\
                data: {\"event\": \"message\"}\n\ndata: {\"event\": \"message\", \"answer\": 1, \"x\": 1}\n\n\
                data: {\"event\": \"new\"}\n\ndata: {}\n\ndata: [DONE]\n\ndata: {";
    let verdict = stream("1.16.1", body);
    assert_eq!(
        violations(&verdict),
        [
            "sse_required POST /chat message/answer",
            "sse_type POST /chat message/answer",
            "sse_extra_field POST /chat message/x",
            "sse_discriminator POST /chat new",
            "sse_discriminator POST /chat ?",
            "sse_data_not_json POST /chat",
        ]
    );
    let count = |event: &str| verdict.events.get(event).copied();
    assert_eq!([count("message"), count("(bare) ping"), count("[DONE]")], [Some(4), Some(1), Some(1)]);
    assert!(verdict.checked);
}

#[test]
fn an_event_of_another_release_is_found() {
    let body = "data: {\"event\": \"end\"}\n\n";
    assert_eq!(violations(&stream("1.9.0", body)), Vec::<String>::new());
    assert_eq!(violations(&stream("1.8.1", body)), ["sse_discriminator POST /chat end"]);
}

const JSON: &str = "application/json";
const GOOD: &str = r#"{"query": "x"}"#;

fn chat(query: &str, content_type: &str, body: &str) -> Value {
    let headers = json!({"Content-Type": content_type, "x-key": "k"});
    json!({"method": "POST", "path": "/v1/chat", "query": query, "headers": headers, "body": body})
}

/// What is wrong with a request that the server took.
fn taken(request: Value) -> Vec<String> {
    let verdict = verdict("1.16.1", json!({"request": request, "response": {"status": 204}}));
    violations(&verdict).into_iter().map(|violation| violation.replace("POST /chat ", "")).collect()
}

#[test]
fn faults_in_a_query_or_a_header_are_found() {
    assert_eq!(taken(chat("user=u&limit=3&ids=1&ids=2", JSON, GOOD)), Vec::<String>::new());
    assert_eq!(taken(chat("user=u&limit=10", JSON, GOOD)), ["request_query_maximum query:limit"]);
    assert_eq!(taken(chat("user=u&ids=1&ids=x", JSON, GOOD)), ["request_query_type query:ids/*"]);
    assert_eq!(taken(chat("user=u&new=1&new=2", JSON, GOOD)), ["request_query_unknown query:new"]);
    assert_eq!(taken(chat("", JSON, GOOD)), ["request_query_required query:user"]);
    let mut request = chat("user=u", JSON, GOOD);
    request["headers"]["x-key"] = json!("long");
    assert_eq!(taken(request.clone()), ["request_header_maxLength header:X-Key"]);
    request["headers"] = json!({"Content-Type": JSON});
    assert_eq!(taken(request), ["request_header_required header:X-Key"]);
}

#[test]
fn faults_in_a_requests_body_are_found() {
    let body = |body: &str| taken(chat("user=u", JSON, body));
    assert_eq!(body("{}"), ["request_body_required body/query"]);
    assert_eq!(body(r#"{"query": 1}"#), ["request_body_type body/query"]);
    assert_eq!(body(r#"{"query": "x", "mode": "fast"}"#), ["request_body_extensible_enum body/mode"]);
    assert_eq!(body(r#"{"query": "x", "y": 1}"#), ["request_body_undocumented body/y"]);
    assert_eq!(body(""), ["request_body_required body"]);
    assert_eq!(body("{"), ["request_body_not_json body"]);
    assert_eq!(taken(chat("user=u", "text/plain", "x")), ["request_body_media body"]);
}

#[test]
fn a_form_needs_its_fields_and_no_others() {
    let body = "--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nu\r\n--b--";
    let form = |body: &str| taken(chat("user=u", "multipart/form-data; boundary=b", body));
    assert_eq!(form(body), ["request_form_required form:file", "request_form_unknown form:user"]);
    assert_eq!(form(&body.replace("\"user\"", "\"file\"; filename=\"a\"")), Vec::<String>::new());
}

#[test]
fn a_body_that_nothing_documents_is_found() {
    let stop = |body: &str| {
        let mut request = chat("", JSON, body);
        request["path"] = json!("/v1/stop");
        let answer = json!({"status": 200, "headers": {"content-type": JSON}, "body": r#"{"name": "a"}"#});
        violations(&verdict("1.16.1", json!({"request": request, "response": answer})))
    };
    assert_eq!(stop("{}"), Vec::<String>::new());
    assert_eq!(stop("[1]"), ["request_body_unknown POST /stop body"]);
}

#[test]
fn a_refused_request_that_the_document_takes_is_lax() {
    let refused = |code: &str, body: &str| {
        let refusal = json!({"code": code, "message": "no"}).to_string();
        let answer = json!({"status": 400, "headers": {"content-type": JSON}, "body": refusal});
        violations(&verdict("1.16.1", json!({"request": chat("user=u", JSON, body), "response": answer})))
    };
    assert_eq!(refused("invalid_param", GOOD), ["lax_request POST /chat"]);
    assert_eq!(refused("invalid_param", "{}"), Vec::<String>::new());
    assert_eq!(refused("app_unavailable", GOOD), Vec::<String>::new());
}

#[test]
fn a_declared_defect_is_set_aside_on_its_server_only() {
    let body = r#"{"name": null}"#;
    let declared = answer("1.13.0", "GET", "/v1/info", 200, body);
    assert_eq!(declared.aside, Some(Aside::Declared));
    assert_eq!(answer("1.16.1", "GET", "/v1/info", 200, body).aside, None);
    let beside = answer("1.13.0", "GET", "/v1/info", 200, r#"{"name": null, "x": 1}"#);
    assert_eq!((beside.aside, beside.violations.len()), (None, 2));
}

#[test]
fn a_release_without_the_operation_may_refuse_it_only() {
    for (path, release) in [("/v1/forms", "1.13.0"), ("/v1/old", "1.16.1")] {
        assert_eq!(answer(release, "GET", path, 404, "{}").aside, Some(Aside::NotYet));
        let answered = answer(release, "GET", path, 200, r#"{"name": "a"}"#);
        assert_eq!(violations(&answered), [format!("operation_undocumented GET {path}")]);
    }
    assert_eq!(violations(&answer("1.16.1", "GET", "/v1/forms", 404, "{}")), ["status_undocumented GET /forms 404"]);
}

// main calls itself 1.16.1: only its label shows that a member of 1.17.0 is not the release's.
#[test]
fn the_label_decides_what_a_release_may_send() {
    let body = r#"{"name": "a", "new": 1}"#;
    assert_eq!(info(body), ["extra_field GET /info 200 /new"]);
    assert!(answer("1.17.0", "GET", "/v1/info", 200, body).violations.is_empty());
}

#[test]
fn a_route_that_is_not_documented_is_found() {
    assert_eq!(violations(&answer("", "GET", "/v1/secret", 200, "{}")), ["operation_undocumented GET /v1/secret"]);
    assert_eq!(violations(&answer("", "GET", "/v1/secret", 404, "{}")), ["operation_undocumented GET /v1/secret"]);
    assert_eq!(violations(&answer("", "PUT", "/v1/info", 200, "{}")), ["method_undocumented PUT /v1/info"]);
}

#[test]
fn what_neither_document_nor_server_has_is_set_aside() {
    for (method, path, status, reason) in [
        ("GET", "/v1/secret", 405, Aside::NoRoute),
        ("GET", "/v1/secret", 308, Aside::NoRoute),
        ("GET", "/api/info", 200, Aside::OutOfScope),
        ("GET", "/v1/openapi.json", 200, Aside::SelfDescription),
        ("HEAD", "/v1/info", 200, Aside::Http),
        ("OPTIONS", "/v1/info", 200, Aside::Http),
        ("GET", "/console/api/features", 200, Aside::ConsoleUndescribed),
        ("POST", "/console/api/apps", 200, Aside::ConsoleUndescribed),
    ] {
        assert_eq!(answer("1.16.1", method, path, status, "{}").aside, Some(reason), "{method} {path}");
    }
    let left = json!({"request": {"method": "GET", "path": "/v1/info"}, "response": {"client_disconnected": true}});
    assert_eq!(verdict("1.16.1", left).aside, Some(Aside::Disconnected));
}

#[cfg(feature = "documents")]
#[test]
fn the_carried_documents_can_be_judged_by() {
    let judge = Judge::carried(None).expect("references lead somewhere");
    assert!(judge.documents().iter().all(|document| document.root()["info"]["version"] == judge.release()));
    assert!(judge.operations().count() > 150);
    for (api, document) in crate::Api::ALL.into_iter().zip(judge.documents()) {
        assert_eq!(document.prefix(), api.prefix());
    }
}
