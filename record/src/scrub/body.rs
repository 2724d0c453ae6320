//! Bodies: read as what they claim to be, or left out.

use http::{HeaderMap, header};
use serde_json::Value;

use super::place::Place;
use super::placeholder::REDACTED;
use super::tree::Tree;
use super::{Scrubber, yaml};
use crate::kept::Kept;

/// What a recording has of a body.
#[derive(Debug, PartialEq)]
pub(crate) enum Cleaned {
    /// There was none.
    Nothing,
    /// Pieces of text, each with the place where it ends in the body, and what was left out at the end.
    Text(Vec<(usize, String)>, Option<String>),
    /// A form with files, and the list of its parts.
    Form(Vec<u8>, Value),
    /// Bytes whose content was replaced, and why.
    Replaced(String),
    /// Nothing of it, and why.
    Omitted(String),
}

impl Scrubber {
    /// Cleans a body. `place` returns what describes a body of a media type.
    pub(crate) fn body(&mut self, headers: &HeaderMap, kept: &Kept, place: impl Fn(&str) -> Place) -> Cleaned {
        let omitted = |why: &str| Cleaned::Omitted(format!("{} bytes, left out: {why}", kept.total()));
        if kept.total() == 0 {
            return Cleaned::Nothing;
        }
        let Some(bytes) = kept.bytes() else { return omitted("more than a recording keeps") };
        if is_compressed(headers) {
            return omitted("compressed");
        }
        let (media_type, charset) = content_type(headers);
        let place = place(&media_type);
        if media_type == "multipart/form-data" {
            let form = self.multipart(headers, bytes, &place);
            return form.map_or_else(
                || omitted("not the form that it claims to be"),
                |(form, list)| Cleaned::Form(form, list),
            );
        }
        let kind = Kind::of(&media_type);
        if kind == Kind::Binary {
            return Cleaned::Replaced(format!("{} bytes of {media_type}, left out", kept.total()));
        }
        if !matches!(charset.as_str(), "" | "utf-8" | "utf8" | "us-ascii") {
            return omitted("its encoding is not UTF-8");
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // A stream may have been cut within a letter.
            Err(error) if kind == Kind::Events && error.error_len().is_none() => {
                std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return omitted("not UTF-8"),
        };
        let whole = |cleaned: String| Cleaned::Text(vec![(bytes.len(), cleaned)], None);
        // Clients and servers label JSON as anything.
        if Tree::document(text).is_some() || (kind == Kind::Json && Tree::json(text).is_some()) {
            return self.json(text, &place).map_or_else(|| omitted("not JSON"), whole);
        }
        match kind {
            Kind::Events => {
                let events = self.events(text, &place);
                let rest = events.rest + (bytes.len() - text.len());
                let note = (rest > 0).then(|| format!("the last {rest} bytes are no whole event, left out"));
                Cleaned::Text(events.pieces, note)
            }
            Kind::Json | Kind::Lines => match self.json_lines(text, &place) {
                Some(cleaned) => whole(cleaned),
                None => omitted("not the JSON that it claims to be"),
            },
            Kind::Form => whole(self.pairs(text, |name| place.member(name))),
            Kind::Yaml => match Tree::yaml(text).filter(Tree::is_container) {
                Some(_) => whole(self.yaml_body(text, &place)),
                None => omitted("not the YAML that it claims to be"),
            },
            Kind::Text if yaml::is_definition(text) || place.is_known() => whole(self.described_text(text)),
            Kind::Text => Cleaned::Text(
                vec![(bytes.len(), REDACTED.to_owned())],
                Some(format!("{} bytes of text that is not described, left out", bytes.len())),
            ),
            Kind::Binary => omitted("no text"),
        }
    }

    /// A definition of an application is open by its nature.
    fn yaml_body(&mut self, text: &str, place: &Place) -> String {
        let open = Place::open();
        let place = if place.is_known() || yaml::is_definition(text) { &open } else { place };
        let Some(tree) = Tree::yaml(text) else { return REDACTED.to_owned() };
        let mut cleaned = tree.clone();
        self.document(&mut cleaned, place);
        // Comments are not part of the tree.
        if cleaned == tree && place.is_known() { self.described_text(text) } else { cleaned.write() }
    }
}

/// What a body claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Lines,
    Events,
    Form,
    Yaml,
    Text,
    Binary,
}

impl Kind {
    fn of(media_type: &str) -> Self {
        match media_type {
            "application/json" | "text/json" | "" => Self::Json,
            json if json.ends_with("+json") => Self::Json,
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/json-seq"
            | "application/jsonlines"
            | "application/x-jsonlines" => Self::Lines,
            "text/event-stream" => Self::Events,
            "application/x-www-form-urlencoded" => Self::Form,
            "application/yaml" | "application/x-yaml" | "text/yaml" | "text/x-yaml" => Self::Yaml,
            text if text.starts_with("text/") => Self::Text,
            "application/xml" | "application/javascript" => Self::Text,
            _ => Self::Binary,
        }
    }
}

fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Media type and character set, in lower case.
fn content_type(headers: &HeaderMap) -> (String, String) {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let value = value.to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_owned();
    let charset = parts.find_map(|part| part.strip_prefix("charset=")).unwrap_or_default();
    (media_type, charset.trim_matches('"').to_owned())
}
