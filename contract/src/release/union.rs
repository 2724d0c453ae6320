//! The shapes of one place in several releases as one schema.

use serde_json::{Map, Value};

/// A JSON object.
type Object = Map<String, Value>;

/// Returns a schema that accepts what any of the shapes accepts. The first describes it.
///
/// Equal shapes are one; shapes that differ in `nullable` only are one that is nullable, and objects that differ in
/// `required` only are one that requires what all of them require.
pub(super) fn of(shapes: Vec<Value>) -> Value {
    let mut notes = Object::new();
    let mut branches: Vec<Object> = Vec::new();
    for (index, shape) in shapes.into_iter().enumerate() {
        // `true` accepts everything, like a schema without members.
        let (own, branch) = split(if let Value::Object(shape) = shape { shape } else { Object::new() });
        if index == 0 {
            notes = own;
        }
        match branches.iter_mut().find(|other| bare(other) == bare(&branch)) {
            Some(same) if is_nullable(&branch) => {
                same.insert("nullable".to_owned(), true.into());
            }
            Some(_) => {}
            None => match branches.iter_mut().find(|other| other.contains_key("properties") && alike(other, &branch)) {
                Some(same) => require_less(same, &branch),
                None => branches.push(branch),
            },
        }
    }
    if branches.len() == 1 {
        notes.extend(branches.remove(0));
    } else {
        notes.insert("anyOf".to_owned(), branches.into_iter().map(|branch| Value::Object(unwrapped(branch))).collect());
    }
    Value::Object(notes)
}

/// Whether two objects differ in nothing but `required`.
fn alike(one: &Object, other: &Object) -> bool {
    let rest = |object: &Object| {
        object.iter().filter(|(name, _)| *name != "required").map(|(n, v)| (n.clone(), v.clone())).collect::<Object>()
    };
    rest(one) == rest(other)
}

/// Keeps of `required` what the other object requires as well.
fn require_less(object: &mut Object, other: &Object) {
    let others = other.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) else { return };
    required.retain(|name| others.contains(name));
    // OpenAPI 3.0 forbids an empty list.
    if required.is_empty() {
        object.shift_remove("required");
    }
}

/// What describes a schema, and what restricts values.
fn split(schema: Object) -> (Object, Object) {
    const NOTES: [&str; 6] = ["title", "description", "example", "examples", "deprecated", "externalDocs"];
    const ENUM: [&str; 2] = ["x-extensible-enum", "x-enum-varnames"];
    let is_note = |name: &str| NOTES.contains(&name) || name.starts_with("x-") && !ENUM.contains(&name);
    let (mut notes, restrictions): (Object, Object) = schema.into_iter().partition(|(name, _)| is_note(name));
    notes.shift_remove("x-dify-earlier");
    (notes, restrictions)
}

/// The schema without `nullable`.
fn bare(schema: &Object) -> Object {
    let mut schema = schema.clone();
    schema.shift_remove("nullable");
    unwrapped(schema)
}

fn is_nullable(schema: &Object) -> bool {
    schema.get("nullable") == Some(&Value::Bool(true))
}

/// `allOf` of one schema and nothing beside it is that schema.
fn unwrapped(schema: Object) -> Object {
    let only = match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([Value::Object(only)]) if schema.len() == 1 => Some(only.clone()),
        _ => None,
    };
    only.unwrap_or(schema)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn different_shapes_are_alternatives_and_the_first_describes_them() {
        let present = json!({
            "description": "The outputs.", "allOf": [{"$ref": "#/components/schemas/Outputs"}],
            "x-dify-secret": "a", "x-dify-earlier": [],
        });
        let earlier = json!({"type": "string", "nullable": true, "description": "JSON text."});
        assert_eq!(
            of(vec![present, earlier]),
            json!({
                "description": "The outputs.", "x-dify-secret": "a",
                "anyOf": [{"$ref": "#/components/schemas/Outputs"}, {"type": "string", "nullable": true}],
            })
        );
    }

    #[test]
    fn equal_shapes_are_one_and_null_stays_allowed() {
        let text = json!({"type": "string", "description": "A."});
        let nullable = json!({"type": "string", "nullable": true});
        assert_eq!(of(vec![text.clone(), text.clone()]), text);
        let both = json!({"description": "A.", "type": "string", "nullable": true});
        assert_eq!(of(vec![text.clone(), nullable.clone()]), both);
        assert_eq!(of(vec![nullable.clone(), text]), nullable);
        let number = json!({"type": "number"});
        assert_eq!(
            of(vec![number.clone(), nullable.clone(), json!({"type": "string"}), number.clone()]),
            json!({"anyOf": [number, nullable]})
        );
    }

    #[test]
    fn objects_that_require_different_members_are_one() {
        let object = |required: Option<Value>| {
            let mut object = json!({"type": "object", "properties": {"a": {}, "b": {}}});
            required.into_iter().for_each(|names| object["required"] = names);
            object
        };
        let both = of(vec![object(Some(json!(["a"]))), object(Some(json!(["a", "b"])))]);
        assert_eq!(both, object(Some(json!(["a"]))));
        assert_eq!(of(vec![object(Some(json!(["a"]))), object(None)]), object(None));
        assert_eq!(of(vec![object(None), object(Some(json!(["a"])))]), object(None));
    }

    #[test]
    fn a_shape_without_restrictions_accepts_everything() {
        assert_eq!(of(vec![json!({"type": "string"}), json!({})]), json!({"anyOf": [{"type": "string"}, {}]}));
        assert_eq!(of(vec![json!(true)]), json!({}));
    }
}
