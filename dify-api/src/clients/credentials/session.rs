//! The session of an account: three cookies, one of them also in a header. Up to Dify 1.9.1, a token in a header.

use super::renewal::{Renewal, obtaining, refuses};
use crate::{
    Error, ErrorKind, Transport, groups,
    operation::{Credential, Named},
    transport::credentials::{Credentials, Generation, Seen, Waiting},
    types::{ErrorCode, LoginRequest, SessionResult},
    values::{release::is_older, secret::Secret},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::{
    Method, Request, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue, SET_COOKIE},
};
use serde::Deserialize;
use serde_json::json;
#[cfg(feature = "cache")]
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");

/// In front of the names of cookies behind https, where the server has no cookie domain.
const HOST: &str = "__Host-";

/// A session, and how to get another.
pub(crate) struct SessionCredential {
    login: Option<Login>,
    jar: Mutex<Jar>,
    renewal: Renewal,
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
    /// The server gave the tokens in the body of its answer, and takes them as `Authorization: Bearer`.
    in_header: bool,
    ended: Option<SessionEnd>,
    /// Counts the tokens that were set.
    generation: Generation,
}

/// Why there is no session, and will be none before a login by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SessionEnd {
    /// The caller logged out: the client does not log in again behind their back.
    LoggedOut,
    /// The server takes no token of it any more, and the client has no password.
    Over,
}

impl Jar {
    fn empty(&mut self) {
        (self.access, self.refresh, self.csrf) = (None, None, None);
    }
}

impl SessionCredential {
    pub(crate) fn new(login: Option<Login>, jar: Jar) -> Self {
        Self { login, jar: Mutex::new(jar), renewal: Renewal::default() }
    }

    /// Refreshes the session; begins another, where the server refuses that and there is a password.
    async fn begin(&self, transport: &Transport) -> Result<bool, Error> {
        let account = groups::Account::new(transport);
        let (can_refresh, before) = {
            let jar = self.jar();
            (jar.refresh.is_some(), jar.generation)
        };
        let is_new = || {
            let jar = self.jar();
            jar.access.is_some() && jar.generation != before
        };
        if can_refresh {
            match account.refresh().renewal().await {
                Ok(_) if is_new() => return Ok(true),
                // It brought nothing.
                Ok(_) => {}
                Err(error) if error.status().is_some_and(|status| status == StatusCode::UNAUTHORIZED) => {}
                Err(error) if self.login.is_some() && error.status().is_some_and(refuses) => {}
                Err(error) => return Err(error),
            }
        }
        {
            let mut jar = self.jar();
            if jar.generation != before {
                // Somebody has logged in meanwhile.
                return Ok(jar.access.is_some());
            }
            jar.empty();
            if self.login.is_none() && jar.ended.is_none() {
                jar.ended = Some(SessionEnd::Over);
            }
        }
        let Some(Login { email, password }) = self.login.as_ref().filter(|_| !self.has_ended()) else {
            return Ok(false);
        };
        let plain = || LoginRequest::new(email.clone(), password.expose());
        let reply = if transport.server_version().is_some_and(|version| is_older(&version, ENCODED_SINCE)) {
            account.login(&plain()).renewal().await?
        } else {
            let encoded = LoginRequest::new(email.clone(), BASE64_STANDARD.encode(password.expose()));
            match groups::Account::new(transport).login(&encoded).renewal().await {
                Err(error) if takes_plain_passwords(&error) => account.login(&plain()).renewal().await?,
                outcome => outcome?,
            }
        };
        if reply.result == SessionResult::Fail {
            let why = reply.data.unwrap_or_default();
            let kind = ErrorKind::Config(format!("the console refuses the login of {email}: {why}"));
            return Err(Error::beside(kind, &transport.secrets()));
        }
        if self.has_ended() || is_new() {
            return Ok(!self.has_ended());
        }
        Err(Error::config("the server took the login and set no cookies of a session: a proxy may take them away"))
    }

    fn is_renewable(&self, jar: &Jar) -> bool {
        self.login.is_some() || jar.refresh.is_some()
    }

