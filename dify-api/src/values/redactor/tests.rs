//! Secrets are found however they are written.

use super::*;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

const KEY: &str = r#"app-5e/c+r\e"t=k e%y&<ü😀>"#;

fn clean(text: &str) -> String {
    let mut text = text.to_owned();
    Redactor::new([KEY.to_owned(), "app-plain5ecret".to_owned()]).text(&mut text);
    text
}

fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("JSON");
    quoted[1..quoted.len() - 1].to_owned()
}

fn percent(text: &str, spare: &str) -> String {
    let encode = |byte: u8| {
        let letter = char::from(byte);
        if byte.is_ascii() && spare.contains(letter) { letter.to_string() } else { format!("%{byte:02x}") }
    };
    text.bytes().map(encode).collect()
}

fn utf16(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect()
}

#[test]
fn a_secret_is_found_in_every_encoding() {
    let entities: String = KEY.chars().map(|letter| format!("&#{};", u32::from(letter))).collect();
    let named = KEY.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    for written in [
        KEY.to_owned(),
        format!("Bearer {KEY}"),
        json(KEY),
        json(&json(KEY)),
        json(KEY).replace('/', "\\/"),
        utf16(KEY),
        json(&utf16(KEY)),
        KEY.escape_debug().to_string(),
        KEY.escape_unicode().to_string(),
        percent(KEY, letters),
        percent(KEY, letters).replace("%2f", "%2F").replace("%5c", "%5C"),
        percent(KEY, ""),
        percent(&percent(KEY, letters), letters),
        percent(KEY, "abcdefghijklmnopqrstuvwxyz0123456789- ").replace(' ', "+"),
        entities,
        named.clone(),
        named.replace('&', "&amp;"),
    ] {
        let shown = clean(&format!("the key <{written}> is bad"));
        assert!(shown.contains("<[redacted]>") || shown.contains("<Bearer [redacted]>"), "{written}: {shown}");
    }
}

#[test]
fn a_secret_is_found_in_base64_of_any_text_around_it() {
    for text in [KEY.to_owned(), format!("user:{KEY}"), format!("ab{KEY}x"), format!("a{KEY}xy")] {
        for written in [BASE64_STANDARD.encode(&text), BASE64_URL_SAFE.encode(&text)] {
            for written in [percent(&written, "abcdefghijklmnopqrstuvwxyz"), json(&written), written] {
                assert!(clean(&written).contains("[redacted]"), "{written}");
            }
        }
    }
}

#[test]
fn a_secret_that_was_cut_off_is_found_by_its_beginning() {
    assert_eq!(clean("bad key app-plain5ec"), "bad key [redacted]");
    assert_eq!(clean("bad key app-plain%35"), "bad key [redacted]");
    assert_eq!(clean("bad key app-plain%3"), "bad key [redacted]");
    assert_eq!(clean("an app-"), "an app-");
}

#[test]
fn text_without_a_secret_is_left_alone() {
    for text in ["", "app-", "an app-plain key", r"C:\\path\\u0041%20&amp;&#;%", "% & \\", "\u{1f600}"] {
        assert_eq!(clean(text), text);
    }
    let mut body = Bytes::from_static(b"\xff\xfe app-plain5ecret \xff");
    Redactor::new(["app-plain5ecret".to_owned()]).bytes(&mut body);
    assert_eq!(body, &b"\xff\xfe [redacted] \xff"[..]);
}

#[test]
fn a_secret_that_is_in_any_text_is_not_looked_for() {
    let mut text = "abc: an answer".to_owned();
    Redactor::new(["an".to_owned(), "abc".to_owned(), String::new()]).text(&mut text);
    assert_eq!(text, "abc: an answer");
}
