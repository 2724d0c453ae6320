//! The events of one run: written by the run, read by whoever is connected, from whichever event on.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;

use crate::values::json_text;

/// What an event means for those who listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Goes,
    Pauses,
    Ends,
}

/// One event, as in the stream.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) bytes: Bytes,
    pub(crate) turn: Turn,
}

/// The events so far.
#[derive(Debug)]
pub(crate) struct Feed {
    frames: Mutex<Vec<Frame>>,
    /// How many there are, and whether there will be no more.
    state: watch::Sender<(usize, bool)>,
}

/// A reader's place in a feed.
#[derive(Debug)]
pub(crate) struct Cursor {
    feed: Arc<Feed>,
    state: watch::Receiver<(usize, bool)>,
    next: usize,
}

impl Frame {
    pub(crate) fn new(value: &Value, turn: Turn) -> Frame {
        Frame { bytes: Bytes::from(format!("data: {}\n\n", json_text::event(value))), turn }
    }

    /// Written with spaces, as the only event of a finished run is.
    pub(crate) fn spaced(value: &Value) -> Frame {
        Frame { bytes: Bytes::from(format!("data: {}\n\n", json_text::spaced(value))), turn: Turn::Ends }
    }

    /// The event, read back.
    pub(crate) fn value(&self) -> Value {
        self.bytes.get(6..).and_then(|json| serde_json::from_slice(json).ok()).unwrap_or_default()
    }

    /// Whether it is of this kind. The kind comes first in every event.
    pub(crate) fn is(&self, event: &str) -> bool {
        let head = self.bytes.strip_prefix(b"data: {\"event\":\"").and_then(|rest| rest.strip_prefix(event.as_bytes()));
        head.is_some_and(|rest| rest.starts_with(b"\""))
    }

    /// What kind of event it is.
    pub(crate) fn name(&self) -> String {
        self.value()["event"].as_str().unwrap_or_default().to_owned()
    }
}

impl Feed {
    pub(crate) fn new() -> Arc<Feed> {
        Arc::new(Feed { frames: Mutex::default(), state: watch::Sender::new((0, false)) })
    }

    pub(crate) fn push(&self, value: &Value, turn: Turn) {
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        frames.push(Frame::new(value, turn));
        let count = frames.len();
        drop(frames);
        self.state.send_replace((count, false));
    }

    /// No more events: readers come to an end.
    pub(crate) fn close(&self) {
        self.state.send_modify(|state| state.1 = true);
    }

    /// Reads from the first event on.
    pub(crate) fn from_start(self: &Arc<Self>) -> Cursor {
        Cursor { feed: Arc::clone(self), state: self.state.subscribe(), next: 0 }
    }

    /// Reads what follows from now on.
    pub(crate) fn from_now(self: &Arc<Self>) -> Cursor {
        let state = self.state.subscribe();
        let next = state.borrow().0;
        Cursor { feed: Arc::clone(self), state, next }
    }
}

impl Cursor {
    /// The next event; nothing when there will be none. Nothing is lost when the future is dropped.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        // The sender lives in the feed, which this holds: waiting cannot fail.
        let state = self.state.wait_for(|(count, closed)| *count > self.next || *closed).await;
        state.ok()?;
        let frames = self.feed.frames.lock().unwrap_or_else(PoisonError::into_inner);
        let frame = frames.get(self.next).cloned()?;
        self.next += 1;
        Some(frame)
    }

    /// Waits until the run ends or pauses.
    pub(crate) async fn rest(mut self) {
        while let Some(frame) = self.next().await {
            if frame.turn != Turn::Goes {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_late_reader_gets_what_comes_after_it_and_an_early_one_everything() {
        let feed = Feed::new();
        let mut early = feed.from_start();
        feed.push(&json!({"event": "a"}), Turn::Goes);
        let mut late = feed.from_now();
        feed.push(&json!({"event": "b"}), Turn::Ends);
        feed.close();
        assert_eq!(late.next().await.map(|frame| frame.name()), Some("b".to_owned()));
        assert!(late.next().await.is_none());
        assert_eq!(early.next().await.map(|frame| frame.name()), Some("a".to_owned()));
        assert_eq!(early.next().await.map(|frame| frame.name()), Some("b".to_owned()));
        assert!(early.next().await.is_none());
    }
}
