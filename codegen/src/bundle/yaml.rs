//! Writes a document as YAML that every parser, of YAML 1.1 or 1.2, reads back as the same document.
//!
//! By hand, because serde-saphyr writes `2026-04-12`, `12:30:45`, `=` and `<<` without quotes, which parsers of YAML 1.1 read as
//! dates, numbers and keys of their own, and leaves blanks at the ends of lines.

use serde_json::{Number, Value};

/// Lines of folded text are not longer than this, where their words allow it.
const WIDTH: usize = 120;

/// The document as YAML in block style, indented by two, with a line end at the end.
pub fn to_yaml(document: &Value) -> String {
    let mut out = String::new();
    match document {
        Value::Object(members) if !members.is_empty() => mapping(&mut out, document, 0),
        Value::Array(items) if !items.is_empty() => list(&mut out, document, 0),
        _ => {
            scalar(&mut out, document);
            out.push('\n');
        }
    }
    out
}

fn indent(out: &mut String, depth: usize) {
    const BLANKS: &str = "                                ";
    let mut left = depth * 2;
    while left > 0 {
        let width = left.min(BLANKS.len());
        out.push_str(&BLANKS[..width]);
        left -= width;
    }
}

fn mapping(out: &mut String, value: &Value, depth: usize) {
    for (index, (key, value)) in value.as_object().into_iter().flatten().enumerate() {
        // The first member of a mapping in a list stands behind the dash.
        if index > 0 || !out.ends_with("- ") {
            indent(out, depth);
        }
        text(out, key, &Traits::of(key));
        out.push(':');
        member(out, value, depth);
    }
}

fn list(out: &mut String, value: &Value, depth: usize) {
    for item in value.as_array().into_iter().flatten() {
        indent(out, depth);
        out.push('-');
        match item {
            Value::Object(members) if !members.is_empty() => {
                out.push(' ');
                mapping(out, item, depth + 1);
            }
            _ => member(out, item, depth),
        }
    }
}

/// What comes behind a `:` or a `-`.
fn member(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            out.push('\n');
            mapping(out, value, depth + 1);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            list(out, value, depth + 1);
        }
        Value::String(value) => {
            let traits = Traits::of(value);
            if is_foldable(value, &traits, depth) {
                folded(out, value, depth + 1);
            } else if is_literal(value, &traits) {
                literal(out, value, depth + 1);
            } else {
                out.push(' ');
                text(out, value, &traits);
                out.push('\n');
            }
        }
        _ => {
            out.push(' ');
            scalar(out, value);
            out.push('\n');
        }
    }
}

fn scalar(out: &mut String, value: &Value) {
    match value {
        Value::String(value) => text(out, value, &Traits::of(value)),
        Value::Number(value) => out.push_str(&number(value)),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
        Value::Null | Value::Bool(_) => out.push_str(&value.to_string()),
    }
}

