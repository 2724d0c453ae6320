//! Null is a type like others in JSON Schema: OpenAPI 3.0's `nullable` is gone.

use serde_json::{Value, json};

use super::{Object, places, replaced};

/// `nullable: true` becomes `null` among the types, and beside a reference `anyOf` of that and null.
pub(super) fn make_null_a_type(document: &mut Value) {
    let types = Types::of(document);
    places::each_schema(document, &mut |schema| {
        if schema.shift_remove("nullable") == Some(Value::Bool(true)) {
            make_nullable(schema, &types);
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
        // Without a type everything is taken, null too.
        if let Some(kind) = schema.get_mut("type").filter(|kind| kind.is_string()) {
            *kind = json!([kind, "null"]);
        }
        return;
    };
    let kind = schema.shift_remove("type");
    let mut other = match (composed, schema.get(composed).and_then(Value::as_array).map(Vec::as_slice)) {
        ("allOf", Some([only])) => only.clone(),
        _ => json!({composed: schema.get(composed)}),
    };
    if let (Some(kind), Some(members)) = (kind, other.as_object_mut())
        && !types.is(&Value::Object(members.clone()), &kind)
    {
        members.insert("type".to_owned(), kind);
    }
    replaced(schema, composed, [("anyOf", json!([other, {"type": "null"}]))]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(schema: Value) -> Value {
        let mut document = json!({"components": {"schemas": {
            "Cup": {"type": "object"}, "Kind": {"type": "string"}, "Either": {"oneOf": []}, "Schema": schema,
        }}});
        make_null_a_type(&mut document);
        document["components"]["schemas"]["Schema"].take()
    }

    #[test]
    fn null_joins_the_type_and_the_values() {
        assert_eq!(
            converted(json!({"type": "string", "nullable": true, "maxLength": 3})),
            json!({"type": ["string", "null"], "maxLength": 3})
        );
        assert_eq!(
            converted(json!({"type": "string", "nullable": true, "enum": ["a"]})),
            json!({"type": ["string", "null"], "enum": ["a", null]})
        );
    }

    #[test]
    fn a_nullable_reference_is_any_of_it_and_null() {
        let cup = json!({"$ref": "#/components/schemas/Cup"});
        let nullable =
            json!({"description": "A cup.", "type": "object", "nullable": true, "allOf": [cup], "x-dify-since": "1"});
        let converted = converted(nullable);
        assert_eq!(
            converted.to_string(),
            json!({"description": "A cup.", "anyOf": [cup, {"type": "null"}], "x-dify-since": "1"}).to_string()
        );
    }

    #[test]
    fn a_type_that_the_reference_does_not_say_stays_beside_it() {
        let either = json!({"$ref": "#/components/schemas/Either"});
        assert_eq!(
            converted(json!({"type": "object", "nullable": true, "allOf": [either]})),
            json!({"anyOf": [{"$ref": "#/components/schemas/Either", "type": "object"}, {"type": "null"}]})
        );
        assert_eq!(
            converted(json!({"nullable": true, "allOf": [either]})),
            json!({"anyOf": [either, {"type": "null"}]})
        );
    }

    #[test]
    fn a_nullable_composition_is_any_of_it_and_null() {
        let branches = json!([{"type": "string"}, {"type": "integer"}]);
        assert_eq!(
            converted(json!({"nullable": true, "oneOf": branches})),
            json!({"anyOf": [{"oneOf": branches}, {"type": "null"}]})
        );
    }

    #[test]
    fn what_has_no_type_takes_null_anyway_and_false_says_nothing() {
        assert_eq!(converted(json!({"nullable": true, "example": 1})), json!({"example": 1}));
        assert_eq!(converted(json!({"type": "string", "nullable": false})), json!({"type": "string"}));
    }

    #[test]
    fn a_member_of_the_name_nullable_stays() {
        let schema = json!({"type": "object", "properties": {"nullable": {"type": "boolean"}}});
        assert_eq!(converted(schema.clone()), schema);
    }
}
