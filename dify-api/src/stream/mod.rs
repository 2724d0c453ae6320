//! Streams of events: their decoder, and the events it finds.

pub(crate) mod event;
pub(crate) mod event_stream;
pub mod sse;

pub use event::Event;
pub use event_stream::EventStream;