    fn has_ended(&self) -> bool {
        self.jar().ended.is_some()
    }

    fn jar(&self) -> MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Credentials for SessionCredential {
    fn ready<'a>(&'a self, transport: &'a Transport, operation: &'a Named) -> Option<Waiting<'a, ()>> {
        if operation.credential() != Credential::Console || operation.gives_a_credential() {
            return None;
        }
        {
            let jar = self.jar();
            if jar.ended.is_none() && (jar.access.is_some() || !self.is_renewable(&jar)) {
                return None;
            }
        }
        Some(Box::pin(async move {
            let without = || self.jar().access.is_none();
            if !self.has_ended() && self.renewal.run(Instant::now(), without, obtaining(transport)).await? {
                return Ok(());
            }
            Err(Error::config(match self.jar().ended {
                Some(SessionEnd::LoggedOut) => "this session was logged out: log in by `account().login(…)`",
                _ => "this session is over and cannot be renewed: log in by `account().login(…)`",
            }))
        }))
    }

    #[cfg(feature = "cache")]
    fn identify(&self, mut into: &mut dyn Hasher) -> Option<Generation> {
        let jar = self.jar();
        let access = jar.access.as_ref().map(Secret::expose);
        access.hash(&mut into);
        access.is_some().then_some(jar.generation)
    }

    fn put_on(&self, request: &mut Request) -> Generation {
        let jar = self.jar();
        let refreshing = request.url().path().ends_with("/refresh-token");
        let refresh = jar.refresh.as_ref().filter(|_| refreshing);
        if jar.in_header {
            if let Some(bearer) = jar.access.as_ref().and_then(Secret::bearer) {
                request.headers_mut().insert(AUTHORIZATION, bearer);
            }
            if let Some(refresh) = refresh.filter(|_| request.body().is_none()) {
                let body = json!({"refresh_token": refresh.expose()}).to_string();
                *request.body_mut() = Some(body.into());
                request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            // These servers log out by GET only.
            if request.url().path().ends_with("/logout") {
                *request.method_mut() = Method::GET;
            }
            return jar.generation;
        }
        let mut cookies = String::new();
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

    /// Keeps the cookies that an answer sets, and forgets those that it takes away. A server may take them away with any
    /// refusal: that ends the session, and only a logout of the caller's own keeps the client from beginning another.
    fn observe(&self, seen: &Seen<'_>) {
        let mut jar = self.jar();
        if seen.operation.logs_out() && seen.status.is_success() {
            jar.empty();
            jar.ended = Some(SessionEnd::LoggedOut);
            return;
        }
        if seen.renewal && jar.ended == Some(SessionEnd::LoggedOut) {
            // It was under way when the caller logged out.
            return;
        }
        let mut opened = false;
        let current = jar.generation == seen.used;
        for Cookie { prefix, name, value } in seen.headers.get_all(SET_COOKIE).into_iter().filter_map(Cookie::read) {
            // What is taken away may have been replaced since that request was sent.
            if value.is_none() && !current {
                continue;
            }
            let place = match name {
                "access_token" => {
                    opened |= value.is_some();
                    &mut jar.access
                }
                "refresh_token" => &mut jar.refresh,
                _ => &mut jar.csrf,
            };
            *place = value;
            jar.prefix = Some(prefix);
        }
        if opened {
            (jar.ended, jar.in_header) = (None, false);
            jar.generation.advance();
        }
        drop(jar);
        if opened && !seen.renewal {
            self.renewal.forget_failures();
        }
    }

    /// Keeps the tokens in the body of a login or a refresh, up to Dify 1.9.1.
    fn observe_body(&self, operation: &Named, renewal: bool, body: &[u8]) {
        #[derive(Deserialize)]
        struct TokenBody {
            data: Tokens,
        }

        #[derive(Deserialize)]
        struct Tokens {
            access_token: String,
            refresh_token: Option<String>,
        }

        if !operation.gives_a_credential() {
            return;
        }
        let Ok(TokenBody { data }) = serde_json::from_slice(body) else { return };
        let mut jar = self.jar();
        if renewal && jar.ended == Some(SessionEnd::LoggedOut) {
            return;
        }
        jar.access = Some(Secret::new(data.access_token));
        jar.refresh = data.refresh_token.map(Secret::new);
        (jar.csrf, jar.ended, jar.in_header) = (None, None, true);
        jar.generation.advance();
        drop(jar);
        if !renewal {
            self.renewal.forget_failures();
        }
    }

    fn renew<'a>(
        &'a self,
        transport: &'a Transport,
        operation: &'a Named,
        refused: Generation,
        since: Instant,
    ) -> Waiting<'a, bool> {
        Box::pin(async move {
            if operation.credential() != Credential::Console || operation.gives_a_credential() {
                return Ok(false);
            }
            let stale = || {
                let jar = self.jar();
                jar.access.is_none() || jar.generation == refused
            };
            {
                let jar = self.jar();
                if jar.ended.is_some() || !self.is_renewable(&jar) {
                    return Ok(jar.access.is_some() && jar.generation != refused);
                }
            }
            self.renewal.run(since, stale, obtaining(transport)).await
        })
    }

    fn obtain<'a>(&'a self, transport: &'a Transport) -> Waiting<'a, bool> {
        Box::pin(self.begin(transport))
    }

    fn secrets(&self) -> Vec<String> {
        let jar = self.jar();
        let password = self.login.as_ref().map(|login| &login.password);
        let tokens = [jar.access.as_ref(), jar.refresh.as_ref(), jar.csrf.as_ref()].into_iter().flatten();
        password.into_iter().chain(tokens).map(|secret| secret.expose().to_owned()).collect()
    }
}

