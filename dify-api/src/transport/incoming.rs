//! A body on its way in: no time limit passes unnoticed.

#[cfg(feature = "cache")]
use crate::transport::cache::Writing;
use crate::{
    ErrorKind, TimeLimit,
    error::TransportError,
    transport::{places::Permit, timeouts::Deadline, timer::Timer},
};
use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::Instant;

/// The rest of an answer, chunk by chunk.
pub(crate) struct Incoming {
    body: reqwest::Body,
    idle: Option<Duration>,
    /// When the whole is over.
    deadline: Option<Deadline>,
    /// Since when nothing has come. Time without a reader does not count.
    waiting: Option<Instant>,
    stall: Option<(TimeLimit, Duration)>,
    /// The caller asked a server to keep the stream open while its run pauses.
    pub(crate) through_pauses: bool,
    /// Since when what came was no event.
    stalled: Option<Instant>,
    /// What the answer has among those under way, until it ends.
    pub(crate) place: Option<Permit>,
    /// What it writes, until it ends.
    #[cfg(feature = "cache")]
    pub(crate) writing: Option<Box<Writing>>,
    /// The one that watched over the head of the answer.
    timer: Timer,
}

impl Incoming {
    pub(crate) fn new(body: reqwest::Body, idle: Option<Duration>, deadline: Option<Deadline>, timer: Timer) -> Self {
        Self {
            body,
            idle,
            deadline,
            waiting: None,
            stall: None,
            through_pauses: false,
            stalled: None,
            place: None,
            #[cfg(feature = "cache")]
            writing: None,
            timer,
        }
    }

    /// Limits bytes without an event; [`progressed`](Self::progressed) must be called for those with one.
    pub(crate) fn stalls_after(&mut self, limits: impl IntoIterator<Item = (TimeLimit, Option<Duration>)>) {
        let limits = limits.into_iter().filter_map(|(which, limit)| Some((which, limit?)));
        self.stall = limits.min_by_key(|(_, limit)| *limit);
    }

    /// Sets when the whole has to be over, unless it has to be sooner.
    pub(crate) fn ends_within(&mut self, which: TimeLimit, limit: Option<Duration>) {
        self.ends_by(limit.map(|limit| Deadline::after(which, limit)));
    }

    /// The same for a limit that runs already.
    pub(super) fn ends_by(&mut self, end: Option<Deadline>) {
        self.deadline = Deadline::first([self.deadline, end]);
    }

    /// An event came.
    #[inline]
    pub(crate) fn progressed(&mut self) {
        self.stalled = None;
    }

    /// The announced length of the body, less what was read.
    pub(crate) fn remaining(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    /// The next bytes, never none of them; `None` at the proper end.
    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, ErrorKind>>> {
        loop {
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.waiting = None;
                    // What is no data is a trailer: Dify sends none, and nothing here reads them.
                    match frame.into_data() {
                        Ok(data) if !data.is_empty() => return Poll::Ready(Some(Ok(data))),
                        _ => {}
                    }
                }
                Poll::Ready(ended) => {
                    self.place = None;
                    #[cfg(feature = "cache")]
                    drop(self.writing.take());
                    return Poll::Ready(ended.and_then(Result::err).map(|error| Err(broken(error))));
                }
                Poll::Pending => return self.poll_limits(cx).map(|timeout| Some(Err(timeout))),
            }
        }
    }

    pub(crate) async fn chunk(&mut self) -> Option<Result<Bytes, ErrorKind>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// The whole body, unless it is larger than `limit`.
    pub(crate) async fn whole(&mut self, limit: usize) -> Result<Bytes, ErrorKind> {
        let too_large = || ErrorKind::TooLarge { limit };
        let length = self.remaining().unwrap_or(0);
        if length > limit as u64 {
            return Err(too_large());
        }
        let Some(first) = self.chunk().await.transpose()? else {
            return Ok(Bytes::new());
        };
        let Some(second) = self.chunk().await.transpose()? else {
            // Most answers come in one piece, which is taken as it is.
            return if first.len() > limit { Err(too_large()) } else { Ok(first) };
        };
        let mut whole = BytesMut::with_capacity((length as usize).max(first.len() + second.len()));
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&second);
        drop((first, second));
        while whole.len() <= limit {
            match self.chunk().await.transpose()? {
                Some(chunk) => whole.extend_from_slice(&chunk),
                None => return Ok(whole.freeze()),
            }
        }
        Err(too_large())
    }

    /// The first bytes of the body, up to `limit`, or what came of them before it failed or its time was over: for
    /// errors, where a second failure must not hide the first.
    pub(crate) async fn beginning(&mut self, limit: usize) -> Bytes {
        let mut beginning = BytesMut::new();
        while let Some(Ok(chunk)) = self.chunk().await {
            let room = limit - beginning.len();
            beginning.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if beginning.len() == limit || self.deadline.is_some_and(|end| Instant::now() >= end.at) {
                break;
            }
        }
        beginning.freeze()
    }

    /// Ready when a limit has run out, although bytes may keep coming.
    pub(crate) fn poll_limits(&mut self, cx: &mut Context<'_>) -> Poll<ErrorKind> {
        let now = Instant::now();
        let waiting = *self.waiting.get_or_insert(now);
        let stalled = *self.stalled.get_or_insert(now);
        let idle = self.idle.map(|limit| Deadline::since(waiting, TimeLimit::ReadIdle, limit));
        let stall = self.stall.map(|(which, limit)| Deadline::since(stalled, which, limit));
        let Some(Deadline { at, timeout }) = Deadline::first([idle, stall, self.deadline]) else {
            return Poll::Pending;
        };
        self.timer.poll_until(cx, at).map(|()| ErrorKind::Timeout(timeout))
    }
}

