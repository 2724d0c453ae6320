//! The documents, and the life of a judgement.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::{
    deviation::{Answer, excused},
    document::{Document, DocumentError},
    exchange::Exchange,
    media::media,
    query::{Query, split_target, unquote},
    request, response,
    validator::BrokenSchema,
    verdict::{Aside, Verdict},
};
use crate::release;

/// Where a server describes itself.
static SELF_DESCRIPTION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"/(swagger[^/]*|openapi\.json|docs|redoc)$").ok());

/// Judges the exchanges of one release by one or more bundled documents; the first that has a route decides on it.
#[derive(Debug)]
pub struct Judge {
    documents: Vec<Document>,
    release: String,
}

/// One documented operation, and where it was found.
pub(super) struct Operation<'d> {
    pub(super) document: &'d Document,
    /// Method and template, for instance `POST /chat-messages`.
    pub(super) name: String,
    /// The path item, which may hold parameters.
    pub(super) item: &'d Value,
    pub(super) value: &'d Value,
}

impl Judge {
    /// Takes OpenAPI 3.0 (or 3.1) documents without external references, as the release is described: members, answers
    /// and media types that came later or had gone before are not documented.
    ///
    /// # Errors
    ///
    /// A `$ref` that leads nowhere, or schemas that cannot be registered.
    pub fn new(documents: Vec<Value>, release: &str) -> Result<Self, DocumentError> {
        let of_release = |mut document: Value| {
            release::project(&mut document, release);
            Document::new(document)
        };
        let documents: Result<_, _> = documents.into_iter().map(of_release).collect();
        Ok(Self { documents: documents?, release: release.to_owned() })
    }

