//! Decodes answers and events: tolerant, counted, and compiled once.
//!
//! Generated types describe their members in a table and lend their fields; one routine walks every object. Nothing here
//! is generic over the caller's types except the thin entry points, so that a program that uses the crate compiles none
//! of it. Servers of older releases lack members that newer ones send: what may be empty is left empty and counted, what
//! decides what a program does is required.

mod fault;
mod object;
mod reader;
mod slots;
mod strings;

pub use fault::Stop;
pub(crate) use fault::{Fault, without_value};
pub(crate) use object::{Member, named, object, text};
pub(crate) use reader::Kind;
pub use reader::Reader;

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

/// What a read returns: the reader keeps the cause of a failure.
pub type Read = Result<(), Stop>;

/// A value that is read in place.
pub trait Decode {
    /// Returns the empty value, which replaces a member that the server left out.
    fn blank() -> Self
    where
        Self: Sized;

    /// Reads the value at which the reader is.
    fn read(&mut self, reader: &mut Reader<'_>) -> Read;
}

/// The members that a decode filled with their empty value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Substitutions {
    pub(crate) count: usize,
    /// The first of them: where the object begins that lacks it, and its name.
    pub(crate) first: Vec<(usize, &'static str)>,
}

impl Substitutions {
    /// More are counted and not listed: an old server may lack a member in each item of a long list.
    const LISTED: usize = 16;

    /// One member of the whole.
    pub(crate) fn of(member: &'static str) -> Self {
        Self { count: 1, first: vec![(0, member)] }
    }

    fn add(&mut self, object: usize, member: &'static str) {
        self.count += 1;
        if self.first.len() < Self::LISTED {
            self.first.push((object, member));
        }
    }

    /// Returns the JSON paths of the listed members.
    pub(crate) fn paths(&self, text: &[u8]) -> impl Iterator<Item = String> {
        self.first.iter().map(|(object, member)| match crate::values::json_path::at(text, *object).as_str() {
            "." => (*member).to_owned(),
            path => format!("{path}.{member}"),
        })
    }
}

/// Decodes a whole JSON text.
pub(crate) fn decode<T: Decode>(text: &str) -> Result<(T, Substitutions), Fault> {
    let mut value = T::blank();
    let substitutions = whole(text, &mut value)?;
    Ok((value, substitutions))
}

fn whole(text: &str, value: &mut dyn Decode) -> Result<Substitutions, Fault> {
    let mut reader = Reader::new(text);
    let outcome = value.read(&mut reader).and_then(|()| reader.end());
    reader.outcome(outcome).map(|((), substitutions)| substitutions)
}

/// Reads a body into a blank value.
pub(crate) fn decode_into(body: &[u8], value: &mut dyn Decode) -> Result<Substitutions, Fault> {
    whole(text(body)?, value)
}

/// Checks the encoding of a body, once for all of it.
fn text(body: &[u8]) -> Result<&str, Fault> {
    match simdutf8::basic::from_utf8(body) {
        Ok(text) => Ok(text),
        // The slower check returns the place.
        Err(_) => std::str::from_utf8(body).map_err(|error| Fault::new(error.valid_up_to(), "invalid UTF-8")),
    }
}

/// Decodes JSON text for callers who ask for it by type.
pub(crate) fn from_json<T: Decode>(text: &str) -> serde_json::Result<T> {
    decode(text).map(|(value, _)| value).map_err(|fault| fault.into_json(text))
}

/// `Deserialize` of every generated type. It takes JSON only, as `RawJson` does.
pub(crate) fn deserialize<'de, T: Decode, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let json = Box::<RawValue>::deserialize(deserializer)?;
    let text = json.get();
    decode(text).map(|(value, _)| value).map_err(|fault| de::Error::custom(fault.at_path(text.as_bytes())))
}

#[cfg(test)]
mod tests;
