//! The passport of a published web page.

use super::Generation;
use crate::{
    Error, Transport, groups,
    operation::{Credential, Named},
    secret::Secret,
    types::SessionPassportQuery,
};
use reqwest::{
    Request,
    header::{HeaderName, HeaderValue},
};
use std::sync::{Mutex, MutexGuard, PoisonError};

const CODE: HeaderName = HeaderName::from_static("x-app-code");
const PASSPORT: HeaderName = HeaderName::from_static("x-app-passport");

/// The code of a page, and the passport that it gets.
pub(crate) struct Passport {
    /// Public, as it stands in the page's address.
    code: HeaderValue,
    query: SessionPassportQuery,
    held: Mutex<Held>,
    /// Held by whoever fetches one, so that the others wait for it.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Held {
    token: Option<HeaderValue>,
    generation: Generation,
}

impl Passport {
    /// For the page of this code; the same user is the same visitor again.
    pub(crate) fn new(code: &str, user: Option<String>) -> Result<Self, Error> {
        let header = HeaderValue::from_str(code)
            .map_err(|_| Error::config("the app code contains characters that cannot stand in an HTTP header"))?;
        let mut query = SessionPassportQuery::new(code);
        query.user_id = user;
        Ok(Self { code: header, query, held: Mutex::default(), fetching: tokio::sync::Mutex::new(()) })
    }

    pub(super) async fn ready(&self, transport: &Transport, operation: &Named) -> Result<(), Error> {
        if operation.credential() != Credential::WebApp || self.held().token.is_some() {
            return Ok(());
        }
        self.fetch(transport, Generation::default()).await
    }

    pub(super) fn put_on(&self, request: &mut Request) -> Generation {
        let held = self.held();
        let headers = request.headers_mut();
        headers.entry(CODE).or_insert_with(|| self.code.clone());
        if let Some(token) = &held.token {
            headers.insert(PASSPORT, token.clone());
        }
        held.generation
    }

    pub(super) async fn renew(
        &self,
        transport: &Transport,
        operation: &Named,
        refused: Generation,
    ) -> Result<bool, Error> {
        if operation.credential() != Credential::WebApp {
            return Ok(false);
        }
        self.fetch(transport, refused).await.map(|()| true)
    }

    /// Fetches a passport, unless somebody has done so since the one of `known`.
    async fn fetch(&self, transport: &Transport, known: Generation) -> Result<(), Error> {
        let _fetching = self.fetching.lock().await;
        if self.held().generation != known {
            return Ok(());
        }
        let passport = groups::Session::new(transport).passport(&self.query).await?;
        let token = Secret::new(passport.access_token).header().ok_or_else(|| {
            Error::config("the server's passport contains characters that cannot stand in an HTTP header")
        })?;
        let mut held = self.held();
        held.token = Some(token);
        held.generation.advance();
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
