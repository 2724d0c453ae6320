//! Event streams that are odd, and streams without end.

use std::time::Duration;

use dify_mock::fault::{Fault, LineEnd, Place};

use super::raw::{CHAT, End, ask, exchange, exchange_until, get_info, server};
use crate::common::{events, kinds};

async fn stream(fault: Fault) -> Vec<u8> {
    let server = server().await;
    server.faults().anywhere().inject(fault);
    let seen = exchange(&server, &ask("Hello")).await;
    assert_eq!((&seen.end, seen.chunks().1), (&End::Silent, true), "whole, and the connection lives");
    seen.chunked()
}

#[tokio::test]
async fn lines_end_otherwise() {
    let crlf = stream(Fault::LineEnds(LineEnd::Crlf)).await;
    let text = String::from_utf8(crlf).expect("UTF-8");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert_eq!(kinds(&events(&text.replace("\r\n", "\n"))), ["message", "message_end"]);
    let cr = String::from_utf8(stream(Fault::LineEnds(LineEnd::Cr)).await).expect("UTF-8");
    assert!(!cr.contains('\n'));
    assert_eq!(kinds(&events(&cr.replace('\r', "\n"))), ["message", "message_end"]);
}

#[tokio::test]
async fn a_byte_order_mark_comes_first() {
    let bytes = stream(Fault::ByteOrderMark).await;
    assert_eq!(&bytes[..7], b"\xef\xbb\xbfdata");
    let server = server().await;
    server.faults().anywhere().inject(Fault::ByteOrderMark);
    assert_eq!(&exchange(&server, &get_info()).await.chunked()[..4], b"\xef\xbb\xbf{");
}

#[tokio::test]
async fn line_separators_stand_raw_in_each_event() {
    let text = String::from_utf8(stream(Fault::LineSeparators).await).expect("UTF-8");
    let events = events(&text);
    assert_eq!(text.matches('\u{2028}').count(), events.len());
    assert!(events.iter().all(|event| event["_"] == "\u{2028}" && !event["event"].is_null()));
}

#[tokio::test]
async fn pings_never_end() {
    let server = server().await;
    let after = Place::AfterEvents(1);
    server.faults().on(CHAT).inject(Fault::EndlessPings { after, every: Duration::from_millis(1) });
    let seen = exchange_until(&server, &ask("Hello"), 4000).await;
    assert_eq!(seen.end, End::Enough);
    let text = seen.chunked_text();
    assert!(text.matches("event: ping\n\n").count() > 20 && text.matches("data: ").count() == 1, "{text}");
}

#[tokio::test]
async fn silence_never_ends() {
    for (after, some) in [(Place::BeforeBody, false), (Place::InEvent(1), true)] {
        let server = server().await;
        server.faults().on(CHAT).inject(Fault::Silence { after });
        let seen = exchange(&server, &ask("Hello")).await;
        assert_eq!((&seen.end, seen.body().is_empty()), (&End::Silent, !some), "{after:?}");
        assert_eq!(server.requests()[0].status, 200, "told as soon as the head is out");
    }
}

#[tokio::test]
async fn an_event_never_ends() {
    let server = server().await;
    server.faults().on(CHAT).inject(Fault::EndlessEvent { after: Place::AfterEvents(1) });
    let seen = exchange_until(&server, &ask("Hello"), 2 << 20).await;
    assert_eq!(seen.end, End::Enough);
    let data = seen.chunked();
    let start = data.windows(2).position(|two| two == b"\n\n").expect("an event") + 2;
    assert!(data[start..].starts_with(b"data: xxx"));
    assert!(!data[start..].contains(&b'\n'));
}

#[tokio::test]
async fn what_never_ends_ends_when_the_client_goes() {
    let server = server().await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    exchange(&server, &ask("Hello")).await;
    // The first connection has the server start what it keeps, and goes.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let idle = tasks();
    for fault in [
        Fault::Silence { after: Place::BeforeBody },
        Fault::EndlessEvent { after: Place::BeforeBody },
        Fault::EndlessPings { after: Place::BeforeBody, every: Duration::from_millis(1) },
    ] {
        server.faults().clear();
        server.faults().on(CHAT).inject(fault.clone());
        exchange_until(&server, &ask("Hello"), 2000).await;
        let gone = async {
            while tasks() > idle {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let gone = tokio::time::timeout(Duration::from_secs(5), gone).await;
        assert!(gone.is_ok(), "{fault:?}: {} tasks, {idle} before", tasks());
    }
}
