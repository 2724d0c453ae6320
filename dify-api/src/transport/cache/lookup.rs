//! The life of a call with `cached`, from top to bottom: look up, wait for the same request, send.

use super::{Cache, flights::Outcome, identity::Identity, kept::Kept, key::Key};
use crate::{
    Error, ErrorKind, TimeLimit, Transport,
    error::Context,
    operation::Named,
    telemetry::Observation,
    transport::{
        exchange::{Exchange, Ongoing, Received},
        request::Request,
        timeouts::Deadline,
    },
};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// Answers a call with `cached` at once, where the answer is there; gives back any other.
pub(crate) fn hit(exchange: Box<Exchange>) -> Result<Received, Box<Exchange>> {
    let kept = exchange.cached.and_then(|ttl| {
        let (cache, request) = (permitted(&exchange).ok()?, exchange.built().ok()?);
        let identity = Identity::of(&exchange.transport, cache);
        identity.generation?;
        cache.get(&key_of(identity, cache, &exchange, request), ttl)
    });
    match kept {
        Some(kept) => {
            let observation = exchange.observed();
            Ok(kept.answer(exchange, observation))
        }
        None => Err(exchange),
    }
}

/// Answers a call from the same request that is under way, else from the server.
pub(crate) async fn cached(mut exchange: Box<Exchange>, ttl: Duration) -> Result<Received, Error> {
    exchange.begun = Some(Instant::now());
    let mut observation = Some(exchange.observed());
    let outcome = match permitted(&exchange) {
        Ok(cache) => {
            let lookup = Lookup { cache: cache.clone(), ttl, deadline: exchange.deadline() };
            lookup.find(&exchange, &mut observation).await
        }
        Err(error) => Err(Unanswered::Unsent(error)),
    };
    let error = match outcome {
        Ok(Found::Kept(kept)) => {
            let observation = observation.unwrap_or_else(|| exchange.observed());
            return Ok(kept.answer(exchange, observation));
        }
        Ok(Found::Received(received)) => return Ok(*received),
        Err(Unanswered::Sent(error)) => error,
        Err(Unanswered::Unsent(error)) => unsent(error, &exchange),
    };
    // The failure of a request of this call was observed with the request.
    if let Some(mut observation) = observation {
        observation.failed(&error);
    }
    Err(error)
}

/// Returns the cache of a call that may be cached.
fn permitted(exchange: &Exchange) -> Result<&Cache, Error> {
    let cannot = |what: &str| {
        let text = format!("{what} cannot be cached: call it without `.cached(…)`");
        Err(Error::outside(ErrorKind::InvalidRequest(text)))
    };
    match &exchange.operation {
        Named::Described(operation) if operation.cacheable && !exchange.uploads() => {}
        Named::Described(operation) => return cannot(&format!("the answer of `{}`", operation.id)),
        Named::ByHand(_) => return cannot("the answer of a route called by hand"),
    }
    let Some(cache) = exchange.transport.cache() else {
        let text = "the client has no cache for `.cached(…)`: give its builder one by `.cache(Cache::new())`";
        return Err(Error::config(text));
    };
    exchange.built()?;
    exchange.headers.are_headers()?;
    exchange.transport.headers().are_headers()?;
    Ok(cache)
}

fn key_of(identity: Identity, cache: &Cache, exchange: &Exchange, request: &Request) -> Key {
    Key::new(cache.0.scopes.epoch(identity.scope), exchange, request, &cache.0.hashing)
}

/// Names the call in an error before anything was sent.
fn unsent(error: Error, exchange: &Exchange) -> Error {
    let secrets = exchange.transport.secrets().and(&exchange.secrets);
    error.while_waiting(&Context::of(exchange.operation.clone(), secrets))
}

struct Lookup {
    cache: Cache,
    ttl: Duration,
    /// When the caller waits no longer for others.
    deadline: Option<Deadline>,
}

enum Found {
    /// Nothing was sent by this call.
    Kept(Arc<Kept>),
    Received(Box<Received>),
}

