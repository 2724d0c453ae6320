//! What may be null: in 3.0 so that strict validators accept null, from 3.1 on as a type.

use serde_json::{Value, json};

use super::{Object, places};

/// The schema of null in 3.0. Without a type `nullable` has no effect.
fn lone_null() -> Value {
    json!({"type": "object", "nullable": true, "enum": [null]})
}

/// A reference or a composition that may be null becomes `anyOf` of it and null.
///
/// Beside `allOf`, `nullable` adds nothing to what the reference accepts. Generators take this form for the type of the
/// reference, or null, and need no second class. A component with `nullable: true` would be a second class for each.
pub(super) fn put_null_beside_references(document: &mut Value) {
    let types = Types::of(document);
    places::each_schema(document, &mut |schema| {
        if schema.get("nullable") == Some(&Value::Bool(true)) {
            make_nullable(schema, &types);
        }
        flatten(schema);
    });
}

/// `nullable: true` becomes `null` among the types, and null a type.
pub(super) fn make_null_a_type(document: &mut Value) {
    let (old, new) = (lone_null(), json!({"type": "null"}));
    places::each_schema(document, &mut |schema| {
        if Some(&*schema) == old.as_object() {
            schema.clone_from(new.as_object().unwrap_or(&Object::new()));
        } else if schema.shift_remove("nullable") == Some(Value::Bool(true))
            && let Some(kind) = schema.get_mut("type").filter(|kind| kind.is_string())
        {
            *kind = json!([kind, "null"]);
        }
    });
}

/// The type of each component, so that a reference is not repeated beside it.
struct Types(Object);

impl Types {
    fn of(document: &Value) -> Self {
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
        Self(schemas.filter_map(|(name, schema)| Some((name.clone(), schema.get("type")?.clone()))).collect())
    }

    /// Whether a schema refers to one that has this type.
    fn is(&self, schema: &Value, kind: &Value) -> bool {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|pointer| pointer.rsplit('/').next());
        name.and_then(|name| self.0.get(name)) == Some(kind)
    }
}

fn make_nullable(schema: &mut Object, types: &Types) {
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    let Some(composed) = ["allOf", "anyOf", "oneOf"].into_iter().find(|key| schema.contains_key(*key)) else {
        // Without a type everything is accepted, also null.
        if !schema.contains_key("type") {
            schema.shift_remove("nullable");
        }
        return;
    };
    let kind = schema.shift_remove("type");
    let mut branch = Object::new();
    for name in [composed, "discriminator"] {
        branch.extend(schema.shift_remove(name).map(|value| (name.to_owned(), value)));
    }
    let alone = match (composed, branch.get(composed).and_then(Value::as_array).map(Vec::as_slice)) {
        ("allOf", Some([only])) if kind.as_ref().is_none_or(|kind| types.is(only, kind)) => Some(only.clone()),
        _ => None,
    };
    let branch = alone.unwrap_or_else(|| {
        branch.extend(kind.map(|kind| ("type".to_owned(), kind)));
        Value::Object(branch)
    });
    let members = std::mem::take(schema);
    schema.extend(members.into_iter().map(|(name, value)| match name.as_str() {
        "nullable" => ("anyOf".to_owned(), json!([branch, lone_null()])),
        _ => (name, value),
    }));
}

