//! The shapes of an object in several releases as one object, which a generated class can decode.

use std::mem;

use serde_json::{Value, json};

use super::{Object, places};

const COMPONENTS: &str = "#/components/schemas/";
/// Words for one of several schemas.
const CHOICES: [&str; 2] = ["anyOf", "oneOf"];
/// Nested deeper no shapes are.
const DEEP: usize = 8;

/// Alternatives that are objects become one: it has the members of all and requires what all of them require.
///
/// A generated client takes the first alternative that it can decode, and loses what only another has. An alternative
/// that refers to a component, and comes first, is united in the component, so that it keeps its class.
pub(super) fn unite_alternatives(document: &mut Value) {
    let Some(Value::Object(mut components)) = document.pointer_mut("/components/schemas").map(Value::take) else {
        return;
    };
    let names: Vec<String> = components.keys().cloned().collect();
    for name in &names {
        let Some(Value::Object(mut schema)) = components.get_mut(name).map(Value::take) else { continue };
        // The component itself keeps its name: it takes a copy of what it refers to.
        unite(&mut schema, &mut components, Standing::Component, 0);
        components.insert(name.clone(), Value::Object(schema));
    }
    let mut rest = document.take();
    places::each_schema(&mut rest, &mut |schema| unite(schema, &mut components, Standing::Use, 0));
    for name in &names {
        let Some(schema) = components.get_mut(name).map(Value::take) else { continue };
        let mut holder = json!({"components": {"schemas": {"it": schema}}});
        places::each_schema(&mut holder, &mut |schema| unite(schema, &mut components, Standing::Use, 0));
        components.insert(name.clone(), holder["components"]["schemas"]["it"].take());
    }
    rest["components"]["schemas"] = Value::Object(components);
    *document = rest;
}

/// Where alternatives are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Component,
    Use,
}

fn unite(schema: &mut Object, components: &mut Object, place: Standing, depth: usize) {
    // `anyOf` is of several releases; the source says `oneOf`.
    if depth > DEEP || !schema.get("anyOf").is_some_and(Value::is_array) {
        return;
    }
    let mut nullable = schema.get("nullable") == Some(&Value::Bool(true));
    let mut found = Vec::new();
    flatten(&Value::Object(schema.clone()), 0, &mut nullable, &mut found);
    let (mut objects, mut others) = (Vec::new(), Vec::<Object>::new());
    for alternative in found {
        match object(&alternative, components) {
            Some(of) => objects.push((reference(&alternative).map(str::to_owned), of)),
            None => match others.iter_mut().find(|other| same_type(other, &alternative, components)) {
                Some(other) => loosen(other, alternative, components, depth),
                None => others.push(alternative),
            },
        }
    }
    let mut objects = objects.into_iter();
    let mut alternatives = Vec::new();
    if let Some((name, mut first)) = objects.next() {
        let mut more = false;
        for (other_name, other) in objects {
            more |= name.is_none() || other_name != name;
            merge(&mut first, other, components, depth);
        }
        nullable |= first.get("nullable") == Some(&Value::Bool(true));
        alternatives.push(match name {
            // A map is a kind of value rather than a thing with a name.
            Some(name) if !more || place == Standing::Use && has_members(&components[&name]) => {
                let reference = json!({"$ref": format!("{COMPONENTS}{name}")});
                if more {
                    components.insert(name, Value::Object(first));
                }
                reference
            }
            _ => Value::Object(first),
        });
    }
    alternatives.extend(others.into_iter().map(Value::Object));
    schema.shift_remove("anyOf");
    schema.shift_remove("nullable");
    // Null needs a type beside it; some generators see it only outside.
    let several = alternatives.len() > 1;
    let typed = alternatives.iter_mut().find(|alternative| alternative.get("type").is_some()).filter(|_| nullable);
    if let Some(alternative) = typed {
        alternative["nullable"] = true.into();
        nullable = several;
    }
    match alternatives.len() {
        1 => match alternatives.remove(0) {
            Value::Object(only) if only.contains_key("$ref") && (nullable || !schema.is_empty()) => {
                if let Some(kind) = followed(&only, components).get("type").cloned().filter(|_| nullable) {
                    schema.insert("type".to_owned(), kind);
                }
                schema.insert("allOf".to_owned(), json!([only]));
            }
            Value::Object(only) => only.into_iter().for_each(|(name, value)| {
                schema.entry(name).or_insert(value);
            }),
            _ => {}
        },
        _ => _ = schema.insert("anyOf".to_owned(), Value::Array(alternatives)),
    }
    if nullable {
        schema.insert("nullable".to_owned(), true.into());
    }
}

