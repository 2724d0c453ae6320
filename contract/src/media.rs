//! Media types, and the bodies that a document describes by them.

use serde_json::Value;

use crate::{document::Document, schema::Schema};

/// What a document describes of a request's body or of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Message<'d> {
    document: &'d Document,
    value: &'d Value,
}

/// A body of one media type.
#[derive(Clone, Copy, Debug)]
pub struct Body<'d> {
    document: &'d Document,
    value: &'d Value,
}

impl<'d> Message<'d> {
    pub(crate) fn new(document: &'d Document, value: &'d Value) -> Self {
        Self { document, value: document.follow(value) }
    }

    /// Whether a request must have the body.
    #[must_use]
    pub fn is_required(self) -> bool {
        self.value["required"] == true
    }

    /// Returns the media types, as the document writes them, each with its body.
    pub fn bodies(self) -> impl Iterator<Item = (&'d str, Body<'d>)> {
        let bodies = self.value.get("content").and_then(Value::as_object).into_iter().flatten();
        bodies.map(move |(media, value)| (media.as_str(), Body { document: self.document, value }))
    }

    /// Returns the body of a media type without parameters: the exact one, else that of the first matching range.
    #[must_use]
    pub fn body(self, media_type: &str) -> Option<Body<'d>> {
        let holds = |range: &str| {
            let start = range.strip_suffix('*').filter(|start| start.ends_with('/'));
            range == "*/*" || start.is_some_and(|start| media_type.starts_with(start))
        };
        let exact = self.bodies().find(|(name, _)| essence(name) == media_type);
        exact.or_else(|| self.bodies().find(|(name, _)| holds(&essence(name)))).map(|(_, body)| body)
    }
}

impl<'d> Body<'d> {
    /// Returns the schema: of the whole body, or of each event where the body is a stream of events.
    #[must_use]
    pub fn schema(self) -> Option<Schema<'d>> {
        let schema = self.value.get("schema").filter(|schema| !schema.is_null())?;
        Some(Schema::new(self.document, schema))
    }

    /// Returns the example.
    #[must_use]
    pub fn example(self) -> Option<&'d Value> {
        self.value.get("example")
    }
}

/// Returns the media type of a content type: without parameters, in lower case.
#[must_use]
pub fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether bodies of a media type are JSON.
#[must_use]
pub fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parameters_and_case_do_not_matter() {
        assert_eq!(essence("Text/Event-Stream; charset=utf-8"), "text/event-stream");
        assert!(is_json("application/json") && is_json("application/problem+json") && !is_json("text/html"));
    }

    #[test]
    fn the_exact_media_type_wins_over_a_range() {
        let document = Document::new(json!({}), "").expect("a document");
        let body = |content: Value, media_type: &str| {
            let answer = json!({"content": content});
            let example = Message { document: &document, value: &answer }.body(media_type)?.value["example"].clone();
            Some(example)
        };
        let audio = json!({"audio/*": {"example": 1}, "audio/mpeg": {"example": 2}});
        assert_eq!(body(audio.clone(), "audio/mpeg"), Some(json!(2)));
        assert_eq!(body(audio.clone(), "audio/wav"), Some(json!(1)));
        assert_eq!(body(audio, "text/html"), None);
        assert_eq!(body(json!({"*/*": {"example": 3}}), ""), Some(json!(3)));
    }
}
