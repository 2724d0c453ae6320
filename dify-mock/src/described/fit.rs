//! Values in the shape that the described release gives them.

use contract::{Schema, Side};
use serde_json::{Map, Value, json};

use super::Operation;
use crate::values::{clock, json_text};

impl Operation {
    /// The status by which the release reports success: an answer that is gone by now is what it sends.
    pub(crate) fn success(self, status: u16) -> u16 {
        let is_success = |status: u16| (200..300).contains(&status);
        if !is_success(status) {
            return status;
        }
        let answers = self.answers().filter_map(|(status, _)| status.parse().ok()).filter(|status| is_success(*status));
        let answers: Vec<u16> = answers.collect();
        let gone = |status: &u16| self.value()["responses"][status.to_string()].get("x-dify-until").is_some();
        let found = answers.iter().copied().find(gone);
        let same = || answers.contains(&status).then_some(status);
        found.or_else(same).or(answers.first().copied()).unwrap_or(status)
    }

    /// The body of an answer as the release has it. None if the release has no such body.
    pub(crate) fn fitted(self, status: u16, media: &str, body: Option<&Value>) -> Option<Value> {
        let described = self.answer(status)?.body(media)?;
        let schema = described.schema()?;
        match body {
            Some(body) => fit(schema, "", body.clone()),
            None => {
                let example = described.example().filter(|example| fits(schema, example));
                Some(example.cloned().unwrap_or_else(|| sample(schema)))
            }
        }
    }
}

/// The value without what the schema does not have, with what it requires, and with members of the kinds that it allows.
/// None if the value's tag is unknown: the release does not send such an event.
fn fit(schema: Schema<'_>, name: &str, value: Value) -> Option<Value> {
    let schema = schema.picked(&value)?;
    if fits(schema, &value) {
        return Some(value);
    }
    let branches: Vec<Schema<'_>> = parts(schema, &["oneOf", "anyOf"]).collect();
    if !branches.is_empty() && schema.value().get("properties").is_none() {
        let fitted = |branch: &Schema<'_>| fit(*branch, name, value.clone());
        let good = branches.iter().find_map(|branch| fitted(branch).filter(|value| fits(*branch, value)));
        return good.or_else(|| branches.iter().find_map(fitted));
    }
    let kinds = kinds(schema);
    let takes = |kind: &str| kinds.is_empty() || kinds.contains(&kind);
    Some(match value {
        Value::Object(members) if takes("object") => Value::Object(object(schema, members)),
        Value::Array(items) if takes("array") => match schema.value().get("items") {
            Some(of) => {
                items.into_iter().filter_map(|item| fit(Schema::new(schema.document(), of), name, item)).collect()
            }
            None => Value::Array(items),
        },
        value => converted(&value, name, &takes).unwrap_or_else(|| sample(schema)),
    })
}

fn fits(schema: Schema<'_>, value: &Value) -> bool {
    schema.accepts(value, Side::Answer) && schema.undocumented(value, Side::Answer).is_empty()
}

fn object(schema: Schema<'_>, members: Map<String, Value>) -> Map<String, Value> {
    let known = schema.members(&Value::Object(members.clone()), Side::Answer);
    if known.are_free() {
        return members;
    }
    let mut fitted = Map::new();
    for (name, value) in members {
        match known.named.get(name.as_str()).copied().or(known.additional) {
            Some(schema) => fitted.extend(fit(schema, &name, value).map(|value| (name, value))),
            None if known.open => drop(fitted.insert(name, value)),
            None => {}
        }
    }
    for name in known.required {
        if let Some(schema) = known.named.get(name).filter(|_| !fitted.contains_key(name)) {
            fitted.insert(name.to_owned(), sample(*schema));
        }
    }
    fitted
}

/// The same in another kind of value. None if there is no such.
fn converted(value: &Value, name: &str, takes: &impl Fn(&str) -> bool) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Number(number) if takes("string") => Some(match number.as_i64().filter(|_| name.ends_with("_at")) {
            Some(seconds) => json!(clock::rfc_822(seconds)),
            None => json!(number.to_string()),
        }),
        Value::String(text) if takes("integer") => text.parse::<i64>().ok().map(Value::from),
        Value::Object(_) | Value::Array(_) if takes("string") => Some(json!(json_text::spaced(value))),
        _ => None,
    }
}

/// The kinds of values that a schema takes. Empty if it takes all.
fn kinds(schema: Schema<'_>) -> Vec<&str> {
    match schema.value().get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        Some(kind) => kind.as_str().into_iter().collect(),
        None => parts(schema, &["allOf"]).map(kinds).find(|kinds| !kinds.is_empty()).unwrap_or_default(),
    }
}

