//! The streams: every event with its fields, and the modes of applications that send it.

use std::collections::BTreeMap;

use codegen::language::Language;
use maud::{Markup, html};
use serde_json::Value;

use super::document::{DocumentedOperation, PublishedDocument, members, name};
use super::layout::{description, inline, page as layout, pick};

/// The page.
pub fn page(language: Language, documents: &[PublishedDocument]) -> String {
    let title = pick(language, "Streams", "事件流");
    let content = html! {
        h1 { (title) }
        (description(pick(
            language,
            "Some operations answer with `text/event-stream`. Each event is a line `data: {…}` of JSON and an empty line; its \
             member `event` names its shape below. Lines `event: ping` come without data and only keep the connection alive. \
             Only the end of the body shows that a stream has ended. Newer releases may send events that are not here: let \
             them pass.",
            "部分操作以 `text/event-stream` 应答。每个事件是一行 JSON（`data: {…}`）加一个空行；成员 `event` 对应下文中的事件\
             结构。`event: ping` 行没有数据，只用于保持连接。只有应答体结束才表示流已结束。新版本可能发送这里没有的事件：请忽略\
             它们。",
        )))
        ul {
            @for document in documents {
                @for (union, _) in unions(document) {
                    li { a href={ "#" (union) } { code { (union) } } " " span.tag { (document.api) } }
                }
            }
        }
        @for document in documents {
            @for (union, operations) in unions(document) {
                (stream(language, document, union, &operations))
            }
        }
    };
    layout("streams", language, title, &content)
}

/// The unions of events of a document, each with the operations that stream it.
fn unions(document: &PublishedDocument) -> BTreeMap<&str, Vec<DocumentedOperation<'_>>> {
    let mut unions: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for operation in document.operations() {
        if let Some(union) = operation.union() {
            unions.entry(union).or_default().push(operation);
        }
    }
    unions
}

fn stream(
    language: Language,
    document: &PublishedDocument,
    union: &str,
    operations: &[DocumentedOperation<'_>],
) -> Markup {
    let schema = document.schema(union);
    html! {
        section lang=(document.language().tag()) {
            h2 id=(union) { (union) }
            (description(text(schema, "description")))
            p {
                (pick(document.language(), "Streamed by ", "返回该流的操作："))
                @for (index, operation) in operations.iter().enumerate() {
                    @if index > 0 { (pick(document.language(), ", ", "、")) }
                    a href=(operation.link(document.api, language)) { code { (operation.method.to_uppercase()) " " (operation.path) } }
                }
                (pick(document.language(), ".", "。"))
            }
            @for (event, reference) in members(schema.pointer("/discriminator/mapping")) {
                @let component = reference.as_str().and_then(|pointer| pointer.rsplit('/').next()).unwrap_or_default();
                (self::event(document, schema, event, document.schema(component)))
            }
        }
    }
}

fn event(document: &PublishedDocument, union: &Value, event: &str, schema: &Value) -> Markup {
    let text_in = |english, chinese| pick(document.language(), english, chinese);
    html! {
        details.event {
            summary {
                code { (event) }
                @for mode in modes(document.language(), union, schema) { " " span.tag { (mode) } }
                @if let Some(since) = schema.get("x-dify-since").and_then(Value::as_str) { " " span.tag { (text_in("since ", "自 ")) (since) (text_in("", " 起")) } }
                @if let Some(until) = schema.get("x-dify-until").and_then(Value::as_str) { " " span.tag { (text_in("until ", "至 ")) (until) (text_in("", " 为止")) } }
            }
            (description(text(schema, "description")))
            table {
                thead {
                    tr {
                        th { (text_in("Field", "字段")) }
                        th { (text_in("Type", "类型")) }
                        th { (text_in("Meaning", "含义")) }
                    }
                }
                tbody { (fields(document, schema, "", 2)) }
            }
        }
    }
}

/// The modes that an event comes from: of those of its union, its own.
fn modes<'v>(language: Language, union: &'v Value, schema: &Value) -> Vec<&'v str> {
    let Some(all) = union.get("x-dify-modes").and_then(Value::as_array) else {
        return vec![pick(language, "knowledge pipeline", "知识流水线")];
    };
    let own = schema.get("x-dify-modes").and_then(Value::as_array);
    let modes: Vec<&str> =
        all.iter().filter(|mode| own.is_none_or(|own| own.contains(mode))).filter_map(Value::as_str).collect();
    if modes.is_empty() { vec![pick(language, "declared, not seen", "有声明，未见")] } else { modes }
}

