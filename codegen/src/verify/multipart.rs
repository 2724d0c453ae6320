//! The fields of a recorded `multipart/form-data` body.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

/// What stands for the contents of a file.
const FILE: &str = "\0file";

static BOUNDARY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"boundary="?([^";]+)"?"#).ok());
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"name="([^"]*)""#).ok());
static FILE_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"filename="([^"]*)""#).ok());

/// Name and value of every field; none where the body is not one, or has none.
pub(super) fn fields(body: &str, content_type: &str) -> Option<Map<String, Value>> {
    let boundary = first_group(&BOUNDARY, content_type)?;
    let mut fields = Map::new();
    for part in body.split(&format!("--{boundary}")) {
        let (head, value) = part
            .trim_start_matches(['\r', '\n'])
            .split_once("\r\n\r\n")
            .or_else(|| part.trim_start_matches('\n').split_once("\n\n"))
            .unwrap_or((part.trim_start_matches('\n'), ""));
        if let Some(name) = first_group(&NAME, head) {
            let value = match first_group(&FILE_NAME, head) {
                Some(_) => FILE,
                None => value.trim_end_matches(['\r', '\n']),
            };
            fields.insert(name.to_owned(), Value::from(value));
        }
    }
    (!fields.is_empty()).then_some(fields)
}

fn first_group<'a>(pattern: &LazyLock<Option<Regex>>, text: &'a str) -> Option<&'a str> {
    let group = pattern.as_ref()?.captures(text)?.get(1)?;
    Some(group.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_and_files_are_told_apart() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nu-1\r\n--b\r\nContent-Disposition: \
                    form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--b--\r\n";
        assert_eq!(
            fields(body, "multipart/form-data; boundary=b"),
            json!({"user": "u-1", "file": FILE}).as_object().cloned()
        );
    }

    #[test]
    fn a_body_without_boundary_or_fields_has_none() {
        assert_eq!(fields("x", "multipart/form-data"), None);
        assert_eq!(fields("x", "multipart/form-data; boundary=b"), None);
    }
}
