//! Descriptions as documentation comments: markdown without accidental links, HTML, doctests or bare URLs.

use proc_macro2::Span;
use syn::{AttrStyle, Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, MetaNameValue};

/// How wide a documentation comment may be, without its indentation and slashes.
const WIDTH: usize = 100;

/// A description as lines of documentation.
pub(crate) fn lines(description: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in description.trim().lines() {
        // Four spaces would make a code block, and rustdoc would compile it.
        let line = escape(line.trim());
        let hang = if line.starts_with("- ") || line.starts_with("* ") { "  " } else { "" };
        wrap(&line, hang, &mut lines);
    }
    lines
}

/// A sentence on the server versions that support an item, as a paragraph of its own.
pub(crate) fn versions(since: Option<&str>, until: Option<&str>) -> Vec<String> {
    let sentence = match (since, until) {
        (None, None) => return Vec::new(),
        (Some(since), None) => format!("Since Dify {since}."),
        (None, Some(until)) => format!("Until Dify {until}."),
        (Some(since), Some(until)) => format!("From Dify {since} until {until}."),
    };
    vec![String::new(), sentence]
}

/// The first sentence of a description.
pub(crate) fn first_sentence(description: &str) -> String {
    let mut sentence = String::new();
    for word in description.split_whitespace() {
        if sentence.ends_with('.') {
            break;
        }
        if !sentence.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(word);
    }
    sentence
}

/// Lines as attributes.
pub(crate) fn attrs(lines: &[String]) -> Vec<Attribute> {
    lines.iter().map(|line| doc(&if line.is_empty() { String::new() } else { format!(" {line}") })).collect()
}

/// `#[doc = …]`. By hand: there are thousands, and parsing each takes long in development builds.
fn doc(line: &str) -> Attribute {
    let text = Lit::Str(LitStr::new(line, Span::call_site()));
    Attribute {
        pound_token: Default::default(),
        style: AttrStyle::Outer,
        bracket_token: Default::default(),
        meta: Meta::NameValue(MetaNameValue {
            path: Ident::new("doc", Span::call_site()).into(),
            eq_token: Default::default(),
            value: Expr::Lit(ExprLit { attrs: Vec::new(), lit: text }),
        }),
    }
}

/// Keep markdown from seeing links and tags where the text has none; code spans stay as they are.
fn escape(line: &str) -> String {
    let mut escaped = String::new();
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            escaped.push('`');
        }
        if index % 2 == 1 {
            escaped.push_str(part);
            continue;
        }
        let links = part.contains("://");
        for word in part.split_inclusive(' ') {
            if !links {
                escape_into(word, &mut escaped);
                continue;
            }
            if word.contains("](https://") {
                // A link already, from a bundled description.
                escaped.push_str(word);
                continue;
            }
            let bare = word.trim_end_matches([' ', '.', ',', ';', ':', ')', '"']);
            let start = bare.find("http://").or_else(|| bare.find("https://"));
            match start {
                Some(start) => {
                    escape_into(&word[..start], &mut escaped);
                    escaped.push('<');
                    escaped.push_str(&bare[start..]);
                    escaped.push('>');
                    escape_into(&word[bare.len()..], &mut escaped);
                }
                None => escape_into(word, &mut escaped),
            }
        }
    }
    escaped
}

fn escape_into(text: &str, escaped: &mut String) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        if matches!(byte, b'[' | b']' | b'<' | b'>' | b'*' | b'\\') && text != "* " {
            escaped.push_str(&text[done..at]);
            escaped.push('\\');
            done = at;
        }
    }
    escaped.push_str(&text[done..]);
}

/// Break a line between words; what follows begins with `hang`.
pub(crate) fn wrap(line: &str, hang: &str, lines: &mut Vec<String>) {
    let (mut current, mut width) = (String::new(), 0);
    for word in words(line) {
        let length = word.chars().count();
        if !current.trim().is_empty() && width + 1 + length > WIDTH {
            lines.push(std::mem::replace(&mut current, hang.to_owned()));
            width = hang.len();
            // A word that would begin a list, a heading or a quotation at the start of a line.
            if hang.is_empty() && matches!(word, "-" | "+" | "#" | "=") {
                current.push('\\');
                width += 1;
            }
        } else if !current.is_empty() && current != hang {
            current.push(' ');
            width += 1;
        }
        current.push_str(word);
        width += length;
    }
    lines.push(current);
}

/// The words of a line; a code span is one word, so that it stays on one line.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut in_code) = (0, false);
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'`' => in_code = !in_code,
            b' ' if !in_code => {
                if at > start {
                    words.push(&line[start..at]);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < line.len() {
        words.push(&line[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_tags_and_stars_outside_code_are_escaped() {
        assert_eq!(lines("a [b] <c> *d* `e[0] <f>`"), [r"a \[b\] \<c\> \*d\* `e[0] <f>`"]);
    }

    #[test]
    fn a_bare_url_becomes_a_link() {
        assert_eq!(lines("See https://dify.ai/x."), ["See <https://dify.ai/x>."]);
        assert_eq!(lines("(https://dify.ai)"), ["(<https://dify.ai>)"]);
    }

    #[test]
    fn a_link_stays_a_link_however_often_it_is_escaped() {
        let link = "Ends ([R28](https://dify.ai/x#r28), [R1](https://dify.ai/x#r1)).";
        assert_eq!(lines(link), [link]);
        assert_eq!(lines(&lines(link)[0]), [link]);
    }

    #[test]
    fn an_indented_block_is_no_doctest() {
        assert_eq!(lines("a\n      let x = 1;"), ["a", "let x = 1;"]);
    }

    #[test]
    fn long_lines_break_between_words_but_not_in_code() {
        let text = format!("{} `a b c d e f`", "word ".repeat(19));
        let wrapped = lines(&text);
        assert_eq!(wrapped.len(), 2);
        assert_eq!(wrapped[1], "`a b c d e f`");
    }

    #[test]
    fn an_item_of_a_list_goes_on_indented() {
        let wrapped = lines(&format!("- {}", "word ".repeat(30)));
        assert!(wrapped[1].starts_with("  word"));
    }

    #[test]
    fn the_first_sentence_ends_at_its_full_stop() {
        assert_eq!(first_sentence("One 1.2 two. Three."), "One 1.2 two.");
    }
}