fn broken(error: reqwest::Error) -> ErrorKind {
    ErrorKind::Transport(TransportError::new(error, true))
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("idle", &self.idle).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timeout;
    use std::io;

    type Piece = (u64, io::Result<&'static str>);

    /// A body whose pieces come after so many milliseconds, `.` by `.`.
    fn body(pieces: Vec<Piece>) -> reqwest::Body {
        reqwest::Body::wrap_stream(futures_util::stream::unfold(pieces.into_iter(), |mut pieces| async {
            let (wait, piece) = pieces.next()?;
            tokio::time::sleep(Duration::from_millis(wait)).await;
            Some((piece, pieces))
        }))
    }

    fn incoming(pieces: Vec<Piece>, idle: u64) -> Incoming {
        Incoming::new(body(pieces), Some(Duration::from_millis(idle)), None, Timer::new(None))
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_that_keep_coming_are_never_too_late() {
        let pieces = (0..20).map(|_| (90, Ok("ab"))).collect();
        let whole = incoming(pieces, 100).whole(1000).await.expect("body");
        assert_eq!(whole.len(), 40);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_noticed_by_name_and_when_it_is_due() {
        let begun = Instant::now();
        let pieces = vec![(90, Ok("a")), (90, Ok("b")), (101, Ok("c"))];
        let error = incoming(pieces, 100).whole(1000).await.expect_err("silence");
        assert!(matches!(error, ErrorKind::Timeout(Timeout { which: TimeLimit::ReadIdle, .. })), "{error}");
        assert_eq!(begun.elapsed().as_millis(), 280);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_is_not_a_silent_server() {
        let mut incoming = incoming(vec![(10, Ok("a")), (10, Ok("b"))], 100);
        assert!(incoming.chunk().await.is_some_and(|chunk| chunk.is_ok()));
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(incoming.chunk().await.is_some_and(|chunk| chunk.is_ok()));
        assert!(incoming.chunk().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn the_whole_call_has_its_own_limit() {
        let deadline = Some(Deadline::after(TimeLimit::Call, Duration::from_millis(150)));
        let pieces = (0..20).map(|_| (90, Ok("ab"))).collect();
        let mut incoming = Incoming::new(body(pieces), Some(Duration::from_millis(100)), deadline, Timer::new(None));
        let error = incoming.whole(1000).await.expect_err("late");
        assert!(matches!(error, ErrorKind::Timeout(Timeout { which: TimeLimit::Call, .. })), "{error}");
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_in_one_piece_or_many() {
        for pieces in [vec![(0, Ok("abcde"))], vec![(0, Ok("ab")), (0, Ok("cd")), (0, Ok("e"))]] {
            let error = incoming(pieces, 100).whole(4).await.expect_err("too large");
            assert!(matches!(error, ErrorKind::TooLarge { limit: 4 }), "{error}");
        }
        let mut known = Incoming::new("abcde".into(), None, None, Timer::new(None));
        assert!(known.whole(4).await.is_err());
        let mut fits = incoming(vec![(0, Ok("ab")), (0, Ok("")), (0, Ok("cd"))], 100);
        assert_eq!(fits.whole(4).await.expect("body"), "abcd");
    }

    #[tokio::test]
    async fn the_beginning_is_what_came_before_it_broke() {
        let broken = || io::Error::other("reset");
        let pieces = vec![(0, Ok("abc")), (0, Err(broken()))];
        assert_eq!(incoming(pieces, 100).beginning(100).await, "abc");
        let pieces = vec![(0, Ok("abc")), (0, Ok("def"))];
        assert_eq!(incoming(pieces, 100).beginning(4).await, "abcd");
    }
}
