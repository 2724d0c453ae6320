//! Documents within documents, and secrets in texts.

use super::*;

/// An answer with any text in a described place.
fn said(text: &str) -> String {
    let value = serde_json::json!({"event": "message", "answer": text});
    let request = Request::post("/v1/chat-messages").body(Bytes::new()).expect("a request");
    let response =
        Response::builder().header("content-type", JSON).body(Bytes::from(value.to_string())).expect("an answer");
    let body: Value = serde_json::from_str(&body(&recorded(&request, &response), "response")).expect("JSON");
    body["answer"].as_str().expect("a text").to_owned()
}

#[test]
fn json_in_json_in_json_is_cleaned() {
    let inner = serde_json::json!({"api_key": WORD, "n": 1}).to_string();
    assert_eq!(said(&inner), r#"{"api_key":"REDACTED","n":1}"#);
    let twice = serde_json::json!({"args": inner}).to_string();
    assert!(!said(&twice).contains(WORD) && said(&twice).contains("args"));
    // A text that is a text that is a document.
    let quoted = Value::from(twice).to_string();
    assert!(!said(&quoted).contains(WORD), "{}", said(&quoted));
}

#[test]
fn broken_json_in_json_is_cleaned() {
    for text in [
        format!("{{\"api_key\": \"{WORD}\", \"n"),
        format!("{{\\\"api_key\\\": \\\"{WORD}\\\", trunc"),
        format!("called with {{'password': '{WORD}'}} and"),
        format!("{{\"api_keys\": [\"{WORD}\", \"x\"], trunc"),
        format!("{{\"password\": 12, \"password\" : \"{WORD}\", trunc"),
        r#"{"api\u005fkey": "Tr0ub4dor-and-3", trunc"#.to_owned(),
    ] {
        assert!(!said(&text).contains(WORD), "{}", said(&text));
    }
}

#[test]
fn definitions_of_applications_are_cleaned() {
    let yaml = format!(
        "app:\n  mode: workflow\n  name: tea\nkind: app\nworkflow:\n  environment_variables:\n  - name: KEY\n    value: {WORD}\n    \
         value_type: secret\n  - name: PLAIN\n    value: green\n    value_type: string\n  graph:\n    nodes:\n    - data:\n        \
         authorization: &auth {{config: {{api_key: {WORD}, header: X-Odd}}, type: api-key}}\n        again: *auth\n        \
         password: |\n          {SECRET}\n          {WORD}\n        flow: {{token: '{WORD}', n: 5}}\n"
    );
    let body = serde_json::json!({"mode": "yaml-content", "yaml_content": yaml}).to_string();
    let imported = posted("/console/api/apps/imports", JSON, body);
    let exported = answered("/console/api/apps/x/export", JSON, serde_json::json!({"data": yaml}).to_string());
    let plain = posted("/console/api/apps/imports", "application/yaml", yaml.clone());
    for recording in [&imported, &exported, &plain] {
        assert_hidden(recording, WORD);
        assert_hidden(recording, SECRET);
    }
    for kept in ["green", "workflow", "tea", "X-Odd"] {
        assert!(imported.to_string().contains(kept), "{kept}: {imported}");
    }
    // A definition without secrets keeps its spelling.
    let harmless = "app:\n  name: tea # comment\nkind: app\n";
    assert_eq!(said(harmless), harmless);
}

#[test]
fn broken_yaml_is_left_out() {
    let broken = format!("kind: app\napp: [\n  x: {SECRET}\n");
    assert_eq!(said(&broken), "REDACTED");
    assert_left_out(&posted("/console/api/apps/imports", "application/yaml", broken), "request");
}

#[test]
fn a_variable_of_type_secret_is_replaced() {
    for variable in [
        serde_json::json!({"name": "X", "value": WORD, "value_type": "secret"}),
        serde_json::json!({"name": "X", "default": WORD, "type": "secret-input"}),
        serde_json::json!({"key": "X-Api-Key", "value": WORD}),
        serde_json::json!({"name": "db_password", "value": [WORD]}),
    ] {
        let text = serde_json::json!({"inputs": {"all": [variable]}}).to_string();
        assert_hidden(&posted("/v1/workflows/run", JSON, text), WORD);
    }
    let hidden =
        serde_json::json!({"inputs": {"name": "X", "value": "[__HIDDEN__]", "value_type": "secret"}}).to_string();
    assert_eq!(body(&posted("/v1/workflows/run", JSON, hidden.clone()), "request"), hidden);
}

#[test]
fn private_keys_and_certificates_are_replaced() {
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc+/def\nx==\n-----END RSA PRIVATE KEY-----";
    assert_eq!(said(&format!("a {key} b")), "a REDACTED b");
    assert_eq!(said(&key.replace('\n', "\\n")), "REDACTED");
    assert_eq!(said(&format!("a {}", &key[..50])), "a REDACTED");
    let account = serde_json::json!({"type": "service_account", "private_key_id": "0123", "private_key": key});
    let text = said(&account.to_string());
    assert!(text.contains("service_account") && !text.contains("MIIE"), "{text}");
    let encoded = said(&STANDARD.encode(account.to_string()));
    assert!(encoded.ends_with("REDACTED"), "{encoded}");
}

#[test]
fn base64_of_keys_and_of_names_with_passwords_is_replaced() {
    assert_eq!(said(&format!("use {} now", STANDARD.encode("maria:Tr0ub4dor"))), "use REDACTED now");
    assert_eq!(said(&STANDARD.encode([7_u8; 32])), "REDACTED");
    assert_eq!(said(&STANDARD.encode([&[0x30, 0x82, 4, 0xa4][..], &[9; 200]].concat())), "REDACTED");
    assert_eq!(said(&STANDARD.encode("the key is sk-0123456789abcdefABCD")), "REDACTED");
    let twice = STANDARD.encode(STANDARD.encode("api_key=Tr0ub4dor"));
    assert_eq!(said(&twice), "REDACTED");
    let picture = STANDARD.encode([0x89, b'P', b'N', b'G', 1, 2, 3, 4, 255, 254, 9, 8, 7]);
    assert_eq!(said(&picture), picture);
}

#[test]
fn keys_of_every_maker_are_known_by_their_looks() {
    for key in [
        "app-0123456789abcdefABCD",
        "dataset-0123456789abcdefABCD",
        "sk-proj-0123456789abcdefABCD",
        "sk-ant-api03-0123456789abcdef",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_0123456789abcdefABCDEFGHIJ",
        "github_pat_0123456789abcdefABCD",
        "glpat-0123456789abcdefABCD",
        "hf_0123456789abcdefABCDEFGH",
        "AIzaSyA0123456789abcdefABCDEFGHIJKLMNOP",
        "xoxb-0123456789-abcdefABCDEF",
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2lnbmF0dXJl",
        "eyJhbGciOiJSU0Et.OKOawDo13gRp.48V1_ALb6US0.5eym8TW_c8Su.XFBoMYUZodet",
        "eyJhbGciOiJkaXIi..48V1_ALb6US0.5eym8TW_c8Su.XFBoMYUZodet",
        "Bearer Tr0ub4dor-and-3",
        "Authorization: Basic bWFyaWE6VHIw",
        "postgres://maria:Tr0ub4dor@db:5432/x",
        "redis://:Tr0ub4dor@cache/0",
        "https://hooks.slack.com/services/T0123/B0456/Tr0ub4dor0123",
        "X-Api-Key: Tr0ub4dor-and-3",
        "DB_PASSWORD=Tr0ub4dor-and-3",
        "password='Tr0ub4dor and 3'",
        "Cookie: a=Tr0ub4dor; b=Tr0ub4dor",
        "My API key: Tr0ub4dor-and-3",
        "密码：Tr0ub4dor",
        "mysql --password Tr0ub4dor",
        "<apiKey>Tr0ub4dor</apiKey>",
        "<input type=hidden name=\"csrf_token\" value=\"Tr0ub4dor\">",
        "Server=db;User Id=sa;Password=Tr0ub4dor;AccountKey=Tr0ub4dor==;",
        "https://h/cb#access_token=Tr0ub4dor&x=1",
    ] {
        let text = said(&format!("it is {key} indeed"));
        let rest = ["0123", "Tr0ub", "4dor", "IOSFODNN", "eyJzd", "OKOaw", "48V1", "5eym", "bWFya"];
        assert!(text.contains("REDACTED") && !rest.iter().any(|part| text.contains(part)), "{key}: {text}");
        assert!(text.starts_with("it is") && text.len() > 10, "{text}");
    }
}

#[test]
fn a_list_of_a_name_and_a_value_is_a_pair() {
    let text = serde_json::json!({"inputs": {"headers": [["Authorization", WORD], ["Accept", "a"]], "密码": WORD}})
        .to_string();
    let recording = posted("/v1/workflows/run", JSON, text);
    assert_hidden(&recording, WORD);
    assert!(body(&recording, "request").contains(r#"["Accept","a"]"#), "{recording}");
}

#[test]
fn a_key_in_base64_lines_without_a_header_is_replaced() {
    let key = STANDARD.encode([&[0x30, 0x82, 4, 0xa4][..], &[9; 200]].concat());
    let lines: Vec<&str> = [&key[..64], &key[64..128], &key[128..192], &key[192..]].into();
    assert_eq!(said(&format!("it is\n{}\n\nindeed", lines.join("\n"))), "it is\nREDACTED\nindeed");
}

#[test]
fn persons_are_taken_out() {
    assert_eq!(said("write to wang.fang@corp-mail.cn"), "write to person@example.com");
    let text = serde_json::json!({"inputs": {"phone": "+49 170 1234567", "client_ip": "203.0.113.9"}}).to_string();
    let recording = posted("/v1/workflows/run", JSON, text);
    assert_hidden(&recording, "1234567");
    assert_hidden(&recording, "203.0.113.9");
}
