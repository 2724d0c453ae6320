//! Cleaning a text and cutting it into segments.

use super::process_rule::{Cut, ProcessRule};
use super::words::{Counter, tokens};

/// Where a text that is too long is cut, the coarsest first; after these, anywhere.
const SEPARATORS: &[&str] = &["\n\n", "\n", "。", ". ", " "];
/// A whole document as a parent is cut off after so many tokens.
const LONGEST_PARENT: usize = 10_000;

/// A segment to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) content: String,
    pub(crate) children: Vec<String>,
}

/// Cleans a text and splits it by the rule.
pub(crate) fn split(text: &str, rule: &ProcessRule) -> Vec<Piece> {
    let text = clean(text, rule);
    let contents = match rule.mode.as_str() {
        // Left to itself, the server makes segments as long as they may be.
        "automatic" => {
            let Cut { max_tokens, overlap, .. } = rule.segments();
            packed(&text, SEPARATORS, max_tokens, overlap)
        }
        "hierarchical" if rule.whole() => packed(&text, SEPARATORS, LONGEST_PARENT, 0).into_iter().take(1).collect(),
        _ => cut(&text, &rule.segments()),
    };
    let contents = contents.iter().map(|content| content.trim()).filter(|content| !content.is_empty());
    let piece = |content: &str| Piece { content: content.to_owned(), children: children(content, rule) };
    contents.map(piece).collect()
}

/// The child chunks of a segment; none where the rule has no such thing.
pub(crate) fn children(content: &str, rule: &ProcessRule) -> Vec<String> {
    if rule.mode != "hierarchical" {
        return Vec::new();
    }
    cut(content, &rule.children()).into_iter().filter(|child| !child.trim().is_empty()).collect()
}

fn clean(text: &str, rule: &ProcessRule) -> String {
    let mut text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect();
    if rule.cleans("remove_urls_emails") {
        text = text.split_inclusive(char::is_whitespace).map(without_address).collect();
    }
    if rule.cleans("remove_extra_spaces") {
        text = without_extra_spaces(&text);
    }
    text
}

fn without_address(word: &str) -> &str {
    let address = word.trim_end();
    let url = address.starts_with("http://") || address.starts_with("https://");
    let mail = address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if url || mail { &word[address.len()..] } else { word }
}

/// Several blanks become one, several empty lines one empty line.
fn without_extra_spaces(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut blanks, mut lines) = (0, 0);
    for c in text.chars() {
        lines = if c == '\n' { lines + 1 } else { 0 };
        blanks = if c.is_whitespace() && c != '\n' { blanks + 1 } else { 0 };
        match blanks {
            0 if lines <= 2 => out.push(c),
            1 => out.push(if c == '\r' { '\r' } else { ' ' }),
            _ => {}
        }
    }
    out
}

/// At every separator, and further where a part is too long.
fn cut(text: &str, cut: &Cut) -> Vec<String> {
    let parts: Vec<&str> = if cut.separator.is_empty() { vec![text] } else { text.split(&cut.separator).collect() };
    let mut contents = Vec::with_capacity(parts.len());
    for part in parts {
        if tokens(part) <= cut.max_tokens {
            contents.push(part.to_owned());
        } else {
            contents.extend(packed(part, SEPARATORS, cut.max_tokens, cut.overlap));
        }
    }
    contents
}

/// As few parts as possible of at most so many tokens, neighbours sharing up to `overlap`.
fn packed(text: &str, separators: &[&str], max: usize, overlap: usize) -> Vec<String> {
    let Some((separator, finer)) = separators.split_first() else { return chopped(text, max) };
    let (mut full, mut open, mut length) = (Vec::new(), Vec::<(&str, usize)>::new(), 0);
    for part in text.split_inclusive(separator) {
        let count = tokens(part);
        if length + count > max && !open.is_empty() {
            full.push(joined(&open));
            while length > overlap || length + count > max {
                let Some((_, first)) = (!open.is_empty()).then(|| open.remove(0)) else { break };
                length -= first;
            }
        }
        if count > max {
            // What waits is shared with the part before only, and that is written already.
            open.clear();
            length = 0;
            full.extend(packed(part, finer, max, overlap));
        } else {
            open.push((part, count));
            length += count;
        }
    }
    if !open.is_empty() {
        full.push(joined(&open));
    }
    full
}

