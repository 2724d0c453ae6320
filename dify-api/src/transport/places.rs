//! How many requests of a client are under way at once.

use crate::{ErrorKind, error::ApiError, types::ErrorCode};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The limit that a builder sets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct InFlight {
    pub(crate) max: Option<usize>,
    pub(crate) adaptive: bool,
}

/// The places of a client. Who comes first is served first.
pub(crate) struct Places {
    free: Arc<Semaphore>,
    adaptive: Option<Mutex<Window>>,
}

/// How many places there are while the limit adapts to the server.
#[derive(Debug)]
struct Window {
    places: usize,
    max: usize,
    /// Answers since the last place was added.
    answers: usize,
    /// Places that are taken away as soon as they are free.
    surplus: usize,
    /// Counts the cuts: a request that was sent before the last one is no reason for another.
    cuts: u64,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    turn: Turn,
    permit: Option<OwnedSemaphorePermit>,
}

/// When a place was taken.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    places: Arc<Places>,
    cuts: u64,
}

/// The places with which an adaptive limit begins.
const FIRST: usize = 4;

impl Places {
    /// `None` where nothing is limited.
    pub(crate) fn new(limit: InFlight) -> Option<Arc<Self>> {
        let max = limit.max.unwrap_or(Semaphore::MAX_PERMITS).clamp(1, Semaphore::MAX_PERMITS);
        let places = if limit.adaptive { max.min(FIRST) } else { max };
        let window = Window { places, max, answers: 0, surplus: 0, cuts: 0 };
        let adaptive = limit.adaptive.then(|| Mutex::new(window));
        let limited = limit.adaptive || limit.max.is_some();
        limited.then(|| Arc::new(Self { free: Arc::new(Semaphore::new(places)), adaptive }))
    }

    /// Waits for a place. Nothing is lost when the future is dropped.
    pub(crate) async fn take(self: &Arc<Self>) -> Permit {
        // The semaphore is never closed.
        let permit = Arc::clone(&self.free).acquire_owned().await.ok();
        let cuts = self.window(|window| window.cuts).unwrap_or(0);
        Permit { turn: Turn { places: Arc::clone(self), cuts }, permit }
    }

