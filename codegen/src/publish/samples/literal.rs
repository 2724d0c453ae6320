//! JSON as the literal of a language.

use serde_json::Value;

/// How a language writes what JSON writes otherwise.
#[derive(Clone, Copy)]
pub(super) struct LiteralStyle {
    pub(super) none: &'static str,
    pub(super) truth: [&'static str; 2],
    /// Whether names of members need no quotation marks, and braces have a space inside.
    pub(super) plain_names: bool,
    pub(super) indent: usize,
}

pub(super) const JSON: LiteralStyle =
    LiteralStyle { none: "null", truth: ["true", "false"], plain_names: false, indent: 2 };
pub(super) const PYTHON: LiteralStyle =
    LiteralStyle { none: "None", truth: ["True", "False"], plain_names: false, indent: 4 };
pub(super) const TYPESCRIPT: LiteralStyle =
    LiteralStyle { none: "null", truth: ["true", "false"], plain_names: true, indent: 2 };

/// A line with more characters is broken.
const WIDTH: usize = 80;

/// The literal, its lines after the first one at a depth.
pub(super) fn literal(value: &Value, style: LiteralStyle, depth: usize) -> String {
    let short = inline(value, style);
    if short.len() <= WIDTH || !(value.is_object() || value.is_array()) {
        return short;
    }
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    let inner = " ".repeat((depth + 1) * style.indent);
    let mut lines = Vec::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        lines.push(format!("{inner}{}: {}", key(name, style), literal(value, style, depth + 1)));
    }
    for value in value.as_array().into_iter().flatten() {
        lines.push(format!("{inner}{}", literal(value, style, depth + 1)));
    }
    let end = if style.none == JSON.none && !style.plain_names { "" } else { "," };
    format!("{open}\n{}{end}\n{}{close}", lines.join(",\n"), " ".repeat(depth * style.indent))
}

fn inline(value: &Value, style: LiteralStyle) -> String {
    match value {
        Value::Null => style.none.to_owned(),
        Value::Bool(truth) => style.truth[usize::from(!truth)].to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| inline(item, style)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{}: {}", key(name, style), inline(value, style))).collect();
            let space = if style.plain_names { " " } else { "" };
            format!("{{{space}{}{space}}}", members.join(", "))
        }
        other => other.to_string(),
    }
}

fn key(name: &str, style: LiteralStyle) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty();
    if style.plain_names && plain { name.to_owned() } else { Value::from(name).to_string() }
}