/// The release from which on the password is sent in Base64.
const ENCODED_SINCE: &str = "1.11.2";

/// Whether the server refused a password in Base64 because it takes passwords as they are.
fn takes_plain_passwords(error: &Error) -> bool {
    match error.code().map(ErrorCode::as_str) {
        // Only servers up to Dify 1.7.2 have this code.
        Some("email_or_password_mismatch") => true,
        Some("authentication_failed") => error.server_version().is_some_and(|v| is_older(v, ENCODED_SINCE)),
        _ => false,
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
        let header = header.to_str().ok()?;
        let (pair, attributes) = header.split_once(';').unwrap_or((header, ""));
        let (name, value) = pair.split_once('=')?;
        let (prefix, name) = name.trim().strip_prefix(HOST).map_or(("", name.trim()), |name| (HOST, name));
        let known = ["access_token", "refresh_token", "csrf_token"].contains(&name);
        let value = value.trim().trim_matches('"');
        let value = (!value.is_empty() && !is_over(attributes)).then(|| Secret::new(value.to_owned()));
        known.then_some(Self { prefix, name, value })
    }
}

/// A cookie is taken away by setting it to nothing, or to a time that has passed. The local clock may be wrong, so only
/// times count that are none.
fn is_over(attributes: &str) -> bool {
    attributes.split(';').filter_map(|attribute| attribute.split_once('=')).any(|(name, value)| {
        let (name, value) = (name.trim(), value.trim());
        (name.eq_ignore_ascii_case("max-age") && (value == "0" || value.starts_with('-')))
            || (name.eq_ignore_ascii_case("expires") && value.contains("1970"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_taken_away_in_each_of_its_ways() {
        let read =
            |header: &'static str| Cookie::read(&HeaderValue::from_static(header)).map(|cookie| cookie.value.is_some());
        for gone in [
            "access_token=",
            "access_token=; Path=/",
            "access_token=\"\"; Max-Age=3600",
            "access_token=x; Max-Age=0",
            "access_token=x; max-age=-1; Path=/",
            "__Host-access_token=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        ] {
            assert_eq!(read(gone), Some(false), "{gone}");
        }
        assert_eq!(read("csrf_token=x; Expires=Mon, 30 Nov 2026 04:13:44 GMT; Max-Age=3600; Path=/"), Some(true));
        assert_eq!(read("locale=en"), None);
    }
}
