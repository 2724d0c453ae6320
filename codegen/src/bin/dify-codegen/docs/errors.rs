//! The error codes: what each means, and who answers it.

use std::collections::BTreeMap;

use codegen::language::Language;
use codegen::source::outline::COMMON_CODES;
use maud::{Markup, html};
use serde_json::Value;

use super::document::{DocumentedOperation, PublishedDocument};
use super::layout::{description, inline, page as layout, pick};

/// The component that lists the codes.
const CODES: &str = "ErrorCode";

/// The page.
pub fn page(language: Language, documents: &[PublishedDocument]) -> String {
    let text_in = |english, chinese| pick(language, english, chinese);
    let users = users(documents);
    let title = text_in("Error codes", "错误码");
    let content = html! {
        h1 { (title) }
        (description(text_in(
            "A refusal is JSON: `{\"code\": …, \"message\": …, \"status\": …}`. Decide by the code: messages change with \
             releases and languages. New releases and plugins add codes. Content that is no JSON, such as an HTML page with \
             status 404 for a path that does not exist, has no code.",
            "拒绝请求的应答是 JSON：`{\"code\": …, \"message\": …, \"status\": …}`。请根据错误码判断：消息文本随版本和语言\
             变化。新版本和插件会增加错误码。不是 JSON 的内容没有错误码，例如路径不存在时状态为 404 的 HTML 页面。",
        )))
        table {
            thead {
                tr {
                    th { (text_in("Code", "错误码")) }
                    th { (text_in("Status", "状态")) }
                    th { (text_in("Means", "含义")) }
                    th { (text_in("Answered by", "返回它的操作")) }
                }
            }
            tbody {
                @for value in codes(documents) {
                    @let code = text(value, "value");
                    @let (status, means) = split(text(value, "description"));
                    tr id=(code) {
                        td { code { (code) } }
                        td { (status) }
                        td {
                            (inline(means))
                            @if let Some(since) = value.get("since").and_then(Value::as_str) { " " span.tag { (text_in("since ", "自 ")) (since) (text_in("", " 起")) } }
                        }
                        td { (answered_by(language, code, &users)) }
                    }
                }
            }
        }
    };
    layout("errors", language, title, &content)
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

fn answered_by(
    language: Language,
    code: &str,
    users: &BTreeMap<&str, Vec<(&'static str, DocumentedOperation<'_>)>>,
) -> Markup {
    let text = |english, chinese| pick(language, english, chinese);
    let listed = users.get(code).map_or(&[][..], Vec::as_slice);
    html! {
        @if COMMON_CODES.contains(&code) { (text("every operation", "所有操作")) }
        @else if listed.is_empty() { (text("no operation of these documents by name", "这些文档中没有操作列出它")) }
        @else {
            details open[listed.len() <= 3] {
                summary {
                    (listed.len())
                    (if listed.len() == 1 { text(" operation", " 个操作") } else { text(" operations", " 个操作") })
                }
                ul.routes {
                    @for (api, operation) in listed {
                        li {
                            a href=(operation.link(api, language)) { code { (operation.method.to_uppercase()) " " (operation.path) } }
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
        let documents = [PublishedDocument { api: "service", value }];
        let chinese = page(Language::Chinese, &documents);
        assert!(chinese.contains(r#"<span class="tag">自 2 起</span>"#) && chinese.contains("<td>所有操作</td>"));
        assert!(chinese.contains(r#"<a href="service.zh.html#tag/tea/operation/tea_get">"#));
        let page = page(Language::English, &documents);
        assert!(page.contains(r#"<tr id="not_found">"#) && page.contains(r#"<span class="tag">since 2</span>"#));
        assert!(page.contains(r#"<a href="service.html#tag/tea/operation/tea_get"><code>GET /tea</code></a>"#));
        assert!(page.contains("<td>403</td><td>Not for you.</td><td>every operation</td>"));
    }
}
