//! When each part of a call is over.
//!
//! [`Ongoing::deadline`] bounds the whole, from its beginning: the wait for a session, all attempts and the pauses between
//! them. What lasts as long as bytes flow has none; the parts of it that do not are bounded by [`Timeouts::call`].
//!
//! [`Timeouts::call`]: crate::Timeouts::call

use crate::{
    Error, TimeLimit,
    transport::{
        credentials::Waiting,
        exchange::{Exchange, Expect, Ongoing},
        timeouts::{Deadline, after},
    },
};
use std::time::Duration;
use tokio::time::Instant;

impl Exchange {
    /// Of the whole call, from now on.
    pub(crate) fn deadline(&self) -> Option<Deadline> {
        match self.expect {
            Expect::Events => self.timeouts.stream.map(|limit| Deadline::after(TimeLimit::Stream, limit)),
            Expect::Download => None,
            _ if self.uploads() => None,
            _ => {
                let begun = self.begun.unwrap_or_else(Instant::now);
                self.timeouts.call.map(|limit| Deadline::since(begun, TimeLimit::Call, limit))
            }
        }
    }

    fn call_from_now(&self) -> Option<Deadline> {
        self.timeouts.call.map(|limit| Deadline::after(TimeLimit::Call, limit))
    }
}

impl Ongoing {
    /// Does what nothing is sent for: waits for a session or a passport, opens a file.
    pub(super) async fn in_time<T>(&self, work: Waiting<'_, T>) -> Result<T, Error> {
        Deadline::bound(Deadline::first([self.deadline, self.exchange.call_from_now()]), work).await
    }

    /// Whether the call is over before a pause is.
    pub(super) fn ends_within(&self, pause: Duration) -> bool {
        self.deadline.is_some_and(|deadline| after(Instant::now(), pause) >= deadline.at)
    }

    /// Until the head of the answer is there: what runs nothing answers soon.
    pub(super) fn deadline_of_the_head(&self) -> Option<Deadline> {
        let Exchange { operation, timeouts, expect, renewal, .. } = &*self.exchange;
        let soon = *renewal || (operation.only_reads() && *expect != Expect::Events);
        let now = Instant::now();
        let usual = timeouts.response_headers.map(|limit| Deadline::since(now, TimeLimit::ResponseHeaders, limit));
        let shorter = timeouts.read_response_headers.filter(|_| soon);
        let shorter = shorter.map(|limit| Deadline::since(now, TimeLimit::ReadResponseHeaders, limit));
        Deadline::first([usual, shorter, self.deadline])
    }

    /// Of the body. An upload takes as long as its bytes flow; what answers it does not.
    pub(super) fn deadline_of_the_body(&self) -> Option<Deadline> {
        let at_once = !matches!(self.exchange.expect, Expect::Events | Expect::Download);
        self.deadline.or_else(|| self.exchange.call_from_now().filter(|_| at_once))
    }

    /// Of the body of a refusal. Its name is never shown: the error is the refusal.
    pub(super) fn deadline_of_an_error_body(&self) -> Option<Deadline> {
        let own = self.exchange.timeouts.error_body.map(|limit| Deadline::after(TimeLimit::Call, limit));
        Deadline::first([self.deadline, self.exchange.call_from_now(), own])
    }
}
