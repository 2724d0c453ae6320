//! What a value loses on its way through a type.

use serde_json::{Value, json};

/// Where `after` differs from `before`, each place with what happened there.
///
/// Two things are no difference, because for Dify they are none: a member that was null may be absent, and `1` is `1.0`.
/// A member that was absent and is now there is a difference, whatever its value.
pub fn losses(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(before, after, &mut String::new(), false, &mut found);
    found
}

/// The same for what an older release sent: what came later is empty, and what had another JSON type is converted.
pub fn losses_of_older(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(before, after, &mut String::new(), true, &mut found);
    found
}

fn is_empty(value: &Value) -> bool {
    let empty = [Value::Null, json!(false), json!(0), json!(""), json!([]), json!({})];
    empty.contains(value)
}

fn compare(before: &Value, after: &Value, place: &mut String, older: bool, found: &mut Vec<String>) {
    let length = place.len();
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                place.push('/');
                place.push_str(name);
                match after.get(name) {
                    Some(after) => compare(value, after, place, older, found),
                    None if value.is_null() => {}
                    None => found.push(format!("{place}: {value} is gone")),
                }
                place.truncate(length);
            }
            for (name, value) in after {
                let fine = before.contains_key(name) || (older && is_empty(value));
                if !fine {
                    found.push(format!("{place}/{name}: {value} came from nowhere"));
                }
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                place.push_str(&format!("/{index}"));
                compare(before, after, place, older, found);
                place.truncate(length);
            }
        }
        (Value::Number(before), Value::Number(after)) if same_number(before, after) => {}
        _ if before == after => {}
        _ if older && std::mem::discriminant(before) != std::mem::discriminant(after) && !after.is_null() => {}
        _ => found.push(format!("{place}: {before} became {after}")),
    }
}

fn same_number(before: &serde_json::Number, after: &serde_json::Number) -> bool {
    match (before.is_f64(), after.is_f64()) {
        // Two integers of which a double would see only the beginning.
        (false, false) => before == after,
        _ => before.as_f64() == after.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_may_become_absent_and_an_integer_a_double() {
        assert_eq!(losses(&json!({"a": null, "b": [1, {"c": 2}]}), &json!({"b": [1.0, {"c": 2}]})), [""; 0]);
    }

    #[test]
    fn everything_else_is_a_loss() {
        for (before, after, told) in [
            (json!({"a": 1}), json!({}), "/a: 1 is gone"),
            (json!({}), json!({"a": null}), "/a: null came from nowhere"),
            (json!({"a": [1]}), json!({"a": []}), "/a: [1] became []"),
            (json!({"a": {}}), json!({"a": null}), "/a: {} became null"),
            (json!([{"a": "1"}]), json!([{"a": 1}]), "/0/a: \"1\" became 1"),
            (json!(9007199254740993_i64), json!(9007199254740992_i64), ": 9007199254740993 became 9007199254740992"),
            (json!(0.1), json!(0.2), ": 0.1 became 0.2"),
        ] {
            assert_eq!(losses(&before, &after), [told]);
        }
    }
}
