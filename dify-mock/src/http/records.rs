//! What was asked of the server, kept for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::HeaderMap;

use super::fault::Fault;

/// Of a body, at most so much is kept.
pub(crate) const KEPT_OF_A_BODY: usize = 1024 * 1024;

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method, in capitals.
    pub method: String,
    /// The path, still encoded, with the prefix (`/v1/…`).
    pub path: String,
    /// The query, still encoded, without the question mark.
    pub query: String,
    /// The headers, keys and all: this is a test server.
    pub headers: HeaderMap,
    /// The body, raw; of a large one the first mebibyte.
    pub body: Bytes,
    /// How long the body was.
    pub body_length: u64,
    /// The id of the operation that it met.
    pub operation: Option<String>,
    /// What in it does not agree with the document, also where the server takes it nevertheless.
    pub problems: Vec<String>,
    /// What in the answer does not agree with the document. Looked at only when the server was built with
    /// [`check_answers`](crate::Builder::check_answers).
    pub answer_problems: Vec<String>,
    /// The status of the answer; zero while there is none, and for ever where a fault left it out.
    pub status: u16,
    /// What went wrong with it by the script of [`Server::faults`](crate::Server::faults).
    pub fault: Option<Arc<Fault>>,
    /// Whether it was acted on: see [`Count::executed`](crate::Count::executed).
    pub executed: bool,
    pub(crate) number: u64,
}

/// The requests so far, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Records {
    kept: Mutex<(u64, VecDeque<RecordedRequest>)>,
}

impl Records {
    /// Keeps a request and gives it a number. The oldest ones make room.
    pub(crate) fn keep(&self, mut request: RecordedRequest, limit: usize) -> u64 {
        let Ok(mut kept) = self.kept.lock() else { return 0 };
        kept.0 += 1;
        request.number = kept.0;
        kept.1.push_back(request);
        while kept.1.len() > limit {
            kept.1.pop_front();
        }
        kept.0
    }

    /// Adds to the record of a request, if it still exists.
    pub(crate) fn amend(&self, number: u64, change: impl FnOnce(&mut RecordedRequest)) {
        let Ok(mut kept) = self.kept.lock() else { return };
        // Numbers have no gaps: the place follows from the first.
        let place = kept.1.front().and_then(|first| number.checked_sub(first.number));
        let place = place.and_then(|place| usize::try_from(place).ok());
        if let Some(request) = place.and_then(|place| kept.1.get_mut(place)) {
            change(request);
        }
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.kept.lock().map(|kept| kept.1.iter().cloned().collect()).unwrap_or_default()
    }

    pub(crate) fn forget(&self) {
        if let Ok(mut kept) = self.kept.lock() {
            kept.1.clear();
        }
    }
}
