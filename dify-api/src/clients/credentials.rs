//! What a client proves itself by, and how that is renewed.

use crate::{Error, Transport, operation::Named};
use reqwest::{
    Request, StatusCode,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
};
#[cfg(feature = "cache")]
use std::hash::{Hash, Hasher};
use tokio::time::Instant;

#[cfg(feature = "web")]
pub(crate) mod passport;
#[cfg(any(feature = "web", feature = "console"))]
mod renewal;
#[cfg(feature = "console")]
pub(crate) mod session;
#[cfg(any(feature = "app", feature = "knowledge"))]
pub(crate) mod sourced_key;

/// The credentials of a client's requests.
pub(crate) enum Credentials {
    /// A key, the same for ever.
    Key(HeaderValue),
    /// A key that a function returns.
    #[cfg(any(feature = "app", feature = "knowledge"))]
    SourcedKey(sourced_key::SourcedKey),
    /// The passport of a published web page, fetched when it is first needed.
    #[cfg(feature = "web")]
    Passport(passport::PassportCredential),
    /// The session of an account, in cookies.
    #[cfg(feature = "console")]
    Session(session::SessionCredential),
}

/// Distinguishes the credential that was sent from a later one, so that a credential that several callers were refused with is renewed once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Generation(u64);

impl Generation {
    fn advance(&mut self) {
        self.0 += 1;
    }
}

impl Credentials {
    /// Gets what the operation needs before it is sent for the first time.
    pub(crate) async fn ready(&self, transport: &Transport, operation: &Named) -> Result<(), Error> {
        let _ = (transport, operation);
        match self {
            Self::Key(_) => Ok(()),
            #[cfg(any(feature = "app", feature = "knowledge"))]
            Self::SourcedKey(key) => key.ready().await,
            #[cfg(feature = "web")]
            Self::Passport(passport) => passport.ready(transport, operation).await,
            #[cfg(feature = "console")]
            Self::Session(session) => session.ready(transport, operation).await,
        }
    }

    /// Adds them to a request and returns them.
    pub(crate) fn put_on(&self, request: &mut Request) -> Generation {
        match self {
            Self::Key(key) => {
                request.headers_mut().insert(AUTHORIZATION, key.clone());
                Generation::default()
            }
            #[cfg(any(feature = "app", feature = "knowledge"))]
            Self::SourcedKey(key) => key.put_on(request),
            #[cfg(feature = "web")]
            Self::Passport(passport) => passport.put_on(request),
            #[cfg(feature = "console")]
            Self::Session(session) => session.put_on(request),
        }
    }

    /// Adds what a request would carry now to a hash; returns nothing while there is no credential yet.
    #[cfg(feature = "cache")]
    pub(crate) fn identify(&self, into: &mut impl Hasher) -> Option<Generation> {
        match self {
            Self::Key(key) => {
                Some(key).hash(into);
                Some(Generation::default())
            }
            #[cfg(any(feature = "app", feature = "knowledge"))]
            Self::SourcedKey(key) => key.identify(into),
            #[cfg(feature = "web")]
            Self::Passport(passport) => passport.identify(into),
            #[cfg(feature = "console")]
            Self::Session(session) => session.identify(into),
        }
    }

    /// What must not be shown.
    pub(crate) fn secrets(&self) -> Vec<String> {
        match self {
            Self::Key(key) => bare(key).into_iter().collect(),
            #[cfg(any(feature = "app", feature = "knowledge"))]
            Self::SourcedKey(key) => key.secret().into_iter().collect(),
            #[cfg(feature = "web")]
            Self::Passport(passport) => passport.secret().into_iter().collect(),
            #[cfg(feature = "console")]
            Self::Session(session) => session.secrets(),
        }
    }

    /// Takes what an answer brings.
    pub(crate) fn observe(&self, seen: &Seen<'_>) {
        let _ = seen;
        match self {
            Self::Key(_) => {}
            #[cfg(any(feature = "app", feature = "knowledge"))]
            Self::SourcedKey(_) => {}
            #[cfg(feature = "web")]
            Self::Passport(passport) => passport.observe(seen),
            #[cfg(feature = "console")]
            Self::Session(session) => session.observe(seen),
        }
    }

    /// Takes what the body of an answer brings.
    pub(crate) fn observe_body(&self, operation: &Named, renewal: bool, body: &[u8]) {
        let _ = (operation, renewal, body);
        #[cfg(feature = "console")]
        if let Self::Session(session) = self {
            session.observe_body(operation, renewal, body);
        }
    }

    /// Gets new ones in place of those that were refused to a call that began then. `false` where there is no way to.
    pub(crate) async fn renew(
        &self,
        transport: &Transport,
        operation: &Named,
        refused: Generation,
        since: Instant,
    ) -> Result<bool, Error> {
        let _ = (transport, operation, refused, since);
        match self {
            Self::Key(_) => Ok(false),
            #[cfg(any(feature = "app", feature = "knowledge"))]
            Self::SourcedKey(key) => key.replace(refused).await,
            #[cfg(feature = "web")]
            Self::Passport(passport) => passport.renew(transport, operation, refused, since).await,
            #[cfg(feature = "console")]
            Self::Session(session) => session.renew(transport, operation, refused, since).await,
        }
    }

    /// Asks the server for new ones; `false` where there is no way to. Only ever done once at a time.
    #[cfg(any(feature = "web", feature = "console"))]
    pub(crate) async fn obtain(&self, transport: &Transport) -> Result<bool, Error> {
        match self {
            Self::Key(_) => Ok(false),
            #[cfg(any(feature = "app", feature = "knowledge"))]
            Self::SourcedKey(_) => Ok(false),
            #[cfg(feature = "web")]
            Self::Passport(passport) => passport.obtain(transport).await,
            #[cfg(feature = "console")]
            Self::Session(session) => session.obtain(transport).await,
        }
    }
}

/// A credential as it is, without the scheme before it.
fn bare(header: &HeaderValue) -> Option<String> {
    let text = header.to_str().ok()?;
    Some(text.strip_prefix("Bearer ").unwrap_or(text).to_owned())
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

#[cfg(all(test, feature = "web", feature = "console"))]
mod tests;
