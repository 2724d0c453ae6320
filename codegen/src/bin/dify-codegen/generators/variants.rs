//! Bodies that no server sent yet: null where the document allows it, and what a later release may add.

use std::collections::BTreeSet;

use contract::{Document, Schema, Side};
use serde_json::{Value, json};

use super::corpus::Line;

/// A name and a value that no release has.
const FUTURE: &str = "from_the_future";

/// Why a line is in the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A recorded body.
    Recorded,
    /// A recorded event.
    Event,
    /// Null in place of every member that may be null.
    Null,
    /// Another member in each object.
    UnknownMember,
    /// Another value in place of each one of an extensible enum.
    UnknownValue,
    /// An event of another name.
    UnknownEvent,
}

impl Kind {
    /// All of them.
    #[cfg(test)]
    pub(super) const ALL: [Self; 6] =
        [Self::Recorded, Self::Event, Self::Null, Self::UnknownMember, Self::UnknownValue, Self::UnknownEvent];

    /// As it is written in the corpus.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Event => "event",
            Self::Null => "null",
            Self::UnknownMember => "unknown_member",
            Self::UnknownValue => "unknown_value",
            Self::UnknownEvent => "unknown_event",
        }
    }

    /// Whether a server sent it.
    pub(super) fn is_recorded(self) -> bool {
        matches!(self, Self::Recorded | Self::Event)
    }
}

/// The variants of the first body of each schema, and of the first event of each name.
pub(super) fn of(document: &Document, lines: &[Line]) -> Vec<Line> {
    let mut seen = BTreeSet::new();
    let mut variants = Vec::new();
    for line in lines.iter().filter(|line| !line.list) {
        let Some(schema) = document.component(&line.schema) else { continue };
        let tag = tag_of(schema);
        let name = tag.map(|tag| line.body[tag].to_string());
        if !seen.insert((&line.schema, name)) {
            continue;
        }
        let mut bodies = vec![
            (Kind::Null, edited(schema, &line.body, &mut nullify)),
            (Kind::UnknownMember, edited(schema, &line.body, &mut extend)),
            (Kind::UnknownValue, edited(schema, &line.body, &mut replace)),
        ];
        // A document that lists every value of an enum does not allow another.
        bodies.retain(|(_, body)| *body != line.body && schema.accepts(body, Side::Answer));
        if let Some(tag) = tag.filter(|_| seen.insert((&line.schema, None))) {
            let mut body = line.body.clone();
            body[tag] = FUTURE.into();
            bodies.push((Kind::UnknownEvent, body));
        }
        variants.extend(bodies.into_iter().map(|(kind, body)| Line {
            schema: line.schema.clone(),
            list: false,
            kind,
            described: described(schema, &body),
            body,
            operation: line.operation.clone(),
            status: line.status,
            release: line.release.clone(),
        }));
    }
    variants
}

/// A body without the members that its schema does not name.
pub(super) fn described(schema: Schema<'_>, body: &Value) -> Value {
    edited(schema, body, &mut |schema, value| {
        let Some(picked) = schema.picked(value) else { return };
        let known = picked.members(value, Side::Answer);
        if let Some(members) = value.as_object_mut().filter(|_| !known.named.is_empty()) {
            members.retain(|name, _| known.named.contains_key(name.as_str()) || known.additional.is_some());
        }
    })
}

/// The member by which the branches of a union are told apart.
fn tag_of(schema: Schema<'_>) -> Option<&str> {
    schema.value().get("discriminator")?.get("propertyName")?.as_str()
}

fn nullify(schema: Schema<'_>, value: &mut Value) {
    if schema.accepts(&Value::Null, Side::Answer) {
        *value = Value::Null;
    }
}

fn extend(schema: Schema<'_>, value: &mut Value) {
    let Some(picked) = schema.picked(value) else { return };
    let named = !picked.members(value, Side::Answer).named.is_empty();
    if let Some(members) = value.as_object_mut().filter(|_| named) {
        members.insert(FUTURE.to_owned(), json!({"a": [1, null]}));
    }
}

fn replace(schema: Schema<'_>, value: &mut Value) {
    if value.is_string() && is_extensible(schema, 0) {
        *value = FUTURE.into();
    }
}

