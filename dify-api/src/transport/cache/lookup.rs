//! The life of a call with `cached`, from top to bottom: look up, wait for the same request, send.

use super::{Cache, flights::Outcome, identity::Identity, kept::Kept, key::Key};
use crate::{
    Error, ErrorKind, TimeLimit, Transport,
    error::Context,
    exchange::{Exchange, Ongoing, Received},
    operation::Named,
    telemetry::Observation,
    transport::{request::Request, timeouts::Deadline},
};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// Answers a call from the cache, else from the same request that is under way, else from the server.
pub(crate) async fn cached(mut exchange: Box<Exchange>, ttl: Duration) -> Result<Received, Error> {
    exchange.begun = Some(Instant::now());
    let mut observation = Some(Observation::start(&exchange));
    let outcome = match Lookup::of(&exchange, ttl) {
        Ok(lookup) => lookup.find(&exchange, &mut observation).await,
        Err(error) => Err(Failure::Unsent(error)),
    };
    let error = match outcome {
        Ok(Found::Kept(kept)) => {
            let observation = observation.unwrap_or_else(|| Observation::start(&exchange));
            return Ok(kept.answer(exchange, observation));
        }
        Ok(Found::Received(received)) => return Ok(*received),
        Err(Failure::Sent(error)) => error,
        Err(Failure::Unsent(error)) => unsent(error, &exchange),
    };
    // The failure of a request of this call was observed with the request.
    if let Some(mut observation) = observation {
        observation.failed(&error);
    }
    Err(error)
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

enum Failure {
    /// The error of a request.
    Sent(Error),
    /// That of the caller, who sent nothing.
    Unsent(Error),
}

impl Lookup {
    fn of(exchange: &Exchange, ttl: Duration) -> Result<Self, Error> {
        let cannot = |what: &str| {
            let text = format!("{what} cannot be cached: call it without `.cached(…)`");
            Err(Error::outside(ErrorKind::InvalidRequest(text)))
        };
        match &exchange.operation {
            Named::Described(operation) if operation.cacheable && !exchange.uploads() => {}
            Named::Described(operation) => return cannot(&format!("the answer of `{}`", operation.id)),
            Named::ByHand(_) => return cannot("the answer of a route called by hand"),
        }
        let Some(cache) = exchange.transport.cache().cloned() else {
            let text = "the client has no cache for `.cached(…)`: give its builder one by `.cache(Cache::new())`";
            return Err(Error::config(text));
        };
        exchange.built()?;
        exchange.headers.are_headers()?;
        exchange.transport.headers().are_headers()?;
        Ok(Self { cache, ttl, deadline: exchange.deadline() })
    }

    /// Takes the observation for a request of this call, if one is sent.
    async fn find(&self, exchange: &Exchange, observation: &mut Option<Observation>) -> Result<Found, Failure> {
        let request = exchange.built().map_err(Failure::Unsent)?;
        loop {
            let (identity, key) = self.key(exchange, request).await.map_err(Failure::Unsent)?;
            if let Some(kept) = self.cache.get(&key, self.ttl) {
                return Ok(Found::Kept(kept));
            }
            let seat = self.cache.0.flights.join(key);
            let turn = async { Ok(seat.turn().await) };
            let mut outcome = Deadline::bound(self.deadline, turn).await.map_err(Failure::Unsent)?;
            match &*outcome {
                Some(Ok(kept)) => return Ok(Found::Kept(Arc::clone(kept))),
                Some(Err(error)) => return Err(Failure::Sent(error.clone())),
                None => {}
            }
            // While others led, it may have been kept or emptied, or the credential renewed.
            if self.key_of(Identity::of(&exchange.transport, &self.cache), exchange, request) != (identity, key) {
                continue;
            }
            if let Some(kept) = self.cache.get(&key, self.ttl) {
                return Ok(Found::Kept(kept));
            }
            let observation = observation.take().unwrap_or_else(|| Observation::start(exchange));
            let led = Ongoing::observed(Box::new(exchange.clone()), observation).run().await;
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
            Deadline::bound(self.deadline, transport.shared.credentials.ready(transport, operation)).await?;
            identity = Identity::of(transport, &self.cache);
        }
        Ok(self.key_of(identity, exchange, request))
    }

    fn key_of(&self, identity: Identity, exchange: &Exchange, request: &Request) -> (Identity, Key) {
        let epoch = self.cache.0.scopes.epoch(identity.scope);
        (identity, Key::new(epoch, exchange, request, &self.cache.0.hashing))
    }

    /// Keeps the answer that came, where it is one. Returns the outcome for this call, and for those who wait for it: nothing
    /// where they have to ask for themselves.
    fn judge(
        &self,
        led: Result<Received, Error>,
        transport: &Transport,
        asked: Identity,
        key: Key,
    ) -> (Result<Found, Failure>, Option<Outcome>) {
        let received = match led.and_then(Received::decodable) {
            Ok(received) => received,
            Err(error) => {
                // The limit of this call is not that of the others.
                let own = matches!(error.kind(), ErrorKind::Timeout(timeout) if timeout.which == TimeLimit::Call);
                let shared = (!own).then(|| Err(error.clone()));
                return (Err(Failure::Sent(error)), shared);
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
