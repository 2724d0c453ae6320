//! URLs that stay where their template or path puts them.
//!
//! URL parsers strip tabs and line breaks, read a backslash as a slash, and resolve dot segments, encoded ones too. An
//! id or a path with one of those would reach another route, with the credential on it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode};
use reqwest::Url;

/// Every byte but the unreserved ones of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns the URL of an operation: the base URL, then the template with one value for each `{parameter}`.
///
/// Fails with the name of the parameter whose value is empty, `.` or `..`, or has a control character or a slash; fails
/// when the parser makes another path of the text.
///
/// Dify decodes `%2F` before it looks for the route, so a slash would lead there to another one. Only `{+parameter}`
/// takes slashes, for routes that end in a URL.
pub fn url(base: &Url, template: &str, values: &[&str]) -> Result<Url, String> {
    // Only the path is parsed: parsing the host again would be most of the work.
    let mut url = base.clone();
    let mut path = base.path().trim_end_matches('/').to_owned();
    let mut values = values.iter();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        path.push_str(before);
        path.extend(segment(name, values.next().copied().unwrap_or_default())?);
        rest = after;
    }
    path.push_str(rest);
    url.set_path(&path);
    // All that was added is encoded already: the same text has the segments of the template.
    if url.path() != path || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("the base URL makes another route of `{template}`"));
    }
    Ok(url)
}

/// The value of a path parameter as one segment.
fn segment<'v>(name: &str, value: &'v str) -> Result<PercentEncode<'v>, String> {
    let (name, slashes) = name.strip_prefix('+').map_or((name, false), |name| (name, true));
    let refused = |why: &str| Err(format!("path parameter `{name}` {why}"));
    match value {
        "" => refused("is empty; the request would reach another route"),
        "." | ".." => refused("is a dot segment; the request would reach another route"),
        value if value.contains(char::is_control) => refused("contains a control character"),
        value if value.contains('/') && !slashes => refused("contains a slash; the request would reach another route"),
        value if slashes && dot_segment(value).is_some() => refused("contains a dot segment"),
        value => Ok(utf8_percent_encode(value, ENCODED)),
    }
}

/// Returns the URL of a path that the caller wrote, with a query or without, below the base URL.
pub fn written(base: &str, path: &str) -> Result<Url, String> {
    if let Some(problem) = problem(path) {
        return Err(format!("the path {problem}"));
    }
    let route = route(path);
    let url = Url::parse(&format!("{base}{}", path.replace(' ', "%20")))
        .map_err(|error| format!("the path makes no URL: {error}"))?;
    let below = url.as_str().strip_prefix(base).filter(|below| below.starts_with('/'));
    if below.is_none_or(|below| self::route(below).matches('/').count() != route.matches('/').count()) {
        return Err("the path leads out of its place below the base URL".to_owned());
    }
    Ok(url)
}

/// A path without its query.
fn route(path: &str) -> &str {
    path.split_once('?').map_or(path, |(route, _)| route)
}

/// Why a path does not lead where it seems to.
fn problem(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        // Not only for order's sake: `@elsewhere.example` after a host is another host.
        return Some("must begin with a slash");
    }
    if path.contains('#') {
        return Some("contains `#`, and what follows it is never sent: write `%23`");
    }
    let mut segments = route(path).split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        if segment.is_empty() && segments.peek().is_some() {
            return Some("contains an empty segment; the request would reach another route");
        }
    }
    if let Some(problem) = misread(path) {
        return Some(problem);
    }
    let mut route = route(path).to_owned();
    // Servers and the proxies before them may each decode once.
    for _ in 0..4 {
        if let Some(problem) = misread(&route).or_else(|| dot_segment(&route)) {
            return Some(problem);
        }
        let decoded = percent_decode_str(&route).decode_utf8_lossy().into_owned();
        if decoded == route {
            break;
        }
        route = decoded;
    }
    None
}

/// What URL parsers strip or read as something else.
pub(crate) fn misread(text: &str) -> Option<&'static str> {
    if text.contains(char::is_control) {
        return Some("contains a control character");
    }
    text.contains('\\').then_some("contains a backslash, which URL parsers read as a slash")
}

/// What URL parsers and servers resolve; some servers cut what follows a semicolon first.
pub(crate) fn dot_segment(route: &str) -> Option<&'static str> {
    let dots = route.split('/').any(|segment| {
        let name = segment.split(';').next().unwrap_or_default();
        matches!(&*percent_decode_str(name).decode_utf8_lossy(), "." | "..")
    });
    dots.then_some("contains a dot segment")
}

#[cfg(test)]
mod tests {
    use super::written;
    use reqwest::Url;

    const BASE: &str = "https://dify.example.com/v1";
    const STOP: &str = "/chat-messages/{task_id}/stop";

    fn url(base: &str, template: &str, values: &[&str]) -> Result<Url, String> {
        super::url(&Url::parse(base).expect(base), template, values)
    }

