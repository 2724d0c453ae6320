//! An event stream on its way: the frames of a feed, with pings between them.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout_at};

use crate::handlers::events::Events;
use crate::state::feed::{Frame, Turn};

impl Events {
    pub(super) fn into_response(self) -> Response {
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

/// How long Dify sends pings alone.
const IDLE: Duration = Duration::from_secs(300);
const PING: Bytes = Bytes::from_static(b"event: ping\n\n");

impl Sending {
    async fn next(&mut self) -> Option<Bytes> {
        if std::mem::take(&mut self.greeting) {
            return Some(PING);
        }
        loop {
            let frame = if let Some(frame) = self.lead.next() {
                frame
            } else if self.over {
                return None;
            } else if let Some(until) = self.until {
                return timeout_at(until, self.pings.tick()).await.ok().map(|_| PING);
            } else {
                tokio::select! {
                    // A frame that is ready goes before a ping that is due.
                    biased;
                    frame = self.events.cursor.next() => frame?,
                    _ = self.pings.tick() => return Some(PING),
                }
            };
            if let Some(bytes) = self.send(&frame) {
                return Some(bytes);
            }
        }
    }

    /// The bytes of a frame. None if the release does not send it.
    fn send(&mut self, frame: &Frame) -> Option<Bytes> {
        match frame.turn {
            Turn::Goes => {}
            Turn::Pauses => self.over = self.events.ends_at_pause,
            Turn::Ends if self.events.lingers => self.until = Some(Instant::now() + IDLE),
            Turn::Ends => self.over = true,
        }
        let shaped = self.events.shape.and_then(|shape| shape(frame));
        let frame = shaped.as_ref().unwrap_or(frame);
        let fitted = match &self.events.fit {
            Some(fit) => fit(frame)?,
            None => frame.clone(),
        };
        if let Some(watcher) = &self.events.watcher {
            watcher(&fitted);
        }
        Some(fitted.bytes)
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(abandoned) = self.events.abandoned.as_ref().filter(|_| !self.over) {
            abandoned();
        }
    }
}
