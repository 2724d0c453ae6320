//! Secrets, and what stands for them in a recording.
//!
//! What is secret is told in three ways: by where it stands (credentials in headers, members and parameters with telling
//! names), by how it looks (keys, tokens, signed addresses, email addresses), and by having been seen: a credential of a
//! header is taken out wherever else in the exchange it occurs. A placeholder keeps the kind of a key, so that it can
//! still be told what was sent.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use regex::bytes::{Captures, Regex};
use serde_json::Value;

/// What stands for an email address; those of `example.com` and the like stay.
const EMAIL: &str = "person@example.com";

/// A shorter text says too little to be looked for everywhere.
const SHORTEST: usize = 8;

/// An escape of JSON text is passed over first, so that none is cut in two.
static LOOKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)
        (?P<escape> \\u[0-9a-fA-F]{4} | \\[^u] )
        | (?P<jwt> eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,} )
        | (?P<key> (?:app|dataset|sk|dfoa|dfoe|hitl_upload)[_-][A-Za-z0-9_-]{16,} )
        | (?P<email> [A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+ )
        "#,
    )
});

static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?xi)
        (?P<name> (?:[?&;]|\\u0026|%26)
          (?:amp;)?
          (?:sign|signature|sig|nonce|x-amz-signature|x-amz-credential|x-amz-security-token|access_token|refresh_token
            |csrf_token|token|api_key|password) = )
        (?P<value> [^&"'\\\s<>\#)]+ )
        "#,
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern, which a test compiles")
}

/// A body, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// It is text.
    Text(String),
    /// It is not.
    Bytes(Vec<u8>),
}

/// What is known to be secret in one exchange.
#[derive(Clone, Debug, Default)]
pub struct Scrubber {
    seen: BTreeSet<Vec<u8>>,
}

impl Scrubber {
    /// Remembers the credentials in these headers.
    pub fn learn_headers(&mut self, headers: &HeaderMap) {
        for (name, value) in headers {
            if is_secret_header(name) {
                for secret in credentials(name, &String::from_utf8_lossy(value.as_bytes())) {
                    self.learn(&secret);
                }
            }
        }
    }

    /// Remembers the credentials in a query.
    pub fn learn_query(&mut self, query: &str) {
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if is_secret_name(name) {
                self.learn(value);
            }
        }
    }

    /// Remembers the secret members of a body, JSON or events.
    pub fn learn_body(&mut self, body: &[u8]) {
        let Ok(text) = std::str::from_utf8(body) else { return };
        for (_, value) in documents(text) {
            let mut found = Vec::new();
            secrets(&value, &mut found);
            found.iter().for_each(|secret| self.learn(secret));
        }
    }

    fn learn(&mut self, secret: &str) {
        if secret.len() >= SHORTEST && !is_placeholder(secret) {
            self.seen.insert(secret.as_bytes().to_vec());
            // As it stands in JSON text.
            let quoted = Value::from(secret).to_string();
            self.seen.insert(quoted.trim_matches('"').as_bytes().to_vec());
        }
    }

    /// Any text, cleaned by what was seen and by looks.
    pub fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes())).into_owned()
    }

    /// A query, cleaned by its names too.
    pub fn query(&self, query: &str) -> String {
        let pair = |pair: &str| match pair.split_once('=') {
            Some((name, value)) if is_secret_name(name) => format!("{name}={}", placeholder(value)),
            _ => pair.to_owned(),
        };
        let query = query.split('&').map(pair).collect::<Vec<_>>().join("&");
        self.text(&format!("?{query}")).split_off(1)
    }

    /// A header's value, cleaned by its name too.
    pub fn header(&self, name: &HeaderName, value: &HeaderValue) -> String {
        let mut text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        if is_secret_header(name) {
            for secret in credentials(name, &text) {
                if !secret.is_empty() && !is_placeholder(&secret) {
                    text = text.replace(&secret, placeholder(&secret));
                }
            }
        }
        self.text(&text)
    }

    /// A body, cleaned member by member where it is JSON or events of JSON.
    pub fn body(&self, body: &[u8]) -> Text {
        let Ok(text) = std::str::from_utf8(body) else {
            return Text::Bytes(self.bytes(body));
        };
        let mut cleaned = String::with_capacity(text.len());
        let mut end = 0;
        for (place, mut value) in documents(text) {
            cleaned.push_str(&text[end..place.start]);
            // What holds no secret keeps its own spelling.
            if clean(&mut value) {
                cleaned.push_str(&value.to_string());
            } else {
                cleaned.push_str(&text[place.clone()]);
            }
            end = place.end;
        }
        cleaned.push_str(&text[end..]);
        Text::Text(self.text(&cleaned))
    }

    /// A field of a form, cleaned by its name too.
    pub fn field(&self, name: &str, value: &[u8]) -> Vec<u8> {
        match (is_secret_name(name), self.body(value)) {
            (true, _) => placeholder(&String::from_utf8_lossy(value)).as_bytes().to_vec(),
            (false, Text::Text(text)) => text.into_bytes(),
            (false, Text::Bytes(bytes)) => bytes,
        }
    }

    fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        // The longest first: one secret may begin like another.
        let mut seen: Vec<_> = self.seen.iter().collect();
        seen.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        for secret in seen {
            bytes = replaced(&bytes, secret, placeholder(&String::from_utf8_lossy(secret)).as_bytes());
        }
        let bytes = SIGNED.replace_all(&bytes, |found: &Captures<'_>| [&found["name"], b"REDACTED"].concat());
        let looks = LOOKS.replace_all(&bytes, |found: &Captures<'_>| {
            let whole = String::from_utf8_lossy(&found[0]).into_owned();
            let text = match () {
                () if found.name("email").is_some() && !is_example(&whole) => EMAIL.to_owned(),
                () if found.name("jwt").is_some() || found.name("key").is_some() => placeholder(&whole).to_owned(),
                () => whole,
            };
            text.into_bytes()
        });
        looks.into_owned()
    }
}