/// `anyOf` within `anyOf` is one list, with null once.
fn flatten(schema: &mut Object) {
    let Some(Value::Array(branches)) = schema.get_mut("anyOf") else { return };
    let mut flat = Vec::new();
    for branch in std::mem::take(branches) {
        match branch {
            Value::Object(mut members) if members.len() == 1 && members.contains_key("anyOf") => {
                if let Some(Value::Array(inner)) = members.shift_remove("anyOf") {
                    flat.extend(inner);
                }
            }
            branch => flat.push(branch),
        }
    }
    let null = lone_null();
    let several = flat.contains(&null);
    flat.retain(|branch| *branch != null);
    flat.extend(several.then_some(null));
    *branches = flat;
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUP: &str = "#/components/schemas/Cup";

    /// The schema in 3.0, and in 3.1.
    fn both(schema: Value) -> [Value; 2] {
        let mut document = json!({"components": {"schemas": {
            "Cup": {"type": "object"}, "Kind": {"type": "string"}, "Either": {"oneOf": []}, "Schema": schema,
        }}});
        put_null_beside_references(&mut document);
        let old = document["components"]["schemas"]["Schema"].clone();
        make_null_a_type(&mut document);
        [old, document["components"]["schemas"]["Schema"].take()]
    }

    #[test]
    fn null_joins_the_type_and_the_values() {
        let [old, new] = both(json!({"type": "string", "nullable": true, "maxLength": 3}));
        assert_eq!(old, json!({"type": "string", "nullable": true, "maxLength": 3}));
        assert_eq!(new, json!({"type": ["string", "null"], "maxLength": 3}));
        let [old, new] = both(json!({"type": "string", "nullable": true, "enum": ["a"]}));
        assert_eq!(old, json!({"type": "string", "nullable": true, "enum": ["a", null]}));
        assert_eq!(new, json!({"type": ["string", "null"], "enum": ["a", null]}));
    }

    // A past bug: in 3.0 null was refused where a reference may be null.
    #[test]
    fn a_nullable_reference_is_any_of_it_and_null() {
        let cup = json!({"$ref": CUP});
        let nullable =
            json!({"description": "A cup.", "type": "object", "nullable": true, "allOf": [cup], "x-dify-since": "1"});
        let any =
            |other: Value| json!({"description": "A cup.", "anyOf": [cup, other], "x-dify-since": "1"}).to_string();
        let [old, new] = both(nullable);
        assert_eq!(old.to_string(), any(json!({"type": "object", "nullable": true, "enum": [null]})));
        assert_eq!(new.to_string(), any(json!({"type": "null"})));
    }

    #[test]
    fn a_type_that_the_reference_does_not_say_stays_beside_it() {
        let either = json!({"$ref": "#/components/schemas/Either"});
        assert_eq!(
            both(json!({"type": "object", "nullable": true, "allOf": [either]}))[1],
            json!({"anyOf": [{"allOf": [either], "type": "object"}, {"type": "null"}]})
        );
        assert_eq!(both(json!({"nullable": true, "allOf": [either]}))[1], json!({"anyOf": [either, {"type": "null"}]}));
    }

    #[test]
    fn a_nullable_composition_is_any_of_it_and_null() {
        let branches = json!([{"type": "string"}, {"type": "integer"}]);
        assert_eq!(
            both(json!({"nullable": true, "oneOf": branches}))[1],
            json!({"anyOf": [{"oneOf": branches}, {"type": "null"}]})
        );
        let names = json!({"propertyName": "event"});
        assert_eq!(
            both(json!({"description": "A.", "nullable": true, "oneOf": branches, "discriminator": names}))[1],
            json!({"description": "A.", "anyOf": [{"oneOf": branches, "discriminator": names}, {"type": "null"}]})
        );
    }

    #[test]
    fn alternatives_that_may_be_null_are_one_list() {
        let [cup, kind] = [json!({"$ref": CUP}), json!({"$ref": "#/components/schemas/Kind"})];
        let [old, new] = both(json!({"anyOf": [
            {"type": "object", "nullable": true, "allOf": [cup]}, {"type": "string", "nullable": true, "allOf": [kind]},
        ]}));
        assert_eq!(old, json!({"anyOf": [cup, kind, lone_null()]}));
        assert_eq!(new, json!({"anyOf": [cup, kind, {"type": "null"}]}));
        let mixed = json!({"nullable": true, "anyOf": [{"type": "string", "nullable": true}, cup]});
        assert_eq!(both(mixed)[1], json!({"anyOf": [{"type": ["string", "null"]}, cup, {"type": "null"}]}));
    }

    #[test]
    fn what_has_no_type_takes_null_anyway_and_false_says_nothing() {
        assert_eq!(both(json!({"nullable": true, "example": 1})), [json!({"example": 1}), json!({"example": 1})]);
        assert_eq!(both(json!({"type": "string", "nullable": false}))[1], json!({"type": "string"}));
    }

    #[test]
    fn a_member_of_the_name_nullable_stays() {
        let schema = json!({"type": "object", "properties": {"nullable": {"type": "boolean"}}});
        assert_eq!(both(schema.clone()), [schema.clone(), schema]);
    }
}
