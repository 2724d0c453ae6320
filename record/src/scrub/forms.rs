//! Queries and forms: pairs of names and values.

use percent_encoding::percent_decode_str;

use super::place::Place;
use super::placeholder::{self, REDACTED};
use super::{Scrubber, looks, names};

/// A shorter parameter of an address is not looked for elsewhere, unless its name is a secret's.
const LONG: usize = 12;

impl Scrubber {
    /// Cleans a query or an encoded form; `place` returns what describes a parameter.
    pub(crate) fn pairs(&mut self, text: &str, place: impl Fn(&str) -> Place) -> String {
        let clean = |pair: &str| {
            let (raw_name, raw_value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(raw_name);
            let described = place(&name);
            let plain = described.is_known() || (pair.contains('=') && self.is_plain_name(&name));
            let hidden = if raw_name.is_empty() { "" } else { REDACTED };
            let shown = if plain { raw_name } else { hidden };
            if !pair.contains('=') {
                return shown.to_owned();
            }
            let value = decoded(raw_value);
            let cleaned = self.field(&name, &value, &described);
            let shown_value = if cleaned == value { raw_value.to_owned() } else { encoded(&cleaned) };
            format!("{shown}={shown_value}")
        };
        text.split('&').map(clean).collect::<Vec<_>>().join("&")
    }

    /// Cleans the value of a parameter or field.
    pub(crate) fn field(&mut self, name: &str, value: &str, place: &Place) -> String {
        if placeholder::is_one(value) {
            return value.to_owned();
        }
        let number = value.len() < 20 && value.parse::<f64>().is_ok_and(f64::is_finite);
        if place.is_secret() || (names::is_secret_parameter(name) && !(number && names::counts(name))) {
            if names::is_secret(name) || value.len() >= LONG {
                self.learn(value);
            }
            return placeholder::of(value).to_owned();
        }
        match number {
            _ if place.is_known() => self.described_text(value),
            true if placeholder::is_digit(value) => value.to_owned(),
            true => "0".to_owned(),
            false => placeholder::of(value).to_owned(),
        }
    }

    fn is_plain_name(&self, name: &str) -> bool {
        let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte));
        letters && name.len() <= 64 && !looks::is_random(name) && looks::text(name, &self.seen) == name
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
