//! One line of a stream: a field and its value.

use std::{borrow::Cow, time::Duration};

/// The longest prefix of a line that is not its value: `data: `.
pub(super) const LONGEST_NAME: usize = 6;

/// Returns where the value of a data line begins; `None` for another line.
pub(super) fn data_value(line: &[u8]) -> Option<usize> {
    match line.strip_prefix(b"data")? {
        [b':', b' ', ..] => Some(6),
        [b':', ..] => Some(5),
        [] => Some(4),
        _ => None,
    }
}

/// A line that is not data.
pub(super) enum Field<'l> {
    Event(Cow<'l, str>),
    Id(Cow<'l, str>),
    Retry(Duration),
    /// A comment, an unknown field, or a value that the standard ignores.
    Ignored,
}

impl<'l> Field<'l> {
    pub(super) fn read(line: &'l [u8]) -> Self {
        let (name, value) = match memchr::memchr(b':', line) {
            Some(colon) => (&line[..colon], without_space(&line[colon + 1..])),
            None => (line, &[][..]),
        };
        match name {
            b"event" => Self::Event(String::from_utf8_lossy(value)),
            b"id" if !value.contains(&0) => Self::Id(String::from_utf8_lossy(value)),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                // More digits than u64 holds are no time at all.
                let milliseconds = String::from_utf8_lossy(value).parse();
                milliseconds.map_or(Self::Ignored, |milliseconds| Self::Retry(Duration::from_millis(milliseconds)))
            }
            _ => Self::Ignored,
        }
    }
}

fn without_space(value: &[u8]) -> &[u8] {
    value.strip_prefix(b" ").unwrap_or(value)
}
