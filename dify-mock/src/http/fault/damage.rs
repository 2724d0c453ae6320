//! Ways in which JSON is not what was promised.

use serde_json::{Value, json};

/// Changes to the JSON of a real answer, or to the JSON of each event in a real stream. The member `event` of an
/// event stays, unless it is named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Damage {
    /// Half of the text is missing; the HTTP around it is whole.
    Truncated,
    /// An array of the object, where the object should be.
    NoObject,
    /// No members.
    NoMembers,
    /// Each member of the object has a value of another type; those that are `null` stay so.
    WrongTypes,
    /// The value at this JSON pointer (`/data/0/id`) is of another type. Where nothing is, nothing happens.
    WrongType(String),
    /// The member or element at this JSON pointer is not there. Where nothing is, nothing happens.
    Missing(String),
}

impl Damage {
    /// The text that comes out; the text itself when it is no JSON.
    pub(crate) fn apply(&self, text: &[u8]) -> Vec<u8> {
        if *self == Damage::Truncated {
            return text[..text.len() / 2].to_vec();
        }
        let Ok(mut value) = serde_json::from_slice::<Value>(text) else { return text.to_vec() };
        match self {
            Damage::Truncated => {}
            Damage::NoObject => value = json!([value]),
            Damage::NoMembers => {
                if let Value::Object(members) = &mut value {
                    members.retain(|name, _| name == "event");
                }
            }
            Damage::WrongTypes => {
                for (name, member) in value.as_object_mut().into_iter().flatten() {
                    if name != "event" && !member.is_null() {
                        *member = other_type(member);
                    }
                }
            }
            Damage::WrongType(pointer) => {
                if let Some(found) = value.pointer_mut(pointer) {
                    *found = other_type(found);
                }
            }
            Damage::Missing(pointer) => remove(&mut value, pointer),
        }
        value.to_string().into_bytes()
    }
}

fn other_type(value: &Value) -> Value {
    match value {
        Value::Null | Value::String(_) => json!(7),
        Value::Bool(_) | Value::Number(_) => json!({"unexpected": "object"}),
        Value::Array(_) => json!("unexpected text"),
        Value::Object(_) => json!(["unexpected", "array"]),
    }
}

fn remove(value: &mut Value, pointer: &str) {
    let Some((parent, last)) = pointer.rsplit_once('/') else { return };
    match value.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.shift_remove(&last.replace("~1", "/").replace("~0", "~"));
        }
        Some(Value::Array(elements)) => {
            if let Some(index) = last.parse().ok().filter(|index| *index < elements.len()) {
                elements.remove(index);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn damaged(damage: Damage, text: &str) -> String {
        String::from_utf8(damage.apply(text.as_bytes())).expect("ASCII stays ASCII")
    }

    #[test]
    fn each_damage_does_what_it_says() {
        let text = r#"{"event":"message","id":"x","n":1,"none":null,"data":[{"a":1},2]}"#;
        assert_eq!(damaged(Damage::Truncated, "{\"a\":1}"), "{\"a");
        assert_eq!(damaged(Damage::NoObject, "{\"a\":1}"), "[{\"a\":1}]");
        assert_eq!(damaged(Damage::NoMembers, text), r#"{"event":"message"}"#);
        let wrong = r#"{"event":"message","id":7,"n":{"unexpected":"object"},"none":null,"data":"unexpected text"}"#;
        assert_eq!(damaged(Damage::WrongTypes, text), wrong);
        let wrong = damaged(Damage::WrongType("/data/0/a".to_owned()), text);
        assert!(wrong.contains(r#"[{"a":{"unexpected":"object"}},2]"#), "{wrong}");
        assert!(damaged(Damage::Missing("/data/0/a".to_owned()), text).contains(r#""data":[{},2]"#));
        assert!(damaged(Damage::Missing("/data/1".to_owned()), text).contains(r#""data":[{"a":1}]"#));
        assert!(!damaged(Damage::Missing("/id".to_owned()), text).contains("\"id\""));
        assert_eq!(damaged(Damage::Missing("/nowhere/at/all".to_owned()), text), text);
        assert_eq!(damaged(Damage::WrongTypes, "no JSON"), "no JSON");
    }
}
