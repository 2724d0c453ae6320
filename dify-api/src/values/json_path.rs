//! Where in a JSON text decoding failed.

use std::fmt::Write as _;

/// What the text is inside of.
enum Inside {
    /// An object, at this member.
    Object(String),
    /// An array, at this item.
    Array(usize),
}

/// How many bytes the decoder had read: serde_json counts lines from one, and the bytes within.
pub(crate) fn offset(error: &serde_json::Error, text: &[u8]) -> usize {
    let Some(before) = error.line().checked_sub(1) else {
        return 0;
    };
    let line = match before.checked_sub(1) {
        None => 0,
        Some(nth) => memchr::memchr_iter(b'\n', text).nth(nth).map_or(text.len(), |end| end + 1),
    };
    (line + error.column()).min(text.len())
}

/// The path of the value at this place, such as `data[3].id`; `.` is the whole.
///
/// Walking there costs nothing until something fails, and works for every decoder.
pub(crate) fn at(text: &[u8], offset: usize) -> String {
    let mut stack = Vec::new();
    let mut at = 0;
    while at < offset.min(text.len()) {
        match text[at] {
            b'{' => stack.push(Inside::Object(String::new())),
            b'[' => stack.push(Inside::Array(0)),
            b'}' | b']' => {
                stack.pop();
            }
            b',' => match stack.last_mut() {
                Some(Inside::Array(item)) => *item += 1,
                Some(Inside::Object(member)) => member.clear(),
                None => {}
            },
            b'"' => {
                let end = end_of_string(text, at + 1);
                match stack.last_mut() {
                    Some(Inside::Object(member)) if member.is_empty() => {
                        *member = String::from_utf8_lossy(&text[at + 1..end]).into_owned();
                    }
                    _ => {}
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    show(&stack)
}

/// Where the string that began before `at` has its closing quote.
fn end_of_string(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    at.min(text.len())
}

fn show(stack: &[Inside]) -> String {
    let mut path = String::new();
    for inside in stack {
        match inside {
            Inside::Object(member) if member.is_empty() => {}
            Inside::Object(member) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(member);
            }
            Inside::Array(item) => {
                // Writing to a string cannot fail.
                let _ = write!(path, "[{item}]");
            }
        }
    }
    if path.is_empty() {
        path.push('.');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::{at, offset};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "read by nobody, decoded only")]
    struct Page {
        data: Vec<Item>,
        limit: i64,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "read by nobody, decoded only")]
    struct Item {
        id: String,
        tags: Vec<String>,
        size: Option<i64>,
    }

    fn path(text: &str) -> String {
        let error = serde_json::from_str::<Page>(text).expect_err(text);
        at(text.as_bytes(), offset(&error, text.as_bytes()))
    }

    #[test]
    fn the_place_of_a_wrong_type_is_named() {
        let item = r#"{"id":"a","tags":["x"],"size":1}"#;
        for (text, want) in [
            (r#"{"data":[],"limit":"many"}"#.to_owned(), "limit"),
            (r#"{"limit":1,"data":[{"id":7}]}"#.to_owned(), "data[0].id"),
            (r#"{"data":[{"id":null}]}"#.to_owned(), "data[0].id"),
            (r#"{"data":[{"id":["a"]}]}"#.to_owned(), "data[0].id"),
            (r#"{"data":[{"id": {"a": 1}}]}"#.to_owned(), "data[0].id"),
            (format!(r#"{{"data":[{item},{item},{{"id":"b","tags":["x","y",3]}}]}}"#), "data[2].tags[2]"),
            (format!(r#"{{"data":[{item},{{"id":"b","tags":[],"size":"1"}}]}}"#), "data[1].size"),
            (format!("{{\"data\":\n [\n{item},\n {{\"id\":\n true }}]}}"), "data[1].id"),
            (r#"{"data":{},"limit":1}"#.to_owned(), "data"),
        ] {
            assert_eq!(path(&text), want, "{text}");
        }
    }

    #[test]
    fn a_missing_member_names_the_object_that_lacks_it() {
        assert_eq!(path(r#"{"data":[{"id":"a"}],"limit":1}"#), "data[0]");
        assert_eq!(path(r#"{"data":[]}"#), ".");
    }

    #[test]
    fn quotes_and_braces_in_strings_are_text() {
        let text = r#"{"x":"}]\"{[,","data":[{"id":"\\","tags":["]"],"size":"}"}]}"#;
        assert_eq!(path(text), "data[0].size");
    }

    #[test]
    fn broken_json_is_named_by_where_it_broke() {
        assert_eq!(path(r#"{"data":[{"id":"a","ta"#), "data[0].ta");
        assert_eq!(path(""), ".");
        assert_eq!(path("["), "[0]");
        assert_eq!(path("<html>"), ".");
    }
}