/// JSON in a text: the whole of it, or what follows `data:` on each line.
fn documents(text: &str) -> Vec<(std::ops::Range<usize>, Value)> {
    let trimmed = text.trim();
    if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str::<Value>(trimmed) {
        let start = text.len() - text.trim_start().len();
        return vec![(start..start + trimmed.len(), value)];
    }
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(data) = line.strip_prefix("data:") {
            let json = data.trim();
            if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str::<Value>(json) {
                let begin = start + "data:".len() + (data.len() - data.trim_start().len());
                found.push((begin..begin + json.len(), value));
            }
        }
        start += line.len();
    }
    found
}

/// Puts placeholders into secret members; whether there were any.
fn clean(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => {
            let mut cleaned = false;
            for (name, member) in members {
                cleaned |= match member {
                    Value::String(text) if is_secret_name(name) && !text.is_empty() && !is_placeholder(text) => {
                        *text = placeholder(text).to_owned();
                        true
                    }
                    other => clean(other),
                };
            }
            cleaned
        }
        Value::Array(items) => items.iter_mut().fold(false, |cleaned, item| clean(item) | cleaned),
        _ => false,
    }
}

fn secrets(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if is_secret_name(name) => found.push(text.clone()),
                    other => secrets(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| secrets(item, found)),
        _ => {}
    }
}

/// Whether a member or parameter of this name holds a secret.
fn is_secret_name(name: &str) -> bool {
    const ENDS: [&str; 11] = [
        "password",
        "passwd",
        "secret",
        "token",
        "api_key",
        "apikey",
        "authorization",
        "access_key",
        "secret_key",
        "private_key",
        "passport",
    ];
    let name = name.to_ascii_lowercase().replace('-', "_");
    name.starts_with("password_") || ENDS.iter().any(|end| name.ends_with(end))
}

fn is_secret_header(name: &HeaderName) -> bool {
    let name = name.as_str();
    // `X-App-Code` is in the address of a public page.
    ["authorization", "cookie", "token", "passport", "api-key", "secret", "signature"]
        .iter()
        .any(|part| name.contains(part))
}

/// The secret parts of a header: a cookie's values, what follows a scheme.
fn credentials(name: &HeaderName, value: &str) -> Vec<String> {
    let of_pair = |pair: &str| pair.split_once('=').map(|(_, value)| value.trim().to_owned());
    let found: Vec<String> = match name.as_str() {
        "cookie" => value.split(';').filter_map(of_pair).collect(),
        "set-cookie" => value.split(';').take(1).filter_map(of_pair).collect(),
        "authorization" | "proxy-authorization" => {
            vec![value.split_once(' ').map_or(value, |(_, token)| token.trim()).to_owned()]
        }
        _ => vec![value.trim().to_owned()],
    };
    found.into_iter().filter(|secret| !secret.is_empty()).collect()
}

/// What stands for a secret: the kind of a key can still be told.
fn placeholder(secret: &str) -> &'static str {
    match secret {
        secret if secret.starts_with("app-") => "app-REDACTED",
        secret if secret.starts_with("dataset-") => "dataset-REDACTED",
        secret if secret.starts_with("eyJ") => "eyJREDACTED.REDACTED.REDACTED",
        _ => "REDACTED",
    }
}

fn is_placeholder(text: &str) -> bool {
    // Dify shows hidden values as stars or by a word.
    text == placeholder(text) || text == "[__HIDDEN__]" || text.bytes().all(|byte| byte == b'*')
}

fn is_example(address: &str) -> bool {
    let domain = address.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    ["example.com", "example.org", "example.net"].contains(&domain.as_str())
}

