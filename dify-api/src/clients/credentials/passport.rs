//! The passport of a published web page.

use super::{
    bare,
    renewal::{Renewal, is_verdict, obtaining},
};
use crate::{
    Error, Transport, groups,
    operation::{Credential, Named},
    transport::credentials::{Credentials, Generation, Seen, Waiting},
    types::SessionPassportQuery,
    values::{release::is_older, secret::Secret},
};
use reqwest::{
    Request,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};
#[cfg(feature = "cache")]
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

const CODE: HeaderName = HeaderName::from_static("x-app-code");
const PASSPORT: HeaderName = HeaderName::from_static("x-app-passport");

/// The release from which on a passport travels in a header of its own.
const OWN_HEADER_SINCE: &str = "1.9.2";

/// The code of a page, and the passport that it gets.
pub(crate) struct PassportCredential {
    /// Public, because it is part of the page's URL.
    code: HeaderValue,
    query: SessionPassportQuery,
    held: Mutex<Held>,
    renewal: Renewal,
}

#[derive(Default)]
struct Held {
    token: Option<HeaderValue>,
    /// The same as a bearer token, which is what servers up to Dify 1.9.1 take.
    bearer: Option<HeaderValue>,
    generation: Generation,
}

impl PassportCredential {
    /// For the page of this code; the same user is the same visitor again.
    pub(crate) fn new(code: &str, user: Option<String>) -> Result<Self, Error> {
        let mut header = HeaderValue::from_str(code)
            .map_err(|_| Error::config("the app code contains characters that are not allowed in an HTTP header"))?;
        // Whoever has it can use the page.
        header.set_sensitive(true);
        let mut query = SessionPassportQuery::new(code);
        query.user_id = user;
        Ok(Self { code: header, query, held: Mutex::default(), renewal: Renewal::default() })
    }

    /// Fetches a passport.
    async fn fetch(&self, transport: &Transport) -> Result<bool, Error> {
        let fetched = groups::Session::new(transport).passport(&self.query).renewal().await;
        let token = fetched.and_then(|passport| {
            let token = Secret::new(passport.access_token);
            token.header().zip(token.bearer()).ok_or_else(|| {
                Error::config("the server's passport contains characters that are not allowed in an HTTP header")
            })
        });
        // Servers of every release take both; one that may be old gets both.
        let in_own_header = transport.server_version().is_some_and(|version| !is_older(&version, OWN_HEADER_SINCE));
        let mut held = self.held();
        match token {
            Ok((token, bearer)) => {
                held.token = Some(token);
                held.bearer = Some(bearer).filter(|_| !in_own_header);
                held.generation.advance();
                Ok(true)
            }
            Err(error) => {
                if is_verdict(&error) {
                    (held.token, held.bearer) = (None, None);
                }
                Err(error)
            }
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Credentials for PassportCredential {
    fn ready<'a>(&'a self, transport: &'a Transport, operation: &'a Named) -> Option<Waiting<'a, ()>> {
        let without = operation.credential() != Credential::WebApp || operation.gives_a_credential();
        if without || self.held().token.is_some() {
            return None;
        }
        Some(Box::pin(async move {
            self.renewal.run(Instant::now(), || self.held().token.is_none(), obtaining(transport)).await.map(drop)
        }))
    }

    fn put_on(&self, request: &mut Request) -> Generation {
        let held = self.held();
        let headers = request.headers_mut();
        headers.entry(CODE).or_insert_with(|| self.code.clone());
        if let Some(token) = &held.token {
            headers.insert(PASSPORT, token.clone());
            if let Some(bearer) = &held.bearer {
                // A gateway's own credential stays.
                headers.entry(AUTHORIZATION).or_insert_with(|| bearer.clone());
            }
        }
        held.generation
    }

    fn renew<'a>(
        &'a self,
        transport: &'a Transport,
        operation: &'a Named,
        refused: Generation,
        since: Instant,
    ) -> Waiting<'a, bool> {
        Box::pin(async move {
            if operation.credential() != Credential::WebApp || operation.gives_a_credential() {
                return Ok(false);
            }
            let stale = || {
                let held = self.held();
                held.token.is_none() || held.generation == refused
            };
            self.renewal.run(since, stale, obtaining(transport)).await
        })
    }

    /// A passport or a login that the caller got by hand: the page may take its visitors again.
    fn observe(&self, seen: &Seen<'_>) {
        if !seen.renewal && seen.status.is_success() && seen.operation.gives_a_credential() {
            self.renewal.forget_failures();
        }
    }

    fn obtain<'a>(&'a self, transport: &'a Transport) -> Waiting<'a, bool> {
        Box::pin(self.fetch(transport))
    }

    #[cfg(feature = "cache")]
    fn identify(&self, mut into: &mut dyn Hasher) -> Option<Generation> {
        let held = self.held();
        (&self.code, &held.token).hash(&mut into);
        held.token.is_some().then_some(held.generation)
    }

    fn secrets(&self) -> Vec<String> {
        self.held().token.as_ref().and_then(bare).into_iter().collect()
    }
}
