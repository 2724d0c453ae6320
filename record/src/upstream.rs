//! The server that is recorded, and a name and password that a proxy before it wants.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::Error;
use crate::scrub::Scrubber;

/// The address of a server, without credentials.
pub(crate) struct Upstream {
    url: Url,
    /// The credentials for clients that send none.
    login: Option<HeaderValue>,
}

impl Upstream {
    /// Reads an address; a name and a password in it become Basic authentication, which the scrubber remembers.
    pub(crate) fn parse(text: &str, scrubber: &mut Scrubber) -> Result<Self, Error> {
        let refused = || Error::Upstream { url: without_login(text) };
        let mut url = Url::parse(text.trim()).map_err(|_| refused())?;
        let (user, password) = (url.username().to_owned(), url.password().unwrap_or_default().to_owned());
        let bare = url.set_username("").and_then(|()| url.set_password(None)).is_ok();
        // A password with `/`, `?` or `#` that is not encoded ends up behind the host.
        let whole = url.query().is_none() && url.fragment().is_none() && !url.as_str().contains('@');
        if !bare || !whole || !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(refused());
        }
        let mut login = None;
        if !user.is_empty() || !password.is_empty() {
            let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let (user, password) = (decoded(&user), decoded(&password));
            scrubber.learn(&password);
            let pair = STANDARD.encode(format!("{user}:{password}"));
            scrubber.learn(&pair);
            let mut value = HeaderValue::from_str(&format!("Basic {pair}")).map_err(|_| refused())?;
            value.set_sensitive(true);
            login = Some(value);
        }
        Ok(Self { url, login })
    }

    /// Returns the address of a path and query.
    pub(crate) fn address(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{path}", self.url.path().trim_end_matches('/')));
        url.set_query(query);
        url
    }

    /// Adds the credentials where the client sends none.
    pub(crate) fn authorize(&self, headers: &mut HeaderMap) {
        if let (Some(login), false) = (&self.login, headers.contains_key(header::AUTHORIZATION)) {
            headers.insert(header::AUTHORIZATION, login.clone());
        }
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

/// An address that was given, as it may be shown.
fn without_login(text: &str) -> String {
    let (before, host) = text.rsplit_once('@').map_or(("", text), |(before, host)| (before, host));
    let host = host.split(['?', '#']).next().unwrap_or_default();
    let scheme = before.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
    if before.is_empty() { host.to_owned() } else { format!("{scheme}REDACTED@{host}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_becomes_basic_authentication_of_requests_without_one() {
        let upstream =
            Upstream::parse("https://user:p%40ss@host:8443/base/", &mut Scrubber::new()).expect("an address");
        assert_eq!(upstream.origin(), "https://host:8443");
        assert_eq!(upstream.address("/v1/info", Some("a=1")).as_str(), "https://host:8443/base/v1/info?a=1");
        let mut headers = HeaderMap::new();
        upstream.authorize(&mut headers);
        assert_eq!(headers["authorization"], format!("Basic {}", STANDARD.encode("user:p@ss")));
        headers.insert("authorization", HeaderValue::from_static("Bearer app-x"));
        upstream.authorize(&mut headers);
        assert_eq!(headers["authorization"], "Bearer app-x");
    }

    #[test]
    fn a_refused_address_is_shown_without_its_password() {
        for address in [
            "user:hunter2@host",
            "ftp://user:hunter2@host",
            "https://user:hunter2/3@host",
            "https://user:12#hunter2@host",
            "https://user:12/hunter2@host",
            "https://user:hunter2@",
            "https://host?token=hunter2",
        ] {
            let error = Upstream::parse(address, &mut Scrubber::new()).map(|_| ()).expect_err(address);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }
}
