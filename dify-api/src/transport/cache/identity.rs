//! Who asks.

use super::{Cache, key::Digest};
use crate::{Transport, transport::credentials::Generation};
use std::hash::Hash;

/// The credential that a request would carry now. A renewed one is another: whose it is, only the server can decide.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) scope: Digest,
    /// `None` while there is no credential yet.
    pub(super) generation: Option<Generation>,
}

impl Identity {
    pub(super) fn of(transport: &Transport, cache: &Cache) -> Self {
        let mut fingerprint = cache.0.hashing.begin();
        transport.base_url().hash(&mut fingerprint);
        let generation = transport.shared.credentials.identify(&mut fingerprint);
        Self { scope: fingerprint.digest(), generation }
    }
}
