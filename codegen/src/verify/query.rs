//! The request target, and the query in it.

use percent_encoding::percent_decode_str;
use serde_json::{Number, Value};

use super::document::Document;

/// The names and values of a query string, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// The query as the recorder wrote it: a string, or an object of values and lists.
    pub(super) fn recorded(value: Option<&Value>) -> Self {
        let plain = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match value {
            Some(Value::String(text)) => Self::parse(text),
            Some(Value::Object(members)) => Self {
                pairs: members
                    .iter()
                    .flat_map(|(name, value)| {
                        let values = match value {
                            Value::Array(values) => values.iter().collect(),
                            value => vec![value],
                        };
                        values.into_iter().map(move |value| (name.clone(), plain(value)))
                    })
                    .collect(),
            },
            _ => Self::default(),
        }
    }

    pub(super) fn parse(text: &str) -> Self {
        let decode = |text: &str| unquote(&text.replace('+', " "));
        Self {
            pairs: text
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(name), decode(value))
                })
                .collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub(super) fn values(&self, name: &str) -> Vec<&str> {
        self.pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let mut seen = Vec::new();
        self.pairs.iter().filter_map(move |(name, _)| {
            let new = !seen.contains(name);
            seen.push(name.clone());
            new.then_some(name.as_str())
        })
    }
}

/// Percent-decoding that never fails: what is not UTF-8 is replaced.
pub(super) fn unquote(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The path of a request target and its query, both as they were sent.
pub(super) fn split_target(target: &str) -> (String, String) {
    let rest = match split_scheme(target) {
        Some((_, rest)) => rest,
        None => target,
    };
    let rest = rest.strip_prefix("//").map_or(rest, |authority| match authority.find(['/', '?', '#']) {
        Some(end) => &authority[end..],
        None => "",
    });
    let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    (path.to_owned(), query.to_owned())
}

/// The scheme of an address and what follows its colon.
pub(super) fn split_scheme(address: &str) -> Option<(&str, &str)> {
    let address = address.trim_start_matches(|c: char| c <= ' ');
    let (scheme, rest) = address.split_once(':')?;
    let starts = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let goes_on = scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    (starts && goes_on).then_some((scheme, rest))
}

/// What a query value means under its schema; a value that means nothing there stays a string.
pub(super) fn coerce(text: &str, schema: &Value, document: &Document) -> Value {
    let schema = document.deref(schema);
    let read = match declared_type(schema, document).as_deref() {
        Some("integer") => integer(text),
        Some("number") => float(text).and_then(Number::from_f64).map(Value::Number),
        Some("boolean") => match text.to_lowercase().as_str() {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        Some("array") => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            Some(text.split(',').map(|item| coerce(item, items, document)).collect())
        }
        Some("object") => serde_json::from_str(text).ok(),
        _ => None,
    };
    read.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// The schema's type, or that of the first of its parts that has one.
fn declared_type(schema: &Value, document: &Document) -> Option<String> {
    let own = |schema: &Value| match schema.get("type") {
        Some(Value::String(name)) => Some(name.clone()),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).find(|name| *name != "null").map(str::to_owned)
        }
        _ => None,
    };
    own(schema).or_else(|| {
        ["allOf", "anyOf", "oneOf"]
            .iter()
            .filter_map(|key| schema.get(key)?.as_array())
            .flatten()
            .find_map(|part| own(document.deref(part)))
    })
}

fn integer(text: &str) -> Option<Value> {
    let digits = grouped(text)?;
    if let Ok(number) = digits.parse::<i64>() {
        return Some(Value::from(number));
    }
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(&digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().and_then(Number::from_f64).map(Value::Number)
}

fn float(text: &str) -> Option<f64> {
    grouped(text)?.parse().ok()
}

/// A number's text without spaces around it and without single underscores between its digits.
fn grouped(text: &str) -> Option<String> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        digit(at.checked_sub(1)) && digit(at.checked_add(1))
    };
    let legal = bytes.iter().enumerate().all(|(at, byte)| *byte != b'_' || between_digits(at));
    legal.then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn coerced(text: &str, schema: Value) -> Value {
        let document = Document::new(json!({"openapi": "3.0.3"})).unwrap();
        coerce(text, &schema, &document)
    }

    #[test]
    fn a_plus_is_a_space_and_a_blank_value_is_kept() {
        let query = Query::parse("a=1+2&&b=&c&a=%E4%BD%A0");
        assert_eq!(query.values("a"), ["1 2", "你"]);
        assert_eq!(query.values("b"), [""]);
        assert_eq!(query.values("c"), [""]);
        assert_eq!(query.names().collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn a_query_may_be_recorded_as_an_object() {
        let query = Query::recorded(Some(&json!({"a": ["1", 2], "b": "x"})));
        assert_eq!(query.values("a"), ["1", "2"]);
        assert_eq!(query.values("b"), ["x"]);
    }

    #[test]
    fn a_target_is_split_and_its_path_stays_encoded() {
        let split = |target| split_target(target);
        assert_eq!(split("/v1/a%20b?x=1#y"), ("/v1/a%20b".into(), "x=1".into()));
        assert_eq!(split("http://host:1/v1/info"), ("/v1/info".into(), String::new()));
        assert_eq!(split("/v1/x:y"), ("/v1/x:y".into(), String::new()));
    }

    #[test]
    fn a_value_is_read_by_its_declared_type() {
        assert_eq!(coerced(" 1_0 ", json!({"type": "integer"})), json!(10));
        assert_eq!(coerced("1__0", json!({"type": "integer"})), json!("1__0"));
        assert_eq!(coerced("1.5", json!({"type": "integer"})), json!("1.5"));
        assert_eq!(coerced("1.5", json!({"type": "number"})), json!(1.5));
        assert_eq!(coerced("TRUE", json!({"type": "boolean"})), json!(true));
        assert_eq!(coerced("yes", json!({"type": "boolean"})), json!("yes"));
        assert_eq!(coerced("1,x", json!({"type": "array", "items": {"type": "integer"}})), json!([1, "x"]));
        assert_eq!(coerced("{\"a\":1}", json!({"type": "object"})), json!({"a": 1}));
        assert_eq!(coerced("7", json!({"allOf": [{"type": "integer"}]})), json!(7));
    }
}
