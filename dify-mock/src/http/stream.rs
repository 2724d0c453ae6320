//! An event stream: the frames of a feed, with pings between them.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout_at};

use crate::run::feed::{Cursor, Frame, Turn};

/// Told of each frame that goes out.
pub(crate) type Watcher = Arc<dyn Fn(&Frame) + Send + Sync>;

/// Another form of a frame, where it needs one.
pub(crate) type Shape = fn(&Frame) -> Option<Frame>;

/// What to send and when to end.
pub(crate) struct Events {
    cursor: Cursor,
    /// Frames that come before those of the feed.
    lead: Vec<Frame>,
    /// Whether a ping comes before everything.
    greeting: bool,
    /// Whether a pause of the run ends the stream.
    ends_at_pause: bool,
    /// After the end of the run, go on for so long with nothing but pings.
    lingers: Option<Duration>,
    /// Whether caches are told to keep out.
    uncached: bool,
    ping: Duration,
    /// What becomes of frames for these listeners.
    shape: Option<Shape>,
    watcher: Option<Watcher>,
    /// Told when the listener goes before the end.
    abandoned: Option<Box<dyn Fn() + Send + Sync>>,
}

impl Events {
    pub(crate) fn new(cursor: Cursor, ping: Duration) -> Events {
        let (lead, greeting, ends_at_pause, lingers) = (Vec::new(), false, true, None);
        let (shape, watcher, abandoned) = (None, None, None);
        Events { cursor, lead, greeting, ends_at_pause, lingers, uncached: false, ping, shape, watcher, abandoned }
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

    /// Goes on when the run pauses.
    pub(crate) fn through_pauses(mut self) -> Events {
        self.ends_at_pause = false;
        self
    }

    /// Goes on with pings when the run has ended.
    pub(crate) fn lingering(mut self, duration: Duration) -> Events {
        self.lingers = Some(duration);
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

    pub(crate) fn into_response(self) -> Response {
        let mut builder = Response::builder().header("content-type", "text/event-stream; charset=utf-8");
        if self.uncached {
            builder = builder.header("cache-control", "no-cache").header("connection", "keep-alive");
        }
        builder.body(self.into_body()).unwrap_or_default()
    }

    fn into_body(self) -> Body {
        let mut pings = interval_at(Instant::now() + self.ping, self.ping);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let lead = self.lead.clone().into_iter();
        let state = Sending { greeting: self.greeting, lead, pings, until: None, over: false, events: self };
        Body::from_stream(unfold(state, |mut state| async move {
            let bytes = state.next().await?;
            Some((Ok::<Bytes, std::convert::Infallible>(bytes), state))
        }))
    }
}

struct Sending {
    events: Events,
    greeting: bool,
    lead: std::vec::IntoIter<Frame>,
    pings: Interval,
    /// When a stream that lingers gives up.
    until: Option<Instant>,
    over: bool,
}

const PING: Bytes = Bytes::from_static(b"event: ping\n\n");

impl Sending {
    async fn next(&mut self) -> Option<Bytes> {
        if std::mem::take(&mut self.greeting) {
            return Some(PING);
        }
        if let Some(frame) = self.lead.next() {
            return Some(self.send(&frame));
        }
        if self.over {
            return None;
        }
        if let Some(until) = self.until {
            return timeout_at(until, self.pings.tick()).await.ok().map(|_| PING);
        }
        tokio::select! {
            // A frame that is ready goes before a ping that is due.
            biased;
            frame = self.events.cursor.next() => frame.map(|frame| self.send(&frame)),
            _ = self.pings.tick() => Some(PING),
        }
    }

    fn send(&mut self, frame: &Frame) -> Bytes {
        match frame.turn {
            Turn::Goes => {}
            Turn::Pauses => self.over = self.events.ends_at_pause,
            Turn::Ends => match self.events.lingers {
                Some(duration) => self.until = Some(Instant::now() + duration),
                None => self.over = true,
            },
        }
        let shaped = self.events.shape.and_then(|shape| shape(frame));
        let frame = shaped.as_ref().unwrap_or(frame);
        if let Some(watcher) = &self.events.watcher {
            watcher(frame);
        }
        frame.bytes.clone()
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(abandoned) = self.events.abandoned.as_ref().filter(|_| !self.over) {
            abandoned();
        }
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("lead", &self.lead.len()).finish_non_exhaustive()
    }
}