fn joined(parts: &[(&str, usize)]) -> String {
    parts.iter().map(|(part, _)| *part).collect()
}

/// One long word, cut anywhere.
fn chopped(text: &str, max: usize) -> Vec<String> {
    let (mut full, mut open, mut counter) = (Vec::new(), String::new(), Counter::default());
    for c in text.chars() {
        let before = counter;
        counter.push(c);
        if counter.count > max && before.count > 0 {
            full.push(std::mem::take(&mut open));
            counter = Counter::default();
            counter.push(c);
        }
        open.push(c);
    }
    if !open.is_empty() {
        full.push(open);
    }
    full
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const TEXT: &str = "Rust is a systems programming language. It has ownership.\n\nPython is dynamic. It is popular.\n\n\
        Dify is an LLM app platform with knowledge bases.";

    fn rule(value: Value) -> ProcessRule {
        ProcessRule::read(&value).expect("a rule")
    }

    fn contents(text: &str, rule: &ProcessRule) -> Vec<String> {
        split(text, rule).into_iter().map(|piece| piece.content).collect()
    }

    #[test]
    fn the_server_packs_and_a_caller_cuts_at_every_separator() {
        assert_eq!(contents(TEXT, &ProcessRule::automatic()), [TEXT]);
        let segmentation = json!({"separator": "\\n\\n", "max_tokens": 200});
        let custom =
            rule(json!({"mode": "custom", "rules": {"pre_processing_rules": [], "segmentation": segmentation}}));
        let found = contents(TEXT, &custom);
        assert_eq!((found.len(), found[1].as_str()), (3, "Python is dynamic. It is popular."));
        let long = "One two three. ".repeat(100);
        let found = contents(&long, &custom);
        assert!(found.len() >= 2 && found.iter().all(|content| tokens(content) <= 200), "{found:?}");
        assert!(contents(&"x".repeat(40_000), &custom).iter().all(|content| tokens(content) <= 200));
        assert_eq!(contents(" \n\n ", &custom), Vec::<String>::new());
    }

    #[test]
    fn a_hierarchical_rule_makes_children_as_recorded() {
        let hierarchical = rule(json!({"mode": "hierarchical", "rules": {
            "pre_processing_rules": [], "parent_mode": "paragraph",
            "segmentation": {"separator": "\n\n", "max_tokens": 200},
            "subchunk_segmentation": {"separator": ".", "max_tokens": 50},
        }}));
        let found = split(TEXT, &hierarchical);
        assert_eq!(found[0].children, ["Rust is a systems programming language", " It has ownership"]);
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn cleaning_does_what_is_switched_on() {
        let cleaning =
            json!([{"id": "remove_extra_spaces", "enabled": true}, {"id": "remove_urls_emails", "enabled": true}]);
        let segmentation = json!({"separator": "###", "max_tokens": 200});
        let rule =
            rule(json!({"mode": "custom", "rules": {"pre_processing_rules": cleaning, "segmentation": segmentation}}));
        let found = contents("Write \t to me@example.com\n\n\n\nor https://example.com/x now", &rule);
        assert_eq!(found, ["Write to \n\nor now"]);
    }

    #[test]
    fn neighbours_share_what_they_should() {
        let text = (0..60).map(|number| format!("w{number} ")).collect::<String>();
        let parts = packed(&text, SEPARATORS, 20, 5);
        assert!(parts[1].starts_with("w15 w16"), "{parts:?}");
        assert!(parts.iter().all(|part| tokens(part) <= 20));
    }
}
