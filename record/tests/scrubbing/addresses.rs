//! Paths, queries, and addresses in texts.

use super::*;

fn asked(path: &str) -> Value {
    answered(path, JSON, "{}")
}

fn path(path: &str) -> String {
    asked(path)["request"]["path"].as_str().expect("a path").to_owned()
}

fn query(query: &str) -> String {
    asked(&format!("/v1/messages?{query}"))["request"]["query"].as_str().expect("a query").to_owned()
}

#[test]
fn tokens_in_paths_are_replaced() {
    assert_eq!(path("/v1/form/human_input/tY3E8RGIlrRXOi1GGY9yYO"), "/v1/form/human_input/REDACTED");
    assert_eq!(path("/mcp/server/AbCd1234efGh5678/mcp"), "/mcp/server/REDACTED/mcp");
    assert_eq!(path("/triggers/webhook/abcdef0123456789abcdef01"), "/triggers/webhook/REDACTED");
    assert_eq!(path("/console/api/activate/Tr0ub4dor-and-3"), "/console/api/activate/REDACTED");
    assert_eq!(path("/v1/info/mei%40corp.cn"), "/v1/info/person@example.com");
    let id = "0f5ea486-0088-4bcc-9296-c12eea33f445";
    assert_eq!(path(&format!("/e/{id}/x")), "/e/00000000-0000-0000-0000-000000000000/x");
    // A described parameter that is no secret stays.
    assert_eq!(path(&format!("/v1/files/{id}/preview")), format!("/v1/files/{id}/preview"));
    assert_eq!(path("/v1/info"), "/v1/info");
}

#[test]
fn encoded_secrets_in_paths_and_queries_are_replaced() {
    let id = "app-0123456789abcdefABCD";
    let encoded: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert_hidden(&asked(&format!("/v1/conversations/{encoded}")), &encoded);
    assert_hidden(&asked(&format!("/v1/messages?user={encoded}")), &encoded);
    let twice = encoded.replace('%', "%25");
    assert_hidden(&asked(&format!("/v1/messages?user={twice}")), &twice);
}

#[test]
fn signed_addresses_keep_their_names_only() {
    for name in [
        "X-Goog-Signature",
        "X-Goog-Credential",
        "q-signature",
        "q-ak",
        "sign",
        "sig",
        "OSSAccessKeyId",
        "Signature",
        "AWSAccessKeyId",
        "X-Amz-Credential",
        "X-Amz-Security-Token",
        "token",
        "code",
        "state",
        "nonce",
        "access_token",
    ] {
        assert_eq!(query(&format!("{name}=Tr0ub4dor%2D3")), format!("{name}=REDACTED"));
        let text = serde_json::json!({"event": "message", "answer": format!("[a](https://h/x?timestamp=1&{name}=Tr0ub4dor-3)")});
        let recording = posted("/v1/workflows/run", JSON, serde_json::json!({"inputs": {"text": text}}).to_string());
        assert_hidden(&recording, "Tr0ub4dor");
        assert!(body(&recording, "request").contains(&format!("timestamp=1&{name}=REDACTED)")), "{recording}");
    }
}

#[test]
fn a_query_keeps_what_is_described() {
    assert_eq!(query("conversation_id=abc&user=maria&limit=20"), "conversation_id=abc&user=maria&limit=20");
    assert_eq!(query("odd=Tr0ub4dor&n=55&page=1&flag=true&empty="), "odd=REDACTED&n=0&page=1&flag=true&empty=");
    assert_eq!(query("Tr0ub4dor"), "REDACTED");
    assert_eq!(query("user=a%20b+c"), "user=a%20b+c");
    assert_eq!(query("api_key=app-0123"), "api_key=app-REDACTED");
}

#[test]
fn a_flag_about_secrets_stays() {
    // `include_secret=true` became `include_secret=REDACTED`.
    let recording = asked("/console/api/apps/0f5ea486-0088-4bcc-9296-c12eea33f445/export?include_secret=true");
    assert_eq!(recording["request"]["query"], "include_secret=true");
}
