//! Which server a URL leads to, and whether a request may go there.

use super::Shared;
use crate::{ErrorKind, values::location::place};
use reqwest::Url;
use std::sync::OnceLock;

/// The HTTP clients of blocking calls, whose connections belong to another runtime: made when they are needed.
#[cfg(feature = "blocking")]
#[derive(Default)]
pub(super) struct BlockingClients {
    client: OnceLock<reqwest::Client>,
    /// For https where the base URL is http.
    secure: OnceLock<reqwest::Client>,
}

/// Same scheme, host and port.
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
}

pub(super) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The base URL that makes the same request go to where a redirect leads.
pub(super) fn moved_base(base: &Url, asked: &Url, location: &str) -> Option<Box<str>> {
    let below = asked.path().strip_prefix(base.path().trim_end_matches('/'))?;
    let target = asked.join(location).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let path = target.path().strip_suffix(below)?;
    Some(format!("{}{path}", origin(&target)).into())
}

impl Shared {
    /// The HTTP client for a URL, of asynchronous or of blocking calls.
    pub(super) fn client(&self, url: &Url) -> Result<&reqwest::Client, ErrorKind> {
        #[cfg(feature = "blocking")]
        if crate::blocking::is_here() {
            let BlockingClients { client, secure } = &self.blocking;
            return if self.adds_tls(url) { self.made(secure, url) } else { self.made(client, &self.base) };
        }
        self.async_client(url)
    }

    /// The HTTP client for a URL, of asynchronous calls.
    pub(super) fn async_client(&self, url: &Url) -> Result<&reqwest::Client, ErrorKind> {
        if self.adds_tls(url) { self.made(&self.secure, url) } else { Ok(&self.client) }
    }

    /// The client of an http base trusts no certificate: it was not to need any.
    fn adds_tls(&self, url: &Url) -> bool {
        url.scheme() == "https" && self.base.scheme() != "https"
    }

    /// Returns the HTTP client of a place; makes it if there is none yet.
    fn made<'s>(&self, place: &'s OnceLock<reqwest::Client>, server: &Url) -> Result<&'s reqwest::Client, ErrorKind> {
        if let Some(client) = place.get() {
            return Ok(client);
        }
        let client = self.settings.http_client(server).map_err(|error| ErrorKind::Config(error.to_string()))?;
        Ok(place.get_or_init(|| client))
    }

    /// Reads a URL that the server gave. It may lead to another server, as to an object store, but not out of https,
    /// unless the client allows it: `variable` of the server sets it.
    ///
    /// A server behind a proxy that ends TLS takes itself for one of http: its own address is corrected.
    pub(super) fn given(&self, url: &str, variable: &str) -> Result<Url, ErrorKind> {
        // A server that was not told its own address gives URLs without one.
        let Some(mut url) = self.base.join(url).ok().filter(|url| matches!(url.scheme(), "http" | "https")) else {
            return Err(ErrorKind::Config("the server gives a URL that is none of HTTP".to_owned()));
        };
        let place = place(url.as_str());
        let refused = |why: String| Err(ErrorKind::Config(format!("the server gives the URL {place}: {why}")));
        if !url.username().is_empty() || url.password().is_some() {
            return refused("it contains a user or password".to_owned());
        }
        if self.base.scheme() != "https" || url.scheme() != "http" || self.settings.allow_http {
            return Ok(url);
        }
        let same_server =
            url.host_str() == self.base.host_str() && url.port().is_none_or(|port| Some(port) == self.base.port());
        if !same_server || url.set_scheme("https").and_then(|()| url.set_port(self.base.port())).is_err() {
            return refused(format!(
                "a client of an https server does not follow it to http, where anybody between can read. Set \
                 `{variable}` of the server to https, or allow it by `allow_http(true)` of the builder"
            ));
        }
        Ok(url)
    }
}

#[cfg(all(test, feature = "knowledge", any(feature = "rustls", feature = "native-tls")))]
mod tests {
    use crate::{Knowledge, KnowledgeBuilder};

    fn at(base: &str) -> KnowledgeBuilder {
        Knowledge::builder().api_key("dataset-1").base_url(base)
    }

    fn given(builder: KnowledgeBuilder, url: &str) -> Result<String, String> {
        let knowledge = builder.build().expect("a client");
        knowledge.transport.given(url, "FILES_URL").map(String::from).map_err(|error| error.to_string())
    }

    // Guards a past bug: the key of a client of https was sent over http where the server said so.
    #[test]
    fn https_is_not_left_because_a_server_says_so() {
        const BASE: &str = "https://dify.test/v1";
        for url in [
            "http://store.test/a?sign=5ecret",
            "HTTP://store.test/a?sign=5ecret",
            "http://dify.test:8080/a?sign=5ecret",
            "http://dify.test.evil.test/a?sign=5ecret",
            "https://user:5ecret@store.test/a",
            "ftp://store.test/a?sign=5ecret",
            "javascript:5ecret",
        ] {
            let error = given(at(BASE), url).expect_err(url);
            assert!(!error.contains("5ecret"), "{error}");
        }
        let error = given(at(BASE), "http://store.test/a").expect_err("http");
        assert!(error.contains("http://store.test/a") && error.contains("allow_http(true)"), "{error}");
        assert!(error.contains("`FILES_URL`"), "{error}");
        let allowed = given(at(BASE).allow_http(true), "http://store.test/a");
        assert_eq!(allowed.as_deref(), Ok("http://store.test/a"));
        assert!(given(at(BASE).allow_http(true), "http://u:p@store.test/a").is_err());
    }

    #[test]
    fn a_server_that_does_not_know_of_its_tls_is_corrected() {
        for (base, url, expected) in [
            ("https://dify.test/v1", "http://dify.test/files/a?sign=b", "https://dify.test/files/a?sign=b"),
            ("https://dify.test:8443/v1", "http://dify.test:8443/files/a", "https://dify.test:8443/files/a"),
            ("https://dify.test:8443/v1", "http://dify.test/files/a", "https://dify.test:8443/files/a"),
            ("https://dify.test/v1", "/files/a", "https://dify.test/files/a"),
            ("https://dify.test/v1", "https://store.test/a", "https://store.test/a"),
            ("http://dify.test/v1", "http://store.test/a", "http://store.test/a"),
            ("http://dify.test/v1", "https://store.test/a", "https://store.test/a"),
        ] {
            assert_eq!(given(at(base), url).as_deref(), Ok(expected));
        }
    }
}
