//! What answers are found by.

use crate::transport::{exchange::Exchange, headers::Headers, request::Request};
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};

/// A hash of 128 bits with a key that is random and never leaves the process: neither can it be turned back, nor can
/// anyone construct two requests with the same one.
pub(super) type Digest = [u64; 2];

/// The key of the hashes of one cache.
#[derive(Default)]
pub(super) struct Hashing([RandomState; 2]);

/// A hash under way.
pub(crate) struct Fingerprint([DefaultHasher; 2]);

impl Hashing {
    pub(super) fn begin(&self) -> Fingerprint {
        Fingerprint([self.0[0].build_hasher(), self.0[1].build_hasher()])
    }
}

impl Fingerprint {
    pub(super) fn digest(&self) -> Digest {
        [self.0[0].finish(), self.0[1].finish()]
    }
}

impl Hasher for Fingerprint {
    fn write(&mut self, bytes: &[u8]) {
        self.0.iter_mut().for_each(|half| half.write(bytes));
    }

    fn finish(&self) -> u64 {
        self.0[0].finish()
    }
}

/// A request, in the time between two writes with the same credential.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) epoch: u64,
    request: Digest,
}

impl Key {
    /// Of everything that distinguishes the request, the credential of the client aside: the epoch is of that.
    pub(super) fn new(epoch: u64, exchange: &Exchange, request: &Request, hashing: &Hashing) -> Self {
        let mut fingerprint = hashing.begin();
        exchange.operation.id().hash(&mut fingerprint);
        request.identify(&mut fingerprint);
        exchange.headers.before(exchange.transport.headers()).hash(&mut fingerprint);
        exchange.bearer.hash(&mut fingerprint);
        Self { epoch, request: fingerprint.digest() }
    }
}

impl Headers {
    /// Returns these headers, and those of `others` that they do not replace, by name.
    fn before<'h>(&'h self, others: &'h Self) -> Vec<(&'h str, &'h [u8])> {
        let others = others.iter().filter(|(name, _)| !self.iter().any(|(own, _)| own == *name));
        let mut all: Vec<_> =
            self.iter().chain(others).map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        all.sort_unstable();
        all
    }
}
