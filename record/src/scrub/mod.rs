//! Secrets, and what a recording has instead of them.
//!
//! The scrubber fails closed: only what the published documents describe is written as it is.
//!
//! - A member, parameter or header that is not in the documents keeps its name and gets a placeholder of its JSON type,
//!   so that `verify` reports it. An operation that is not in them keeps its route and the shape of its bodies.
//! - A body that is not what its media type claims is left out, with a note; so are contents of files.
//! - A described value is replaced where its name can be a secret's, where it looks like a secret (keys, tokens, signed
//!   addresses, email addresses), and where it was seen as a secret before, in any exchange of the session: as it is or
//!   encoded (percent signs, Base64, hexadecimal digits, JSON in JSON, YAML).
//! - The output is searched once more, and is not written if a secret is left.
//!
//! A placeholder keeps the kind of a key, so that a reader sees what was sent.

mod body;
mod check;
mod described;
mod events;
mod forms;
mod headers;
mod looks;
mod members;
mod multipart;
mod names;
mod path;
mod place;
mod placeholder;
mod seen;
mod tree;
mod yaml;

use seen::Seen;

pub(crate) use body::Cleaned;
pub use check::Leak;
pub(crate) use described::{Described, Operation};
pub(crate) use placeholder::REDACTED;

/// The longest text that is remembered as a secret, in bytes.
const LONGEST: usize = 64 << 10;

/// The secrets of one session.
#[derive(Clone, Default)]
pub struct Scrubber {
    seen: Seen,
}

impl Scrubber {
    /// Returns a scrubber that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers a secret: it is replaced wherever it occurs from now on. Texts of less than four bytes, and words of the
    /// published documents, are ignored.
    pub fn learn(&mut self, secret: &str) {
        let secret = secret.trim();
        // The name of a secret, as definitions refer to it, is none.
        let name = secret.contains('_') && secret.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if secret.len() <= LONGEST && !Described::get().has_word(secret) && !(name && names::is_secret(secret)) {
            self.seen.learn(secret);
        }
    }

    /// Prepares the search for what was learned since the last time.
    pub(crate) fn refresh(&mut self) {
        self.seen.refresh();
    }
}

/// Shows no secret.
impl std::fmt::Debug for Scrubber {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Scrubber").finish_non_exhaustive()
    }
}
