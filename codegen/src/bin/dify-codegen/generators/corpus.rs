//! The bodies that the replays decode: what servers sent, each with its schema in a document, and variants of it.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use contract::{Body, Found, Judge, Schema, Side, before, is_json};
use serde_json::{Value, json};

use super::variants::{self, Kind};

/// The first release whose recordings are replayed.
const FIRST: &str = "1.0.1";

/// The lines of one API's document.
#[derive(Debug, Default)]
pub(super) struct Corpus {
    pub(super) lines: Vec<Line>,
    /// Bodies without a class of their own: bare numbers, any value, and unions at the place of use.
    pub(super) nameless: usize,
    /// Bodies that the document does not allow: deviations of their release.
    pub(super) deviating: usize,
}

/// A body to decode.
#[derive(Debug)]
pub(super) struct Line {
    /// The component that describes it.
    pub(super) schema: String,
    /// Whether it is a list of values of that schema.
    pub(super) list: bool,
    pub(super) kind: Kind,
    pub(super) body: Value,
    /// The body without the members that the document does not describe.
    pub(super) described: Value,
    pub(super) operation: String,
    pub(super) status: u16,
    pub(super) release: String,
}

impl Corpus {
    /// Gathers the recorded JSON bodies and events of the servers in a folder, for one document in OpenAPI 3.1.
    ///
    /// With `only`, those of that release. Of bodies of one schema and one shape the first is taken: the shape keeps short
    /// words, which may be values of an enum or tags, and whether numbers are whole.
    pub(super) fn gather(recordings: &Path, document: &Value, only: Option<&str>) -> Result<Self, Box<dyn Error>> {
        let judge = Judge::new([document.clone()], "")?;
        let mut corpus = Self::default();
        let mut seen = BTreeSet::new();
        for server in contract::corpora(recordings)? {
            let release = server.release()?;
            let recorded = server.index.as_ref().is_some_and(|index| index.grade == "recorded");
            let wanted = only.map_or_else(|| !before(&release, Some(&FIRST.into())), |only| only == release);
            if !recorded || !wanted {
                continue;
            }
            for (_, exchange) in &server.recordings {
                let Found::Operation(operation, _) = judge.find(&exchange.request.method, exchange.request.path())
                else {
                    continue;
                };
                let (status, media_type) = (exchange.response.status, exchange.response.media_type());
                let body = operation.answer(status).and_then(|answer| answer.body(&media_type));
                let Some(schema) = body.and_then(Body::schema) else { continue };
                let text = exchange.response.bytes();
                let text = String::from_utf8_lossy(&text);
                let (kind, values) = match media_type.as_str() {
                    "text/event-stream" => (Kind::Event, contract::events(&text)),
                    json if is_json(json) => (Kind::Recorded, serde_json::from_str(&text).into_iter().collect()),
                    _ => continue,
                };
                for body in values {
                    let Some((name, list)) = named(schema) else {
                        corpus.nameless += 1;
                        continue;
                    };
                    if !schema.accepts(&body, Side::Answer) {
                        corpus.deviating += 1;
                    } else if seen.insert((name.to_owned(), list, shape(&body))) {
                        corpus.lines.push(Line {
                            schema: name.to_owned(),
                            list,
                            kind,
                            described: variants::described(schema, &body),
                            body,
                            operation: operation.id().to_owned(),
                            status,
                            release: release.clone(),
                        });
                    }
                }
            }
        }
        let document = judge.documents().first().ok_or("a judge without a document")?;
        let variants = variants::of(document, &corpus.lines);
        corpus.lines.extend(variants);
        Ok(corpus)
    }

    /// Writes it as JSON lines.
    pub(super) fn write(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let mut text = String::new();
        for line in &self.lines {
            let json = json!({
                "schema": line.schema, "list": line.list, "kind": line.kind.name(), "body": line.body.to_string(),
                "status": line.status, "operation": line.operation, "release": line.release,
            });
            writeln!(text, "{json}")?;
        }
        Ok(fs::write(path, text)?)
    }
}

