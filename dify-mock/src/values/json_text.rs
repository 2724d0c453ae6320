//! The three ways in which Dify writes JSON. A client may depend on none of them, so the mock uses all three.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{CompactFormatter, Formatter};

/// These members of an object, and no others; those that it lacks are null.
pub(crate) fn picked(value: &Value, names: &str) -> Value {
    names.split(' ').map(|name| (name.to_owned(), value[name].clone())).collect()
}

/// Adds the members of another object, in their order.
pub(crate) fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(members), Value::Object(more)) = (value, more) {
        members.extend(more);
    }
}

/// Compact, raw UTF-8, as in an event.
pub(crate) fn event(value: &Value) -> String {
    value.to_string()
}

/// Compact, with `/` and everything beyond ASCII escaped, and a line end: ordinary answers and errors.
pub(crate) fn plain(value: &Value) -> Vec<u8> {
    let mut text = write(value, Escaping(CompactFormatter));
    text.push(b'\n');
    text
}

/// With a space after `,` and `:`: the blocking answers of runs, forms, and the only event of a finished run.
pub(crate) fn spaced(value: &Value) -> String {
    String::from_utf8(write(value, Spaced)).unwrap_or_default()
}

/// Writing a `Value` into memory cannot fail; if it did, the answer would be empty and every test would fail.
fn write(value: &Value, formatter: impl Formatter) -> Vec<u8> {
    let mut text = Vec::with_capacity(256);
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    if value.serialize(&mut serializer).is_err() {
        text.clear();
    }
    text
}

struct Escaping(CompactFormatter);

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for c in fragment.chars() {
            match c {
                '/' => writer.write_all(b"\\/")?,
                c if c.is_ascii() => writer.write_all(&[c as u8])?,
                c => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_of_the_three_spellings_is_the_recorded_one() {
        let value = json!({"a": ["x/y", "é😀"], "b": null});
        assert_eq!(event(&value), r#"{"a":["x/y","é😀"],"b":null}"#);
        assert_eq!(plain(&value), b"{\"a\":[\"x\\/y\",\"\\u00e9\\ud83d\\ude00\"],\"b\":null}\n");
        assert_eq!(spaced(&value), r#"{"a": ["x/y", "é😀"], "b": null}"#);
    }
}
