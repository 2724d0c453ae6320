//! The formats that are checked. Others are notes for readers.

use std::sync::LazyLock;

use jsonschema::{Keyword, ValidationError, paths::Location};
use regex::Regex;
use serde_json::{Map, Number, Value};

use super::query::split_scheme;

pub(super) const FORMATS: [&str; 6] = ["uuid", "date-time", "date", "int32", "int64", "uri"];

static DATE_TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$")
        .ok()
});
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$").ok());

/// `format` as a keyword of ours: the library's own checks strings only, and knows more formats than the reference.
pub(super) fn keyword<'a>(
    _parent: &'a Map<String, Value>,
    format: &'a Value,
    _path: Location,
) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>> {
    Ok(Box::new(Format(format.as_str().unwrap_or_default().to_owned())))
}

struct Format(String);

impl<'i> Keyword<'i> for Format {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if conforms(&self.0, instance) {
            return Ok(());
        }
        Err(ValidationError::custom(format!("{instance} is not a {}", self.0)))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        conforms(&self.0, instance)
    }
}

fn conforms(format: &str, value: &Value) -> bool {
    match (format, value) {
        ("uuid", Value::String(text)) => is_uuid(text),
        ("date-time", Value::String(text)) => matches(&DATE_TIME, text),
        ("date", Value::String(text)) => matches(&DATE, text),
        ("uri", Value::String(text)) => split_scheme(text).is_some(),
        ("int32", Value::Number(number)) => fits(number, |number| i32::try_from(number).is_ok()),
        ("int64", Value::Number(number)) => fits(number, |_| true),
        _ => true,
    }
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
}

/// Whole numbers only: `1.0` passes whatever the format.
fn fits(number: &Number, within: impl Fn(i64) -> bool) -> bool {
    match number.as_i64() {
        Some(number) => within(number),
        None => !number.is_u64(),
    }
}

pub(super) fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    groups.len() == lengths.len()
        && groups
            .iter()
            .zip(lengths)
            .all(|(group, length)| group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_uuid_is_five_groups_of_hex_digits() {
        assert!(conforms("uuid", &json!("0f8fad5b-D9cb-469f-a165-70867728950e")));
        assert!(!conforms("uuid", &json!("0f8fad5bd9cb469fa16570867728950e")));
        assert!(!conforms("uuid", &json!("")));
        assert!(conforms("uuid", &json!(3)));
    }

    #[test]
    fn a_whole_number_keeps_to_its_width() {
        assert!(conforms("int32", &json!(2_147_483_647)));
        assert!(!conforms("int32", &json!(2_147_483_648_i64)));
        assert!(conforms("int32", &json!(3e9)));
        assert!(conforms("int64", &json!(i64::MAX)));
        assert!(!conforms("int64", &json!(u64::MAX)));
    }

    #[test]
    fn dates_and_addresses_are_told_by_their_form() {
        assert!(conforms("date-time", &json!("2026-01-02T03:04:05.6+08:00")));
        assert!(!conforms("date-time", &json!("2026-01-02T03:04:05")));
        assert!(conforms("date", &json!("2026-01-02")));
        assert!(conforms("uri", &json!("https://a/b")));
        assert!(!conforms("uri", &json!("/files/1")));
    }
}
