//! Reads JSON text value by value.

use super::{Decode, Fault, Read, Stop, Substitutions};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A place in a JSON text. It accepts what serde_json accepts.
#[derive(Debug)]
pub struct Reader<'j> {
    text: &'j str,
    pub(super) at: usize,
    /// The member that is read next may have been of another type in some release.
    pub(super) loose: bool,
    /// Some member was missing or null and its field is as it was before.
    pub(crate) partial: bool,
    pub(super) substitutions: Substitutions,
    fault: Option<Fault>,
}

/// What a value is, as its first character shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    List,
    Text,
    Number,
    Boolean,
    Null,
}

impl Kind {
    pub(crate) fn of(first: u8) -> Option<Self> {
        Some(match first {
            b'{' => Self::Object,
            b'[' => Self::List,
            b'"' => Self::Text,
            b'-' | b'0'..=b'9' => Self::Number,
            b't' | b'f' => Self::Boolean,
            b'n' => Self::Null,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::List => "a list",
            Self::Text => "a string",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Null => "null",
        }
    }
}

impl<'j> Reader<'j> {
    pub(crate) fn new(text: &'j str) -> Self {
        Self { text, at: 0, loose: false, partial: false, substitutions: Substitutions::default(), fault: None }
    }

    /// Returns what was read, with what was missing in it.
    pub(crate) fn outcome<T>(self, read: Result<T, Stop>) -> Result<(T, Substitutions), Fault> {
        match read {
            Ok(value) => Ok((value, self.substitutions)),
            Err(Stop { .. }) => Err(self.fault.unwrap_or_else(|| Fault::new(self.at, "invalid JSON"))),
        }
    }

