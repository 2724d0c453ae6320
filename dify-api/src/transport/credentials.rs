//! What a client proves itself by, as its calls see it.

use crate::{Error, Transport, operation::Named};
use reqwest::{Request, StatusCode, header::HeaderMap};
#[cfg(feature = "cache")]
use std::hash::Hasher;
use std::{future, pin::Pin};
use tokio::time::Instant;

/// The credentials of a client's requests. What is not implemented fits a key that stays the same.
pub(crate) trait Credentials: Send + Sync + 'static {
    /// Gets what the operation needs before it is sent for the first time; `None` where it has all.
    fn ready<'a>(&'a self, transport: &'a Transport, operation: &'a Named) -> Option<Waiting<'a, ()>> {
        let _ = (transport, operation);
        None
    }

    /// Adds them to a request and returns them.
    fn put_on(&self, request: &mut Request) -> Generation;

    /// Adds what a request would carry now to a hash; returns nothing while there is no credential yet.
    #[cfg(feature = "cache")]
    fn identify(&self, into: &mut dyn Hasher) -> Option<Generation>;

    /// What must not be shown.
    fn secrets(&self) -> Vec<String>;

    /// Takes what an answer brings.
    fn observe(&self, seen: &Seen<'_>) {
        let _ = seen;
    }

    /// Takes what the body of an answer brings.
    fn observe_body(&self, operation: &Named, renewal: bool, body: &[u8]) {
        let _ = (operation, renewal, body);
    }

    /// Gets new ones in place of those that were refused to a call that began then. `false` where there is no way to.
    fn renew<'a>(
        &'a self,
        transport: &'a Transport,
        operation: &'a Named,
        refused: Generation,
        since: Instant,
    ) -> Waiting<'a, bool> {
        let _ = (transport, operation, refused, since);
        Box::pin(future::ready(Ok(false)))
    }

    /// Asks the server for new ones; `false` where there is no way to. Only ever done once at a time.
    #[cfg(any(feature = "web", feature = "console"))]
    fn obtain<'a>(&'a self, transport: &'a Transport) -> Waiting<'a, bool> {
        let _ = transport;
        Box::pin(future::ready(Ok(false)))
    }
}

/// What has to be waited for.
pub(crate) type Waiting<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Distinguishes the credential that was sent from a later one, so that a credential that several callers were refused with is renewed once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Generation(u64);

impl Generation {
    pub(crate) fn advance(&mut self) {
        self.0 += 1;
    }
}

/// The head of an answer, and what it answers.
#[cfg_attr(not(feature = "console"), allow(dead_code, reason = "only sessions are kept in headers"))]
pub(crate) struct Seen<'a> {
    pub(crate) operation: &'a Named,
    /// The client renewed its own credential by it.
    pub(crate) renewal: bool,
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    /// The credential that the request carried.
    pub(crate) used: Generation,
}