impl Line {
    /// What it is, for a failure.
    pub(super) fn place(&self) -> String {
        let list = if self.list { "[]" } else { "" };
        let (schema, kind, operation) = (&self.schema, self.kind.name(), &self.operation);
        format!("{schema}{list} ({kind}, {operation} {}, {})", self.status, self.release)
    }
}

/// The component that a schema refers to, alone or beside null, and whether the body is a list of it.
fn named(schema: Schema<'_>) -> Option<(&str, bool)> {
    // Generators make no class of any value, nor of an object without members.
    let described = |name: &&str| {
        let component = schema.document().component(name).map(Schema::value);
        ["properties", "oneOf", "anyOf", "allOf"].iter().any(|word| component.is_some_and(|it| it.get(word).is_some()))
    };
    if let Some(name) = reference(schema.source()) {
        return Some((name, false)).filter(|(name, _)| described(name));
    }
    reference(schema.source().get("items")?).filter(described).map(|name| (name, true))
}

fn reference(schema: &Value) -> Option<&str> {
    let alternatives = ["allOf", "anyOf", "oneOf"].iter().find_map(|key| schema.get(key)?.as_array());
    let mut others = alternatives.into_iter().flatten().filter(|schema| schema["type"] != "null");
    match (schema.get("$ref"), others.next(), others.next()) {
        (Some(reference), ..) => reference.as_str()?.rsplit('/').next(),
        (None, Some(only), None) => reference(only),
        _ => None,
    }
}

/// A body without its values; see [`Corpus::gather`].
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(number) => if number.is_f64() { "float" } else { "integer" }.to_owned(),
        Value::String(text) => {
            let word = text.len() < 40 && text.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '-');
            if word { format!("\"{text}\"") } else { "text".to_owned() }
        }
        Value::Array(items) => format!("{:?}", items.iter().map(shape).collect::<BTreeSet<_>>()),
        Value::Object(members) => {
            let members: BTreeSet<String> =
                members.iter().map(|(name, value)| format!("{name}:{}", shape(value))).collect();
            format!("{{{}}}", members.into_iter().collect::<Vec<_>>().join(","))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn the_corpus_has_every_kind_of_line() {
        let text = fs::read_to_string(root().join("spec/published/dify-web-3.1.json")).expect("it is published");
        let document = serde_json::from_str(&text).expect("it is JSON");
        let release = "1.16.1";
        let corpus = Corpus::gather(&root().join("tests/recordings"), &document, Some(release)).expect("recordings");
        for kind in Kind::ALL {
            assert!(corpus.lines.iter().any(|line| line.kind == kind), "{}", kind.name());
        }
        assert!(corpus.lines.iter().all(|line| line.release == release));
        assert!(corpus.lines.iter().any(|line| line.status >= 400), "refusals are replayed too");
    }

    #[test]
    fn a_name_is_found_in_lists_and_beside_null() {
        let tea = json!({"$ref": "#/components/schemas/Tea"});
        for (schema, name) in [
            (json!({"anyOf": [tea, {"type": "null"}]}), Some("Tea")),
            (json!({"allOf": [tea]}), Some("Tea")),
            (json!({"anyOf": [tea, {"type": "integer"}]}), None),
            (json!({"type": "integer"}), None),
        ] {
            assert_eq!(reference(&schema), name, "{schema}");
        }
    }

    #[test]
    fn a_shape_keeps_words_and_kinds_of_numbers() {
        assert_eq!(shape(&json!({"b": [1, 2], "a": "ping"})), shape(&json!({"a": "ping", "b": [3]})));
        for other in [json!({"a": "pong"}), json!({"a": 1.5}), json!({"a": null}), json!({"a": "A text."})] {
            assert_ne!(shape(&json!({"a": "ping"})), shape(&other));
        }
    }
}
