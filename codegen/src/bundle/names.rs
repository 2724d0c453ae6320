//! Names for the values of an enum that has values without letters.
//!
//! Generators name a constant after its value; six signs of comparison leave them with the same name, or with none, and
//! what they then write does not compile. `x-enum-varnames` is the extension that most of them read.

use heck::ToShoutySnakeCase;
use serde_json::Value;

use crate::signs::spelled;

/// The extension's name.
pub(super) const NAMES: &str = "x-enum-varnames";

/// A name for each value of this `enum`, in its order, where one is needed.
pub(super) fn names(values: &Value) -> Option<Value> {
    let values: Vec<&str> = values.as_array()?.iter().map(Value::as_str).collect::<Option<_>>()?;
    values.iter().any(|value| spelled(value).is_some()).then(|| {
        values.iter().map(|value| Value::from(spelled(value).unwrap_or(value).to_shouty_snake_case())).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn signs_get_names_and_so_does_every_value_beside_them() {
        assert_eq!(
            names(&json!(["not contains", "=", "≥"])),
            Some(json!(["NOT_CONTAINS", "EQUAL", "GREATER_OR_EQUAL"]))
        );
    }

    #[test]
    fn values_with_letters_need_no_names() {
        assert_eq!(names(&json!(["asc", "-created_at"])), None);
    }
}
