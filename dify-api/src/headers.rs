//! Headers of the caller's own.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// Headers as they were given, and the first that is none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers {
    map: HeaderMap,
    problem: Option<String>,
}

impl Headers {
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let problem = match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.map.insert(name, value);
                return;
            }
            (Err(_), _) => format!("`{name}` is no name of a header"),
            (_, Err(_)) => {
                format!("the value of header `{name}` has characters that cannot stand there, such as a line break")
            }
        };
        self.problem.get_or_insert(problem);
    }

    /// Puts them on a request, in place of others of the same names; or says what is wrong with them.
    pub(crate) fn put_on(&self, request: &mut reqwest::Request) -> Result<(), String> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        for (name, value) in &self.map {
            request.headers_mut().insert(name, value.clone());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Headers;

    #[test]
    fn what_cannot_stand_in_a_header_is_told_and_never_sent() {
        let mut request = reqwest::Request::new(reqwest::Method::GET, "http://x/".parse().expect("URL"));
        for (name, value) in [("X-A", "1\r\nX-B: 2"), ("X-A", "a\nb"), ("X A", "1"), ("", "1"), ("X-A\r\n", "1")] {
            let mut headers = Headers::default();
            headers.set("X-Good", "1");
            headers.set(name, value);
            assert!(headers.put_on(&mut request).is_err(), "{name:?}: {value:?}");
        }
        assert!(request.headers().is_empty());
    }
}
