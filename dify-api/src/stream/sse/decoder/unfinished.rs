//! The frame in the making.

use std::ops::Range;

/// Where the data of the frame in the making is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// There was no data line yet.
    None,
    /// One data line, inside the chunk.
    InChunk(Range<usize>),
    /// In the buffer, from here on.
    InBuffer(usize),
}

/// The state of the unfinished frame with respect to the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameSize {
    Fits,
    /// Over the limit, and not reported yet. It is reported at once, because an endless event has no end.
    Exceeded,
    /// Over the limit, and reported: the rest of the frame is skipped.
    PassedOver,
}
