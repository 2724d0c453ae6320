//! YAML text to [`Node`]s. Only what the source needs: no anchors, tags or several documents in a file.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::Value;

use super::node::{Entry, Kind, Node, Place};
use super::scalar;

/// Mappings and lists in each other. Whatever walks the source does so by calling itself; ours has about 30.
const DEEPEST: usize = 100;

/// Something wrong at a line, not yet tied to a file's name.
pub struct Problem {
    pub line: usize,
    pub message: String,
    pub fix: &'static str,
}

/// What could be read, and everything wrong with it. No node where the text is not YAML at all.
pub fn parse(text: &str, file: usize) -> (Option<Node>, Vec<Problem>) {
    let mut builder = Builder { file, open: Vec::new(), root: None, documents: 0, problems: Vec::new() };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                let line = span.start.line();
                builder.take(event, span);
                if builder.open.len() > DEEPEST {
                    let message = format!("more than {DEEPEST} mappings and lists are nested here");
                    builder.problem(line, message, "name inner parts and use `$ref`");
                    return (None, builder.problems);
                }
            }
            Err(error) => {
                builder.problem(
                    error.marker().line(),
                    format!("this is not YAML: {}", error.info()),
                    "mend the indentation or the quotes around here",
                );
                return (None, builder.problems);
            }
        }
    }
    if builder.root.is_none() {
        builder.problem(1, "the file is empty".into(), "fill it or delete it");
    }
    (builder.root, builder.problems)
}

/// A mapping or list whose end has not come yet.
enum Open {
    Map { place: Place, entries: Vec<Entry>, lines: HashMap<String, usize>, key: Option<(String, Place)> },
    List { place: Place, items: Vec<Node> },
}

struct Builder {
    file: usize,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    problems: Vec<Problem>,
}

impl Builder {
    fn problem(&mut self, line: usize, message: String, fix: &'static str) {
        self.problems.push(Problem { line, message, fix });
    }

