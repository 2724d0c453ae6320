//! Removes secrets from text of a server.
//!
//! A server, or a proxy before it, may echo a credential: in a message, a header, a page that shows the request. Each
//! secret is found as it is, and in the encodings that web software applies to text on its way into an answer.

mod encoded;
mod secrets;

pub(crate) use secrets::{SecretSource, Secrets};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use std::borrow::Cow;

/// The replacement of a secret.
const REDACTED: &[u8] = b"[redacted]";

/// Shorter secrets are not looked for: they would be found in any text.
const SHORTEST: usize = 4;

/// A secret that was cut off at the end of a text is recognised by so many characters.
const BEGINNING: usize = 8;

/// Finds secrets in text.
#[derive(Default)]
pub(crate) struct Redactor {
    /// The secrets themselves, and what they are in Base64, the longest first.
    needles: Vec<String>,
}

impl Redactor {
    pub(crate) fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut needles = Vec::new();
        for secret in secrets {
            if secret.chars().nth(SHORTEST - 1).is_none() || needles.contains(&secret) {
                continue;
            }
            needles.extend(in_base64(&secret).filter(|needle| needle.len() >= SHORTEST));
            needles.push(secret);
        }
        // One secret may contain another.
        needles.sort_unstable_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.dedup();
        Self { needles }
    }

    /// Takes the secrets out of a text.
    pub(crate) fn text(&self, text: &mut String) {
        if let Cow::Owned(clean) = self.clean(text.as_bytes()) {
            *text = String::from_utf8_lossy(&clean).into_owned();
        }
    }

    /// Takes the secrets out of a body.
    pub(crate) fn bytes(&self, body: &mut Bytes) {
        if let Cow::Owned(clean) = self.clean(body) {
            *body = clean.into();
        }
    }

    fn clean<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let mut begins = [false; 256];
        for needle in &self.needles {
            for byte in encoded::beginnings(needle) {
                begins[usize::from(byte)] = true;
            }
        }
        let mut clean = Vec::new();
        let (mut at, mut kept) = (0, 0);
        while at < text.len() {
            let found = begins[usize::from(text[at])].then(|| self.find(&text[at..])).flatten();
            match found {
                Some(length) => {
                    clean.extend_from_slice(&text[kept..at]);
                    clean.extend_from_slice(REDACTED);
                    at += length;
                    kept = at;
                }
                None => at += 1,
            }
        }
        if kept == 0 {
            return Cow::Borrowed(text);
        }
        clean.extend_from_slice(&text[kept..]);
        Cow::Owned(clean)
    }

    /// How long the secret is with which the text begins.
    fn find(&self, text: &[u8]) -> Option<usize> {
        self.needles.iter().find_map(|needle| {
            if text.starts_with(needle.as_bytes()) {
                return Some(needle.len());
            }
            encoded::length(needle, text, BEGINNING)
        })
    }
}

/// What the Base64 of any text that contains the secret contains: at each of three places in a group, without the
/// characters that depend on their neighbours.
fn in_base64(secret: &str) -> impl Iterator<Item = String> {
    (0..3).flat_map(move |before| {
        let padded = [&b"\0\0"[..before], secret.as_bytes()].concat();
        let sure = (8 * before).div_ceil(6)..8 * padded.len() / 6;
        [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)]
            .map(|text| text.get(sure.clone()).unwrap_or_default().to_owned())
    })
}

#[cfg(test)]
mod tests;
