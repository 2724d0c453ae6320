//! When each part of a call is over.

use super::{Build, Due, Exchange};
use crate::transport::timeouts::{Deadline, TimeLimit};

impl Exchange<'_> {
    /// Of the whole call, from now on. Downloads and uploads have none: they last as long as bytes flow.
    pub(super) fn deadline(&self) -> Option<Deadline> {
        let (which, limit) = match (self.due, &self.build) {
            (Due::Events, _) => (TimeLimit::Stream, self.timeouts.stream?),
            (Due::Download, _) | (_, Build::Prepared(_)) => return None,
            _ => (TimeLimit::Call, self.timeouts.call?),
        };
        Some(Deadline::after(which, limit))
    }

    /// Of what the call waits for before anything is sent: a session, a passport, a source. Calls that may last as long
    /// as bytes flow wait no longer than others.
    pub(super) fn deadline_of_waiting(&self, whole: Option<Deadline>) -> Option<Deadline> {
        Deadline::first([whole, self.call_from_now()])
    }

    /// An upload takes as long as its bytes flow; what answers it does not.
    pub(super) fn deadline_of_the_answer(&self) -> Option<Deadline> {
        let at_once = !matches!(self.due, Due::Events | Due::Download);
        self.call_from_now().filter(|_| at_once)
    }

    /// Of the body of a refusal. Its name is never shown: the error is the refusal.
    pub(super) fn deadline_of_an_error_body(&self, whole: Option<Deadline>) -> Option<Deadline> {
        let own = self.timeouts.error_body.map(|limit| Deadline::after(TimeLimit::Call, limit));
        Deadline::first([whole, self.call_from_now(), own])
    }

    /// Until the head of the answer is there: what runs nothing answers soon.
    pub(super) fn deadline_of_the_head(&self, whole: Option<Deadline>) -> Option<Deadline> {
        let soon = self.renewal || (self.operation.only_reads() && self.due != Due::Events);
        let usual = self.timeouts.response_headers.map(|limit| Deadline::after(TimeLimit::ResponseHeaders, limit));
        let shorter = self.timeouts.read_response_headers.filter(|_| soon);
        let shorter = shorter.map(|limit| Deadline::after(TimeLimit::ReadResponseHeaders, limit));
        Deadline::first([usual, shorter, whole])
    }

    fn call_from_now(&self) -> Option<Deadline> {
        self.timeouts.call.map(|limit| Deadline::after(TimeLimit::Call, limit))
    }
}
