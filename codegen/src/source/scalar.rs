//! What a plain (unquoted) scalar means: YAML 1.2's core schema, and where YAML 1.1 parsers see something else.

use serde_json::{Number, Value};

/// The value of a plain scalar by YAML 1.2's core schema.
pub fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        let text = text.strip_prefix('+').unwrap_or(text);
        return text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok();
    }
    if !digits.bytes().any(|b| b.is_ascii_digit())
        || !digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'))
    {
        return None;
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

/// Whether parsers of YAML 1.1, of which many are in use (PyYAML, older Ruby and Go), read this plain scalar as another value.
pub fn is_ambiguous(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if matches!(lower.as_str(), "y" | "n" | "yes" | "no" | "on" | "off" | "=" | "<<") {
        return true;
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return false;
    }
    let all = |allowed: fn(u8) -> bool| digits.bytes().all(allowed);
    // 012 and 0o14 (octal), 0x1f, 0b1, 1_000, 12:30:45 (base sixty), 2026-04-12, 1e5 (a float only in YAML 1.2).
    let octal = digits.len() > 1 && digits.starts_with('0') && all(|b| b.is_ascii_digit());
    let prefixed = ["0o", "0x", "0b"].iter().any(|p| {
        digits.strip_prefix(p).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_hexdigit()))
    });
    let grouped = digits.contains('_') && all(|b| b.is_ascii_digit() || matches!(b, b'_' | b'.'));
    let sixty = digits.contains(':') && all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
    let exponent = number(text).is_some()
        && lower.contains('e')
        && !(lower.contains('.') && (lower.contains("e-") || lower.contains("e+")));
    octal || prefixed || grouped || sixty || exponent || is_date(text) || is_special_float(digits)
}

fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let day: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let after = &rest[day.len()..];
    let is_number =
        |text: &str, most: usize| !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    year.len() == 4
        && is_number(year, 4)
        && is_number(month, 2)
        && is_number(&day, 2)
        && (after.is_empty() || after.starts_with(['T', 't', ' ', '\t']))
}

fn is_special_float(digits: &str) -> bool {
    matches!(digits.to_ascii_lowercase().as_str(), ".inf" | ".nan")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_scalars_mean_what_yaml_1_2_says() {
        for (text, value) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("true", json!(true)),
            ("17", json!(17)),
            ("-17", json!(-17)),
            ("18446744073709551615", json!(18446744073709551615u64)),
            ("0.5", json!(0.5)),
            (".5", json!(0.5)),
            ("1.5e-7", json!(1.5e-7)),
            ("1.13.0", json!("1.13.0")),
            ("yes", json!("yes")),
            ("on", json!("on")),
            ("2026-04-12", json!("2026-04-12")),
            ("-", json!("-")),
            (".", json!(".")),
            ("inf", json!("inf")),
            ("7a2d", json!("7a2d")),
            ("1e", json!("1e")),
        ] {
            assert_eq!(resolve(text), value, "{text:?}");
        }
    }

    #[test]
    fn what_yaml_1_1_reads_otherwise_is_ambiguous() {
        for text in [
            "yes",
            "No",
            "ON",
            "off",
            "y",
            "=",
            "<<",
            "012",
            "0o14",
            "0x1F",
            "1_000",
            "12:30",
            "2026-04-12",
            "2026-04-12T10:00:00Z",
            "1e5",
            "1.5e7",
            ".inf",
        ] {
            assert!(is_ambiguous(text), "{text:?}");
        }
        for text in [
            "",
            "true",
            "null",
            "17",
            "0",
            "0.5",
            "1.13.0",
            "1.5e-7",
            "text",
            "7a2d1a76-4a43",
            "a=b",
            "2026-04-12-report",
            "on hold",
        ] {
            assert!(!is_ambiguous(text), "{text:?}");
        }
    }
}
