//! Bodies of every media type, whole and broken.

use super::*;

/// An operation that is described, with a stream of events.
const RUN: &str = "/v1/workflows/run";

#[test]
fn secret_members_of_every_json_type_are_replaced() {
    let text = format!(
        r#"{{"inputs":{{"password":12345678,"api_keys":["{WORD}"],"credentials":{{"a":["{WORD}"]}},"secret":"{WORD}"}}}}"#
    );
    let recording = posted(RUN, JSON, text);
    assert_hidden(&recording, WORD);
    assert_hidden(&recording, "12345678");
    assert_eq!(
        body(&recording, "request"),
        r#"{"inputs":{"password":0,"api_keys":["REDACTED"],"credentials":{"a":["REDACTED"]},"secret":"REDACTED"}}"#
    );
}

#[test]
fn an_undescribed_member_keeps_name_and_type() {
    let text = format!(
        r#"{{"inputs":{{}},"user":"u","note":"{SECRET}","n":777,"b":true,"l":[1,"{SECRET}"],"o":{{"x":null}}}}"#
    );
    let recording = posted(RUN, JSON, text);
    assert_eq!(
        body(&recording, "request"),
        r#"{"inputs":{},"user":"u","note":"REDACTED","n":0,"b":true,"l":[1,"REDACTED"],"o":{"x":null}}"#
    );
}

#[test]
fn a_secret_that_is_a_name_is_replaced() {
    let text = r#"{"sessions":{"Zq9x8w7v6u5t4s3r2q":{"n":1},"mei@corp.cn":2,"oauth2_client_config":3}}"#;
    let recording = answered("/v1/unknown", JSON, text);
    assert_eq!(
        body(&recording, "response"),
        r#"{"sessions":{"REDACTED":{"n":1},"person@example.com":2,"oauth2_client_config":3}}"#
    );
}

