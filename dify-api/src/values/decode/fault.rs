//! Why a text could not be decoded.

use serde::de::Error as _;
use std::{borrow::Cow, fmt};

/// A failed read. The cause is in the reader, so that a result is one byte.
#[derive(Debug, PartialEq, Eq)]
pub struct Stop(());

/// The cause of a failed decode: the place in the text, and what was expected there. It quotes no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    cause: Cow<'static, str>,
}

impl Fault {
    pub(crate) fn new(at: usize, cause: impl Into<Cow<'static, str>>) -> Self {
        Self { at, cause: cause.into() }
    }

    /// The read that fails with this fault returns it.
    pub(super) const STOP: Stop = Stop(());

    /// Returns the cause with line and column, both from one.
    pub(crate) fn in_lines(&self, text: &[u8]) -> String {
        let before = text.get(..self.at).unwrap_or(text);
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |end| end + 1) + 1;
        format!("{} at line {line} column {column}", self.cause)
    }

    /// Returns the cause with the JSON path.
    pub(super) fn at_path(&self, text: &[u8]) -> String {
        match crate::values::json_path::at(text, self.at).as_str() {
            "." => self.in_lines(text),
            path => format!("`{path}`: {}", self.in_lines(text)),
        }
    }

    /// Returns the fault as an error of serde_json, which reads line and column out of the text.
    pub(crate) fn into_json(self, text: &str) -> serde_json::Error {
        serde_json::Error::custom(self.at_path(text.as_bytes()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

/// The message of serde's decoder, without the place and the value.
pub(super) fn words(error: &serde_json::Error) -> String {
    let text = without_value(error);
    text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]).to_owned()
}

/// The message of serde's decoder, without the value that it quotes: that belongs to users, or is a secret.
pub(crate) fn without_value(error: &serde_json::Error) -> String {
    const QUOTED: [&str; 8] = [
        "invalid type: string ",
        "invalid value: string ",
        "invalid type: character ",
        "invalid value: character ",
        "unknown variant ",
        "unknown field ",
        "invalid type: Option value ",
        "invalid value: Option value ",
    ];
    let text = error.to_string();
    let quoted = QUOTED.iter().find(|head| text.starts_with(*head));
    match (quoted, text.rfind(", expected ").or_else(|| text.rfind(", there are no "))) {
        (Some(head), Some(end)) if head.len() < end => format!("{}{}", head.trim_end(), &text[end..]),
        _ => text,
    }
}
