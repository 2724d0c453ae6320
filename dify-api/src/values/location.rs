//! Where a URL points, for people.

use crate::Shown;
use std::fmt;

/// The URL or path without what may be secret: user and password, query and fragment. Any text is taken: what parses as
/// no URL has secrets all the same.
pub(crate) fn place(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let is_slash = |letter| matches!(letter, '/' | '\\');
    // `https://`, `//`; a text without either may begin with a host.
    let scheme = match path.split_once(':') {
        Some((scheme, rest)) if rest.starts_with(is_slash) && !scheme.contains(is_slash) => scheme.len() + 1,
        _ => 0,
    };
    let slashes = path[scheme..].chars().take_while(|letter| is_slash(*letter)).count();
    if scheme == 0 && slashes == 1 {
        return path.to_owned();
    }
    let (before, rest) = path.split_at(scheme + slashes);
    // A backslash, which parsers read as a slash, may be one of a password.
    let authority = rest.find('/').unwrap_or(rest.len());
    if authority == rest.len() && url[path.len()..].contains('@') {
        // So may `?` and `#`.
        return format!("{before}\u{2026}");
    }
    let host = rest[..authority].rfind('@').map_or(0, |at| at + 1);
    format!("{before}{}", &rest[host..])
}

/// Shows where a URL points, and nothing of it that may be secret.
pub(crate) struct Place<'u>(pub(crate) &'u str);

impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Shown::new(&place(self.0)), f)
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_place_has_neither_user_nor_query() {
        for (url, expected) in [
            ("https://dify.test/v1/x", "https://dify.test/v1/x"),
            ("https://u:p@dify.test/v1?token=a#b", "https://dify.test/v1"),
            ("https:\\\\u:p@dify.test\\v1", "https:\\\\dify.test\\v1"),
            ("https://u:p%40@x@dify.test", "https://dify.test"),
            ("https:u:p@dify.test", "dify.test"),
            ("https://u:p\\q@dify.test/v1", "https://dify.test/v1"),
            ("https://u:p?q@dify.test/v1", "https://\u{2026}"),
            ("https://u:p#q@dify.test", "https://\u{2026}"),
            ("u:p@dify.test/v1", "dify.test/v1"),
            ("//u:p@dify.test/v1", "//dify.test/v1"),
            ("/login?next=a@b", "/login"),
            ("/users/a@b/x#c", "/users/a@b/x"),
            ("http://dify.test/a@b", "http://dify.test/a@b"),
            ("", ""),
        ] {
            assert_eq!(place(url), expected, "{url}");
        }
    }
}
