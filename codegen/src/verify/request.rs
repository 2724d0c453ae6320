//! The request: an accepted one must be what the document says, a refused one should not be.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    exchange::{Body, Exchange},
    judge::Operation,
    media::{self, media},
    multipart,
    query::{Query, coerce},
    translate::Direction,
    validator::{BrokenSchema, Problem},
    verdict::Verdict,
};

/// Codes by which a server says that the request itself is wrong.
const REFUSALS: [&str; 3] = ["invalid_param", "bad_request", "bad_request_key_error"];

/// Judges the request; the answer says whether the server took it.
pub(super) fn judge(
    operation: &Operation<'_>,
    exchange: &Exchange,
    query: &Query,
    verdict: &mut Verdict,
) -> Result<(), BrokenSchema> {
    let body = &exchange.response.body;
    let accepted = (200..300).contains(&exchange.status);
    let refused = matches!(exchange.status, 400 | 422) && REFUSALS.contains(&body.error_member("code").as_str());
    if !accepted && !refused {
        return Ok(());
    }
    let problems = problems(operation, exchange, query)?;
    if accepted {
        for problem in problems {
            verdict.add(
                format!("request_{}", problem.kind),
                format!("{} {}", operation.name, problem.path),
                problem.message,
            );
        }
    } else if problems.is_empty() {
        let said = body.error_member("message");
        let said = said.chars().take(160).collect();
        verdict.add("lax_request", operation.name.clone(), said);
    }
    Ok(())
}

fn problem(kind: impl Into<String>, path: String, message: impl Into<String>) -> Problem {
    Problem { kind: kind.into(), path, message: message.into() }
}

fn problems(operation: &Operation<'_>, exchange: &Exchange, query: &Query) -> Result<Vec<Problem>, BrokenSchema> {
    let mut found = Vec::new();
    parameters(operation, exchange, query, &mut found)?;
    body(operation, exchange, &mut found)?;
    Ok(found)
}

/// The query and the headers. (What path parameters must be, the route says.)
fn parameters(
    operation: &Operation<'_>,
    exchange: &Exchange,
    query: &Query,
    found: &mut Vec<Problem>,
) -> Result<(), BrokenSchema> {
    let parameters = documented_parameters(operation);
    for (place, name, parameter) in &parameters {
        let required = parameter.get("required") == Some(&Value::Bool(true));
        match *place {
            "query" => {
                let values = query.values(name);
                if !values.is_empty() {
                    query_value(operation, name, parameter, &values, found)?;
                } else if required {
                    found.push(problem("query_required", format!("query:{name}"), "required query parameter absent"));
                }
            }
            "header" if required && exchange.request.header(name).is_empty() => {
                found.push(problem("header_required", format!("header:{name}"), "required header absent"));
            }
            _ => {}
        }
    }
    for name in query.names() {
        let documented = |(place, known, _): &(&str, &str, &Value)| *place == "query" && *known == name;
        if !parameters.iter().any(documented) {
            found.push(problem("query_unknown", format!("query:{name}"), "query parameter not documented"));
        }
    }
    Ok(())
}

/// Place, name and definition of every parameter; the operation's own replace those of the path.
fn documented_parameters<'d>(operation: &Operation<'d>) -> Vec<(&'d str, &'d str, &'d Value)> {
    let mut parameters: Vec<(&str, &str, &Value)> = Vec::new();
    for holder in [operation.item, operation.value] {
        let listed = holder.get("parameters").and_then(Value::as_array);
        for parameter in listed.into_iter().flatten() {
            let parameter = operation.document.deref(parameter);
            let text = |key| parameter.get(key).and_then(Value::as_str);
            let (Some(place), Some(name)) = (text("in"), text("name")) else {
                continue;
            };
            parameters.retain(|(other, known, _)| (*other, *known) != (place, name));
            parameters.push((place, name, parameter));
        }
    }
    parameters
}

