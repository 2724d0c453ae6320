//! A conversation variable.

use serde_json::{Value, json};

use crate::values::{clock, ids, python};

/// A value that a chatflow keeps through a conversation.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) value: Value,
    created_at: i64,
    updated_at: i64,
}

/// Why a value does not fit.
pub(crate) enum Misfit {
    /// It is of another type; here is what the type is called.
    Type(&'static str),
    /// A whole number was expected, and this one has a fraction.
    Fraction,
}

impl Variable {
    /// What a new conversation starts with.
    pub(crate) fn starting(app: &str) -> Vec<Variable> {
        let now = clock::now();
        let variable = |name: &'static str, kind, value| {
            let id = ids::of(app, name);
            Variable { id, name, kind, value, created_at: now, updated_at: now }
        };
        vec![
            variable("turns", "number", json!(0)),
            variable("topic", "string", json!("")),
            variable("tags", "array[string]", json!(["new"])),
            variable("profile", "object", json!({"language": "en"})),
            variable("greeted", "boolean", json!(false)),
        ]
    }

    pub(crate) fn set(&mut self, value: Value) {
        self.value = value;
        self.updated_at = clock::now();
    }

    /// Sets it when the type is right.
    pub(crate) fn replace(&mut self, value: Value) -> Result<(), Misfit> {
        let fits = match self.kind {
            "number" => value.is_number(),
            "string" => value.is_string(),
            "object" => value.is_object(),
            "boolean" => value.is_boolean(),
            _ => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        };
        if !fits {
            return Err(Misfit::Type(match &value {
                Value::Null => "none",
                Value::Bool(_) => "boolean",
                Value::Number(number) if number.is_f64() => "float",
                Value::Number(_) => "integer",
                Value::String(_) => "string",
                Value::Array(_) => "array[any]",
                Value::Object(_) => "object",
            }));
        }
        if value.is_f64() && self.value.is_i64() {
            return Err(Misfit::Fraction);
        }
        self.set(value);
        Ok(())
    }

    pub(crate) fn value(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "value_type": self.kind, "value": python::str(&self.value),
            "description": format!("{} of the conversation", self.name), "created_at": self.created_at,
            "updated_at": self.updated_at,
        })
    }
}