    fn window<T>(&self, change: impl FnOnce(&mut Window) -> T) -> Option<T> {
        self.adaptive.as_ref().map(|window| change(&mut window.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Permit {
    pub(crate) fn turn(&self) -> Turn {
        self.turn.clone()
    }
}

impl Turn {
    /// The server answered: after as many answers as there are places there is one more.
    pub(crate) fn answered(&self) {
        let more = self.places.window(|window| {
            window.answers += 1;
            let more = window.answers >= window.places && window.places < window.max;
            if more {
                (window.places, window.answers) = (window.places + 1, 0);
            }
            let free = more && window.surplus == 0;
            window.surplus -= usize::from(more && window.surplus > 0);
            free
        });
        if more == Some(true) {
            self.places.free.add_permits(1);
        }
    }

    /// The request failed: a server that has too much to do gets half as many.
    pub(crate) fn failed(&self, kind: &ErrorKind) {
        if is_busy(kind) {
            self.places.window(|window| {
                if self.cuts == window.cuts {
                    let places = (window.places / 2).max(1);
                    window.surplus += window.places - places;
                    (window.places, window.answers) = (places, 0);
                    window.cuts += 1;
                }
            });
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let goes = self.turn.places.window(|window| {
            let goes = window.surplus > 0;
            window.surplus -= usize::from(goes);
            goes
        });
        if goes == Some(true) {
            if let Some(permit) = self.permit.take() {
                permit.forget();
            }
        }
    }
}

/// Whether the server has too many requests at once: `too_many_requests`, or the 400 of an application with as many runs as
/// its setting allows, whose text was read in the sources of 1.0.1 to 1.16.1.
fn is_busy(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::Api(ApiError { code: ErrorCode::TooManyRequests, .. }) => true,
        ErrorKind::Api(error) => error.status.as_u16() == 400 && error.message.starts_with("Too many requests"),
        _ => false,
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Places").field("free", &self.free.available_permits()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use reqwest::StatusCode;
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    fn limited(max: usize, adaptive: bool) -> Arc<Places> {
        Places::new(InFlight { max: Some(max), adaptive }).expect("a limit")
    }

    fn refusal(status: StatusCode, code: ErrorCode, message: &str) -> ErrorKind {
        let (message, body) = (message.to_owned(), bytes::Bytes::new());
        ErrorKind::Api(ApiError { status, code, message, params: None, retry_after: None, body })
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_limit_have_a_place_and_they_come_in_order() {
        assert!(Places::new(InFlight::default()).is_none());
        let (places, now, order) = (limited(3, false), AtomicUsize::new(0), Mutex::new(Vec::new()));
        join_all((0..20).map(|number| {
            let (places, now, order) = (&places, &now, &order);
            async move {
                let _place = places.take().await;
                order.lock().expect("no panic").push(number);
                assert!(now.fetch_add(1, Ordering::SeqCst) < 3);
                tokio::time::sleep(Duration::from_millis(10)).await;
                now.fetch_sub(1, Ordering::SeqCst);
            }
        }))
        .await;
        assert_eq!(*order.lock().expect("no panic"), (0..20).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_takes_no_place() {
        let places = limited(1, false);
        let place = places.take().await;
        assert!(tokio::time::timeout(Duration::from_secs(1), places.take()).await.is_err());
        drop(place);
        assert!(tokio::time::timeout(Duration::from_secs(1), places.take()).await.is_ok());
    }

    /// A server of ten places refuses those beyond; who is refused tries again, as the client does.
    #[tokio::test(start_paused = true)]
    async fn two_hundred_tasks_settle_at_ten_places_of_a_server() {
        let (places, now, refused, done) =
            (limited(200, true), AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let busy = refusal(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyRequests, "");
        let mut chance = fastrand::Rng::with_seed(7);
        join_all((0..200).map(|_| {
            let times: Vec<u64> = (0..5).map(|_| chance.u64(50..150)).collect();
            let (places, now, refused, done, busy) = (&places, &now, &refused, &done, &busy);
            async move {
                for time in times {
                    loop {
                        let place = places.take().await;
                        let turn = place.turn();
                        if now.fetch_add(1, Ordering::SeqCst) >= 10 {
                            now.fetch_sub(1, Ordering::SeqCst);
                            refused.fetch_add(1, Ordering::SeqCst);
                            turn.failed(busy);
                            drop(place);
                            tokio::time::sleep(Duration::from_millis(10)).await;
                            continue;
                        }
                        tokio::time::sleep(Duration::from_millis(time)).await;
                        now.fetch_sub(1, Ordering::SeqCst);
                        turn.answered();
                        break;
                    }
                    done.fetch_add(1, Ordering::SeqCst);
                }
            }
        }))
        .await;
        let (refused, done) = (refused.into_inner(), done.into_inner());
        assert_eq!(done, 1_000);
        assert!(refused > 0 && refused * 20 <= done + refused, "{refused} refusals");
    }

    #[test]
    fn only_too_many_at_once_is_a_reason_for_fewer() {
        let (bad, many) = (StatusCode::BAD_REQUEST, StatusCode::TOO_MANY_REQUESTS);
        let said = "Too many requests. Please try again later. The current maximum is 10.";
        assert!(is_busy(&refusal(many, ErrorCode::TooManyRequests, "")));
        assert!(is_busy(&refusal(bad, ErrorCode::InvalidParam, said)));
        assert!(!is_busy(&refusal(many, ErrorCode::RateLimitError, said)));
        assert!(!is_busy(&refusal(bad, ErrorCode::InvalidParam, "query is required")));
    }
}
