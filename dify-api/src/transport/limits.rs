//! The size limits of a reply.

/// Size limits: what keeps a broken or hostile server from filling the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// One event of a stream.
    pub(crate) event: usize,
    /// A body that is read whole: every answer but streams and downloads.
    pub(crate) body: usize,
}

/// A body of an error is kept up to here; what follows is left unread.
pub(crate) const ERROR_BODY: usize = 256 << 10;

impl Default for Limits {
    fn default() -> Self {
        Self { event: crate::stream::sse::DEFAULT_LIMIT, body: 64 << 20 }
    }
}