/// A row for each field, and so many levels of fields of its own.
fn fields(document: &PublishedDocument, schema: &Value, prefix: &str, depth: usize) -> Markup {
    let required = schema.get("required").and_then(Value::as_array);
    let language = document.language();
    html! {
        @for (field, member) in members(schema.get("properties")) {
            @let named = name(member).map(|name| document.schema(name));
            @let words = [Some(member), named].into_iter().flatten().map(|s| text(s, "description"));
            @let says = words.into_iter().find(|says| !says.is_empty()).unwrap_or_default();
            tr {
                td { code { (prefix) (field) } }
                td {
                    (type_of(language, member))
                    @if !required.is_some_and(|names| names.iter().any(|name| name == field)) { (pick(language, ", optional", "，可选")) }
                }
                td { (inline(says)) }
            }
            @if let (Some(inner), true) = (named, depth > 1) {
                (fields(document, inner, &format!("{prefix}{field}."), depth - 1))
            }
        }
    }
}

/// A type in words.
fn type_of(language: Language, schema: &Value) -> String {
    let or = pick(language, " or ", " 或 ");
    if let Some(value) = schema.get("const") {
        return value.to_string();
    }
    if let Some(branches) = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key)?.as_array()) {
        return branches.iter().map(|branch| type_of(language, branch)).collect::<Vec<_>>().join(or);
    }
    if let Some(name) = name(schema) {
        return name.to_owned();
    }
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec![pick(language, "anything", "任意值")],
    };
    let kind = |kind: &&str| match (*kind, schema.get("items")) {
        ("array", Some(items)) => match language {
            Language::Chinese => format!("{} 的列表", type_of(language, items)),
            _ => format!("list of {}", type_of(language, items)),
        },
        (kind, _) => kind.to_owned(),
    };
    kinds.iter().map(kind).collect::<Vec<_>>().join(or)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_are_told_in_words() {
        let told = |schema: Value| type_of(Language::English, &schema);
        assert_eq!(told(json!({"type": ["string", "null"]})), "string or null");
        assert_eq!(told(json!({"type": "array", "items": {"$ref": "#/components/schemas/Cup"}})), "list of Cup");
        assert_eq!(told(json!({"anyOf": [{"$ref": "#/components/schemas/Cup"}, {"type": "null"}]})), "Cup or null");
        assert_eq!(told(json!({"type": "string", "const": "tea"})), "\"tea\"");
        assert_eq!(told(json!({"description": "x"})), "anything");
        let list = json!({"type": ["array", "null"], "items": {"type": "string"}});
        assert_eq!(type_of(Language::Chinese, &list), "string 的列表 或 null");
    }

    #[test]
    fn an_event_comes_from_those_modes_of_its_union_that_it_names() {
        let modes = |union: &Value, schema: &Value| -> Vec<String> {
            super::modes(Language::English, union, schema).into_iter().map(str::to_owned).collect()
        };
        let union = json!({"x-dify-modes": ["chat", "agent"]});
        assert_eq!(modes(&union, &json!({})), ["chat", "agent"]);
        assert_eq!(modes(&union, &json!({"x-dify-modes": ["agent", "workflow"]})), ["agent"]);
        assert_eq!(modes(&union, &json!({"x-dify-modes": ["workflow"]})), ["declared, not seen"]);
        assert_eq!(modes(&json!({}), &json!({})), ["knowledge pipeline"]);
    }

    #[test]
    fn the_fields_of_a_field_have_its_name_before_theirs() {
        let value = json!({"components": {"schemas": {
            "Cup": {"properties": {"size": {"type": "integer", "description": "In ml."}}, "required": ["size"]},
        }}});
        let document = PublishedDocument { api: "service", value };
        let event = json!({"properties": {"cup": {"$ref": "#/components/schemas/Cup"}}});
        let rows = fields(&document, &event, "", 2).into_string();
        assert!(rows.contains("<td><code>cup</code></td><td>Cup, optional</td>"), "{rows}");
        assert!(rows.contains("<td><code>cup.size</code></td><td>integer</td><td>In ml.</td>"), "{rows}");
    }
}
