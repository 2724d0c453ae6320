//! Headers of the caller's own.

use crate::{Error, ErrorKind, Shown};
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use std::fmt;

/// Headers as they were given, and the first that is none. All values but those of a few names count as secrets: what a
/// gateway is proven by is called differently everywhere.
#[derive(Clone, Default)]
pub(crate) struct Headers {
    map: HeaderMap,
    problem: Option<String>,
}

impl Headers {
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let problem = match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(!is_harmless(&name));
                self.map.insert(name, value);
                return;
            }
            (Err(_), _) => format!("`{}` is no name of a header", Shown::new(name)),
            (_, Err(_)) => {
                format!(
                    "the value of header `{}` contains characters that are not allowed in a header, such as a line break",
                    Shown::new(name)
                )
            }
        };
        self.problem.get_or_insert(problem);
    }

    /// Adds those that are not there.
    pub(crate) fn fill_in(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        self.are_headers()?;
        for (name, value) in &self.map {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        Ok(())
    }

    /// Adds them, in place of others of the same names.
    pub(crate) fn put_on(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        self.are_headers()?;
        for (name, value) in &self.map {
            headers.insert(name, value.clone());
        }
        Ok(())
    }

    #[cfg(feature = "cache")]
    pub(super) fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.map.iter()
    }

    pub(super) fn are_headers(&self) -> Result<(), Error> {
        match &self.problem {
            Some(problem) => Err(Error::outside(ErrorKind::InvalidRequest(problem.clone()))),
            None => Ok(()),
        }
    }
}

/// May its value be shown?
fn is_harmless(name: &HeaderName) -> bool {
    const TRACING: [&str; 4] = ["traceparent", "tracestate", "x-request-id", "x-correlation-id"];
    [ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, USER_AGENT].contains(name) || TRACING.contains(&name.as_str())
}

/// Shows the names alone.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.map.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Headers;

    #[test]
    fn a_header_of_the_caller_shows_its_name_alone() {
        let mut headers = Headers::default();
        headers.set("X-Gateway-Pass", "5ecret");
        headers.set("X-Request-Id", "4711");
        assert_eq!(format!("{headers:?}"), r#"["x-gateway-pass", "x-request-id"]"#);
        let mut request = reqwest::Request::new(reqwest::Method::GET, "http://x/".parse().expect("URL"));
        headers.put_on(request.headers_mut()).expect("headers");
        assert!(!format!("{request:?}").contains("5ecret"));
        assert!(!request.headers()["x-request-id"].is_sensitive());
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_told_and_never_sent() {
        let mut request = reqwest::Request::new(reqwest::Method::GET, "http://x/".parse().expect("URL"));
        for (name, value) in [("X-A", "1\r\nX-B: 2"), ("X-A", "a\nb"), ("X A", "1"), ("", "1"), ("X-A\r\n", "1")] {
            let mut headers = Headers::default();
            headers.set("X-Good", "1");
            headers.set(name, value);
            assert!(headers.put_on(request.headers_mut()).is_err(), "{name:?}: {value:?}");
        }
        assert!(request.headers().is_empty());
    }
}