/// YAML 1.1 takes a float with an exponent only with a point and a sign: `1.0e+16`.
fn number(value: &Number) -> String {
    let text = value.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// What decides how a text is written, found in one pass.
#[derive(Default)]
struct Traits {
    /// In characters.
    length: usize,
    line_ends: bool,
    /// Characters that only an escape can write.
    escapes: bool,
    quotes: bool,
    blanks: bool,
    double_blanks: bool,
    blanks_before_line_ends: bool,
    /// What begins a value or a comment.
    marks: bool,
}

impl Traits {
    fn of(text: &str) -> Self {
        let mut traits = Self { length: text.len(), ..Self::default() };
        let (mut before, mut is_ascii) = (0, true);
        for &byte in text.as_bytes() {
            match byte {
                b' ' => {
                    traits.blanks = true;
                    traits.double_blanks |= before == b' ';
                    traits.marks |= before == b':';
                }
                b'\n' => {
                    traits.line_ends = true;
                    traits.blanks_before_line_ends |= before == b' ';
                }
                b'#' => traits.marks |= before == b' ',
                b'"' | b'\\' => traits.quotes = true,
                0..b' ' | 0x7f => traits.escapes = true,
                0x80.. => is_ascii = false,
                _ => {}
            }
            before = byte;
        }
        if !is_ascii {
            traits.length = text.chars().count();
            traits.escapes |= text.chars().any(must_escape);
        }
        traits
    }
}

/// One line of text: plain where no parser can mistake it, else in quotes.
fn text(out: &mut String, text: &str, traits: &Traits) {
    if is_plain(text, traits) {
        out.push_str(text);
    } else if traits.escapes || traits.line_ends {
        double_quoted(out, text);
    } else if !traits.quotes {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push('\'');
        out.push_str(&text.replace('\'', "''"));
        out.push('\'');
    }
}

fn is_plain(text: &str, traits: &Traits) -> bool {
    // Words that some parser takes for null or a boolean.
    const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"];
    let first_is_safe = matches!(text.as_bytes(), [b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'_' | b'$', ..]);
    first_is_safe
        && !matches!(text.as_bytes(), [.., b' ' | b':'])
        && !traits.marks
        && !traits.line_ends
        && !traits.escapes
        && (text.len() > 5 || !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

/// Characters that YAML does not print, or takes for a line end.
fn must_escape(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn double_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if must_escape(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Long prose on one line, without anything that folding would change.
fn is_foldable(text: &str, traits: &Traits, depth: usize) -> bool {
    depth * 2 + traits.length > WIDTH - 20
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !traits.double_blanks
        && traits.blanks
        && !traits.line_ends
        && !traits.escapes
}

fn folded(out: &mut String, text: &str, depth: usize) {
    out.push_str(" >-\n");
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length <= WIDTH {
            out.push(' ');
            column += 1 + length;
        } else {
            if column > 0 {
                out.push('\n');
            }
            indent(out, depth);
            column = depth * 2 + length;
        }
        out.push_str(word);
    }
    out.push('\n');
}

/// Several lines that need no escaping and no hint about their indentation.
fn is_literal(text: &str, traits: &Traits) -> bool {
    traits.line_ends
        && text.trim_end_matches('\n').contains('\n')
        && !text.ends_with("\n\n")
        && !text.starts_with([' ', '\n'])
        && !text.ends_with(' ')
        && !traits.blanks_before_line_ends
        && !traits.escapes
}

fn literal(out: &mut String, text: &str, depth: usize) {
    out.push_str(if text.ends_with('\n') { " |\n" } else { " |-\n" });
    for line in text.lines() {
        if !line.is_empty() {
            indent(out, depth);
            out.push_str(line);
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{from_texts, is_ambiguous};
    use serde_json::json;

    /// Read the text again with the parser of the source.
    fn read_back(text: &str) -> Value {
        let source = from_texts("spec", [("service/openapi.yaml", "a: 1\n"), ("x/schemas/x.yaml", text)])
            .unwrap_or_else(|findings| panic!("{findings}\n{text}"));
        assert!(source.slips().is_empty(), "{}{text}", source.slips());
        source.files[1].node.to_value()
    }

    #[test]
    fn every_kind_of_text_reads_back_the_same() {
        let long = "word ".repeat(60).trim_end().to_owned();
        let texts = [
            "",
            " ",
            "a",
            "1.13.0",
            "1",
            "-1",
            "0x1f",
            "1e5",
            "1_0",
            "on",
            "No",
            "y",
            "~",
            "null",
            "true",
            "=",
            "<<",
            "-",
            "- a",
            "? a",
            ": a",
            "a: b",
            "a:",
            "a #b",
            "#a",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a`",
            "{a}",
            "[a]",
            "a, b",
            "'a'",
            "\"a\"",
            "it's",
            "say \"hi\"",
            "back\\slash",
            "2026-04-12",
            "12:30:45",
            "/a/{b}",
            "a\nb",
            "a\nb\n",
            "a\n\nb",
            "a\n  b\n",
            " a\nb",
            "a \nb",
            "\ta",
            "a\tb",
            "a\n\n",
            "\n",
            "\r\n",
            "é 中文 😀",
            "中文",
            "\u{85}",
            "\u{2028}",
            "\u{feff}a",
            "\u{7f}",
            "null and void",
            ".inf",
            "a  b",
            &long,
            "*/*",
            "a:b",
            "text/event-stream",
            "data: {\"event\": \"ping\"}\n\n",
            "---",
            "...",
            "\u{0}",
        ];
        for text in texts {
            let document = json!({"key": text, "list": [text, {"in": text}], text: "name"});
            assert_eq!(read_back(&to_yaml(&document)), document, "{text:?}\n{}", to_yaml(&document));
        }
    }

    #[test]
    fn nested_lists_mappings_and_numbers_read_back_the_same() {
        let document = json!({
            "empty": {"list": [], "map": {}, "null": null},
            "nested": [[1, [2, {"a": []}]], {"b": {"c": [true, false]}, "d": 1}, []],
            "numbers": [0, -1, 0.5, 1e-7, 1e16, 1.5e300, 18446744073709551615u64],
        });
        assert_eq!(read_back(&to_yaml(&document)), document);
    }

    #[test]
    fn plain_text_is_never_ambiguous() {
        for text in ["yes", "On", "012", "=", "1:30", "2026-04-12", "1e5", "Null", "NaN"] {
            assert!(!is_plain(text, &Traits::of(text)), "{text}");
        }
        for text in ["string", "application/json", "/chat-messages/{task_id}/stop", "Send a message."] {
            assert!(is_plain(text, &Traits::of(text)) && !is_ambiguous(text), "{text}");
        }
    }

    #[test]
    fn the_shape_is_easy_to_read() {
        let document = json!({
            "openapi": "3.0.3",
            "tags": [{"name": "chat", "description": "Talk: chat."}],
            "required": ["a", "b"],
            "responses": {"200": {"description": "OK"}},
        });
        assert_eq!(
            to_yaml(&document),
            "openapi: \"3.0.3\"\ntags:\n  - name: chat\n    description: \"Talk: chat.\"\nrequired:\n  - a\n  - b\n\
             responses:\n  \"200\":\n    description: OK\n"
        );
    }
}