fn query_value(
    operation: &Operation<'_>,
    name: &str,
    parameter: &Value,
    values: &[&str],
    found: &mut Vec<Problem>,
) -> Result<(), BrokenSchema> {
    let document = operation.document;
    let Some(schema) = parameter.get("schema") else {
        return Ok(());
    };
    let target = document.deref(schema);
    let value = if target.get("type").is_some_and(|kind| kind == "array") {
        let items = target.get("items").unwrap_or(&Value::Null);
        let explode = parameter.get("explode") != Some(&Value::Bool(false));
        let parts = values.iter().flat_map(|value| if explode { vec![*value] } else { value.split(',').collect() });
        parts.map(|part| coerce(part, items, document)).collect()
    } else {
        coerce(values.first().copied().unwrap_or_default(), schema, document)
    };
    for wrong in document.problems(schema, &value, Direction::Request)? {
        let path = if wrong.path == "/" { "" } else { &wrong.path };
        found.push(problem(format!("query_{}", wrong.kind), format!("query:{name}{path}"), wrong.message));
    }
    Ok(())
}

fn body(operation: &Operation<'_>, exchange: &Exchange, found: &mut Vec<Problem>) -> Result<(), BrokenSchema> {
    let document = operation.document;
    let sent = &exchange.request.body;
    let content_type = exchange.request.header("content-type");
    let media_type = media(content_type);
    let here = || "body".to_owned();
    let Some(documented) = operation.value.get("requestBody").filter(|body| !body.is_null()) else {
        let says_something = !sent.is_empty() && *sent != Body::Text("{}".into());
        if says_something && media_type == "application/json" {
            found.push(problem("body_unknown", here(), "body sent but none documented"));
        }
        return Ok(());
    };
    let documented = document.deref(documented);
    if sent.is_empty() {
        if documented.get("required") == Some(&Value::Bool(true)) {
            found.push(problem("body_required", here(), "required body absent"));
        }
        return Ok(());
    }
    let Some(entry) = media::find(documented.get("content"), &media_type) else {
        let named = if media_type.is_empty() { "(none)" } else { &media_type };
        found.push(problem("media", here(), format!("{named} not documented")));
        return Ok(());
    };
    let Some(schema) = entry.get("schema").filter(|schema| !schema.is_null()) else {
        return Ok(());
    };
    if media::is_json(&media_type) {
        let Ok(value) = sent.json() else {
            found.push(problem("body_not_json", here(), ""));
            return Ok(());
        };
        for wrong in document.problems(schema, &value, Direction::Request)? {
            found.push(problem(format!("body_{}", wrong.kind), format!("body{}", wrong.path), wrong.message));
        }
    } else if media_type == "multipart/form-data" {
        let parsed = || multipart::fields(sent.text()?, content_type);
        if let Some(fields) = exchange.form.clone().or_else(parsed) {
            form(operation, schema, fields, found);
        }
    }
    Ok(())
}

