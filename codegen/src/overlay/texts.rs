//! The texts of documents that people read, and how an overlay selects each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::bundle::parts;
use crate::source::escape;

/// A text of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The API.
    pub api: String,
    /// JSON pointer of the object with the text.
    pub pointer: String,
    /// The member with the text.
    pub field: &'static str,
    /// The text.
    pub english: String,
    /// JSONPath that selects the object, and no object with another text in the documents of the other APIs.
    pub target: String,
}

/// Members with text.
const FIELDS: [&str; 4] = ["title", "summary", "description", "x-displayName"];
/// Extensions with texts within them. Groups of tags have a name alone.
const GROUPS: &str = "x-tagGroups";
const VALUES: &str = "x-extensible-enum";
const EARLIER: &str = "x-dify-earlier";
const STREAMS: &str = "x-dify-stream-examples";
/// The member that identifies an item of a list.
const IDENTITIES: [(&str, &str); 6] = [
    ("tags", "name"),
    ("servers", "url"),
    ("parameters", "name"),
    (GROUPS, "name"),
    (VALUES, "value"),
    (EARLIER, "until"),
];

/// Returns the texts of documents, each with the name of its API.
#[must_use]
pub fn texts(documents: &[(&str, &Value)]) -> Vec<Text> {
    let mut texts = Vec::new();
    for (api, document) in documents {
        let place = TextPlace { pointer: String::new(), target: "$".to_owned(), list: "" };
        add(api, document, &place, false, &mut texts);
    }
    set_apart(&mut texts);
    texts
}

/// Where a value is.
struct TextPlace<'p> {
    pointer: String,
    target: String,
    /// The name of the list that it is an item of.
    list: &'p str,
}

/// Adds the texts in a value. `free` is whether the names in it are free.
fn add(api: &str, value: &Value, place: &TextPlace<'_>, free: bool, found: &mut Vec<Text>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let pointer = format!("{}/{index}", place.pointer);
                let identity = IDENTITIES.iter().find(|(list, _)| *list == place.list);
                let identity = identity.and_then(|(_, member)| Some((*member, item.get(*member)?.as_str()?)));
                let target = match identity {
                    Some((member, text)) => format!("{}[?({})]", place.target, equals(member, text)),
                    None => format!("{}[{index}]", place.target),
                };
                add(api, item, &TextPlace { pointer, target, list: place.list }, false, found);
            }
        }
        Value::Object(members) => {
            if !free {
                let fields = if place.list == GROUPS { &["name"] } else { &FIELDS[..] };
                found.extend(fields.iter().filter_map(|field| {
                    let english = members.get(*field)?.as_str().filter(|text| !text.is_empty())?.to_owned();
                    let (pointer, target) = (place.pointer.clone(), place.target.clone());
                    Some(Text { api: api.to_owned(), pointer, field, english, target })
                }));
            }
            for (name, member, free) in parts(free, members).filter(|(name, ..)| free || has_texts(name)) {
                let pointer = format!("{}/{}", place.pointer, escape(name));
                let target = child(place, name, member);
                add(api, member, &TextPlace { pointer, target, list: name }, free, found);
            }
        }
        _ => {}
    }
}

fn has_texts(name: &str) -> bool {
    !name.starts_with("x-") || [GROUPS, VALUES, EARLIER, STREAMS].contains(&name)
}

/// The target of a member. The documents of several APIs share names: `info` and operations have one of their own.
fn child(place: &TextPlace<'_>, name: &str, member: &Value) -> String {
    let own = |key: &str| member.get(key).and_then(Value::as_str);
    // Links name operations too: an operation is directly below its path.
    let is_item = place.pointer.strip_prefix("/paths/").is_some_and(|path| !path.contains('/'));
    if let (true, Some(id)) = (is_item, own("operationId")) {
        return format!("$.paths.*[?({})]", equals("operationId", id));
    }
    if let ("", "info", Some(title)) = (place.pointer.as_str(), name, own("title")) {
        return format!("$[?({})]", equals("title", title));
    }
    format!("{}{}", place.target, step(name))
}

fn step(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && !name.bytes().next().is_none_or(|first| first.is_ascii_digit()) {
        format!(".{name}")
    } else {
        format!("[{}]", quoted(name))
    }
}

