//! An event stream: which events of a run are sent, and when it ends.

use std::sync::Arc;
use std::time::Duration;

use crate::state::feed::{Cursor, Frame};

/// Receives each frame that goes out.
pub(crate) type Watcher = Arc<dyn Fn(&Frame) + Send + Sync>;

/// Another form of a frame, where it needs one.
pub(crate) type Shape = fn(&Frame) -> Option<Frame>;

/// The form of a frame in the release. None if the release does not send such an event.
pub(crate) type Fit = Box<dyn Fn(&Frame) -> Option<Frame> + Send + Sync>;

/// What to send and when to end.
pub(crate) struct Events {
    pub(crate) cursor: Cursor,
    /// Frames that come before those of the feed.
    pub(crate) lead: Vec<Frame>,
    /// Whether a ping comes before everything.
    pub(crate) greeting: bool,
    /// Whether a pause of the run ends the stream.
    pub(crate) ends_at_pause: bool,
    /// Whether pings follow the end of the run.
    pub(crate) lingers: bool,
    /// Whether the answer forbids caches.
    pub(crate) uncached: bool,
    pub(crate) ping: Duration,
    /// What becomes of frames for these listeners.
    pub(crate) shape: Option<Shape>,
    /// What the release makes of frames, where it is not the described one.
    pub(crate) fit: Option<Fit>,
    pub(crate) watcher: Option<Watcher>,
    /// Called when the listener goes before the end.
    pub(crate) abandoned: Option<Box<dyn Fn() + Send + Sync>>,
}

impl Events {
    pub(crate) fn new(cursor: Cursor, ping: Duration) -> Events {
        let (lead, greeting, ends_at_pause, lingers, uncached) = (Vec::new(), false, true, false, false);
        let (shape, fit, watcher, abandoned) = (None, None, None, None);
        Events { cursor, lead, greeting, ends_at_pause, lingers, uncached, ping, shape, fit, watcher, abandoned }
    }

    /// The events of a run that starts with a ping.
    pub(crate) fn greeting(cursor: Cursor, ping: Duration) -> Events {
        Events { greeting: true, ..Events::new(cursor, ping) }
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("lead", &self.lead.len()).finish_non_exhaustive()
    }
}
