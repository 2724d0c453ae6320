//! What goes wrong, and how often the description of the client says a request is sent then.

use dify_mock::fault::{Answer, Damage, Ending, Fault, LineEnd, Place};
use std::time::{Duration, SystemTime};

use super::kinds::Class;

/// What a fault means for sending again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Law {
    /// The answer is good all the same.
    Harmless,
    /// Refused for the moment: everything is sent again.
    Refused,
    /// Nobody knows whether it was done: sent again where twice is the same as once.
    Unknown,
    /// Sent once.
    Final,
    /// Never sent: what comes before it failed.
    Unsent,
    /// Without a meaning here.
    Unmet,
}

/// What meets the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Victim {
    /// The operation itself.
    Operation,
    /// What the operation waits for: the login of a session, or a passport.
    Credential,
}

/// A row of the table.
pub(crate) struct Row {
    pub(crate) title: &'static str,
    pub(crate) law: fn(Class) -> Law,
    pub(crate) fault: Fault,
    pub(crate) victim: Victim,
}

/// Longer than any limit of the test.
const LATE: Duration = Duration::from_secs(30);

fn harmless(_: Class) -> Law {
    Law::Harmless
}

fn refused(_: Class) -> Law {
    Law::Refused
}

fn unknown(_: Class) -> Law {
    Law::Unknown
}

fn last(_: Class) -> Law {
    Law::Final
}

/// A body that breaks: what is read whole is read again; what was handed out as it came is not. Deletions have none.
fn body(class: Class) -> Law {
    match class {
        Class::Repeatable => Law::Unknown,
        Class::Delete => Law::Harmless,
        _ => Law::Final,
    }
}

/// A body that breaks after its first event. A run that has ended is followed by one event, the last: nothing is missing.
fn later(class: Class) -> Law {
    if class == Class::Followed { Law::Harmless } else { body(class) }
}

/// A body that ends before its length says so: after the final event of a stream nothing is missing.
fn short(class: Class) -> Law {
    if matches!(class, Class::Run | Class::Followed) { Law::Harmless } else { body(class) }
}

/// What is said only of JSON: files are what they are.
fn shape(class: Class) -> Law {
    if matches!(class, Class::Download | Class::Delete) { Law::Harmless } else { Law::Final }
}

/// An event that cannot be decoded is delivered as unknown, and the stream continues.
fn damaged(class: Class) -> Law {
    if matches!(class, Class::Run | Class::Followed) { Law::Harmless } else { shape(class) }
}

/// A body that never ends: nobody waits for one where there should be none.
fn endless(class: Class) -> Law {
    if class == Class::Delete { Law::Harmless } else { Law::Final }
}

/// The same after the first event.
fn endless_later(class: Class) -> Law {
    if class == Class::Followed { Law::Harmless } else { endless(class) }
}

/// What drips without end: a download takes as long as bytes flow.
fn dripping(class: Class) -> Law {
    if class == Class::Download { Law::Unmet } else { endless_later(class) }
}

/// A web page that drips without end.
fn dripping_page(class: Class) -> Law {
    if class == Class::Download { Law::Unmet } else { shape(class) }
}

/// A session or a passport that cannot be had: other credentials are there from the beginning.
fn unsent(class: Class) -> Law {
    if matches!(class, Class::Repeatable | Class::Once | Class::Run) { Law::Unsent } else { Law::Unmet }
}

fn cut(at: Place, by: Ending) -> Fault {
    Fault::Cut { at, by }
}

