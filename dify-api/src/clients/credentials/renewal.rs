//! One renewal of a credential at a time, whose outcome all who wait for it share.

use crate::{
    Error, ErrorKind, Transport,
    error::HttpError,
    transport::{credentials::Waiting, timeouts::after},
    types::ErrorCode,
    values::media,
};
use reqwest::StatusCode;
use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// The longest pause after a failure that passes; twice as long after each further one in a row, up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// How long a renewal continues after its last caller has left. A token that is good for one time would be lost with the
/// answer that replaces it.
const LINGER: Duration = Duration::from_millis(500);

/// `false` where there is no way to get a new credential.
pub(super) type Outcome = Result<bool, Error>;

/// The renewals of one credential.
#[derive(Clone, Default)]
pub(super) struct Renewal(Arc<Mutex<RenewalState>>);

#[derive(Default)]
struct RenewalState {
    under_way: Option<watch::Receiver<Option<Outcome>>>,
    failure: Option<LastFailure>,
    /// Failures in a row.
    failures: u32,
    /// Counts the credentials from other sources. A renewal that began before them does not concern them.
    others: u64,
}

/// What became of the last renewal, and of all until this is over.
struct LastFailure {
    error: Error,
    at: Instant,
    /// None: until another credential comes.
    until: Option<Instant>,
}

impl LastFailure {
    /// Is it that of a caller who came then? Those who came before it have waited for it, though they hear of it late.
    fn concerns(&self, since: Instant) -> bool {
        let now = Instant::now();
        let waited = since <= self.at && now < after(self.at, LONGEST);
        waited || self.until.is_none_or(|until| now < until)
    }
}

impl Renewal {
    /// Waits for the renewal that is under way, or begins one, if it is still needed. `since` is when the caller came.
    /// `begin` makes the work; it is done in a task of its own, so that a caller who leaves takes nothing from the others.
    pub(super) async fn run(&self, since: Instant, needed: impl Fn() -> bool, begin: impl Fn() -> Work) -> Outcome {
        loop {
            let mut under_way = {
                let mut state = self.state();
                if !needed() {
                    return Ok(true);
                }
                if let Some(failure) = state.failure.as_ref().filter(|failure| failure.concerns(since)) {
                    return Err(failure.error.clone());
                }
                match &state.under_way {
                    Some(under_way) if under_way.has_changed().is_ok() => under_way.clone(),
                    _ => {
                        let begun = self.spawn(begin(), state.others);
                        state.under_way.insert(begun).clone()
                    }
                }
            };
            // Without an outcome its task is gone, with the runtime that it was on.
            if let Ok(outcome) = under_way.wait_for(Option::is_some).await {
                if let Some(outcome) = &*outcome {
                    return outcome.clone();
                }
            }
        }
    }

    /// A credential came from elsewhere: no failure counts any more.
    pub(super) fn forget_failures(&self) {
        let mut state = self.state();
        state.failure = None;
        state.failures = 0;
        state.others += 1;
    }

    fn spawn(&self, mut work: Work, others: u64) -> watch::Receiver<Option<Outcome>> {
        let (sender, receiver) = watch::channel(None);
        let renewal = self.clone();
        tokio::spawn(async move {
            let outcome = {
                let mut deserted = pin!(deserted(&sender));
                poll_fn(|cx| match work.as_mut().poll(cx) {
                    Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
                    Poll::Pending => deserted.as_mut().poll(cx).map(|()| None),
                })
                .await
            };
            if let Some(outcome) = outcome {
                renewal.settle(&outcome, others);
                sender.send_replace(Some(outcome));
            }
        });
        receiver
    }

    fn settle(&self, outcome: &Outcome, others: u64) {
        let mut state = self.state();
        state.under_way = None;
        match outcome {
            Ok(_) => {
                state.failure = None;
                state.failures = 0;
            }
            Err(error) if state.others == others => {
                let rest = pause(state.failures).max(error.retry_after().unwrap_or_default().min(LONGEST));
                let at = Instant::now();
                let until = (!is_verdict(error)).then(|| after(at, rest));
                state.failures = state.failures.saturating_add(1);
                state.failure = Some(LastFailure { error: error.clone(), at, until });
            }
            Err(_) => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, RenewalState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The work of a renewal, which outlives the caller who begins it.
pub(super) type Work = Waiting<'static, bool>;

/// Makes the work: the server is asked for another credential.
pub(super) fn obtaining(transport: &Transport) -> impl Fn() -> Work {
    || {
        let transport = transport.clone();
        Box::pin(async move { transport.obtain_credential().await })
    }
}

/// Ready some time after the last who waited has left; the state keeps one receiver of its own.
async fn deserted(sender: &watch::Sender<Option<Outcome>>) {
    let mut alone = false;
    loop {
        tokio::time::sleep(LINGER).await;
        let nobody = sender.receiver_count() <= 1;
        if alone && nobody {
            return;
        }
        alone = nobody;
    }
}

/// After so many failures before: at random, so that clients that failed together do not come back together.
fn pause(failures: u32) -> Duration {
    let bound = FIRST.saturating_mul(1 << failures.min(10)).min(LONGEST);
    (bound / 2).saturating_add((bound / 2).mul_f64(fastrand::f64()))
}

/// Is it the server's word on who asks, which stays the same however often it is asked? Servers lock an account after a
/// few of those.
pub(super) fn is_verdict(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Config(_) => true,
        ErrorKind::Api(refusal) => match refusal.code {
            ErrorCode::EmailCodeLoginLimit => true,
            // Until somebody sets the server up.
            ErrorCode::NotSetup => false,
            _ => refuses(refusal.status) && refusal.code.as_str() != "not_init_validated",
        },
        // A page is that of a gateway, which knows no accounts of Dify.
        ErrorKind::Http(HttpError { status, content_type, .. }) => {
            *status == StatusCode::UNAUTHORIZED && media::is_json(content_type)
        }
        _ => false,
    }
}

/// Is it a refusal that has nothing to do with how busy the server is?
pub(super) fn refuses(status: StatusCode) -> bool {
    status.is_client_error() && !matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
}

#[cfg(test)]
mod tests;
