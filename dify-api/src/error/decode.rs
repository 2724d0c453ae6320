//! Bodies that do not match the description.

use super::cause::Cause;
use crate::{
    Shown,
    values::{decode::Fault, json_path, redactor::Redactor, shown::Size},
};
use bytes::Bytes;
use std::fmt;

/// A body that does not match the description.
#[derive(Clone, PartialEq, thiserror::Error)]
#[error("the answer does not have the described shape at `{}`: {source}", Shown::new(.path))]
#[non_exhaustive]
pub struct DecodeError {
    /// The place in the JSON, `data[3].id`; `.` is the whole.
    pub path: String,
    /// The body, or the data of the event, but for secrets of the client.
    pub body: Bytes,
    /// The message of the decoder, without the value that it found.
    #[source]
    pub source: Cause,
}

impl DecodeError {
    pub(crate) fn new(body: Bytes, fault: &Fault) -> Self {
        let (path, source) = (json_path::at(&body, fault.at), Cause::of_text(fault.in_lines(&body)));
        Self { path, body, source }
    }

    /// The same from serde's decoder: of types that are not of this crate.
    pub(crate) fn of_json(body: Bytes, source: &serde_json::Error) -> Self {
        let path = json_path::at(&body, json_path::offset(source, &body));
        Self { path, body, source: Cause::of_json(source) }
    }

    pub(crate) fn redact(&mut self, redactor: &Redactor) {
        redactor.text(&mut self.path);
        redactor.bytes(&mut self.body);
        self.source.redact(redactor);
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("path", &Shown::new(&self.path))
            .field("body", &Size(self.body.len()))
            .field("source", &self.source)
            .finish()
    }
}