    fn path(value: &str) -> Result<String, String> {
        url(BASE, STOP, &[value]).map(|url| url.path().to_owned())
    }

    // Guards a past bug: a backslash was sent as it is, and URL parsers read it as a slash.
    #[test]
    fn a_value_is_one_segment_whatever_is_in_it() {
        for (value, segment) in [
            ("45701982-8118-4bc5_8e9b.~", "45701982-8118-4bc5_8e9b.~"),
            ("..\\..\\OTHER", "..%5C..%5COTHER"),
            ("a?b=c#d e", "a%3Fb%3Dc%23d%20e"),
            ("%2e%2e", "%252e%252e"),
            ("...", "..."),
            (";a=1&b|^`{}\"<>", "%3Ba%3D1%26b%7C%5E%60%7B%7D%22%3C%3E"),
            ("\u{e9}\u{202e}\u{1f600}", "%C3%A9%E2%80%AE%F0%9F%98%80"),
        ] {
            assert_eq!(path(value), Ok(format!("/v1/chat-messages/{segment}/stop")));
        }
    }

    #[test]
    fn a_value_that_vanishes_is_refused_by_the_name_of_its_parameter() {
        for value in ["", ".", "..", "a\tb", "a\r\nb", "\0", "\u{85}", "a/segments/b", "../b", "/"] {
            let refusal = path(value).expect_err(value);
            assert!(refusal.contains("path parameter `task_id` "), "{value:?}: {refusal}");
        }
        assert!(url(BASE, STOP, &[]).is_err(), "a template without its value");
    }

    #[test]
    fn a_parameter_for_a_url_takes_slashes_and_no_dot_segments() {
        let made = |value| url(BASE, "/remote-files/{+url}", &[value]).map(|url| url.path().to_owned()).ok();
        let sent = "/v1/remote-files/https%3A%2F%2Fa.example%2Fb..c%3Fd";
        assert_eq!(made("https://a.example/b..c?d").as_deref(), Some(sent));
        for value in ["https://a.example/../b", "..", "a/./b", "a/%2e%2e/b", ""] {
            assert_eq!(made(value), None, "{value}");
        }
    }

    #[test]
    fn a_base_url_that_changes_the_route_is_refused() {
        for base in ["https://h/v1?a=", "https://h/v1#"] {
            assert!(url(base, STOP, &["a"]).is_err(), "{base}");
        }
        for (base, template, whole) in [
            ("http://h", "/", "http://h/"),
            ("http://h:80/", "/a", "http://h/a"),
            ("http://h:8080/v1//", "/a", "http://h:8080/v1/a"),
            ("https://h/a%20b;c/..d", "/a", "https://h/a%20b;c/..d/a"),
        ] {
            assert_eq!(url(base, template, &[]).map(String::from).ok().as_deref(), Some(whole));
        }
    }

    #[test]
    fn a_written_path_stays_below_the_base_url() {
        for (path, below) in [
            ("/", "/"),
            ("/info/", "/info/"),
            ("/datasets/a%20b?tag=1", "/datasets/a%20b?tag=1"),
            ("/a b ?q=../x&y= ", "/a%20b%20?q=../x&y=%20"),
            ("/remote-files/https%3A%2F%2Fa.example%2Fb..c%3Fd", "/remote-files/https%3A%2F%2Fa.example%2Fb..c%3Fd"),
            ("/\u{e9}/...;a/%zz/100%25", "/%C3%A9/...;a/%zz/100%25"),
            ("/a:8080@b", "/a:8080@b"),
        ] {
            assert_eq!(written(BASE, path).map(String::from).ok(), Some(format!("{BASE}{below}")), "{path}");
        }
        assert!(written("https://dify.example.com", "/info").is_ok());
    }

    // Guards a past bug: `/datasets/mine/../other` was sent to the other one.
    #[test]
    fn a_written_path_that_leads_elsewhere_is_refused() {
        for path in [
            "",
            "info",
            "@evil.example/x",
            ".evil.example",
            ":8080/x",
            "https://evil.example/x",
            "//evil.example/x",
            "/datasets//documents",
            "/..",
            "/a/.",
            "/a/./b",
            "/a/../b?c",
            "/a/..;x/b",
            "/%2e%2E/console",
            "/a/.%2e/b",
            "/a%2F..%2Fb",
            "/a%3F%2F..%2Fb",
            "/a%5C..%5Cb",
            "/a%2f%2e%2e",
            "/%252e%252e/b",
            "/a%25252F..%25252Fb",
            "/a\\b",
            "/..\\console",
            "/a?b=\\",
            "/a\t/b",
            "/.\t./b",
            "/a\r\nb",
            "/a?b=\n",
            "/a%00b",
            "/a%0D%0Ab",
            "/a%250Ab",
            "/a#b",
            "/a?b#c",
        ] {
            assert!(written(BASE, path).is_err(), "{path:?}");
            assert!(written("https://dify.example.com", path).is_err(), "{path:?}");
        }
    }
}
