//! Secrets that were seen, and where they occur again: as they are, or encoded.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::placeholder;

/// A shorter text is too common to be searched for.
const SHORTEST: usize = 4;

/// A text that is shorter is looked for as a whole word only, and not in encodings.
const LONG: usize = 8;

/// A longer text is looked for by its beginning.
const LONGEST: usize = 4096;

/// What was seen in a session, for all of its exchanges.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    secrets: BTreeSet<String>,
    needles: Vec<Needle>,
    /// Finds the needles that were there at the last [`Seen::refresh`].
    finder: Option<AhoCorasick>,
    found: usize,
}

#[derive(Clone, Debug)]
struct Needle {
    text: String,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As it is.
    Plain,
    /// A word of its own.
    Word,
    /// Inside a run of Base64 or of hexadecimal digits.
    Encoded,
}

impl Seen {
    /// Remembers a secret.
    pub(crate) fn learn(&mut self, secret: &str) {
        let secret: String = secret.trim().chars().take(LONGEST).collect();
        if secret.len() < SHORTEST || placeholder::is_one(&secret) || !self.secrets.insert(secret.clone()) {
            return;
        }
        if secret.len() < LONG {
            self.needles.push(Needle { text: secret, form: Form::Word });
            return;
        }
        let mut encoded = BTreeSet::new();
        for shift in 0..3 {
            let bytes = [vec![0; shift], secret.clone().into_bytes()].concat();
            // The letters that depend on the neighbours are left out.
            let from = (shift * 8).div_ceil(6);
            let until = bytes.len() * 8 / 6;
            for text in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
                encoded.extend(text.get(from..until).map(str::to_owned));
            }
        }
        encoded.insert(secret.bytes().map(|byte| format!("{byte:02x}")).collect());
        let mut plain = BTreeSet::from([secret.clone(), json(&secret), ascii_json(&secret), json(&json(&secret))]);
        plain.extend([secret.replace('&', "&amp;"), secret.replace('/', "\\/")]);
        self.needles.extend(plain.into_iter().map(|text| Needle { text, form: Form::Plain }));
        self.needles.extend(encoded.into_iter().map(|text| Needle { text, form: Form::Encoded }));
    }

    /// Prepares the search for what was learned since the last time.
    pub(crate) fn refresh(&mut self) {
        if self.found == self.needles.len() {
            return;
        }
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(self.needles.iter().map(|needle| &needle.text));
        // It fails beyond gigabytes of needles only; without it `is_ready` is false and nothing is written.
        self.finder = finder.ok();
        self.found = self.needles.len();
    }

    /// Whether all that was learned is looked for.
    pub(crate) fn is_ready(&self) -> bool {
        self.found == self.needles.len() && (self.finder.is_some() || self.needles.is_empty())
    }

    /// Whether a secret occurs in a text.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.places(text).next().is_some()
    }

    /// Returns the text without the secrets that were seen; `None` where there is none.
    pub(crate) fn replaced(&self, text: &str) -> Option<String> {
        let mut cleaned = String::new();
        let mut end = 0;
        for (place, by) in self.places(text) {
            if place.start < end {
                // A run that is replaced as a whole already.
                continue;
            }
            cleaned.push_str(text.get(end..place.start)?);
            cleaned.push_str(by);
            end = place.end;
        }
        if end == 0 {
            return None;
        }
        cleaned.push_str(text.get(end..).unwrap_or_default());
        Some(cleaned)
    }

    fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Range<usize>, &'static str)> + 'a {
        let found = self.finder.iter().flat_map(move |finder| finder.find_iter(text));
        found.filter_map(move |found| {
            let needle = self.needles.get(found.pattern().as_usize())?;
            match needle.form {
                Form::Plain => Some((found.range(), placeholder::of(&needle.text))),
                Form::Word => is_word(text, &found.range()).then(|| (found.range(), placeholder::REDACTED)),
                Form::Encoded => Some((run(text, found.range()), placeholder::REDACTED)),
            }
        })
    }
}

fn is_word(text: &str, place: &Range<usize>) -> bool {
    let before = text.get(..place.start).and_then(|before| before.chars().next_back());
    let after = text.get(place.end..).and_then(|after| after.chars().next());
    ![before, after].into_iter().flatten().any(|letter| letter.is_alphanumeric() || letter == '_')
}

/// The whole run of Base64 around a place.
fn run(text: &str, place: Range<usize>) -> Range<usize> {
    let of_run = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let bytes = text.as_bytes();
    let start = place.start - bytes[..place.start].iter().rev().take_while(|byte| of_run(byte)).count();
    let end = place.end + bytes[place.end..].iter().take_while(|byte| of_run(byte)).count();
    start..end + bytes[end..].iter().take(2).take_while(|byte| **byte == b'=').count()
}

/// The text as in JSON.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// The same with escapes for all that is not ASCII, as Python writes it.
fn ascii_json(text: &str) -> String {
    let mut ascii = String::new();
    for letter in json(text).chars() {
        if letter.is_ascii() {
            ascii.push(letter);
        } else {
            letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| ascii.push_str(&format!("\\u{unit:04x}")));
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn seen(secret: &str) -> Seen {
        let mut seen = Seen::default();
        seen.learn(secret);
        seen.refresh();
        seen
    }

    #[test]
    fn a_secret_is_found_in_every_encoding() {
        let secret = "s3cr/et \"wört\" value";
        let seen = seen(secret);
        for before in ["", "a", "ab", "abc", "user:"] {
            let encoded = STANDARD.encode(format!("{before}{secret} and more"));
            assert_eq!(seen.replaced(&format!("x {encoded} y")).as_deref(), Some("x REDACTED y"), "{before}");
        }
        let hex: String = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(seen.replaced(&format!("<{hex}>")).as_deref(), Some("<REDACTED>"));
        assert_eq!(seen.replaced(&serde_json::json!([secret]).to_string()).as_deref(), Some("[\"REDACTED\"]"));
        assert_eq!(seen.replaced(r#"s3cr/et \"w\u00f6rt\" value"#).as_deref(), Some("REDACTED"));
        assert_eq!(seen.replaced("nothing"), None);
    }

    #[test]
    fn a_short_secret_is_found_as_a_word() {
        let seen = seen("abc12");
        assert_eq!(seen.replaced("pw abc12, xabc12y").as_deref(), Some("pw REDACTED, xabc12y"));
        assert!(!seen.is_in("abc123"));
    }

    #[test]
    fn neighbouring_secrets_in_one_run_are_replaced_once() {
        let seen = seen("very-secret");
        let encoded = STANDARD.encode("very-secret very-secret very-secret");
        assert_eq!(seen.replaced(&encoded).as_deref(), Some("REDACTED"));
    }
}
