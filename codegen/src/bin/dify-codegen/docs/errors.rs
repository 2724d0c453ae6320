//! The error codes: what each means, and who answers it.

use std::collections::BTreeMap;

use codegen::source::outline::COMMON_CODES;
use maud::{Markup, html};
use serde_json::Value;

use super::document::{DocumentedOperation, PublishedDocument};
use super::layout::{inline, page as layout};

/// The component that lists the codes.
const CODES: &str = "ErrorCode";

/// The page.
pub fn page(documents: &[PublishedDocument]) -> String {
    let users = users(documents);
    let content = html! {
        h1 { "Error codes" }
        p {
            "A refusal is JSON: " code { "{\"code\": …, \"message\": …, \"status\": …}" } ". Decide by the code: messages change "
            "with releases and languages. New releases and plugins add codes. Content that is no JSON, such as an HTML page with "
            "status 404 for a path that does not exist, has no code."
        }
        table {
            thead { tr { th { "Code" } th { "Status" } th { "Means" } th { "Answered by" } } }
            tbody {
                @for value in codes(documents) {
                    @let code = text(value, "value");
                    @let (status, means) = split(text(value, "description"));
                    tr id=(code) {
                        td { code { (code) } }
                        td { (status) }
                        td {
                            (inline(means))
                            @if let Some(since) = value.get("since").and_then(Value::as_str) { " " span.tag { "since " (since) } }
                        }
                        td { (answered_by(code, &users)) }
                    }
                }
            }
        }
    };
    layout("errors.html", "Error codes", &content)
}

/// The codes; the documents speak of the same list.
fn codes(documents: &[PublishedDocument]) -> &[Value] {
    let list = |document: &'_ PublishedDocument| document.schema(CODES).get("x-extensible-enum").is_some();
    let document = documents.iter().find(|document| list(document));
    let values = document.and_then(|document| document.schema(CODES).get("x-extensible-enum")?.as_array());
    values.map_or(&[], Vec::as_slice)
}

/// The operations that list each code.
fn users(documents: &[PublishedDocument]) -> BTreeMap<&str, Vec<(&'static str, DocumentedOperation<'_>)>> {
    let mut users: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for document in documents {
        for operation in document.operations() {
            let listed = operation.value.get("x-dify-errors").and_then(Value::as_array).into_iter().flatten();
            for code in listed.filter_map(Value::as_str) {
                users.entry(code).or_default().push((document.api, operation));
            }
        }
    }
    users
}

fn answered_by(code: &str, users: &BTreeMap<&str, Vec<(&'static str, DocumentedOperation<'_>)>>) -> Markup {
    let listed = users.get(code).map_or(&[][..], Vec::as_slice);
    html! {
        @if COMMON_CODES.contains(&code) { "every operation" }
        @else if listed.is_empty() { "no operation of these documents by name" }
        @else {
            details open[listed.len() <= 3] {
                summary { (listed.len()) @if listed.len() == 1 { " operation" } @else { " operations" } }
                ul.routes {
                    @for (api, operation) in listed {
                        li {
                            a href=(operation.link(api)) { code { (operation.method.to_uppercase()) " " (operation.path) } }
                            " " span.tag { (api) }
                        }
                    }
                }
            }
        }
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The status that a description begins with, and the rest.
fn split(description: &str) -> (&str, &str) {
    match description.split_once(". ") {
        Some((status, rest)) if status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit()) => (status, rest),
        _ => ("", description),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_description_begins_with_its_status() {
        assert_eq!(split("404. Nothing there."), ("404", "Nothing there."));
        assert_eq!(split("401 without a token, 403 with one."), ("", "401 without a token, 403 with one."));
    }

    #[test]
    fn each_code_leads_to_the_operations_that_list_it() {
        let value = json!({
            "components": {"schemas": {"ErrorCode": {"x-extensible-enum": [
                {"value": "not_found", "description": "404. Nothing there.", "since": "2"},
                {"value": "forbidden", "description": "403. Not for you."},
            ]}}},
            "paths": {"/tea": {"get": {"operationId": "tea_get", "tags": ["tea"], "x-dify-errors": ["not_found"]}}},
        });
        let page = page(&[PublishedDocument { api: "service", value }]);
        assert!(page.contains(r#"<tr id="not_found">"#) && page.contains(r#"<span class="tag">since 2</span>"#));
        assert!(page.contains(r#"<a href="service.html#tag/tea/operation/tea_get"><code>GET /tea</code></a>"#));
        assert!(page.contains("<td>403</td><td>Not for you.</td><td>every operation</td>"));
    }
}