/// All of them. `elsewhere` is another server.
pub(crate) fn rows(elsewhere: &str) -> Vec<Row> {
    let row = |title, law, fault| Row { title, law, fault, victim: Victim::Operation };
    let before = |title, fault| Row { title, law: unsent, fault, victim: Victim::Credential };
    let drop = Duration::from_millis(50);
    let page = |status| Fault::Replaced(Answer::page(status));
    let refuse = Fault::Refused;
    vec![
        row("429 `too_many_requests`", refused as fn(Class) -> Law, refuse(Answer::too_many_requests())),
        row(
            "429 `too_many_requests`, `Retry-After` in seconds",
            refused,
            refuse(Answer::too_many_requests().retry_after(Duration::ZERO)),
        ),
        row(
            "429 `too_many_requests`, `Retry-After` beyond the limit",
            last,
            refuse(Answer::too_many_requests().retry_after(Duration::from_secs(3600))),
        ),
        row(
            "429 `too_many_requests`, `Retry-After` as a date",
            refused,
            refuse(Answer::too_many_requests().retry_at(SystemTime::UNIX_EPOCH)),
        ),
        row("429, a page", refused, refuse(Answer::page(429))),
        row("429 `rate_limit_error`", last, refuse(Answer::rate_limit_error())),
        row("503 in Dify's words", refused, refuse(Answer::error(503, "unknown", "Later."))),
        row("503, a page, with `Retry-After`", unknown, Fault::Replaced(Answer::page(503).retry_after(Duration::ZERO))),
        row("503, a page", unknown, page(503)),
        row("408, a page", unknown, page(408)),
        row("502, a page", unknown, page(502)),
        row("504, a page", unknown, page(504)),
        row("524, a page", unknown, page(524)),
        row("500 in Dify's words", last, Fault::Replaced(Answer::internal_error())),
        row("500, a page", last, page(500)),
        row("413, a page, before the body was read", last, Fault::Unread(Answer::page(413))),
        row("404, a page", last, refuse(Answer::page(404))),
        row("a dripping refusal", last, refuse(Answer::page(404).dripping(drop))),
        row(
            "a dripping web page instead of the answer",
            dripping_page,
            Fault::Replaced(Answer::page(200).dripping(drop)),
        ),
        row("a redirect to another server", last, refuse(Answer::redirect(307, elsewhere))),
        row("a redirect that would change the method", last, refuse(Answer::redirect(302, "/v1/info"))),
        row("reset before it was acted on", unknown, Fault::Unanswered(Ending::Reset)),
        row("closed before it was acted on", unknown, Fault::Unanswered(Ending::Close)),
        row("reset after it was acted on", unknown, Fault::Lost(Ending::Reset)),
        row("closed after it was acted on", unknown, Fault::Lost(Ending::Close)),
        row("an answer that is no HTTP", unknown, Fault::Garbage("SSH-2.0-OpenSSH_9.6\r\n".into())),
        row("no answer within `response_headers`", unknown, Fault::LateHead(LATE)),
        row("a head that comes byte by byte, too slowly", unknown, Fault::TricklingHead(Duration::from_millis(100))),
        row("a head that comes late, but in time", harmless, Fault::LateHead(Duration::from_millis(50))),
        row("20,000 more headers", unknown, Fault::ManyHeaders(20_000)),
        row("a header of 1 MiB", unknown, Fault::LongHeader(1 << 20)),
        row("reset before the body", body, cut(Place::BeforeBody, Ending::Reset)),
        row("reset within the body, in an event", later, cut(Place::InEvent(1), Ending::Reset)),
        row("closed within the body, in an event", later, cut(Place::InEvent(1), Ending::Close)),
        row("reset within a character", later, cut(Place::InCharacter(1), Ending::Reset)),
        row("reset within a chunk", later, cut(Place::InChunk(1), Ending::Reset)),
        row("a body shorter than its `Content-Length`", short, Fault::Overstated(100)),
        row("silence within the body", later, Fault::Silence { after: Place::AfterEvents(1) }),
        row(
            "a pause within the body, within the limits",
            harmless,
            Fault::Pause { at: Place::AfterEvents(1), lasts: Duration::from_millis(50) },
        ),
        row("one byte at a time", harmless, Fault::Slices { bytes: 1, pause: Duration::ZERO }),
        row("lines that end in CR LF", harmless, Fault::LineEnds(LineEnd::Crlf)),
        row("lines that end in CR", harmless, Fault::LineEnds(LineEnd::Cr)),
        row("a raw U+2028 in the text", harmless, Fault::LineSeparators),
        row(
            "pings without end (in a body that is no stream: bytes, slowly)",
            dripping,
            Fault::EndlessPings { after: Place::AfterEvents(1), every: Duration::from_millis(50) },
        ),
        row("an event without end", endless_later, Fault::EndlessEvent { after: Place::AfterEvents(1) }),
        row("a web page instead of the answer", shape, Fault::MediaType("text/html".to_owned())),
        row("JSON cut short", damaged, Fault::Damaged(Damage::Truncated)),
        row("JSON of another shape", shape, Fault::Damaged(Damage::NoObject)),
        row("JSON without its members", damaged, Fault::Damaged(Damage::NoMembers)),
        row("JSON with values of other types", damaged, Fault::Damaged(Damage::WrongTypes)),
        row("8 MiB more than the limit", endless, Fault::Huge(8 << 20)),
        before("waiting for a session or a passport that does not come", Fault::LateHead(LATE)),
        before(
            "waiting for a session or a passport that is refused",
            refuse(Answer::error(401, "authentication_failed", "Invalid email or password.")),
        ),
        before("waiting for a session or a passport, 500", Fault::Replaced(Answer::internal_error())),
    ]
}