/// The alternatives of an alternative, without null.
fn flatten(schema: &Value, depth: usize, nullable: &mut bool, found: &mut Vec<Object>) {
    let Some(schema) = schema.as_object() else { return };
    if depth > 0 && schema.get("nullable") == Some(&Value::Bool(true)) {
        *nullable = true;
    }
    let choice = CHOICES.iter().find_map(|word| schema.get(*word)?.as_array());
    match choice.filter(|_| depth < DEEP && !schema.contains_key("discriminator")) {
        Some(choice) => choice.iter().for_each(|schema| flatten(schema, depth + 1, nullable, found)),
        None => {
            let mut schema = schema.clone();
            schema.shift_remove("nullable");
            found.push(schema);
        }
    }
}

/// The component that a schema refers to.
fn reference(schema: &Object) -> Option<&str> {
    let alone = schema.get("allOf").and_then(Value::as_array).filter(|parts| parts.len() == 1);
    let reference = schema.get("$ref").or_else(|| alone?.first()?.get("$ref"))?;
    reference.as_str()?.strip_prefix(COMPONENTS)
}

/// The schema that a reference leads to, or the schema.
fn followed<'s>(schema: &'s Object, components: &'s Object) -> &'s Object {
    reference(schema).and_then(|name| components.get(name)?.as_object()).unwrap_or(schema)
}

/// The object that a schema describes by its members, or as a map.
fn object(schema: &Object, components: &Object) -> Option<Object> {
    let schema = followed(schema, components);
    let is = schema.get("type").is_some_and(|kind| kind == "object") || schema.contains_key("properties");
    (is && !schema.contains_key("discriminator")).then(|| schema.clone())
}

fn has_members(schema: &Value) -> bool {
    schema.get("properties").is_some()
}

/// Whether two schemas take values of one type; integers and other numbers are one.
fn same_type(one: &Object, other: &Object, components: &Object) -> bool {
    let kind = |schema: &Object| match followed(schema, components).get("type").and_then(Value::as_str) {
        Some("integer") => Some("number".to_owned()),
        kind => kind.map(str::to_owned),
    };
    // A component that lists its values cannot be loosened at the place of use.
    let listed = reference(one).is_some() && followed(one, components).contains_key("enum");
    !listed && kind(one).is_some() && kind(one) == kind(other)
}

/// Keeps of the restrictions those that the other has too.
fn loosen(one: &mut Object, other: Object, components: &mut Object, depth: usize) {
    if *one == other || one.contains_key("$ref") && other.contains_key("$ref") {
        return;
    }
    if let (Some(own), Some(theirs)) = (one.get("items"), other.get("items")) {
        let mut items = json!({"anyOf": [own, theirs]}).as_object().cloned().unwrap_or_default();
        unite(&mut items, components, Standing::Use, depth + 1);
        let same = other.get("items") == Some(&Value::Object(items.clone()));
        one.insert("items".to_owned(), Value::Object(items));
        if same {
            return;
        }
    }
    if one.contains_key("type") && other.contains_key("type") && one.get("type") != other.get("type") {
        // An integer and another number.
        let whole = one.get("type").is_some_and(|kind| kind == "integer");
        let number = if whole { other.clone() } else { one.clone() };
        one.retain(|name, value| name == "description" || other.get(name) == Some(value));
        one.extend(number.into_iter().filter(|(name, _)| name == "type" || name == "format"));
        return;
    }
    // A reference is to a text or a number with a name, which takes other values too; beside it a bare one adds nothing.
    if !one.contains_key("$ref") && !one.contains_key("allOf") {
        one.retain(|name, value| {
            name == "type" || name == "description" || name == "items" || other.get(name) == Some(value)
        });
    }
}

