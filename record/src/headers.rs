//! Headers as recordings have them.

use http::{HeaderMap, HeaderName};
use serde_json::{Map, Value, json};

use crate::scrub::Scrubber;

/// An object; a header that is there more than once has a list of values.
pub(crate) fn object(headers: &HeaderMap, scrubber: &Scrubber) -> Value {
    let mut object = Map::new();
    for name in headers.keys() {
        let mut values: Vec<Value> =
            headers.get_all(name).iter().map(|value| scrubber.header(name, value).into()).collect();
        // Cookies that are set are always a list.
        let value = if values.len() == 1 && name != "set-cookie" { values.remove(0) } else { values.into() };
        object.insert(spelled(name), value);
    }
    object.into()
}

/// Name and value of each, in order.
pub(crate) fn pairs(headers: &HeaderMap, scrubber: &Scrubber) -> Value {
    headers.iter().map(|(name, value)| json!([spelled(name), scrubber.header(name, value)])).collect()
}

/// As servers write them: `Content-Type`.
fn spelled(name: &HeaderName) -> String {
    let word = |word: &str| match word {
        "csrf" | "www" => word.to_uppercase(),
        "etag" => "ETag".to_owned(),
        word => match word.split_at_checked(1) {
            Some((first, rest)) => format!("{}{rest}", first.to_uppercase()),
            None => String::new(),
        },
    };
    name.as_str().split('-').map(word).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_servers_do() {
        let spelled_as = |name: &'static str| spelled(&HeaderName::from_static(name));
        assert_eq!(spelled_as("content-type"), "Content-Type");
        assert_eq!(spelled_as("x-csrf-token"), "X-CSRF-Token");
        assert_eq!(spelled_as("etag"), "ETag");
    }
}
