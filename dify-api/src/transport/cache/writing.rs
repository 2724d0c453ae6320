//! What empties the cache.

use super::{Cache, identity::Identity, key::Digest};
use crate::{
    Error, Transport,
    transport::exchange::{Content, Exchange, Expect, Ongoing, Received},
};
use std::fmt;

/// A request that may change what others read, until its outcome is there or its call is dropped.
pub(crate) struct Writing {
    transport: Transport,
    cache: Cache,
    /// Of the credential with which it began.
    scope: Digest,
}

impl Writing {
    /// Empties the cache for a call that may write; nothing for one that reads.
    pub(crate) fn of(exchange: &Exchange) -> Option<Self> {
        let Exchange { transport, operation, renewal, expect, .. } = exchange;
        let cache = transport.cache()?;
        let reads = operation.only_reads() || operation.cacheable();
        // A run that is followed writes as long as its events come, whatever the method.
        if *renewal || (reads && *expect != Expect::Events) {
            return None;
        }
        let scope = Identity::of(transport, cache).scope;
        let writing = Self { transport: transport.clone(), cache: cache.clone(), scope };
        writing.empty();
        Some(writing)
    }

    /// Sends the request. Where its answer is still to come, it writes until that has ended.
    pub(crate) async fn call(self, exchange: Box<Exchange>) -> Result<Received, Error> {
        let mut received = Ongoing::new(exchange).run().await?;
        if let Content::Open(incoming) = &mut received.content {
            // What was read until now may lack what the run began with.
            self.empty();
            incoming.writing = Some(Box::new(self));
        }
        Ok(received)
    }

    /// Also for the credential that it brought.
    fn empty(&self) {
        let now = Identity::of(&self.transport, &self.cache).scope;
        self.cache.0.scopes.empty(self.scope);
        if now != self.scope {
            self.cache.0.scopes.empty(now);
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.empty();
    }
}

impl fmt::Debug for Writing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writing")
    }
}