enum Unanswered {
    /// The error of a request.
    Sent(Error),
    /// That of the caller, who sent nothing.
    Unsent(Error),
}

impl Lookup {
    /// Takes the observation for a request of this call, if one is sent.
    async fn find(&self, exchange: &Exchange, observation: &mut Option<Observation>) -> Result<Found, Unanswered> {
        let request = exchange.built().map_err(Unanswered::Unsent)?;
        loop {
            let (identity, key) = self.key(exchange, request).await.map_err(Unanswered::Unsent)?;
            if let Some(kept) = self.cache.get(&key, self.ttl) {
                return Ok(Found::Kept(kept));
            }
            let seat = self.cache.0.flights.join(key);
            let turn = async { Ok(seat.turn().await) };
            let mut outcome = Deadline::bound(self.deadline, turn).await.map_err(Unanswered::Unsent)?;
            match &*outcome {
                Some(Ok(kept)) => return Ok(Found::Kept(Arc::clone(kept))),
                Some(Err(error)) => return Err(Unanswered::Sent(error.clone())),
                None => {}
            }
            // A turn that comes with the end of the time is none: the request would be given up at once.
            if let Some(Deadline { timeout, .. }) = self.deadline.filter(|deadline| Instant::now() >= deadline.at) {
                return Err(Unanswered::Unsent(Error::outside(ErrorKind::Timeout(timeout))));
            }
            // While others led, it may have been kept or emptied, or the credential renewed.
            let now = Identity::of(&exchange.transport, &self.cache);
            if now != identity || key_of(now, &self.cache, exchange, request) != key {
                continue;
            }
            if let Some(kept) = self.cache.get(&key, self.ttl) {
                return Ok(Found::Kept(kept));
            }
            let observation = observation.take().unwrap_or_else(|| exchange.observed());
            // In a box of its own: those who wait need no room for it.
            let led = Ongoing::observed(Box::new(exchange.clone()), observation).run();
            let led = Box::pin(led).await;
            let (found, shared) = self.judge(led, &exchange.transport, identity, key);
            if shared.is_some() {
                *outcome = shared;
                seat.land();
            }
            return found;
        }
    }

    /// Returns what the request is found by. Waits for the first session, passport or key only.
    async fn key(&self, exchange: &Exchange, request: &Request) -> Result<(Identity, Key), Error> {
        let Exchange { transport, operation, .. } = exchange;
        let mut identity = Identity::of(transport, &self.cache);
        if identity.generation.is_none() {
            if let Some(ready) = transport.shared.credentials.ready(transport, operation) {
                Deadline::bound(self.deadline, ready).await?;
            }
            identity = Identity::of(transport, &self.cache);
        }
        Ok((identity, key_of(identity, &self.cache, exchange, request)))
    }

    /// Keeps the answer that came, where it is one. Returns the outcome for this call, and for those who wait for it: nothing
    /// where they have to ask for themselves.
    fn judge(
        &self,
        led: Result<Received, Error>,
        transport: &Transport,
        asked: Identity,
        key: Key,
    ) -> (Result<Found, Unanswered>, Option<Outcome>) {
        let received = match led.and_then(Received::decodable) {
            Ok(received) => received,
            Err(error) => {
                // The limit of this call is not that of the others.
                let own = matches!(error.kind(), ErrorKind::Timeout(timeout) if timeout.which == TimeLimit::Call);
                let shared = (!own).then(|| Err(error.clone()));
                return (Err(Unanswered::Sent(error)), shared);
            }
        };
        let kept = Kept::of(&received, self.ttl).map(Arc::new);
        let found = Ok(Found::Received(Box::new(received)));
        let (Some(kept), true) = (kept, Identity::of(transport, &self.cache) == asked) else {
            // It answers another credential.
            return (found, None);
        };
        if kept.is_success() && self.cache.0.scopes.epoch(asked.scope) == key.epoch {
            self.cache.keep(key, Arc::clone(&kept));
        }
        (found, Some(Ok(kept)))
    }
}
