//! Paths and addresses.

use contract::is_uuid;
use percent_encoding::percent_decode_str;

use super::described::{Described, Operation};
use super::place::Place;
use super::placeholder::{self, REDACTED};
use super::{Scrubber, looks, names};

/// The placeholder for a UUID in an undescribed path: routes accept it.
const NO_UUID: &str = "00000000-0000-0000-0000-000000000000";

impl Scrubber {
    /// Cleans a path. The parameters of an undescribed one are left out, for any of them may be a token.
    pub(crate) fn path(&mut self, path: &str, operation: Option<Operation>) -> String {
        let clean = |(place, segment): (usize, &str)| {
            let decoded = percent_decode_str(segment).decode_utf8_lossy().into_owned();
            if placeholder::is_one(&decoded) {
                return segment.to_owned();
            }
            let parameter = operation.map(|operation| (operation, operation.parameter_at(place)));
            let kept = match parameter {
                Some((_, None)) => true,
                Some((operation, Some(name))) => {
                    let described = operation.parameter("path", name).is_some_and(|place| place.is_secret());
                    if described || names::is_secret(name) || name.ends_with("code") {
                        self.learn(&decoded);
                        false
                    } else {
                        true
                    }
                }
                None => is_route_word(&decoded),
            };
            match kept {
                true if looks::text(&decoded, &self.seen) == decoded => segment.to_owned(),
                _ if is_uuid(&decoded) => NO_UUID.to_owned(),
                _ => placeholder::of(&decoded).to_owned(),
            }
        };
        path.split('/').enumerate().map(clean).collect::<Vec<_>>().join("/")
    }

    /// Cleans the query of a request.
    pub(crate) fn query(&mut self, query: &str, operation: Option<Operation>) -> String {
        self.pairs(query, |name| {
            operation.and_then(|operation| operation.parameter("query", name)).unwrap_or_else(Place::none)
        })
    }

    /// Cleans an address, absolute or not, as `Location` and `Referer` have it.
    pub(crate) fn address(&mut self, address: &str) -> String {
        let (address, fragment) =
            address.split_once('#').map_or((address, None), |(before, after)| (before, Some(after)));
        let (before, query) = address.split_once('?').map_or((address, None), |(before, after)| (before, Some(after)));
        let (host, path) = match before.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let host = host.rsplit_once('@').map_or(host.to_owned(), |(_, host)| format!("{REDACTED}@{host}"));
                (looks::text(&format!("{scheme}://{host}"), &self.seen).into_owned(), path)
            }
            None => (String::new(), before),
        };
        let operation = Described::get().operation(&http::Method::GET, path);
        let mut cleaned = host + &self.path(path, operation);
        if let Some(query) = query {
            cleaned = cleaned + "?" + &self.query(query, operation);
        }
        if fragment.is_some_and(|fragment| !fragment.is_empty()) {
            cleaned = cleaned + "#" + REDACTED;
        }
        cleaned
    }
}

/// Whether a segment is a word of a route, not a value: `api-keys`, `v1`.
fn is_route_word(segment: &str) -> bool {
    let version = segment.strip_prefix('v').is_some_and(|number| matches!(number.parse::<u8>(), Ok(0..=9)));
    let letters = segment.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_.".contains(&byte));
    version || (letters && segment.len() <= 40 && segment.split(['-', '_', '.']).all(|word| word.len() <= 16))
}