/// The fields of a form: all required ones there, none that is not documented. Their values are not looked at.
fn form(operation: &Operation<'_>, schema: &Value, fields: Map<String, Value>, found: &mut Vec<Problem>) {
    let document = operation.document;
    let schema = document.deref(schema);
    let fields = Value::Object(fields);
    let members = document.members(schema, &fields);
    let parts = schema.get("allOf").and_then(Value::as_array);
    let parts = parts.into_iter().flatten().map(|part| document.deref(part));
    let required: BTreeSet<&str> = std::iter::once(schema)
        .chain(parts)
        .filter_map(|schema| schema.get("required")?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for name in required {
        if fields.get(name).is_none() {
            found.push(problem("form_required", format!("form:{name}"), "required form field absent"));
        }
    }
    if members.named.is_empty() || members.open {
        return;
    }
    for (name, _) in fields.as_object().into_iter().flatten() {
        if !members.named.contains_key(name.as_str()) {
            found.push(problem("form_unknown", format!("form:{name}"), "form field not documented"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::judge::Judge;
    use super::*;
    use serde_json::json;

    fn judged(request: Value, response: Value) -> Vec<(String, String)> {
        let judge = Judge::new(vec![json!({
            "openapi": "3.0.3",
            "paths": {
                "/a": {
                    "parameters": [{"name": "limit", "in": "query", "schema": {"type": "string"}}],
                    "post": {
                        "parameters": [
                            {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}},
                            {"name": "user", "in": "query", "required": true, "schema": {"type": "string"}},
                            {"name": "X-Key", "in": "header", "required": true, "schema": {"type": "string"}},
                            {"name": "ids", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "integer"}}},
                        ],
                        "requestBody": {"required": true, "content": {
                            "application/json": {"schema": {"type": "object", "required": ["query"]}},
                            "multipart/form-data": {"schema": {"$ref": "#/components/schemas/Form"}},
                        }},
                        "responses": {"default": {"description": "any"}},
                    },
                },
                "/b": {"post": {"responses": {"default": {"description": "any"}}}},
            },
            "components": {"schemas": {"Form": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}}},
        })], "1.16.1")
        .unwrap();
        let exchange = json!({"request": request, "response": response});
        let verdict = judge.exchange("a.json", &Exchange::try_from(&exchange).unwrap());
        let requests = verdict.violations.into_iter();
        requests
            .filter(|violation| violation.kind.starts_with("request_") || violation.kind == "lax_request")
            .map(|violation| (violation.kind, violation.place))
            .collect()
    }

    fn accepted(query: &str, headers: Value, body: &str) -> Vec<(String, String)> {
        let request = json!({"method": "POST", "path": "/a", "query": query, "headers": headers, "body": body});
        judged(request, json!({"status": 200}))
    }

    fn json_headers() -> Value {
        json!({"Content-Type": "application/json", "x-key": "k"})
    }

    fn one(kind: &str, place: &str) -> Vec<(String, String)> {
        vec![(kind.to_owned(), format!("POST /a {place}"))]
    }

    const GOOD: &str = r#"{"query": "x"}"#;

    #[test]
    fn an_accepted_request_that_is_documented_has_no_problem() {
        assert_eq!(accepted("user=u&limit=3&ids=1,2", json_headers(), GOOD), []);
    }

    #[test]
    fn query_values_are_read_by_their_schema() {
        assert_eq!(accepted("user=u&limit=10", json_headers(), GOOD), one("request_query_maximum", "query:limit"));
        assert_eq!(accepted("user=u&ids=1,x", json_headers(), GOOD), one("request_query_type", "query:ids/*"));
        assert_eq!(accepted("user=u&new=1", json_headers(), GOOD), one("request_query_unknown", "query:new"));
        assert_eq!(accepted("", json_headers(), GOOD), one("request_query_required", "query:user"));
    }

    #[test]
    fn a_required_header_must_be_there() {
        let headers = json!({"Content-Type": "application/json"});
        assert_eq!(accepted("user=u", headers, GOOD), one("request_header_required", "header:X-Key"));
    }

    #[test]
    fn a_body_is_judged_by_its_media_type() {
        assert_eq!(accepted("user=u", json_headers(), "{}"), one("request_body_required", "body/query"));
        assert_eq!(accepted("user=u", json_headers(), ""), one("request_body_required", "body"));
        assert_eq!(accepted("user=u", json_headers(), "{"), one("request_body_not_json", "body"));
        let text = json!({"Content-Type": "text/plain", "X-Key": "k"});
        assert_eq!(accepted("user=u", text, "x"), one("request_media", "body"));
    }

    #[test]
    fn a_form_needs_its_fields_and_no_others() {
        let headers = json!({"Content-Type": "multipart/form-data; boundary=b", "X-Key": "k"});
        let body = "--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nu\r\n--b--";
        assert_eq!(
            accepted("user=u", headers, body),
            [one("request_form_required", "form:file"), one("request_form_unknown", "form:user")].concat()
        );
    }

    #[test]
    fn a_body_that_none_documents_is_told() {
        let request = |body| json!({"method": "POST", "path": "/b", "headers": json_headers(), "body": body});
        assert_eq!(judged(request("{}"), json!({"status": 200})), []);
        assert_eq!(
            judged(request("[1]"), json!({"status": 200})),
            [("request_body_unknown".to_owned(), "POST /b body".to_owned())]
        );
    }

    #[test]
    fn a_refused_request_that_the_document_takes_is_lax() {
        let request =
            |body| json!({"method": "POST", "path": "/a", "query": "user=u", "headers": json_headers(), "body": body});
        let refusal = json!({"status": 400, "body": r#"{"code": "invalid_param", "message": "no"}"#});
        assert_eq!(judged(request(GOOD), refusal.clone()), [("lax_request".to_owned(), "POST /a".to_owned())]);
        assert_eq!(judged(request("{}"), refusal), []);
        let other = json!({"status": 400, "body": r#"{"code": "app_unavailable"}"#});
        assert_eq!(judged(request(GOOD), other), []);
    }
}
