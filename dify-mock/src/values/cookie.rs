//! Cookies, which here are secrets: no debug output has their values.
//!
//! By hand: the crate `cookie` writes the attributes in another order than Dify, and brings the crate `time`.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue, header};
use httpdate::fmt_http_date;

/// A date of HTTP has a year of four digits.
const LONGEST: Duration = Duration::from_secs(1000 * 365 * 86_400);

/// The cookies of a request.
#[derive(Clone, Default)]
pub(crate) struct Cookies(Vec<(String, String)>);

/// A cookie that an answer sets, or with an empty value clears.
#[derive(Clone)]
pub(crate) struct SetCookie {
    name: &'static str,
    value: String,
    /// None clears it.
    lasts: Option<Duration>,
    /// Whether pages cannot read it.
    hidden: bool,
}

impl Cookies {
    pub(crate) fn read(headers: &HeaderMap) -> Cookies {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        Cookies(pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())).collect())
    }

    /// A cookie that is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

impl SetCookie {
    pub(crate) fn new(name: &'static str, value: String, lasts: Duration, hidden: bool) -> SetCookie {
        SetCookie { name, value, lasts: Some(lasts), hidden }
    }

    pub(crate) fn cleared(name: &'static str, hidden: bool) -> SetCookie {
        SetCookie { name, value: String::new(), lasts: None, hidden }
    }

    /// The header's value, in Dify's order of attributes.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let SetCookie { name, value, .. } = self;
        let until = match self.lasts {
            Some(lasts) => {
                let end = SystemTime::now().checked_add(lasts.min(LONGEST)).unwrap_or(UNIX_EPOCH);
                format!("Expires={}; Max-Age={}", fmt_http_date(end), lasts.as_secs())
            }
            None => format!("Expires={}", fmt_http_date(UNIX_EPOCH)),
        };
        let hidden = if self.hidden { "; HttpOnly" } else { "" };
        let mut value =
            HeaderValue::from_str(&format!("{name}={value}; {until}{hidden}; Path=/; SameSite=Lax")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SetCookie").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_and_set_and_shown_to_nobody() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("access_token=a.b; csrf_token=c; empty="));
        let cookies = Cookies::read(&headers);
        assert_eq!((cookies.get("csrf_token"), cookies.get("empty")), (Some("c"), None));
        let set = SetCookie::cleared("csrf_token", false);
        let header = set.header().expect("a header");
        assert_eq!(header, "csrf_token=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; SameSite=Lax");
        let set = SetCookie::new("access_token", "hidden-words".to_owned(), Duration::from_secs(60), true);
        assert!(!format!("{cookies:?} {set:?} {:?}", set.header()).contains("hidden-words"));
    }
}