/// Adds the members of another object.
fn merge(one: &mut Object, other: Object, components: &mut Object, depth: usize) {
    let take = |object: &mut Object| match object.shift_remove("properties") {
        Some(Value::Object(members)) => members,
        _ => Object::new(),
    };
    let mut other = other;
    if *one == other {
        return;
    }
    let (mut members, others) = (take(one), take(&mut other));
    for (name, theirs) in others {
        let united = match members.get_mut(&name) {
            None => theirs,
            Some(own) if *own == theirs => continue,
            Some(own) => {
                let mut own = mem::take(own);
                let mut both = Object::new();
                if let Value::Object(own) = &mut own {
                    let notes: Vec<String> =
                        own.keys().filter(|key| *key == "description" || key.starts_with("x-dify-")).cloned().collect();
                    both.extend(notes.into_iter().filter_map(|note| own.shift_remove_entry(&note)));
                }
                both.insert("anyOf".to_owned(), json!([own, theirs]));
                unite(&mut both, components, Standing::Use, depth + 1);
                Value::Object(both)
            }
        };
        members.insert(name, united);
    }
    if !members.is_empty() {
        one.insert("properties".to_owned(), Value::Object(members));
    }
    let theirs = other.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(Value::Array(required)) = one.get_mut("required") {
        required.retain(|name| theirs.contains(name));
        if required.is_empty() {
            one.shift_remove("required");
        }
    }
    match (one.get("additionalProperties"), other.remove("additionalProperties")) {
        (Some(own), Some(theirs)) if *own == theirs => {}
        // What is closed in one release is not in all.
        (Some(Value::Bool(false)) | None, None | Some(Value::Bool(false))) => {
            one.shift_remove("additionalProperties");
        }
        (None, Some(_)) | (Some(_), _) => {
            one.insert("additionalProperties".to_owned(), true.into());
        }
    }
    if other.get("nullable") == Some(&Value::Bool(true)) {
        one.insert("nullable".to_owned(), true.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn united(schema: Value) -> (Value, Value) {
        let cup = json!({"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}}});
        let mut document = json!({
            "paths": {"/tea": {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}},
            "components": {"schemas": {"Cup": cup, "Word": {"type": "string", "x-extensible-enum": []}}},
        });
        unite_alternatives(&mut document);
        let place = "/paths/~1tea/get/responses/200/content/application~1json/schema";
        (document.pointer(place).cloned().unwrap_or_default(), document["components"]["schemas"]["Cup"].take())
    }

    fn object(required: &[&str], properties: Value) -> Value {
        json!({"type": "object", "required": required, "properties": properties})
    }

    #[test]
    fn objects_are_one_that_requires_what_all_require() {
        let (a, b) = (json!({"type": "string"}), json!({"type": "integer"}));
        let shapes = [
            object(&["a", "b"], json!({"a": a, "b": b})),
            json!({"oneOf": [object(&["a"], json!({"a": a, "c": b})), object(&["a"], json!({"a": a, "b": a}))]}),
        ];
        let (schema, _) = united(json!({"description": "Tea.", "anyOf": shapes}));
        let both = json!({"anyOf": [b, a]});
        let mut expected = object(&["a"], json!({"a": a, "b": both, "c": b}));
        expected["description"] = "Tea.".into();
        assert_eq!(schema, expected);
    }

    #[test]
    fn a_component_takes_the_shapes_of_its_places() {
        let reference = json!({"$ref": "#/components/schemas/Cup"});
        let size = json!({"type": "integer", "nullable": true});
        let shape = object(&["handle"], json!({"size": size, "handle": {"type": "boolean"}}));
        let (schema, cup) = united(json!({"anyOf": [reference, shape]}));
        assert_eq!(schema, reference);
        assert_eq!(cup, json!({"type": "object", "properties": {"size": size, "handle": {"type": "boolean"}}}));
        let nullable = json!({"type": "object", "nullable": true, "allOf": [reference]});
        let (schema, cup) = united(json!({"anyOf": [reference, nullable]}));
        assert_eq!(schema, nullable);
        assert_eq!(cup["required"], json!(["size"]));
    }

    #[test]
    fn a_text_and_an_object_stay_alternatives() {
        let reference = json!({"$ref": "#/components/schemas/Cup"});
        let text = json!({"type": "string"});
        let (schema, _) = united(json!({"anyOf": [reference, {"type": "string", "nullable": true}, text]}));
        assert_eq!(schema, json!({"anyOf": [reference, {"type": "string", "nullable": true}], "nullable": true}));
        let (schema, _) = united(json!({"anyOf": [{"type": "string"}, {"type": "string", "maxLength": 0}]}));
        assert_eq!(schema, text);
        let word = json!({"$ref": "#/components/schemas/Word"});
        let (schema, _) = united(json!({"anyOf": [word, text]}));
        assert_eq!(schema, word);
    }

    #[test]
    fn lists_and_numbers_of_two_releases_are_one() {
        let list = |items: Value| json!({"type": "array", "items": items});
        let (a, b) = (json!({"type": "string"}), json!({"type": "integer", "format": "int64"}));
        let (schema, _) = united(json!({"anyOf": [list(a.clone()), list(a.clone())]}));
        assert_eq!(schema, list(a.clone()));
        let (schema, _) = united(json!({"anyOf": [list(a.clone()), list(b.clone())]}));
        assert_eq!(schema, list(json!({"anyOf": [a, b]})));
        let (schema, _) = united(json!({"anyOf": [b, {"type": "number", "minimum": 0}]}));
        assert_eq!(schema, json!({"type": "number"}));
    }

    // A union of a map and an object once gave every map the members of that object.
    #[test]
    fn a_map_stays_as_it_is_where_an_object_joins_it() {
        let map = json!({"type": "object", "additionalProperties": true});
        let mut document = json!({"components": {"schemas": {"Map": map, "Tea": {"properties": {"a": {
            "anyOf": [{"$ref": "#/components/schemas/Map"}, object(&["b"], json!({"b": {"type": "string"}}))],
        }}}}}});
        unite_alternatives(&mut document);
        assert_eq!(document["components"]["schemas"]["Map"], map);
        let joined = json!({"type": "object", "additionalProperties": true, "properties": {"b": {"type": "string"}}});
        assert_eq!(document["components"]["schemas"]["Tea"]["properties"]["a"], joined);
    }

    #[test]
    fn alternatives_of_one_release_stay() {
        let schema = json!({"oneOf": [object(&["a"], json!({})), object(&["b"], json!({}))]});
        assert_eq!(united(schema.clone()).0, schema);
    }
}
