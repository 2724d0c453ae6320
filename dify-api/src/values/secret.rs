//! A credential that does not show.

use reqwest::header::HeaderValue;
use std::fmt;

/// Text that must not appear in logs, errors or debug output.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// As it is, marked so that the HTTP layers hide it too; `None` when it does not fit into a header.
    #[cfg(any(feature = "web", feature = "console"))]
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&self.0).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// `Bearer …`, marked so that the HTTP layers hide it too; `None` when it does not fit into a header.
    pub(crate) fn bearer(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\u{2026}")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_does_not_show() {
        let secret = Secret::new("app-1234".to_owned());
        assert_eq!(format!("{secret:?}"), "\u{2026}");
        let header = secret.bearer().expect("header");
        assert!(!format!("{header:?}").contains("1234"));
    }

    #[test]
    fn a_line_break_makes_no_header() {
        assert!(Secret::new("app-1\r\nX-Evil: 1".to_owned()).bearer().is_none());
    }
}
