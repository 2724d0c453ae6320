//! Connections that end, and requests that were or were not acted on.

use std::time::Duration;

use dify_mock::fault::{Answer, Ending, Fault, Place};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::raw::{CHAT, End, INFO, ask, conversations, exchange, get_info, server};

#[tokio::test]
async fn a_connection_ends_without_a_byte_and_only_a_lost_answer_was_acted_on() {
    let cases = [
        (Fault::Unanswered(Ending::Reset), End::Reset, false),
        (Fault::Unanswered(Ending::Close), End::Closed, false),
        (Fault::Lost(Ending::Reset), End::Reset, true),
        (Fault::Lost(Ending::Close), End::Closed, true),
    ];
    for (fault, end, acted) in cases {
        let server = server().await;
        server.faults().on(CHAT).times(1).inject(fault.clone());
        let seen = exchange(&server, &ask("Hello")).await;
        assert_eq!((seen.end, seen.bytes.len()), (end, 0), "{fault:?}");
        assert_eq!(conversations(&server).await, usize::from(acted), "{fault:?}");
        let request = server.requests().swap_remove(0);
        assert_eq!((request.fault.as_deref(), request.executed, request.status), (Some(&fault), acted, 0));
        assert!(request.body.starts_with(b"{\"query\""), "it is kept whole");
        assert_eq!(server.executions("one"), u32::from(acted));
        assert_eq!(exchange(&server, &ask("Hello")).await.end, End::Silent, "the next one is kept alive as ever");
    }
}

#[tokio::test]
async fn a_body_ends_by_reset_or_by_close_after_what_was_sent() {
    for (by, end) in [(Ending::Reset, End::Reset), (Ending::Close, End::Closed)] {
        let server = server().await;
        server.faults().on(INFO).inject(Fault::Cut { at: Place::AfterBytes(10), by });
        let seen = exchange(&server, &get_info()).await;
        assert_eq!((&seen.end, seen.body().len()), (&end, 10), "{by:?}");
        assert!(seen.head().starts_with("http/1.1 200 ok\r\n"), "{}", seen.head());
        assert!(seen.head().contains("content-type: application/json"));
        let length = seen.head().split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        assert!(length.is_some_and(|length: usize| length > 10), "it announces the whole");
        let request = server.requests().swap_remove(0);
        assert_eq!((request.executed, request.status), (true, 200));
    }
}

#[tokio::test]
async fn garbage_goes_out_as_it_is() {
    let server = server().await;
    server.faults().on_path("/v1/chat-messages").inject(Fault::Garbage("SSH-2.0-OpenSSH\r\n".into()));
    let seen = exchange(&server, &ask("Hello")).await;
    assert_eq!((seen.text().as_str(), seen.end), ("SSH-2.0-OpenSSH\r\n", End::Closed));
    assert_eq!(conversations(&server).await, 0);
}

#[tokio::test]
async fn a_head_is_late_or_trickles() {
    let server = server().await;
    server.faults().on(INFO).times(1).inject(Fault::LateHead(Duration::from_millis(150)));
    server.faults().on(INFO).times(1).inject(Fault::TricklingHead(Duration::from_millis(2)));
    let late = exchange(&server, &get_info()).await;
    assert!(late.reads[0].0 >= Duration::from_millis(150), "{:?}", late.reads);
    assert!(late.head().starts_with("http/1.1 200 ok"));
    let trickling = exchange(&server, &get_info()).await;
    let head = trickling.head().len() + 4;
    assert!(trickling.reads.len() > head / 2, "{} reads for {head} bytes", trickling.reads.len());
    assert!(trickling.reads.last().is_some_and(|(time, _)| *time >= Duration::from_millis(2) * head as u32));
    assert_eq!(trickling.end, End::Closed);
    serde_json::from_slice::<serde_json::Value>(trickling.body()).expect("whole at last");
}

#[tokio::test]
async fn an_answer_comes_while_the_body_is_still_unread() {
    let server = server().await;
    server.faults().on(CHAT).inject(Fault::Unread(Answer::page(503)));
    let mut stream = tokio::net::TcpStream::connect(server.address()).await.expect("connected");
    let head = "POST /v1/chat-messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                authorization: Bearer app-chat\r\ncontent-length: 1000000\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered and closed");
    assert!(answer.starts_with(b"HTTP/1.1 503"), "{}", String::from_utf8_lossy(&answer));
    let request = server.requests().swap_remove(0);
    assert_eq!((request.executed, request.body_length, request.status), (false, 0, 503));
}
