//! What was a secret once is one in every later exchange.

use super::*;

fn exchange(scrubber: &mut Scrubber, request: Request<Bytes>, body: &str) -> Value {
    let response =
        Response::builder().header("content-type", JSON).body(Bytes::from(body.to_owned())).expect("an answer");
    super::written(&Unscrubbed::new(&request, &response), scrubber)
}

fn run(text: &str) -> Request<Bytes> {
    let body = serde_json::json!({"inputs": {"text": text}}).to_string();
    Request::post("/v1/workflows/run").header("content-type", JSON).body(body.into()).expect("a request")
}

#[test]
fn a_credential_is_found_everywhere_in_its_exchange() {
    let request = Request::post("/v1/workflows/run").header("authorization", format!("Bearer {WORD}"));
    let body = serde_json::json!({"inputs": {"text": format!("I am {WORD}."), WORD: 1}}).to_string();
    let request = request.header("content-type", JSON).body(body.into()).expect("a request");
    let recording = exchange(&mut Scrubber::new(), request, &format!("{{\"data\":{{\"error\":\"bad {WORD}\"}}}}"));
    assert_hidden(&recording, WORD);
    assert!(body_has(&recording, "I am REDACTED."), "{recording}");
}

fn body_has(recording: &Value, text: &str) -> bool {
    body(recording, "request").contains(text)
}

#[test]
fn a_secret_of_an_answer_is_found_in_its_request_and_later() {
    let mut scrubber = Scrubber::new();
    let recording = exchange(&mut scrubber, run(&format!("{WORD} at first")), &format!("{{\"token\":\"{WORD}\"}}"));
    assert_hidden(&recording, WORD);
    let encoded = STANDARD.encode(format!("me:{WORD}:you"));
    let percent: String = WORD.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let hex: String = WORD.bytes().map(|byte| format!("{byte:02x}")).collect();
    let unicode: String = WORD.chars().map(|letter| format!("\\u{:04x}", u32::from(letter))).collect();
    for form in [WORD.to_owned(), WORD.to_uppercase(), encoded, percent, hex, unicode, WORD.replace('-', "-\n")] {
        let recording = exchange(&mut scrubber, run(&format!("so {form} is")), "{}");
        assert_hidden(&recording, &form);
        assert!(body_has(&recording, "REDACTED"), "{form}: {recording}");
    }
}

#[test]
fn a_password_of_basic_authentication_is_remembered() {
    let mut scrubber = Scrubber::new();
    let pair = STANDARD.encode(format!("maria:{WORD}"));
    let request = Request::get("/v1/info").header("authorization", format!("Basic {pair}")).body(Bytes::new());
    assert_hidden(&exchange(&mut scrubber, request.expect("a request"), "{}"), &pair);
    assert_hidden(&exchange(&mut scrubber, run(WORD), "{}"), WORD);
}

#[test]
fn a_word_of_the_documents_is_never_a_secret() {
    let mut scrubber = Scrubber::new();
    for word in ["password", "workflow_started", "api_key"] {
        exchange(&mut scrubber, run("x"), &format!("{{\"token\":\"{word}\"}}"));
    }
    let recording = exchange(&mut scrubber, run("the password of workflow_started"), "{}");
    assert!(body_has(&recording, "the password of workflow_started"), "{recording}");
}

#[test]
fn what_would_leak_is_not_written() {
    let mut scrubber = Scrubber::new();
    // The name of a described member cannot be replaced; a secret like it is learned by hand.
    scrubber.learn("20 GMT");
    assert!(scrubber.check("at 20 GMT").is_err());
    scrubber.learn(WORD);
    let request = Request::get("/v1/info").body(Bytes::new()).expect("a request");
    let response = Response::builder().status(404).body(Bytes::new()).expect("an answer");
    scrubber.learn("NOT FOUND");
    let leak =
        Unscrubbed::new(&request, &response).recording(&mut scrubber).expect_err("the reason is no text of a body");
    assert_eq!(leak.to_string(), "a secret that was seen before was left in it");
}

#[test]
fn debug_output_shows_no_secret() {
    let mut scrubber = Scrubber::new();
    scrubber.learn(WORD);
    let exchange = Unscrubbed::new(&run(WORD), &Response::new(Bytes::from_static(WORD.as_bytes())));
    let shown = format!("{scrubber:?} {exchange:?}");
    assert!(!shown.contains(WORD), "{shown}");
}