fn replaced(text: &[u8], secret: &[u8], by: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.windows(secret.len()).position(|window| window == secret) {
        result.extend_from_slice(&rest[..place]);
        result.extend_from_slice(by);
        rest = &rest[place + secret.len()..];
    }
    result.extend_from_slice(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: Text) -> String {
        match text {
            Text::Text(text) => text,
            Text::Bytes(bytes) => panic!("{bytes:?} is no text"),
        }
    }

    fn header(name: &'static str, value: &str) -> String {
        Scrubber::default().header(&HeaderName::from_static(name), &HeaderValue::from_str(value).expect("a header"))
    }

    #[test]
    fn credentials_in_headers_keep_their_kind_only() {
        assert_eq!(header("authorization", "Bearer app-abc"), "Bearer app-REDACTED");
        assert_eq!(header("authorization", "Bearer dataset-abc"), "Bearer dataset-REDACTED");
        assert_eq!(header("authorization", "Basic Zm9vOmJhcg=="), "Basic REDACTED");
        assert_eq!(header("x-csrf-token", "eyJh.eyJb.sig"), "eyJREDACTED.REDACTED.REDACTED");
        assert_eq!(header("x-app-passport", "eyJhbGciOi.eyJzdWIi.c2ln"), "eyJREDACTED.REDACTED.REDACTED");
        assert_eq!(
            header("cookie", "access_token=eyJa; refresh_token=0123abc"),
            "access_token=eyJREDACTED.REDACTED.REDACTED; refresh_token=REDACTED"
        );
        assert_eq!(
            header("set-cookie", "refresh_token=0123abc; Max-Age=60; HttpOnly"),
            "refresh_token=REDACTED; Max-Age=60; HttpOnly"
        );
        assert_eq!(header("content-type", "application/json"), "application/json");
    }

    #[test]
    fn secret_members_are_taken_out_and_the_rest_stays() {
        let body =
            br#"{"email":"mei@corp.cn","password":"UGFz\"c3cw","max_tokens":5,"inner":[{"openai_api_key":"x1"}]}"#;
        let cleaned = text(Scrubber::default().body(body));
        assert_eq!(
            cleaned,
            r#"{"email":"person@example.com","password":"REDACTED","max_tokens":5,"inner":[{"openai_api_key":"REDACTED"}]}"#
        );
    }

    #[test]
    fn a_body_without_secrets_stays_as_it_is_written() {
        let body = "{\"total_tokens\": 12,  \"answer\": \"caf\\u00e9 1.0\", \"at\": \"admin@example.com\"}\n";
        assert_eq!(text(Scrubber::default().body(body.as_bytes())), body);
    }

    #[test]
    fn keys_tokens_addresses_and_signatures_are_known_by_their_looks() {
        let cleaned = |text: &str| Scrubber::default().text(text);
        assert_eq!(cleaned("use app-0123456789abcdefABCD now"), "use app-REDACTED now");
        assert_eq!(
            cleaned(r#""a\nbob@corp.cn and \napp-0123456789abcdefABCD""#),
            r#""a\nperson@example.com and \napp-REDACTED""#
        );
        assert_eq!(cleaned("eyJhbGciOi.eyJzdWIi.c2lnbmF0"), "eyJREDACTED.REDACTED.REDACTED");
        assert_eq!(
            cleaned(r#"http:\/\/h\/file-preview?timestamp=17&nonce=ab&sign=WX4Gt-B9%3D","x"#),
            r#"http:\/\/h\/file-preview?timestamp=17&nonce=REDACTED&sign=REDACTED","x"#
        );
        assert_eq!(cleaned(r"a?timestamp=1\u0026sign=abc"), r"a?timestamp=1\u0026sign=REDACTED");
        assert_eq!(cleaned("12 tokens, application-wide"), "12 tokens, application-wide");
    }

    #[test]
    fn what_was_seen_in_a_header_is_found_everywhere() {
        let mut scrubber = Scrubber::default();
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Bearer strange.credential/7"));
        scrubber.learn_headers(&headers);
        assert_eq!(scrubber.text("/echo/strange.credential/7"), "/echo/REDACTED");
        assert_eq!(scrubber.body(b"\xffstrange.credential/7"), Text::Bytes(b"\xffREDACTED".to_vec()));
    }

    #[test]
    fn events_are_cleaned_one_by_one() {
        let stream = "event: ping\n\ndata: {\"token\":\"abc\",\"n\":1}\n\ndata: {\"n\": 2}\n\n";
        let cleaned = text(Scrubber::default().body(stream.as_bytes()));
        assert_eq!(cleaned, "event: ping\n\ndata: {\"token\":\"REDACTED\",\"n\":1}\n\ndata: {\"n\": 2}\n\n");
    }

    #[test]
    fn queries_are_cleaned_by_name() {
        assert_eq!(
            Scrubber::default().query("page=1&form_token=abc&sign=x"),
            "page=1&form_token=REDACTED&sign=REDACTED"
        );
        assert_eq!(Scrubber::default().query(""), "");
    }

    #[test]
    fn placeholders_are_left_alone() {
        let body = r#"{"token":"app-REDACTED","secret":"********"}"#;
        assert_eq!(text(Scrubber::default().body(body.as_bytes())), body);
    }
}
