//! The last check before writing.

use super::{Scrubber, looks};

/// A secret that would have been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Leak {
    /// A secret of the session.
    #[error("a secret that was seen before was left in it")]
    Seen,
    /// A text that looks like a secret.
    #[error("what looks like a secret was left in it")]
    Looks,
    /// The search could not be prepared.
    #[error("the search for secrets failed")]
    Unsearched,
}

impl Scrubber {
    /// Searches a text that is to be written.
    ///
    /// # Errors
    /// Fails with the secrets that are left in it.
    pub fn check(&self, text: &str) -> Result<(), Leak> {
        match () {
            () if !self.seen.is_ready() => Err(Leak::Unsearched),
            () if self.seen.is_in(text) => Err(Leak::Seen),
            () if looks::is_in(text) => Err(Leak::Looks),
            () => Ok(()),
        }
    }
}
