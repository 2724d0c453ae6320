//! Answers that are whole, and wrong.

use std::time::{Duration, SystemTime};

use dify_mock::fault::{Answer, Damage, Fault};
use futures_util::StreamExt;
use reqwest::redirect::Policy;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::raw::{CHAT, INFO, conversations};
use crate::common::{Caller, read};

fn question() -> Value {
    json!({"query": "Hello", "inputs": {}, "user": "maria", "response_mode": "streaming"})
}

async fn info(fault: Fault) -> Response {
    let caller = Caller::new("app-chat").await;
    caller.server.faults().on(INFO).inject(fault);
    caller.call(Method::GET, "/info").send().await.expect("answered")
}

#[tokio::test]
async fn gateway_pages_are_html_with_and_without_retry_after() {
    for status in [408, 502, 503, 504, 524] {
        let response = info(Fault::Refused(Answer::page(status))).await;
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers()["content-type"], "text/html");
        assert!(!response.headers().contains_key("retry-after"));
        assert!(!response.headers().contains_key("x-version"), "Dify did not say this");
        let page = response.text().await.expect("read");
        assert!(page.starts_with("<html>") && page.contains(&status.to_string()), "{page}");
    }
    let seconds = info(Fault::Refused(Answer::page(503).retry_after(Duration::from_secs(7)))).await;
    assert_eq!(seconds.headers()["retry-after"], "7");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let date = info(Fault::Refused(Answer::page(503).retry_at(time))).await;
    assert_eq!(date.headers()["retry-after"], "Tue, 14 Nov 2023 22:13:20 GMT");
}

