//! The body of a message, as far as it is kept.

use bytes::Bytes;

/// The most that is kept of a body: more is only counted.
const MOST: usize = 8 << 20;

/// A body as far as it is kept.
#[derive(Default)]
pub(crate) struct Kept {
    bytes: Vec<u8>,
    total: usize,
}

impl Kept {
    pub(crate) fn take(&mut self, chunk: &Bytes) {
        self.total += chunk.len();
        if self.total <= MOST {
            self.bytes.extend_from_slice(chunk);
        } else {
            self.bytes = Vec::new();
        }
    }

    /// How many bytes there were.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// The body; `None` where it was too long to be kept.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        (self.total <= MOST).then_some(&self.bytes)
    }
}
