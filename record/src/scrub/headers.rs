//! Headers as recordings have them.

use http::{HeaderMap, HeaderName};
use serde_json::{Map, Value};

use super::described::Described;
use super::placeholder::{self, REDACTED};
use super::{Scrubber, looks, names};

/// Headers of the protocol, which contain no secrets by themselves. The documents describe more.
const PLAIN: [&str; 51] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "access-control-request-headers",
    "access-control-request-method",
    "age",
    "allow",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-range",
    "content-security-policy",
    "content-type",
    "date",
    "etag",
    "expect",
    "expires",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "keep-alive",
    "last-modified",
    "pragma",
    "range",
    "retry-after",
    "server",
    "strict-transport-security",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
    "www-authenticate",
    "x-accel-buffering",
    "x-app-code",
    "x-content-type-options",
    "x-env",
    "x-frame-options",
];

/// Attributes of a cookie that is set.
const ATTRIBUTES: [&str; 9] =
    ["domain", "expires", "httponly", "max-age", "partitioned", "path", "priority", "samesite", "secure"];

impl Scrubber {
    /// Returns headers as an object; a header that occurs more than once has a list of values.
    pub(crate) fn headers(&mut self, headers: &HeaderMap) -> Map<String, Value> {
        let mut object = Map::new();
        for name in headers.keys() {
            let values = headers.get_all(name).iter();
            let mut values: Vec<Value> = values.map(|value| self.header(name, value.as_bytes()).into()).collect();
            // Cookies that are set are always a list.
            let value = if values.len() == 1 && name != "set-cookie" { values.remove(0) } else { values.into() };
            object.insert(self.spelled(name), value);
        }
        object
    }

    /// Returns name and value of each header, in order.
    pub(crate) fn raw_headers(&mut self, headers: &HeaderMap) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (self.spelled(name), self.header(name, value.as_bytes()))).collect()
    }

    /// Returns a header's value without its secrets; a header that is not described keeps its name only.
    pub(crate) fn header(&mut self, name: &HeaderName, value: &[u8]) -> String {
        let value = String::from_utf8_lossy(value);
        match name.as_str() {
            "authorization" | "proxy-authorization" => self.authorization(&value),
            "cookie" => self.cookies(&value),
            "set-cookie" => self.set_cookie(&value),
            "location" | "content-location" | "referer" | "origin" => self.address(&value),
            "x-version" if !is_version(&value) => REDACTED.to_owned(),
            "x-version" => looks::text(&value, &self.seen).into_owned(),
            plain if PLAIN.contains(&plain) => looks::text(&value, &self.seen).into_owned(),
            secret if names::is_secret(secret) => self.credential(&value),
            described if Described::get().has_header(described) => looks::text(&value, &self.seen).into_owned(),
            _ if placeholder::is_one(&value) => value.into_owned(),
            _ => REDACTED.to_owned(),
        }
    }

    fn credential(&mut self, value: &str) -> String {
        if placeholder::is_one(value) {
            return value.to_owned();
        }
        self.learn(value);
        placeholder::of(value).to_owned()
    }

    /// The scheme remains; a name and a password in Base64 are remembered as well.
    fn authorization(&mut self, value: &str) -> String {
        let Some((scheme, credential)) = value.trim().split_once(' ') else {
            // `Bearer` without a key is a case worth recording.
            return if names::is_scheme(value.trim()) { value.to_owned() } else { self.credential(value) };
        };
        let credential = credential.trim();
        if scheme.eq_ignore_ascii_case("basic")
            && let Some(pair) = looks::decoded(credential).and_then(|bytes| String::from_utf8(bytes).ok())
            && let Some((_, password)) = pair.split_once(':')
        {
            self.learn(password);
            self.learn(&pair);
        }
        // Each parameter of `Digest` and the like.
        for part in credential.split(['"', ',', ' ', '=']).filter(|part| part.len() >= 16) {
            self.learn(part);
        }
        let credential = self.credential(credential);
        if names::is_scheme(scheme) { format!("{scheme} {credential}") } else { format!("{REDACTED} {credential}") }
    }

    fn cookies(&mut self, value: &str) -> String {
        value.split(';').map(|cookie| self.cookie(cookie)).collect::<Vec<_>>().join(";")
    }

    fn set_cookie(&mut self, value: &str) -> String {
        let (cookie, attributes) = value.split_once(';').unwrap_or((value, ""));
        let mut cleaned = self.cookie(cookie);
        for attribute in attributes.split(';').filter(|attribute| !attribute.trim().is_empty()) {
            let name = attribute.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
            cleaned.push(';');
            if ATTRIBUTES.contains(&name.as_str()) {
                cleaned.push_str(&looks::text(attribute, &self.seen));
            } else {
                cleaned.push_str(&self.cookie(attribute));
            }
        }
        cleaned
    }

    /// A cookie keeps its name.
    fn cookie(&mut self, cookie: &str) -> String {
        match cookie.split_once('=') {
            Some((name, value)) => {
                let name = looks::text(name, &self.seen).into_owned();
                format!("{name}={}", self.credential(value.trim().trim_matches('"')))
            }
            None => format!(" {}", self.credential(cookie.trim())),
        }
    }

    /// A name as servers write it: `Content-Type`.
    fn spelled(&self, name: &HeaderName) -> String {
        let word = |word: &str| match word {
            "csrf" | "www" => word.to_uppercase(),
            "etag" => "ETag".to_owned(),
            word => match word.split_at_checked(1) {
                Some((first, rest)) => format!("{}{rest}", first.to_uppercase()),
                None => String::new(),
            },
        };
        looks::text(name.as_str(), &self.seen).split('-').map(word).collect::<Vec<_>>().join("-")
    }
}

/// Whether a value can be a release's name, and part of a folder's.
fn is_version(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|letter: char| letter.is_ascii_digit())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "._+-".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_servers_do() {
        let spelled = |name: &'static str| Scrubber::new().spelled(&HeaderName::from_static(name));
        assert_eq!(spelled("content-type"), "Content-Type");
        assert_eq!(spelled("x-csrf-token"), "X-CSRF-Token");
        assert_eq!(spelled("etag"), "ETag");
    }
}
