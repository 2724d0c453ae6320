//! Where in an answer, and how a connection ends.

/// A place in the body of an answer. An answer that ends before has it at its end.
///
/// Events are counted without pings and comments. In an answer that is no event stream, the places that speak of events
/// lie in the middle of the body when its length is known, and in the middle of its first piece when not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// After status and headers, before the first byte of the body.
    BeforeBody,
    /// After so many bytes of the body.
    AfterBytes(u64),
    /// After so many whole events.
    AfterEvents(usize),
    /// After so many whole events and half of the next.
    InEvent(usize),
    /// After so many whole events, in the middle of a two-byte character of the next: its JSON gets a member `_` for it.
    InCharacter(usize),
    /// After so many whole events, in the middle of the HTTP chunk with the next one, whose length is announced.
    InChunk(usize),
    /// After the last byte of the body; if it is chunked, before the last chunk.
    AtEnd,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// By TCP reset: the client sees an error even where the answer could have ended.
    Reset,
    /// Orderly: the client sees the end of the stream.
    Close,
}
