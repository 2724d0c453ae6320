//! What is no secret stays, to the letter.

use super::*;

#[test]
fn counts_of_tokens_and_flags_stay() {
    let text = r#"{"event": "message", "answer": "12 tokens", "metadata": {"usage": {"prompt_tokens": 41, "completion_tokens": 35,
        "total_tokens": 76, "total_price": "0.0000272", "time_to_first_token": 0.5}}}"#;
    let request = Request::post("/v1/chat-messages").body(Bytes::new()).expect("a request");
    let response = Response::builder().header("content-type", JSON).body(Bytes::from(text)).expect("an answer");
    assert_eq!(body(&recorded(&request, &response), "response"), text);
    let text = r#"{"inputs":{"max_tokens":5,"token_count":6,"tokens":7,"tokenizer":"cl100k","secret_key_configured":true,"x":{"total_tokens":9},"token_type":"bearer"}}"#;
    assert_eq!(body(&posted("/v1/workflows/run", JSON, text), "request"), text);
}

#[test]
fn counts_stay_where_nothing_is_described() {
    let recording =
        answered("/v1/unknown", JSON, r#"{"total_tokens":12,"max_tokens":512,"other":55,"response_mode":"streaming"}"#);
    assert_eq!(
        body(&recording, "response"),
        r#"{"total_tokens":12,"max_tokens":512,"other":0,"response_mode":"streaming"}"#
    );
}

#[test]
fn described_values_keep_their_spelling() {
    let text =
        "{\"inputs\": {\"city\":  \"Beijing\", \"n\": 1.50, \"s\": \"caf\\u00e9\"},\n \"user\": \"maria-0412\"}\n";
    assert_eq!(body(&posted("/v1/workflows/run", JSON, text), "request"), text);
}

#[test]
fn placeholders_and_hidden_values_stay() {
    let text = r#"{"inputs":{"token":"app-REDACTED","secret":"********","api_key":"[__HIDDEN__]","password":"","key_of":"{{#env.API_KEY#}}","auth_token":null,"mail":"admin@example.com"}}"#;
    assert_eq!(body(&posted("/v1/workflows/run", JSON, text), "request"), text);
}

#[test]
fn sentences_about_secrets_stay() {
    for text in [
        "The password must have 8 characters.",
        "max_tokens: 512, tokens = 12",
        "see https://docs.example.com/tokens?page=2",
        "Value: 5; name: tea; note: none",
        "task-management-and-application-development",
        "Bearer authentication and basic authorization.",
        "<p>a < b</p> <title>Token</title> --verbose yes -- and so on",
        "The key: value; the answer = 42",
        "1.2.3 at 12:30:45 in C:\\new\\things",
        "100% sure, a+b=c, 50%25",
    ] {
        let body_text = serde_json::json!({"inputs": {"text": text}}).to_string();
        assert_eq!(body(&posted("/v1/workflows/run", JSON, body_text.clone()), "request"), body_text);
    }
}

#[test]
fn a_refusal_stays_as_it_is() {
    let text = r#"{"code": "invalid_param", "message": "Arg user must be provided.", "status": 400}"#;
    for path in ["/v1/info", "/console/api/unknown"] {
        let request = Request::get(path).body(Bytes::new()).expect("a request");
        let response =
            Response::builder().status(400).header("content-type", JSON).body(Bytes::from(text)).expect("an answer");
        assert_eq!(body(&recorded(&request, &response), "response"), text);
    }
}