    fn take(&mut self, event: Event<'_>, span: Span) {
        let place = Place { file: self.file, line: span.start.line() };
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.problem(
                        place.line,
                        "a second document begins here".into(),
                        "keep one document in a file: remove the `---`",
                    );
                }
            }
            Event::Alias(_) => {
                self.problem(place.line, "YAML aliases are not read".into(), "name the part and use `$ref`");
                self.finish(Node { place, kind: Kind::Scalar(Value::Null) });
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.no_extras(place.line, anchor, tag.is_some());
                self.scalar(&text, style, place);
            }
            Event::SequenceStart(anchor, tag) => {
                self.no_extras(place.line, anchor, tag.is_some());
                self.open.push(Open::List { place, items: Vec::new() });
            }
            Event::MappingStart(anchor, tag) => {
                self.no_extras(place.line, anchor, tag.is_some());
                self.open.push(Open::Map { place, entries: Vec::new(), lines: HashMap::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let node = match self.open.pop() {
                    Some(Open::Map { place, entries, .. }) => Node { place, kind: Kind::Map(entries) },
                    Some(Open::List { place, items }) => Node { place, kind: Kind::List(items) },
                    None => return,
                };
                self.finish(node);
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
    }

    fn no_extras(&mut self, line: usize, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.problem(line, "YAML anchors are not read".into(), "name the part and use `$ref`");
        }
        if tagged {
            self.problem(line, "YAML tags are not read".into(), "remove the `!…`; quote what has to be text");
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, place: Place) {
        let plain = style == ScalarStyle::Plain;
        if let Some(Open::Map { key, .. }) = self.open.last_mut()
            && key.is_none()
        {
            // Names are text whatever they look like: status codes need no quotes.
            *key = Some((text.to_owned(), place));
            if plain && scalar::is_ambiguous(text) {
                self.ambiguous(text, place.line);
            }
            return;
        }
        if plain && scalar::is_ambiguous(text) {
            self.ambiguous(text, place.line);
        }
        let value = if plain { scalar::resolve(text) } else { Value::String(text.to_owned()) };
        self.finish(Node { place, kind: Kind::Scalar(value) });
    }

    fn ambiguous(&mut self, text: &str, line: usize) {
        self.problem(
            line,
            format!("YAML parsers disagree on what `{text}` without quotes is"),
            "put it in quotes, or write the number plainly",
        );
    }

    /// Put a complete node where it belongs.
    fn finish(&mut self, node: Node) {
        match self.open.last_mut() {
            None => {
                self.root.get_or_insert(node);
            }
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, lines, key, .. }) => {
                let Some((key, place)) = key.take() else {
                    // A mapping or list as a name (`? …`).
                    *key = Some((String::new(), node.place));
                    self.problem(node.place.line, "a name has to be text".into(), "write a plain name before the `:`");
                    return;
                };
                if let Some(first) = lines.get(&key) {
                    let message = format!("`{key}` occurs already, on line {first}");
                    self.problem(place.line, message, "remove or rename one of the two");
                    return;
                }
                lines.insert(key.clone(), place.line);
                entries.push(Entry { key, place, value: node });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(text: &str) -> Vec<(usize, String)> {
        parse(text, 0).1.into_iter().map(|problem| (problem.line, problem.message)).collect()
    }

    fn node(text: &str) -> Node {
        let (node, problems) = parse(text, 0);
        assert!(problems.is_empty());
        node.expect("a node")
    }

    #[test]
    fn every_name_and_value_knows_its_line() {
        let node = node("a:\n  b: 1\n  c:\n    - x\n    - d: {e: 2}\n");
        assert_eq!(node.place_at("/a").line, 1);
        assert_eq!(node.place_at("/a/b").line, 2);
        assert_eq!(node.place_at("/a/c/0").line, 4);
        assert_eq!(node.place_at("/a/c/1/d/e").line, 5);
        assert_eq!(node.place_at("/a/c/1/d/nothing").line, 5);
        assert_eq!(node.to_value(), json!({"a": {"b": 1, "c": ["x", {"d": {"e": 2}}]}}));
    }

    #[test]
    fn quoted_scalars_are_text_and_plain_status_codes_are_names() {
        let node = node("200: \"1\"\nb: 'null'\nc: >-\n  one\n  two\n");
        assert_eq!(node.to_value(), json!({"200": "1", "b": "null", "c": "one two"}));
    }

    #[test]
    fn a_name_given_twice_is_a_problem_at_the_second() {
        assert_eq!(problems("a: 1\nb: 2\na: 3\n"), [(3, "`a` occurs already, on line 1".into())]);
    }

    #[test]
    fn a_plain_scalar_that_parsers_read_differently_is_a_problem() {
        assert_eq!(problems("a: 1\nb: off\n"), [(2, "YAML parsers disagree on what `off` without quotes is".into())]);
        assert_eq!(problems("a: \"off\"\n"), []);
    }

    #[test]
    fn anchors_aliases_tags_and_second_documents_are_problems() {
        assert_eq!(problems("a: &x 1\nb: *x\n").len(), 2);
        assert_eq!(problems("a: !!str 1\n").len(), 1);
        assert_eq!(problems("a: 1\n---\nb: 2\n").len(), 1);
    }

    // Guards a past bug: nodes are dropped by a function that calls itself, and 5,000 levels overflowed the stack.
    #[test]
    fn nesting_without_end_is_a_problem() {
        let deep = [
            "[".repeat(5_000),
            "{a: ".repeat(5_000),
            "- ".repeat(5_000),
            "? ".repeat(5_000),
            (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect(),
        ];
        for text in deep {
            let (node, problems) = parse(&text, 0);
            assert!(node.is_none() && problems.len() == 1, "{}", &text[..20]);
        }
        let allowed = format!("{}1{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
        assert!(parse(&allowed, 0).1.is_empty());
    }

    #[test]
    fn a_mapping_of_many_names_is_read_in_one_go() {
        let text: String = (0..100_000).map(|name| format!("n{name}: 1\n")).collect();
        assert_eq!(node(&text).entries().len(), 100_000);
    }

    #[test]
    fn text_that_is_not_yaml_names_its_line() {
        let (node, problems) = parse("a: 1\nb: [1, 2\nc: 3\n", 0);
        assert!(node.is_none());
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.starts_with("this is not YAML"));
        assert!(problems[0].line >= 2);
    }
}
