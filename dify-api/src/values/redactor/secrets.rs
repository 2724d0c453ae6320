//! Which secrets there are.

use super::Redactor;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use memchr::memmem;
use reqwest::{
    Request, Url,
    header::{HeaderMap, HeaderValue, SET_COOKIE},
};
use std::sync::Arc;

/// What has the secrets of a client, as they are now.
pub(crate) trait SecretSource: Send + Sync {
    fn secrets(&self) -> Vec<String>;
}

/// The secrets that an error must not show: those of a client, and those that a request carried.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    client: Option<Arc<dyn SecretSource>>,
    /// Values of headers: a credential, a token given for one call, headers of the caller.
    headers: Vec<HeaderValue>,
    /// Values of the query, and others that are one secret each.
    values: Vec<String>,
    /// What the call carries in its path or body.
    carried: Vec<String>,
}

/// Of the headers and parameters of a caller only longer values are looked for: `1` and `true` are in any text.
const LONG: usize = 8;

impl Secrets {
    /// Of the client alone.
    pub(crate) fn of(client: Arc<dyn SecretSource>) -> Self {
        Self { client: Some(client), ..Self::default() }
    }

    /// Adds those in the path or body of a call. A Base64 value, such as a password, is a secret when decoded too.
    pub(crate) fn and(mut self, carried: &[String]) -> Self {
        let decoded = carried.iter().filter_map(|text| String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok());
        self.carried.extend(decoded.chain(carried.iter().cloned()));
        self
    }

    /// Adds those that go out with a request: header values that are marked, and parameters of the query, those of a
    /// signed URL all, others by their names.
    pub(crate) fn sent(&mut self, request: &Request, signed: bool) {
        self.headers.clear();
        self.headers.extend(request.headers().values().filter(|value| value.is_sensitive()).cloned());
        self.values.clear();
        self.values.extend(in_query(request.url(), signed));
    }

    /// Marks the headers of an answer that set a secret or echo one, so that no log shows them, and keeps what they
    /// set.
    pub(crate) fn mark(&mut self, headers: &mut HeaderMap) {
        let sent: Vec<String> = self.headers.iter().flat_map(tokens).chain(self.values.iter().cloned()).collect();
        for (name, value) in headers.iter_mut() {
            if name == SET_COOKIE {
                value.set_sensitive(true);
                self.values.extend(value.to_str().ok().and_then(|cookie| tokens_of(cookie).next()).map(str::to_owned));
            } else if sent.iter().any(|secret| memmem::find(value.as_bytes(), secret.as_bytes()).is_some()) {
                value.set_sensitive(true);
            }
        }
    }

    /// What finds them.
    pub(crate) fn redactor(&self) -> Redactor {
        let client = self.client.iter().flat_map(|client| client.secrets());
        let headers = self.headers.iter().flat_map(tokens);
        Redactor::new(client.chain(headers).chain(self.values.iter().chain(&self.carried).cloned()))
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("\u{2026}")
    }
}

/// The secrets in the value of a header: `Bearer x`, `Basic x`, `a=x; b=y`, or `x`.
fn tokens(value: &HeaderValue) -> impl Iterator<Item = String> {
    let text = value.to_str().unwrap_or_default();
    let basic = text.strip_prefix("Basic ").and_then(|encoded| BASE64_STANDARD.decode(encoded.trim()).ok());
    let basic = basic.and_then(|pair| String::from_utf8(pair).ok());
    let password = basic.as_deref().and_then(|pair| pair.split_once(':')).map(|(_, password)| password.to_owned());
    tokens_of(text).map(str::to_owned).chain(password).chain(basic).collect::<Vec<_>>().into_iter()
}

fn tokens_of(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ';', ','])
        .map(|part| match part.split_once('=') {
            // The padding of Base64 ends a value, and does not begin one.
            Some((_, value)) if !value.trim_matches('=').is_empty() => value,
            _ => part,
        })
        .map(|value| value.trim_matches('"'))
        .filter(|value| value.len() >= LONG)
}

/// Values of the query that are secret by their names: `sign`, `api_key`, `X-Amz-Signature`.
fn in_query(url: &Url, signed: bool) -> impl Iterator<Item = String> {
    const NAMES: [&str; 8] = ["token", "key", "secret", "sign", "signature", "password", "credential", "auth"];
    url.query_pairs()
        .filter(move |(name, value)| {
            let name = name.to_ascii_lowercase();
            value.len() >= LONG && (signed || NAMES.iter().any(|end| name.ends_with(end)))
        })
        .map(|(_, value)| value.into_owned())
}