/// Dates that HTTP cannot write once panicked.
#[tokio::test]
async fn any_moment_is_a_date_of_retry_after() {
    let (long, epoch) = (Duration::from_secs(300_000_000_000), SystemTime::UNIX_EPOCH);
    for (time, date) in [
        (epoch - Duration::from_secs(1), "Thu, 01 Jan 1970 00:00:00 GMT"),
        (epoch + long, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] {
        let response = info(Fault::Refused(Answer::page(503).retry_at(time))).await;
        assert_eq!(response.headers()["retry-after"], date);
    }
}

#[tokio::test]
async fn a_dripping_answer_never_ends() {
    let mut response = info(Fault::Refused(Answer::page(404).dripping(Duration::ZERO))).await;
    let mut drops = 0;
    while drops < 20 {
        let piece = response.chunk().await.expect("bytes").expect("no end");
        drops += piece.iter().filter(|byte| **byte == b' ').count();
    }
}

#[tokio::test]
async fn dify_s_own_errors_have_its_shape() {
    for (answer, code) in [
        (Answer::too_many_requests(), json!("too_many_requests")),
        (Answer::rate_limit_error(), json!("rate_limit_error")),
        (Answer::internal_error(), json!("unknown")),
    ] {
        let (status, error) = read(info(Fault::Refused(answer)).await).await;
        assert_eq!((&error["code"], &error["status"]), (&code, &json!(status)));
        assert!(error["message"].is_string());
    }
}

#[tokio::test]
async fn a_refused_request_is_not_acted_on_and_a_replaced_one_is() {
    let caller = Caller::new("app-chat").await;
    let page = Answer::page(502);
    caller.server.faults().on(CHAT).times(1).inject(Fault::Refused(page.clone()));
    caller.server.faults().on(CHAT).times(1).inject(Fault::Replaced(page));
    for made in [0, 1] {
        let (status, page) = caller.post("/chat-messages", question()).await;
        assert_eq!(status, 502, "{page}");
        assert_eq!(conversations(&caller.server).await, made);
    }
    let executed: Vec<_> = caller.server.requests().iter().map(|request| (request.status, request.executed)).collect();
    assert_eq!(executed, [(502, false), (200, true), (502, true), (200, true)]);
    let last = caller.stream("/chat-messages", question()).await;
    assert_eq!(last.last().map(|event| event["event"].clone()), Some(json!("message_end")));
}

#[tokio::test]
async fn redirects_lead_where_they_say() {
    let caller = Caller::new("app-chat").await;
    let there = caller.server.base_url();
    caller.server.faults().on(INFO).times(1).inject(Fault::Refused(Answer::redirect(302, "http://example.invalid/v1")));
    caller.server.faults().on(INFO).times(1).inject(Fault::Refused(Answer::redirect(307, format!("{there}/site"))));
    let stubborn = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
    let first = stubborn.get(format!("{there}/info")).bearer_auth("app-chat").send().await.expect("answered");
    assert_eq!(
        (first.status().as_u16(), &first.headers()["location"]),
        (302, &"http://example.invalid/v1".parse().expect("a value"))
    );
    let (status, site) = caller.get("/info").await;
    assert_eq!((status, site["title"].is_string()), (200, true), "{site}");
}

#[tokio::test]
async fn any_answer_can_be_given_and_what_http_does_not_allow_is_left_out() {
    let answer = Answer::new(418).body("text/plain", "short and stout").header("x-pot", "yes").header("x bad", "\n");
    let response = info(Fault::Refused(answer)).await;
    assert_eq!((response.status().as_u16(), &response.headers()["x-pot"]), (418, &"yes".parse().expect("a value")));
    assert_eq!(response.text().await.expect("read"), "short and stout");
    assert_eq!(info(Fault::Refused(Answer::new(7))).await.status(), 500);
}

#[tokio::test]
async fn json_is_damaged_in_plain_answers_and_in_each_event() {
    let text = info(Fault::Damaged(Damage::Truncated)).await.text().await.expect("the HTTP around it is whole");
    assert!(text.starts_with("{\"name\"") && serde_json::from_str::<Value>(&text).is_err(), "{text}");
    let (_, value) = read(info(Fault::Damaged(Damage::WrongType("/name".to_owned()))).await).await;
    assert_eq!((&value["name"], value["mode"].is_string()), (&json!(7), true));
    let (_, value) = read(info(Fault::Damaged(Damage::Missing("/name".to_owned()))).await).await;
    assert!(value.get("name").is_none() && value.get("mode").is_some());

    let caller = Caller::new("app-chat").await;
    caller.server.faults().on(CHAT).inject(Fault::Damaged(Damage::WrongType("/answer".to_owned())));
    let events = caller.stream("/chat-messages", question()).await;
    let message = |event: &&Value| event["event"] == "message";
    assert!(
        events.iter().filter(message).count() > 0 && events.iter().filter(message).all(|event| event["answer"] == 7)
    );
    caller.server.faults().clear();
    caller.server.faults().on(CHAT).inject(Fault::Damaged(Damage::NoMembers));
    let events = caller.stream("/chat-messages", question()).await;
    assert!(events.iter().all(|event| event.as_object().is_some_and(|members| members.len() == 1)), "{events:?}");
}

#[tokio::test]
async fn the_media_type_is_another() {
    let response = info(Fault::MediaType("text/html".to_owned())).await;
    assert_eq!(response.headers()["content-type"], "text/html");
    assert!(read(response).await.1["name"].is_string());
    assert!(!info(Fault::MediaType("\n".to_owned())).await.headers().contains_key("content-type"));
}

#[tokio::test]
async fn bodies_are_huge_and_nobody_holds_them() {
    const SIZE: u64 = 192 << 20;
    let caller = Caller::new("app-chat").await;
    caller.server.faults().on(INFO).times(1).inject(Fault::Huge(1 << 20));
    let (_, value) = caller.get("/info").await;
    assert!(value["name"].is_string(), "spaces are no matter");
    caller.server.faults().on(INFO).inject(Fault::Refused(Answer::internal_error().filled(SIZE)));
    caller.server.faults().on(CHAT).inject(Fault::Huge(SIZE));
    let asked = caller.call(Method::POST, "/chat-messages").json(&question());
    for (request, begins) in [(caller.call(Method::GET, "/info"), "{"), (asked, "data: xxx")] {
        let mut stream = request.send().await.expect("answered").bytes_stream();
        let (mut length, mut head) = (0, Vec::new());
        while let Some(piece) = stream.next().await {
            let piece = piece.expect("it goes on");
            head.extend(piece.iter().take(9_usize.saturating_sub(head.len())));
            length += piece.len() as u64;
        }
        assert!(length > SIZE && head.starts_with(begins.as_bytes()), "{length} bytes, {head:?}");
    }
    let peak = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        peak.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    assert!(peak.is_none_or(|kilobytes| kilobytes < 160 << 10), "{peak:?} kB at most");
}

#[tokio::test]
async fn headers_are_many_or_long() {
    let many = info(Fault::ManyHeaders(50)).await;
    assert_eq!(many.headers().iter().filter(|(name, _)| name.as_str().starts_with("x-one-more")).count(), 50);
    assert_eq!(info(Fault::LongHeader(5000)).await.headers()["x-long"].len(), 5000);
    let caller = Caller::new("app-chat").await;
    caller.server.faults().on(INFO).inject(Fault::ManyHeaders(30_000));
    let error = caller.call(Method::GET, "/info").send().await.expect_err("more than a client takes");
    assert_eq!(caller.server.requests()[0].status, 200, "{error}");
}
