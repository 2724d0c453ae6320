//! Paths: an id stays one segment of its template and decodes to itself, a written path stays below the base URL; or they
//! are refused.
//!
//! Input: a byte that chooses template and base URL, the id or path.

#![no_main]

use dify_api::__private::{url, written};
use libfuzzer_sys::fuzz_target;

const BASES: [&str; 4] = ["http://h", "https://dify.example.com/v1", "http://[::1]:5001/a/console/api", "https://h/a%20b/v1"];
const TEMPLATES: [&str; 3] = ["/conversations/{id}", "/datasets/{id}/documents/{id}/segments", "/remote-files/{url}"];

/// Bytes of a segment, percent-encoding taken off.
fn decoded(segment: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let digits = tail.get(..2).filter(|digits| *first == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let escaped = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                rest = &tail[2..];
                bytes.push(byte);
            }
            None => bytes.push(*first),
        }
    }
    bytes
}

fuzz_target!(|input: &[u8]| {
    let [choice, text @ ..] = input else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let base = BASES[usize::from(choice % 4)];
    let template = TEMPLATES[usize::from(choice / 4 % 3)];

    match url(base, template, &[text, text]) {
        Ok(url) => {
            let path = url.as_str().strip_prefix(base).expect("below the base URL");
            let (segments, wanted): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
            assert_eq!(segments.len(), wanted.len(), "{url}");
            for (segment, wanted) in segments.into_iter().zip(wanted) {
                let wanted = if wanted.starts_with('{') { text } else { wanted };
                assert_eq!(decoded(segment), wanted.as_bytes(), "{url}");
            }
            assert_eq!((url.query(), url.fragment()), (None, None), "{url}");
        }
        Err(_) => assert!(matches!(text, "" | "." | "..") || text.contains(char::is_control), "{text:?} is refused"),
    }

    if let Ok(url) = written(base, text) {
        let path = url.as_str().strip_prefix(base).expect("below the base URL");
        let route = text.split('?').next().unwrap_or_default();
        assert_eq!(url.path().matches('/').count(), format!("{base}{route}").matches('/').count() - 2, "{url}");
        assert!(path.starts_with('/') && url.fragment().is_none() && !text.contains('\\'), "{url}");
        let mut route = route.as_bytes().to_vec();
        for _ in 0..3 {
            let dots = |segment: &[u8]| matches!(segment, b"." | b"..");
            assert!(!route.split(|byte| matches!(byte, b'/' | b'\\')).any(dots), "{url}");
            route = decoded(&String::from_utf8_lossy(&route));
        }
    }
});