/// Whether a schema is an extensible enum, alone or beside null.
fn is_extensible(schema: Schema<'_>, depth: usize) -> bool {
    let value = schema.value();
    let parts = || ["allOf", "anyOf"].into_iter().filter_map(|key| value.get(key)?.as_array()).flatten();
    let part = |part| is_extensible(Schema::new(schema.document(), part), depth + 1);
    value.get("x-extensible-enum").is_some() || depth < 4 && parts().any(part)
}

/// The body after `edit` of each of its described parts, the innermost first; the body itself only where it is an object.
fn edited<'d>(schema: Schema<'d>, body: &Value, edit: &mut dyn FnMut(Schema<'d>, &mut Value)) -> Value {
    let mut body = body.clone();
    each_part(schema, &mut body, edit, 0);
    if body.is_object() {
        let mut whole = body.clone();
        edit(schema, &mut whole);
        if whole.is_object() {
            body = whole;
        }
    }
    body
}

fn each_part<'d>(schema: Schema<'d>, value: &mut Value, edit: &mut dyn FnMut(Schema<'d>, &mut Value), depth: usize) {
    /// Deeper than any body.
    const DEEP: usize = 40;
    let Some(picked) = schema.picked(value).filter(|_| depth < DEEP) else { return };
    let known = picked.members(value, Side::Answer);
    let items = picked.items(value, Side::Answer);
    let mut part = |schema: Schema<'d>, value: &mut Value| {
        each_part(schema, value, edit, depth + 1);
        edit(schema, value);
    };
    match (value, items) {
        (Value::Array(values), Some(items)) => values.iter_mut().for_each(|value| part(items, value)),
        (Value::Object(members), _) => {
            for (name, value) in members {
                if let Some(schema) = known.named.get(name.as_str()).copied().or(known.additional) {
                    part(schema, value);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(body: Value) -> Vec<(Kind, Value)> {
        let text = json!({"type": "string"});
        let event = |tag: &str, other: Value| json!({"type": "object", "properties": {"event": {"type": "string", "const": tag}, "other": other}});
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let root = json!({"components": {"schemas": {
            "Event": {"oneOf": [reference("Tea"), reference("Cup")], "discriminator": {
                "propertyName": "event",
                "mapping": {"tea": "#/components/schemas/Tea", "cup": "#/components/schemas/Cup"},
            }},
            "Tea": event("tea", json!({"type": ["string", "null"]})),
            "Cup": event("cup", json!({"anyOf": [reference("Kind"), {"type": "null"}]})),
            "Kind": {"type": "string", "x-extensible-enum": [{"value": "mug"}]},
            "Text": text,
        }}});
        let document = Document::new(root, "").expect("a document");
        let schema = document.component("Event").expect("it is there");
        let line = Line {
            schema: "Event".into(),
            list: false,
            kind: Kind::Event,
            described: described(schema, &body),
            body,
            operation: String::new(),
            status: 200,
            release: String::new(),
        };
        of(&document, &[line]).into_iter().map(|line| (line.kind, line.body)).collect()
    }

    #[test]
    fn a_body_has_variants_where_the_document_allows_them() {
        let tea = lines(json!({"event": "tea", "other": "mug"}));
        assert_eq!(tea[0], (Kind::Null, json!({"event": "tea", "other": null})));
        assert_eq!(tea[1].0, Kind::UnknownMember);
        assert_eq!(tea[2], (Kind::UnknownEvent, json!({"event": FUTURE, "other": "mug"})));
        assert_eq!(tea.len(), 3, "the text is no enum: {tea:?}");
        let cup = lines(json!({"event": "cup", "other": "mug"}));
        assert_eq!(cup[2], (Kind::UnknownValue, json!({"event": "cup", "other": FUTURE})));
    }

    #[test]
    fn what_no_schema_names_is_not_described() {
        let root = json!({"components": {"schemas": {
            "Tea": {"properties": {"a": {"type": "object"}, "b": {"additionalProperties": {"type": "integer"}}}},
        }}});
        let document = Document::new(root, "").expect("a document");
        let schema = document.component("Tea").expect("it is there");
        let body = json!({"a": {"x": 1}, "b": {"y": 2}, "c": 3});
        assert_eq!(described(schema, &body), json!({"a": {"x": 1}, "b": {"y": 2}}));
    }
}