#[test]
fn an_undescribed_operation_keeps_the_shape_of_its_body() {
    let recording = answered("/v1/secret-things", JSON, format!(r#"{{"thing":{{"about":"{SECRET}","n":55}}}}"#));
    assert_eq!(body(&recording, "response"), r#"{"thing":{"about":"REDACTED","n":0}}"#);
}

#[test]
fn a_value_of_another_type_than_described_is_replaced() {
    let recording = posted(RUN, JSON, format!(r#"{{"inputs":"{SECRET}","user":["{SECRET}"]}}"#));
    assert_eq!(body(&recording, "request"), r#"{"inputs":"REDACTED","user":["REDACTED"]}"#);
}

#[test]
fn both_of_two_members_of_one_name_are_replaced() {
    let text = format!(r#"{{"inputs":{{"token":"{WORD}","token":"x","token":"{SECRET}"}}}}"#);
    let recording = posted(RUN, JSON, text);
    assert_hidden(&recording, WORD);
    assert_hidden(&recording, SECRET);
}

#[test]
fn an_encoded_form_is_cleaned_by_name() {
    let text = format!("grant_type=password&password={WORD}&note=a+b&include_secret=true&n=55&%70assword={WORD}");
    let recording = posted("/console/api/oauth/token", "application/x-www-form-urlencoded", text);
    assert_hidden(&recording, WORD);
    assert_eq!(
        body(&recording, "request"),
        "grant_type=REDACTED&password=REDACTED&note=REDACTED&include_secret=true&n=0&%70assword=REDACTED"
    );
}

#[test]
fn json_that_is_sent_as_a_form_is_cleaned_as_json() {
    let recording = posted(RUN, "application/x-www-form-urlencoded", format!(r#"{{"inputs":{{"pwd":"{WORD}"}}}}"#));
    assert_eq!(body(&recording, "request"), r#"{"inputs":{"pwd":"REDACTED"}}"#);
}

#[test]
fn lines_of_json_are_cleaned_one_by_one() {
    for media_type in ["application/x-ndjson", "application/jsonl", JSON] {
        let text = format!("{{\"token\":\"{WORD}\"}}\n\n{{\"a\":\"{SECRET}\"}}\r\n[11]");
        let recording = answered("/v1/export", media_type, text);
        let expected = "{\"token\":\"REDACTED\"}\n\n{\"a\":\"REDACTED\"}\r\n[0]";
        assert_eq!(body(&recording, "response"), expected, "{media_type}");
    }
    assert_left_out(&answered("/v1/export", "application/x-ndjson", format!("{{}}\n{SECRET}")), "response");
}

/// The answer to a streamed run.
fn streamed(text: impl Into<Bytes>) -> Value {
    let request =
        Request::post(RUN).header("content-type", JSON).body(Bytes::from("{\"inputs\":{}}")).expect("a request");
    let response = Response::builder().header("content-type", "text/event-stream; charset=utf-8");
    let response = response.header("transfer-encoding", "chunked").body(text.into()).expect("an answer");
    recorded(&request, &response)
}

#[test]
fn an_event_over_several_lines_is_cleaned_as_one() {
    for end in ["\n", "\r\n", "\r"] {
        let text = [
            "event: message",
            "data: {\"event\": \"workflow_started\",",
            &format!("data:  \"api_key\": \"{WORD}\",\"odd\":"),
            &format!("data: \"{SECRET}\"}}"),
            "",
            "data: {\"event\": \"ping\"}",
            "",
            "",
        ];
        let recording = streamed(text.join(end));
        assert_hidden(&recording, WORD);
        assert_hidden(&recording, SECRET);
        let expected = [
            "event: message",
            r#"data: {"event":"workflow_started","api_key":"REDACTED","odd":"REDACTED"}"#,
            "",
            "data: {\"event\": \"ping\"}",
            "",
            "",
        ];
        assert_eq!(body(&recording, "response"), expected.join(end));
        assert_eq!(recording["response"]["chunks"][0]["text"], body(&recording, "response"));
    }
}

#[test]
fn lines_of_a_stream_without_json_are_replaced() {
    let text =
        format!(": {SECRET}\nid: {WORD}\nevent: {SECRET}\nodd: {SECRET}\ndata: {SECRET}\n\n: ping\n\ndata: [DONE]\n\n");
    let recording = streamed(text);
    assert_hidden(&recording, SECRET);
    assert_hidden(&recording, WORD);
    assert!(body(&recording, "response").ends_with("data: REDACTED\n\n: ping\n\ndata: [DONE]\n\n"), "{recording}");
}

#[test]
fn the_broken_end_of_a_stream_is_left_out() {
    let whole = "data: {\"event\": \"ping\"}\n\n";
    let recording = streamed(format!("{whole}data: {{\"password\": \"{WORD}"));
    assert_eq!(body(&recording, "response"), whole);
    assert!(recording["response"]["body_note"].as_str().is_some_and(|note| note.contains("no whole event")));
    // Cut within a letter.
    let recording = streamed([whole.as_bytes(), b"data: {\"a\": \"\xe2\x82"].concat());
    assert_eq!(body(&recording, "response"), whole);
    // A last event without its blank line is whole.
    let recording = streamed(format!("{whole}data: {{\"password\": \"{WORD}\"}}"));
    assert_eq!(body(&recording, "response"), format!("{whole}data: {{\"password\":\"REDACTED\"}}"));
}

#[test]
fn a_byte_order_mark_hides_no_secret() {
    let recording = posted(RUN, JSON, format!("\u{feff}{{\"inputs\":{{\"token\":\"{WORD}\"}}}}"));
    assert_eq!(body(&recording, "request"), r#"{"inputs":{"token":"REDACTED"}}"#);
    let recording = streamed(format!("\u{feff}data: {{\"token\":\"{WORD}\"}}\n\n"));
    assert_hidden(&recording, WORD);
}

#[test]
fn a_body_with_a_byte_that_is_no_utf_8_is_left_out() {
    for media_type in [JSON, "text/event-stream", "application/x-www-form-urlencoded", "text/plain", "application/yaml"]
    {
        let text = [format!("data: {{\"a\":\"{SECRET}").as_bytes(), b"\xff\"}\n\n"].concat();
        let recording = answered("/v1/info", media_type, text);
        assert_left_out(&recording, "response");
        assert_hidden(&recording, SECRET);
    }
}

#[test]
fn a_body_in_another_encoding_is_left_out() {
    assert_left_out(&answered("/v1/info", "application/json; charset=utf-7", "{\"a\":1}"), "response");
    let wide: Vec<u8> = format!("{{\"token\":\"{WORD}\"}}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_left_out(&answered("/v1/info", JSON, wide), "response");
}

#[test]
fn truncated_json_is_left_out() {
    let recording = posted(RUN, JSON, format!("{{\"inputs\":{{\"password\":\"{WORD}"));
    assert_left_out(&recording, "request");
    assert_hidden(&recording, WORD);
}

#[test]
fn a_body_without_a_media_type_is_json_or_left_out() {
    let sent = |text: String| {
        let request = Request::post(RUN).body(Bytes::from(text)).expect("a request");
        recorded(&request, &Response::new(Bytes::new()))
    };
    assert_eq!(body(&sent(format!("{{\"token\":\"{WORD}\"}}")), "request"), "{\"token\":\"REDACTED\"}");
    assert_left_out(&sent(format!("token is {WORD}")), "request");
}

#[test]
fn a_compressed_body_is_left_out() {
    for (coding, bytes) in
        [("gzip", &b"\x1f\x8b\x08\x00abc"[..]), ("br", b"abc"), ("deflate", b"x\x9cabc"), ("zstd", b"{}")]
    {
        let response = Response::builder().header("content-type", JSON).header("content-encoding", coding);
        let response = response.body(Bytes::from_static(bytes)).expect("an answer");
        let request = Request::get("/v1/info").body(Bytes::new()).expect("a request");
        assert_left_out(&recorded(&request, &response), "response");
    }
    // Compressed without a header that says so.
    assert_left_out(&answered("/v1/info", JSON, &b"\x1f\x8b\x08\x00abc"[..]), "response");
}

#[test]
fn deep_nesting_is_left_out() {
    for text in [format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)), "{\"a\":".repeat(10_000)] {
        assert_left_out(&posted(RUN, JSON, text), "request");
    }
    // As deep as serde_json reads.
    let deep = format!("{{\"inputs\":{{\"a\":{}\"{WORD}\"{}}}}}", "{\"token\":[".repeat(60), "]}".repeat(60));
    let recording = posted(RUN, JSON, deep);
    assert_hidden(&recording, WORD);
    assert!(body(&recording, "request").contains("REDACTED"));
}

#[test]
fn a_long_body_is_counted_and_left_out() {
    let recording = answered("/v1/info", JSON, format!("[\"{}\"]", SECRET.repeat(400_000)));
    assert_left_out(&recording, "response");
    assert!(recording["response"]["body_note"].as_str().is_some_and(|note| note.starts_with("11200004 bytes")));
}

#[test]
fn text_that_is_not_described_is_replaced() {
    for media_type in ["text/html", "text/plain; charset=utf-8", "application/xml"] {
        let recording = answered("/v1/unknown", media_type, format!("<p>{SECRET}</p>"));
        assert_eq!(body(&recording, "response"), "REDACTED", "{media_type}");
        assert!(recording["response"]["body_note"].is_string());
    }
}

#[test]
fn bytes_are_counted_and_replaced() {
    for media_type in ["audio/mpeg", "image/png", "application/octet-stream", "application/zip"] {
        let recording = answered("/v1/files/x/preview", media_type, format!("\u{0}{SECRET}"));
        assert_hidden(&recording, SECRET);
        assert_eq!(recording["response"]["body_base64"], STANDARD.encode("REDACTED"));
        assert!(recording["response"]["body_note"].as_str().is_some_and(|note| note.contains(media_type)));
    }
}

/// A form with files.
fn form(parts: &str, end: &str) -> Value {
    let text = format!("--b\r\n{}\r\n--b{end}", parts.replace('\n', "\r\n"));
    posted("/v1/files/upload", "multipart/form-data; boundary=b", text)
}

#[test]
fn parts_of_a_form_are_cleaned_one_by_one() {
    let parts = format!(
        "Content-Disposition: form-data; name=\"user\"\n\nmei@corp.cn\n--b\n\
         Content-Disposition: form-data; name=\"api_key\"\n\n{WORD}\n--b\n\
         Content-Disposition: form-data; name=\"odd\"\n\n{SECRET}\n--b\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"app-0123456789abcdefABCD.txt\"\nContent-Type: text/plain\n\
         X-Odd: {SECRET}\n\nThe content is {SECRET}."
    );
    let recording = form(&parts, "--\r\n");
    for secret in [WORD, SECRET, "mei@", "0123456789abcdef"] {
        assert_hidden(&recording, secret);
    }
    let parts = &recording["request"]["multipart"];
    assert_eq!(parts[0], serde_json::json!({"name": "user", "value": "person@example.com"}));
    assert_eq!(parts[1], serde_json::json!({"name": "api_key", "value": "REDACTED"}));
    assert_eq!(parts[3]["filename"], "app-REDACTED.txt");
    assert_eq!(parts[3]["size"], 44);
    let sent = STANDARD.decode(recording["request"]["body_base64"].as_str().expect("a form")).expect("base64");
    assert!(String::from_utf8_lossy(&sent).ends_with("\r\n\r\nREDACTED\r\n--b--\r\n"));
}

#[test]
fn a_truncated_form_is_left_out() {
    let part = format!("Content-Disposition: form-data; name=\"user\"\n\n{SECRET}");
    for end in ["", "\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nabc"] {
        let recording = form(&part, end);
        assert_left_out(&recording, "request");
        assert_hidden(&recording, SECRET);
    }
    assert_left_out(&posted("/v1/files/upload", "multipart/form-data", "--b\r\n"), "request");
}
