//! The session of an account: three cookies, one of them also in a header.

use super::Generation;
use crate::{
    Error, ErrorKind, Transport, groups,
    operation::{Credential, Named},
    secret::Secret,
    types::{LoginRequest, SessionResult},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::{
    Request,
    header::{COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE},
};
use std::sync::{Mutex, MutexGuard, PoisonError};

const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");

/// In front of the names of cookies behind https, where the server has no cookie domain.
const HOST: &str = "__Host-";

/// A session, and how to get another.
pub(crate) struct Session {
    login: Option<Login>,
    jar: Mutex<Jar>,
    /// Held by whoever renews it, so that the others wait for the outcome.
    renewing: tokio::sync::Mutex<()>,
}

/// Who logs in.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) email: String,
    pub(crate) password: Secret,
}

/// The cookies of a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jar {
    pub(crate) access: Option<Secret>,
    pub(crate) refresh: Option<Secret>,
    pub(crate) csrf: Option<Secret>,
    /// What the server puts in front of the names; nothing while it has not set any.
    prefix: Option<&'static str>,
    /// Logged out: nobody logs in again behind the caller's back.
    closed: bool,
    generation: Generation,
}

impl Session {
    pub(crate) fn new(login: Option<Login>, jar: Jar) -> Self {
        Self { login, jar: Mutex::new(jar), renewing: tokio::sync::Mutex::new(()) }
    }

    pub(super) async fn ready(&self, transport: &Transport, operation: &Named) -> Result<(), Error> {
        if operation.credential() != Credential::Console {
            return Ok(());
        }
        let generation = {
            let jar = self.jar();
            if jar.closed {
                return Err(Error::config("this session was logged out: log in by `account().login(…)`"));
            }
            if jar.access.is_some() || self.login.is_none() {
                return Ok(());
            }
            jar.generation
        };
        self.renew(transport, operation, generation).await.map(drop)
    }

    pub(super) fn put_on(&self, request: &mut Request) -> Generation {
        let jar = self.jar();
        let mut cookies = String::new();
        let refreshing = request.url().path().ends_with("/refresh-token");
        let refresh = jar.refresh.as_ref().filter(|_| refreshing);
        for (name, value) in
            [("access_token", &jar.access), ("csrf_token", &jar.csrf), ("refresh_token", &refresh.cloned())]
        {
            let Some(value) = value else { continue };
            // Tokens that were given by hand may be asked for by either name.
            for prefix in
                jar.prefix.map_or(["", HOST].as_slice(), |prefix| if prefix.is_empty() { &[""] } else { &[HOST] })
            {
                if !cookies.is_empty() {
                    cookies.push_str("; ");
                }
                cookies.push_str(prefix);
                cookies.push_str(name);
                cookies.push('=');
                cookies.push_str(value.expose());
            }
        }
        let headers = request.headers_mut();
        if let Some(cookies) = Secret::new(cookies).header().filter(|cookies| !cookies.is_empty()) {
            headers.insert(COOKIE, cookies);
        }
        if let Some(csrf) = jar.csrf.as_ref().and_then(Secret::header) {
            headers.insert(CSRF, csrf);
        }
        jar.generation
    }

    /// Keeps the cookies that an answer sets, and forgets those that it takes away.
    pub(super) fn observe(&self, headers: &HeaderMap) {
        let mut set = headers.get_all(SET_COOKIE).into_iter().filter_map(Cookie::read).peekable();
        if set.peek().is_none() {
            return;
        }
        let mut jar = self.jar();
        for Cookie { prefix, name, value } in set {
            let place = match name {
                "access_token" => {
                    jar.closed = value.is_none();
                    &mut jar.access
                }
                "refresh_token" => &mut jar.refresh,
                _ => &mut jar.csrf,
            };
            *place = value;
            jar.prefix = Some(prefix);
        }
        jar.generation.advance();
    }

    pub(super) async fn renew(
        &self,
        transport: &Transport,
        operation: &Named,
        refused: Generation,
    ) -> Result<bool, Error> {
        if operation.credential() != Credential::Console {
            return Ok(false);
        }
        let _renewing = self.renewing.lock().await;
        let refreshable = {
            let jar = self.jar();
            if jar.generation != refused {
                return Ok(jar.access.is_some());
            }
            jar.refresh.is_some()
        };
        let account = groups::Account::new(transport);
        if refreshable {
            match account.refresh().await {
                Ok(_) => return Ok(true),
                // A session that is over is begun anew, where that can be done.
                Err(error) if error.status().is_some_and(|status| status.as_u16() == 401) => {}
                Err(error) => return Err(error),
            }
        }
        let Some(Login { email, password }) = &self.login else {
            return Ok(false);
        };
        let request = LoginRequest::new(email.clone(), BASE64_STANDARD.encode(password.expose()));
        let reply = account.login(&request).await?;
        if reply.result == SessionResult::Fail {
            let why = reply.data.unwrap_or_default();
            return Err(Error::outside(ErrorKind::Config(format!("the console refuses the login of {email}: {why}"))));
        }
        Ok(true)
    }

    fn jar(&self) -> MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A cookie of a session, as an answer sets it.
struct Cookie<'h> {
    prefix: &'static str,
    name: &'h str,
    /// Nothing where it is taken away.
    value: Option<Secret>,
}

impl<'h> Cookie<'h> {
    fn read(header: &'h HeaderValue) -> Option<Self> {
        let (pair, _) = header.to_str().ok()?.split_once(';').unwrap_or((header.to_str().ok()?, ""));
        let (name, value) = pair.split_once('=')?;
        let (prefix, name) = name.trim().strip_prefix(HOST).map_or(("", name.trim()), |name| (HOST, name));
        let known = ["access_token", "refresh_token", "csrf_token"].contains(&name);
        // The server takes a cookie away by setting it to nothing.
        let value = Some(value.trim()).filter(|value| !value.is_empty()).map(|value| Secret::new(value.to_owned()));
        known.then_some(Self { prefix, name, value })
    }
}