fn equals(member: &str, text: &str) -> String {
    format!("@{}=={}", step(member), quoted(text))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Adds the text itself to filters that select different texts in the documents of different APIs.
fn set_apart(texts: &mut [Text]) {
    let mut by_target: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for text in texts.iter() {
        by_target.entry((&text.target, text.field)).or_default().insert(&text.english);
    }
    let shared = by_target.into_iter().filter(|(_, different)| different.len() > 1);
    let shared: BTreeMap<String, &'static str> = shared
        .filter_map(|((target, field), _)| Some((target.to_owned(), *FIELDS.iter().find(|known| **known == field)?)))
        .collect();
    let own: Map<String, Value> = texts
        .iter()
        .filter(|text| shared.get(&text.target) == Some(&text.field))
        .map(|text| (format!("{}{}", text.api, text.pointer), text.english.clone().into()))
        .collect();
    for text in texts {
        let differing = own.get(&format!("{}{}", text.api, text.pointer)).and_then(Value::as_str);
        let (Some(field), Some(differing)) = (shared.get(&text.target), differing) else { continue };
        if let Some(filter) = text.target.strip_suffix(")]") {
            text.target = format!("{filter} && {})]", equals(field, differing));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(documents: &[(&str, &Value)]) -> Vec<(String, &'static str, String)> {
        texts(documents).into_iter().map(|text| (text.target, text.field, text.english)).collect()
    }

    #[test]
    fn each_text_has_a_target() {
        let document = json!({
            "info": {"title": "Tea", "description": "1"},
            "servers": [{"url": "{origin}/v1", "description": "2", "variables": {"origin": {"description": "3"}}}],
            "paths": {"/tea": {"get": {"operationId": "tea_get", "summary": "4",
                "parameters": [{"name": "sugar", "description": "5"}, {"$ref": "#/components/parameters/Milk"}],
                "responses": {"200": {"description": "6", "headers": {"X-Cup": {"description": "7"}},
                    "links": {"again": {"operationId": "tea_get", "description": "16"}},
                    "content": {"application/json": {"example": {"description": "data"}, STREAMS: {"hot": {"summary": "17"}}}}}},
            }}},
            "components": {"schemas": {"Tea": {"properties": {
                "description": {"description": "8", "items": {"description": "9"}},
                "example": {"description": "10", "x-note": {"description": "data"}},
            }, "x-extensible-enum": [{"value": "it's", "description": "11"}], "allOf": [{"description": "12"}],
                "x-dify-earlier": [{"until": "1.0.0", "note": "data", "schema": {"description": "13"}}]}}},
            "x-tagGroups": [{"name": "14"}],
        });
        let operation = "$.paths.*[?(@.operationId=='tea_get')]";
        let tea = "$.components.schemas.Tea";
        let expected = [
            ("$[?(@.title=='Tea')]".to_owned(), "title", "Tea"),
            ("$[?(@.title=='Tea')]".to_owned(), "description", "1"),
            ("$.servers[?(@.url=='{origin}/v1')]".to_owned(), "description", "2"),
            ("$.servers[?(@.url=='{origin}/v1')].variables.origin".to_owned(), "description", "3"),
            (operation.to_owned(), "summary", "4"),
            (format!("{operation}.parameters[?(@.name=='sugar')]"), "description", "5"),
            (format!("{operation}.responses['200']"), "description", "6"),
            (format!("{operation}.responses['200'].headers['X-Cup']"), "description", "7"),
            (format!("{operation}.responses['200'].links.again"), "description", "16"),
            (format!("{operation}.responses['200'].content['application/json']['{STREAMS}'].hot"), "summary", "17"),
            (format!("{tea}.properties.description"), "description", "8"),
            (format!("{tea}.properties.description.items"), "description", "9"),
            (format!("{tea}.properties.example"), "description", "10"),
            (format!("{tea}['x-extensible-enum'][?(@.value=='it\\'s')]"), "description", "11"),
            (format!("{tea}.allOf[0]"), "description", "12"),
            (format!("{tea}['x-dify-earlier'][?(@.until=='1.0.0')].schema"), "description", "13"),
            ("$['x-tagGroups'][?(@.name=='14')]".to_owned(), "name", "14"),
        ];
        assert_eq!(
            found(&[("tea", &document)]),
            expected.map(|(target, field, text)| (target, field, text.to_owned()))
        );
        for text in texts(&[("tea", &document)]) {
            let target = serde_json_path::JsonPath::parse(&text.target).expect("a JSONPath");
            let places = target.query_located(&document);
            assert_eq!(places.locations().map(|place| place.to_json_pointer()).collect::<Vec<_>>(), [text.pointer]);
        }
    }

    #[test]
    fn texts_that_differ_between_documents_are_selected_by_themselves() {
        let tag = |description: &str, name: &str| json!({"tags": [{"name": "tea", "x-displayName": name, "description": description}]});
        let (one, other) = (tag("Makes tea.", "Tea"), tag("Sells tea.", "Tea"));
        let targets: Vec<String> =
            texts(&[("one", &one), ("other", &other)]).into_iter().map(|text| text.target).collect();
        let target = |text: &str| format!("$.tags[?(@.name=='tea' && @.description=='{text}')]");
        assert_eq!(targets, [target("Makes tea."), target("Makes tea."), target("Sells tea."), target("Sells tea.")]);
        let same = texts(&[("one", &one), ("other", &one)]);
        assert!(same.iter().all(|text| text.target == "$.tags[?(@.name=='tea')]"));
    }
}
