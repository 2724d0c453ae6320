//! Headers of requests and answers.

use super::*;

fn headers(pairs: &[(&str, &str)]) -> Value {
    let mut request = Request::get("/v1/info");
    let mut response = Response::builder();
    for (name, value) in pairs {
        request = request.header(*name, *value);
        response = response.header(*name, *value);
    }
    let recording =
        recorded(&request.body(Bytes::new()).expect("a request"), &response.body(Bytes::new()).expect("an answer"));
    assert_eq!(recording["request"]["headers"], recording["response"]["headers"]);
    recording
}

fn header(name: &str, value: &str) -> String {
    let recording = headers(&[(name, value)]);
    let shown = recording["response"]["raw_headers"][0][1].as_str().expect("a header").to_owned();
    assert!(shown == value || !recording.to_string().contains(value), "{recording}");
    shown
}

#[test]
fn headers_with_credentials_keep_their_names() {
    for name in [
        "X-Auth-Key",
        "apikey",
        "Ocp-Apim-Subscription-Key",
        "X-Goog-Signature",
        "X-Api-Key",
        "Private-Token",
        "X-Amz-Security-Token",
        "Sec-WebSocket-Protocol",
        "X-App-Passport",
        "X-CSRF-Token",
        "X-Forwarded-For",
        "X-Real-IP",
        "Forwarded",
        "X-Anything-Else",
        "X-Odd",
    ] {
        assert_eq!(header(name, WORD), "REDACTED", "{name}");
    }
    assert_eq!(header("x-auth-key", "app-0123"), "app-REDACTED");
}

#[test]
fn a_scheme_is_kept_without_its_credentials() {
    assert_eq!(header("authorization", "Bearer app-abc"), "Bearer app-REDACTED");
    assert_eq!(header("authorization", "Basic Zm9vOmJhcg=="), "Basic REDACTED");
    assert_eq!(header("proxy-authorization", "Basic Zm9vOmJhcg=="), "Basic REDACTED");
    assert_eq!(header("authorization", "Bearer"), "Bearer");
    assert_eq!(header("authorization", WORD), "REDACTED");
    assert_eq!(header("authorization", "Tr0ub4dor and-3"), "REDACTED REDACTED");
    assert_eq!(
        header("authorization", "Digest username=\"Mufasa\", response=\"0123456789abcdef0\""),
        "Digest REDACTED"
    );
}

#[test]
fn cookies_keep_names_and_attributes() {
    assert_eq!(
        header("cookie", "access_token=eyJa; theme=0123abc"),
        "access_token=eyJREDACTED.REDACTED.REDACTED; theme=REDACTED"
    );
    let recording =
        headers(&[("set-cookie", "refresh_token=0123abc; Max-Age=60; HttpOnly; Path=/; Odd=hunter22; hunter23")]);
    let cookie = recording["response"]["headers"]["Set-Cookie"][0].as_str().expect("a cookie");
    assert_eq!(cookie, "refresh_token=REDACTED; Max-Age=60; HttpOnly; Path=/; Odd=REDACTED; REDACTED");
}

#[test]
fn addresses_in_headers_are_cleaned() {
    assert_eq!(
        header("location", "https://user:hunter22@host.example/v1/info?token=hunter23&page=1#hunter24"),
        "https://REDACTED@host.example/v1/info?token=REDACTED&page=1#REDACTED"
    );
    assert_eq!(header("location", "/v1/info?code=abcdef&state=xyz"), "/v1/info?code=REDACTED&state=REDACTED");
    assert_eq!(header("referer", "http://h/activate/AbC123tokenXYZ"), "http://h/activate/REDACTED");
    assert_eq!(header("origin", "http://localhost:3000"), "http://localhost:3000");
}

#[test]
fn plain_headers_stay() {
    for (name, value) in [
        ("content-type", "application/json"),
        ("user-agent", "dify-api/0.1"),
        ("x-version", "1.16.1"),
        ("x-env", "PRODUCTION"),
        ("content-disposition", "attachment; filename=\"a.txt\""),
        ("www-authenticate", "Bearer realm=\"api\""),
        ("retry-after", "5"),
        ("x-trace-id", "0f5ea486-0088-4bcc-9296-c12eea33f445"),
    ] {
        assert_eq!(header(name, value), value);
    }
    assert_eq!(header("user-agent", "x app-0123456789abcdefABCD"), "x app-REDACTED");
    assert_eq!(header("x-version", WORD), "REDACTED");
}

#[test]
fn a_header_that_is_no_utf_8_is_replaced() {
    let value = http::HeaderValue::from_bytes(b"caf\xe9 Tr0ub4dor-and-3").expect("a header");
    let request = Request::get("/v1/info").header("x-odd", value).body(Bytes::new()).expect("a request");
    let recording = recorded(&request, &Response::new(Bytes::new()));
    assert_eq!(recording["request"]["headers"]["X-Odd"], "REDACTED");
}

#[test]
fn a_method_and_a_header_name_may_be_secrets() {
    let request = Request::builder().method("app-0123456789abcdefABCD").uri("/v1/info");
    let request = request.header("app-0123456789abcdefabcd", "x").body(Bytes::new()).expect("a request");
    let recording = recorded(&request, &Response::new(Bytes::new()));
    assert_hidden(&recording, "0123456789abcdef");
}