fn parts<'d>(schema: Schema<'d>, words: &'d [&'d str]) -> impl Iterator<Item = Schema<'d>> {
    let lists = words.iter().filter_map(move |word| schema.value().get(word)?.as_array());
    lists.flatten().map(move |part| Schema::new(schema.document(), part))
}

/// The schema's own example, or the plainest value that fits.
pub(super) fn sample(schema: Schema<'_>) -> Value {
    made(schema, 0)
}

fn made(schema: Schema<'_>, depth: usize) -> Value {
    let node = schema.value();
    let own = node["examples"].get(0).filter(|example| fits(schema, example));
    if let Some(example) = own {
        return example.clone();
    }
    let kinds = kinds(schema);
    let alternatives = || node["anyOf"].as_array().into_iter().flatten();
    if depth > 12 || kinds.contains(&"null") || alternatives().any(|one| one["type"] == "null") {
        return Value::Null;
    }
    let listed = || node["x-extensible-enum"][0].get("value");
    if let Some(first) = node.get("const").or_else(|| node["enum"].get(0)).or_else(listed) {
        return first.clone();
    }
    if let Some(part) = parts(schema, &["allOf", "oneOf", "anyOf"]).next() {
        return made(part, depth + 1);
    }
    match kinds.first() {
        Some(&"string") => json!(""),
        Some(&"integer") => node.get("minimum").cloned().unwrap_or_else(|| json!(0)),
        Some(&"number") => json!(0.0),
        Some(&"boolean") => json!(false),
        Some(&"array") => json!([]),
        _ => {
            let known = schema.members(&json!({}), Side::Answer);
            let member = |name: &&str| Some(((*name).to_owned(), made(*known.named.get(name)?, depth + 1)));
            Value::Object(known.required.iter().filter_map(member).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::Document;

    use super::*;

    fn fitted(schema: Value, value: Value) -> Option<Value> {
        let document = json!({"components": {"schemas": {
            "S": schema,
            "Tea": {"type": "object", "required": ["event"], "properties": {"event": {"const": "tea"}}},
        }}});
        let document = Document::new(document, "").expect("a document");
        fit(document.component("S").expect("a component"), "", value)
    }

    #[test]
    fn members_go_and_required_ones_are_added() {
        let place = json!({"type": "object", "required": ["lines"], "properties": {"lines": {"type": "array"}}});
        let schema = json!({"allOf": [
            {"type": "object", "required": ["id", "count", "note"], "properties": {
                "id": {"type": "string"}, "count": {"type": "integer", "examples": [3]}, "note": {"type": ["string", "null"]},
            }},
            {"type": "object", "properties": {"place": place}},
        ]});
        let value = json!({"new": 1, "id": "a", "place": {"later": true}});
        let expected = json!({"id": "a", "place": {"lines": []}, "count": 3, "note": null});
        assert_eq!(fitted(schema, value), Some(expected));
        let open = json!({"type": "object", "properties": {"id": {"type": "string"}}, "additionalProperties": true});
        assert_eq!(fitted(open, json!({"id": 1, "new": 1})), Some(json!({"id": "1", "new": 1})));
    }

    #[test]
    fn values_become_ones_of_the_kinds_that_the_schema_takes() {
        let text = json!({"type": "string"});
        let object = json!({"type": "object", "properties": {"created_at": text}});
        let date = json!({"created_at": "Thu, 01 Jan 1970 00:00:00 -0000"});
        for (schema, value, expected) in [
            (object, json!({"created_at": 0}), date),
            (text.clone(), json!({"a": [1]}), json!(r#"{"a": [1]}"#)),
            (text.clone(), json!(7), json!("7")),
            (text, json!(null), json!("")),
            (json!({"oneOf": [{"type": "integer"}, {"type": "object"}]}), json!("7"), json!(7)),
            (json!({"type": "integer", "minimum": 204}), json!({"result": "success"}), json!(204)),
            (json!({"anyOf": [{"$ref": "#/components/schemas/Tea"}, {"type": "null"}]}), json!(null), json!(null)),
            (json!({"type": "array", "items": {"type": "string"}}), json!([1, "a"]), json!(["1", "a"])),
        ] {
            assert_eq!(fitted(schema, value), Some(expected));
        }
    }

    #[test]
    fn an_event_that_no_mapping_has_is_not_sent() {
        let tea = "#/components/schemas/Tea";
        let schema =
            json!({"oneOf": [{"$ref": tea}], "discriminator": {"propertyName": "event", "mapping": {"tea": tea}}});
        assert_eq!(fitted(schema.clone(), json!({"event": "tea", "new": 1})), Some(json!({"event": "tea"})));
        assert_eq!(fitted(schema, json!({"event": "cup"})), None);
    }
}
