//! The faults that requests meet, each with what the client has to see of it.

use crate::seen::Seen;
use dify_mock::fault::{Answer, Damage, Ending, Fault, Place};
use std::time::Duration;

/// Longer than the time limits of the run.
const LATE: Duration = Duration::from_secs(20);

/// Where the middle of a JSON answer is.
const MIDDLE: Place = Place::InEvent(0);

/// All of them. Those of which nothing is to be seen do no harm: the call succeeds.
pub fn all() -> Vec<(Fault, Option<Seen>)> {
    let cut = |by| Fault::Cut { at: MIDDLE, by };
    let unavailable = Answer::error(503, "unknown", "Later.");
    vec![
        (Fault::Refused(Answer::too_many_requests()), Some(Seen::Busy)),
        (Fault::Refused(Answer::rate_limit_error()), Some(Seen::Quota)),
        (Fault::Refused(unavailable), Some(Seen::Unavailable)),
        (Fault::Refused(Answer::page(502)), Some(Seen::Gateway(502))),
        (Fault::Replaced(Answer::page(502)), Some(Seen::Gateway(502))),
        (Fault::Replaced(Answer::page(503).retry_after(Duration::ZERO)), Some(Seen::Gateway(503))),
        (Fault::Replaced(Answer::page(504)), Some(Seen::Gateway(504))),
        (Fault::Replaced(Answer::page(524)), Some(Seen::Gateway(524))),
        (Fault::Replaced(Answer::internal_error()), Some(Seen::Internal)),
        (Fault::Unanswered(Ending::Reset), Some(Seen::Broken)),
        (Fault::Unanswered(Ending::Close), Some(Seen::Broken)),
        (Fault::Lost(Ending::Reset), Some(Seen::Broken)),
        (Fault::Lost(Ending::Close), Some(Seen::Broken)),
        (Fault::Garbage("SSH-2.0-OpenSSH_9.9\r\n".into()), Some(Seen::Broken)),
        (cut(Ending::Reset), Some(Seen::Broken)),
        (cut(Ending::Close), Some(Seen::Broken)),
        (Fault::Overstated(100), Some(Seen::Broken)),
        (Fault::LateHead(LATE), Some(Seen::Late)),
        (Fault::Pause { at: MIDDLE, lasts: LATE }, Some(Seen::Stopped)),
        (Fault::Damaged(Damage::Truncated), Some(Seen::Unreadable)),
        (Fault::MediaType("text/html".to_owned()), Some(Seen::OtherMedia)),
        (Fault::Slices { bytes: 1, pause: Duration::ZERO }, None),
        (Fault::LineSeparators, None),
    ]
}
