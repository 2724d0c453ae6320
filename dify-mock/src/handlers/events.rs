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

/// How long Dify sends pings alone.
const IDLE: Duration = Duration::from_secs(300);

/// What to send and when to end.
pub(crate) struct Events {
    pub(crate) cursor: Cursor,
    /// Frames that come before those of the feed.
    pub(crate) lead: Vec<Frame>,
    /// Whether a ping comes before everything.
    pub(crate) greeting: bool,
    /// Whether a pause of the run ends the stream.
    pub(crate) ends_at_pause: bool,
    /// How long only pings follow the end of the run.
    pub(crate) lingers: Option<Duration>,
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
        let (lead, greeting, ends_at_pause, lingers) = (Vec::new(), false, true, None);
        let (shape, fit, watcher, abandoned) = (None, None, None, None);
        Events { cursor, lead, greeting, ends_at_pause, lingers, uncached: false, ping, shape, fit, watcher, abandoned }
    }

    /// A ping before everything, as runs of workflows have it.
    pub(crate) fn greeting(mut self) -> Events {
        self.greeting = true;
        self
    }

    /// Frames that come first.
    pub(crate) fn after(mut self, lead: Vec<Frame>) -> Events {
        self.lead = lead;
        self
    }

    /// Continues when the run pauses.
    pub(crate) fn through_pauses(mut self) -> Events {
        self.ends_at_pause = false;
        self
    }

    /// Continues with pings when the run has ended.
    pub(crate) fn lingering(mut self) -> Events {
        self.lingers = Some(IDLE);
        self
    }

    /// With the headers of the route that follows a run.
    pub(crate) fn uncached(mut self) -> Events {
        self.uncached = true;
        self
    }

    /// With frames in another form.
    pub(crate) fn shaped(mut self, shape: Shape) -> Events {
        self.shape = Some(shape);
        self
    }

    /// What happens when the listener goes before the end.
    pub(crate) fn abandoned(mut self, then: impl Fn() + Send + Sync + 'static) -> Events {
        self.abandoned = Some(Box::new(then));
        self
    }

    pub(crate) fn watched(mut self, watcher: Watcher) -> Events {
        self.watcher = Some(watcher);
        self
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("lead", &self.lead.len()).finish_non_exhaustive()
    }
}