    /// Skips white space and returns the first byte after it; 0 at the end.
    #[inline]
    pub(super) fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                Some(byte) => return *byte,
                None => return 0,
            }
        }
    }

    pub(crate) fn kind(&mut self) -> Option<Kind> {
        Kind::of(self.peek())
    }

    /// In place of text comes a value of another type, as some release sends it.
    pub(crate) fn is_loose_value(&mut self) -> bool {
        self.loose && self.peek() != b'"'
    }

    /// Nothing but white space is left.
    pub(super) fn end(&mut self) -> Read {
        self.peek();
        if self.at == self.text.len() { Ok(()) } else { Err(self.fail("trailing characters")) }
    }

    /// Fails at the current place.
    pub(super) fn fail(&mut self, cause: impl Into<Cow<'static, str>>) -> Stop {
        self.fail_at(self.at, cause)
    }

    pub(super) fn fail_at(&mut self, at: usize, cause: impl Into<Cow<'static, str>>) -> Stop {
        self.fault.get_or_insert_with(|| Fault::new(at, cause));
        Fault::STOP
    }

    /// Fails because the value is none of those expected.
    #[cold]
    pub(crate) fn unexpected(&mut self, expected: &str) -> Stop {
        let found = match self.kind() {
            Some(kind) => kind.name(),
            None if self.at == self.text.len() => "the end of the text",
            None => "no JSON value",
        };
        self.fail(format!("expected {expected}, found {found}"))
    }

    /// Fails because an object lacks a member.
    pub(crate) fn lacks(&mut self, member: &str) -> Stop {
        self.fail(format!("missing member `{member}`"))
    }

    /// Reads one of the bytes of the structure.
    #[inline]
    pub(super) fn byte(&mut self, byte: u8, expected: &str) -> Read {
        if self.peek() != byte {
            return Err(self.unexpected(expected));
        }
        self.at += 1;
        Ok(())
    }

    /// Reads a word: `null`, `true`, `false`.
    fn word(&mut self, word: &str) -> Read {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.fail("expected a JSON value"));
        }
        self.at += word.len();
        Ok(())
    }

    /// Reads `null`, where it comes next.
    pub(crate) fn null(&mut self) -> Result<bool, Stop> {
        if self.peek() != b'n' {
            return Ok(false);
        }
        self.word("null").map(|()| true)
    }

    pub(super) fn boolean(&mut self) -> Result<bool, Stop> {
        match self.peek() {
            b't' => self.word("true").map(|()| true),
            b'f' => self.word("false").map(|()| false),
            _ => Err(self.unexpected("a boolean")),
        }
    }

    /// Reads a number and returns how it is written.
    pub(crate) fn number(&mut self, expected: &str) -> Result<&'j str, Stop> {
        if self.kind() != Some(Kind::Number) {
            return Err(self.unexpected(expected));
        }
        let begin = self.at;
        let bytes = self.text.as_bytes();
        let mut at = begin + usize::from(bytes.get(begin) == Some(&b'-'));
        let digits = |at: &mut usize| {
            let from = *at;
            while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
            *at > from
        };
        let zero = bytes.get(at) == Some(&b'0');
        let from = at;
        let mut valid = digits(&mut at) && !(zero && at - from > 1);
        if valid && bytes.get(at) == Some(&b'.') {
            at += 1;
            valid = digits(&mut at);
        }
        if valid && matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1;
            at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
            valid = digits(&mut at);
        }
        if !valid {
            return Err(self.fail_at(at, "invalid number"));
        }
        self.at = at;
        Ok(self.slice(begin, at))
    }

    /// Skips this text, where it comes next.
    #[inline]
    pub(super) fn skip(&mut self, text: &str) -> bool {
        self.peek();
        let found = self.rest().starts_with(text.as_bytes());
        if found {
            self.at += text.len();
        }
        found
    }

    /// Reads a whole number without a sign, of up to 18 digits, as servers write nearly all; reads nothing of others.
    pub(super) fn short_integer(&mut self) -> Option<i64> {
        self.peek();
        let (mut value, mut length) = (0, 0);
        let rest = self.rest();
        for byte in rest.iter().take(18).take_while(|byte| byte.is_ascii_digit()) {
            value = value * 10 + i64::from(byte - b'0');
            length += 1;
        }
        let more = matches!(rest.get(length), Some(b'.' | b'e' | b'E' | b'0'..=b'9'));
        if length == 0 || more || (length > 1 && rest.first() == Some(&b'0')) {
            return None;
        }
        self.at += length;
        Some(value)
    }

    /// Reads a value of serde's: a tree, or raw text.
    pub(super) fn serde<T: Deserialize<'j>>(&mut self) -> Result<T, Stop> {
        self.peek();
        let rest = self.slice(self.at, self.text.len());
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        match values.next() {
            Some(Ok(value)) => {
                self.at += values.byte_offset();
                Ok(value)
            }
            Some(Err(error)) => {
                let at = self.at + crate::values::json_path::offset(&error, rest.as_bytes());
                Err(self.fail_at(at, super::fault::words(&error)))
            }
            None => Err(self.unexpected("a value")),
        }
    }

    /// Whether the value that begins here is the whole text.
    pub(super) fn is_whole(&self, begin: usize) -> bool {
        self.slice(0, begin).trim_ascii().is_empty()
    }

    /// Reads a value of a map; `None` for null where that is no value of its type.
    pub(super) fn entry<T: Decode>(&mut self) -> Result<Option<T>, Stop> {
        self.peek();
        let begin = self.at;
        let mut value = T::blank();
        let read = value.read(self);
        if read.is_err() && self.at == begin && self.rest().starts_with(b"null") {
            self.fault = None;
            self.word("null")?;
            return Ok(None);
        }
        read.map(|()| Some(value))
    }

    /// Reads any value and returns how it is written.
    pub(crate) fn raw(&mut self) -> Result<&'j RawValue, Stop> {
        self.serde()
    }

    /// Reads a value.
    pub(crate) fn value<T: Decode>(&mut self) -> Result<T, Stop> {
        let mut value = T::blank();
        value.read(self)?;
        Ok(value)
    }

    #[inline]
    pub(super) fn rest(&self) -> &'j [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Both ends are beside ASCII, so that this cannot cut a character.
    #[inline]
    pub(super) fn slice(&self, from: usize, to: usize) -> &'j str {
        self.text.get(from..to).unwrap_or_default()
    }
}