    /// The release whose exchanges it judges.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.release
    }

    /// How many operations the documents have.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.documents.iter().map(|document| document.routes.len()).sum()
    }

    /// Judges one exchange; `file` names it in the verdict.
    #[must_use]
    pub fn exchange(&self, file: &str, exchange: &Exchange) -> Verdict {
        let (path, query_in_target) = split_target(&exchange.target);
        let query = if exchange.query.is_empty() { &Query::parse(&query_in_target) } else { &exchange.query };
        let Some(operation) = self.find(&exchange.method, &path) else {
            return self.unknown(file, exchange, &path);
        };
        let mut verdict = Verdict::new(file, Some(operation.name.clone()), exchange.status);
        verdict.documented = true;
        match self.judge(&operation, exchange, query, verdict) {
            Ok(verdict) => verdict,
            Err(broken) => {
                let mut verdict = Verdict::new(file, Some("?".into()), 0);
                verdict.checked = Some(false);
                verdict.add("validator_error", file.to_owned(), broken.to_string());
                verdict
            }
        }
    }

    fn find(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        self.documents.iter().find_map(|document| {
            let route = document.routes.find(method, path)?;
            let (item, value) = document.operation(&route.template, route.method);
            Some(Operation {
                document,
                name: format!("{} {}", route.method.to_uppercase(), route.template),
                item,
                value,
            })
        })
    }

    /// A request for which there is no operation: out of scope, unknown to the server as well, or undocumented.
    fn unknown(&self, file: &str, exchange: &Exchange, path: &str) -> Verdict {
        let any = |test: &dyn Fn(&Document) -> bool| self.documents.iter().any(test);
        let known = any(&|document| document.routes.knows(path));
        let status = exchange.status;
        let aside = |reason| Verdict::new(file, None, status).set_aside(reason);
        let json = media(exchange.response.header("content-type")) == "application/json";
        if !any(&|document| document.routes.in_scope(path)) {
            return aside(Aside::OutOfScope);
        }
        if SELF_DESCRIPTION.as_ref().is_some_and(|pattern| pattern.is_match(path)) {
            return aside(Aside::SelfDescription);
        }
        if matches!(exchange.method.as_str(), "head" | "options") && known {
            return aside(Aside::Http);
        }
        if status == 404 && !json || matches!(status, 405 | 301 | 308) {
            return aside(Aside::NoRoute);
        }
        if any(&|document| document.routes.is_partly_described(path)) {
            return aside(Aside::ConsoleUndescribed);
        }
        let name = format!("{} {}", exchange.method.to_uppercase(), unquote(path));
        let mut verdict = Verdict::new(file, Some(name.clone()), status);
        verdict.checked = Some(false);
        let kind = if known { "method_undocumented" } else { "operation_undocumented" };
        verdict.add(kind, name, String::new());
        verdict
    }

    fn judge(
        &self,
        operation: &Operation<'_>,
        exchange: &Exchange,
        query: &Query,
        mut verdict: Verdict,
    ) -> Result<Verdict, BrokenSchema> {
        let status = exchange.status;
        if exchange.client_disconnected && status == 0 {
            return Ok(verdict.set_aside(Aside::Disconnected));
        }
        let media = media(exchange.response.header("content-type"));
        let checked = response::judge(operation, exchange, &media, &mut verdict)?;
        verdict.checked = Some(checked);
        request::judge(operation, exchange, query, &mut verdict)?;

        if matches!(status, 404 | 405) && release::before(&self.release, operation.value.get("x-dify-since")) {
            return Ok(verdict.set_aside(Aside::NotYet));
        }
        let answer = Answer { release: &self.release, status, media: &media };
        let mut violations = verdict.violations.iter().filter(|violation| !violation.informs()).peekable();
        if violations.peek().is_some() && violations.all(|violation| excused(violation, operation.value, &answer)) {
            verdict.aside = true;
            verdict.reason = Some(Aside::Declared);
            verdict.declared = true;
            verdict.checked = None;
        }
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judge(release: &str) -> Judge {
        let document = json!({
            "openapi": "3.0.3",
            "servers": [{"url": "https://host/v1"}],
            "paths": {
                "/info": {"get": {
                    "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Info"}}}}},
                    "x-dify-deviations": [{"servers": ["1.13.0"], "status": 200, "where": "/name", "note": "null"}],
                }},
                "/forms": {"get": {"x-dify-since": "1.16.1", "responses": {"200": {"content": {"application/json": {}}}}}},
            },
            "components": {"schemas": {"Info": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string"}, "new": {"type": "integer", "x-dify-since": "1.17.0"},
            }}}},
        });
        let console = json!({"servers": [{"url": "https://host/console/api"}], "paths": {"/apps": {"get": {}}}});
        Judge::new(vec![document, console], release).unwrap()
    }

    fn verdict(method: &str, path: &str, status: i64, release: &str, body: &str) -> Verdict {
        let exchange = json!({
            "request": {"method": method, "path": path},
            "response": {
                "status": status,
                "headers": {"Content-Type": "application/json", "X-Version": "1.16.1"},
                "body": body,
            },
        });
        judge(release).exchange("a.json", &Exchange::try_from(&exchange).unwrap())
    }

    fn kinds(verdict: &Verdict) -> Vec<&str> {
        verdict.violations.iter().map(|v| v.kind.as_str()).collect()
    }

    #[test]
    fn a_good_exchange_has_no_violation() {
        let verdict = verdict("GET", "/v1/info", 200, "1.16.1", r#"{"name": "a"}"#);
        assert_eq!(verdict.operation.as_deref(), Some("GET /info"));
        assert_eq!((verdict.checked, verdict.aside), (Some(true), false));
        assert!(verdict.conforms_strictly());
    }

    #[test]
    fn a_declared_defect_is_set_aside_for_its_server_only() {
        let body = r#"{"name": null}"#;
        let declared = verdict("GET", "/v1/info", 200, "1.13.0", body);
        assert!(declared.aside && declared.declared && declared.checked.is_none());
        let judged = verdict("GET", "/v1/info", 200, "1.16.1", body);
        assert!(!judged.aside);
        assert_eq!(kinds(&judged), ["body_null"]);
        assert_eq!(judged.violations[0].place, "GET /info 200 /name");
    }

    #[test]
    fn a_defect_beside_another_violation_is_not_set_aside() {
        let verdict = verdict("GET", "/v1/info", 200, "1.13.0", r#"{"name": null, "x": 1}"#);
        assert!(!verdict.aside);
        assert_eq!(kinds(&verdict), ["body_null", "extra_field"]);
    }

    #[test]
    fn a_server_older_than_the_operation_may_not_know_it() {
        assert!(verdict("GET", "/v1/forms", 404, "1.13.0", "{}").aside);
        assert_eq!(kinds(&verdict("GET", "/v1/forms", 404, "1.16.1", "{}")), ["status_undocumented"]);
    }

    // main calls itself 1.16.1: only its label says that a member of 1.17.0 is not the release's.
    #[test]
    fn the_label_decides_what_a_release_may_send() {
        let body = r#"{"name": "a", "new": 1}"#;
        assert_eq!(kinds(&verdict("GET", "/v1/info", 200, "1.16.1", body)), ["extra_field"]);
        assert!(verdict("GET", "/v1/info", 200, "1.17.0", body).conforms_strictly());
    }

    #[test]
    fn console_operations_without_description_are_set_aside() {
        for (method, path) in [("GET", "/console/api/features"), ("POST", "/console/api/apps")] {
            assert_eq!(verdict(method, path, 200, "1.16.1", "{}").reason, Some(Aside::ConsoleUndescribed));
        }
    }

    #[test]
    fn a_route_that_is_not_documented_is_told() {
        let unknown = verdict("GET", "/v1/secret", 200, "", "{}");
        assert_eq!(kinds(&unknown), ["operation_undocumented"]);
        assert_eq!(unknown.violations[0].place, "GET /v1/secret");
        assert_eq!(kinds(&verdict("PUT", "/v1/info", 200, "", "{}")), ["method_undocumented"]);
    }

    #[test]
    fn what_neither_document_nor_server_knows_is_set_aside() {
        for (method, path, status) in [
            ("GET", "/v1/secret", 405),
            ("GET", "/v1/secret", 308),
            ("GET", "/api/info", 200),
            ("GET", "/v1/openapi.json", 200),
            ("HEAD", "/v1/info", 200),
            ("OPTIONS", "/v1/info", 200),
        ] {
            assert!(verdict(method, path, status, "1.16.1", "{}").aside, "{method} {path}");
        }
        assert!(!verdict("GET", "/v1/secret", 404, "", "{}").aside);
    }

    #[test]
    fn a_schema_that_cannot_be_used_is_told_for_the_exchange() {
        let judge = Judge::new(
            vec![json!({"paths": {"/a": {"get": {"responses": {"200": {"content": {
            "application/json": {"schema": {"type": "anything"}}}}}}}}})],
            "1.16.1",
        )
        .unwrap();
        let exchange = json!({
            "request": {"path": "/v1/a"},
            "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": "1"},
        });
        let verdict = judge.exchange("a.json", &Exchange::try_from(&exchange).unwrap());
        assert_eq!(kinds(&verdict), ["validator_error"]);
    }
}
