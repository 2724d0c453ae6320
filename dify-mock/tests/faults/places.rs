//! Where in the body of an answer it happens.

use std::time::Duration;

use dify_mock::fault::{Ending, Fault, Place};

use super::raw::{CHAT, End, INFO, Seen, ask, exchange, get_info, server};

async fn cut(at: Place, request: &[u8]) -> Seen {
    let server = server().await;
    server.faults().anywhere().inject(Fault::Cut { at, by: Ending::Close });
    let seen = exchange(&server, request).await;
    assert_eq!(seen.end, End::Closed, "{at:?}");
    seen
}

fn whole_events(text: &str) -> usize {
    text.matches("\n\n").count()
}

#[tokio::test]
async fn a_stream_is_cut_where_it_is_said() {
    let question = ask("Hello");
    let before = cut(Place::BeforeBody, &question).await;
    assert!(before.head().contains("transfer-encoding: chunked") && before.body().is_empty());
    assert_eq!(cut(Place::AfterBytes(33), &question).await.chunked().len(), 33);

    let after = cut(Place::AfterEvents(2), &question).await;
    assert_eq!((whole_events(&after.chunked_text()), after.chunks().1), (2, false));
    assert!(after.chunked_text().ends_with("\n\n"));

    let inside = cut(Place::InEvent(2), &question).await;
    assert_eq!(whole_events(&inside.chunked_text()), 2);
    assert!(!inside.chunked_text().ends_with('\n'));
    assert!(inside.chunks().0.iter().all(|(size, data)| *size == data.len()), "each chunk is whole");

    let end = cut(Place::AtEnd, &question).await;
    assert!(end.chunked_text().contains("message_end") && end.chunked_text().ends_with("\n\n"));
    assert!(!end.chunks().1, "the chunk that ends it is missing");
    let beyond = cut(Place::InEvent(10_000), &question).await;
    assert_eq!(whole_events(&beyond.chunked_text()), whole_events(&end.chunked_text()));
}

#[tokio::test]
async fn a_stream_is_cut_within_a_character() {
    let seen = cut(Place::InCharacter(1), &ask("Hello")).await;
    let data = seen.chunked();
    assert_eq!(data.last(), Some(&0xc3), "the first of two bytes");
    assert!(std::str::from_utf8(&data[..data.len() - 1]).is_ok());
}

#[tokio::test]
async fn a_stream_is_cut_within_a_chunk() {
    let (chunks, ended) = cut(Place::InChunk(1), &ask("Hello")).await.chunks();
    let (size, data) = chunks.last().expect("chunks");
    assert!(!ended && *size > data.len() && !data.is_empty(), "{size} announced, {} sent", data.len());
    let (chunks, ended) = cut(Place::InChunk(0), &get_info()).await.chunks();
    assert!(!ended && chunks.len() == 1 && chunks[0].0 > chunks[0].1.len(), "not only in streams");
}

#[tokio::test]
async fn a_plain_answer_is_cut_in_its_middle_or_after_its_end() {
    for place in [Place::AfterEvents(3), Place::InEvent(0)] {
        let seen = cut(place, &get_info()).await;
        assert!(seen.body().starts_with(b"{") && !seen.text().ends_with('}'), "{place:?}");
    }
    let seen = cut(Place::InCharacter(0), &get_info()).await;
    assert_eq!(seen.chunked().last(), Some(&0xc3));
    let whole = cut(Place::AtEnd, &get_info()).await;
    serde_json::from_slice::<serde_json::Value>(whole.body()).expect("whole");
}

#[tokio::test]
async fn a_length_is_larger_than_the_body() {
    let server = server().await;
    server.faults().anywhere().inject(Fault::Overstated(5));
    for request in [get_info(), ask("Hello")] {
        let seen = exchange(&server, &request).await;
        let length = format!("content-length: {}\r\n", seen.body().len() + 5);
        assert!(format!("{}\r\n", seen.head()).contains(&length), "{} and {length}", seen.head());
        assert_eq!(seen.end, End::Closed);
    }
}

#[tokio::test]
async fn a_body_stops_for_a_while_and_goes_on_whole() {
    let pause = Duration::from_millis(120);
    let places = [
        Place::BeforeBody,
        Place::AfterBytes(7),
        Place::AfterEvents(1),
        Place::InEvent(1),
        Place::InCharacter(0),
        Place::InChunk(1),
        Place::AtEnd,
    ];
    for at in places {
        let server = server().await;
        server.faults().anywhere().inject(Fault::Pause { at, lasts: pause });
        let seen = exchange(&server, &ask("Hello")).await;
        let longest = seen.reads.windows(2).map(|two| two[1].0 - two[0].0).max();
        assert!(longest.is_some_and(|gap| gap >= pause * 3 / 4), "{at:?}: {:?}", seen.reads);
        assert!(seen.chunks().1, "{at:?}: it ends as it should");
        assert_eq!(
            crate::common::events(&seen.chunked_text()).last().map(|event| event["event"] == "message_end"),
            Some(true)
        );
        let plain = exchange(&server, &get_info()).await;
        let body = if plain.head().contains("chunked") { plain.chunked() } else { plain.body().to_vec() };
        serde_json::from_slice::<serde_json::Value>(&body).expect("whole at last");
    }
}

#[tokio::test]
async fn bytes_come_one_by_one() {
    let server = server().await;
    server.faults().on(CHAT).inject(Fault::Slices { bytes: 1, pause: Duration::ZERO });
    server.faults().on(INFO).inject(Fault::Slices { bytes: 0, pause: Duration::from_millis(1) });
    let seen = exchange(&server, &ask("Hello")).await;
    let (chunks, ended) = seen.chunks();
    assert!(ended, "{:?} {}", seen.end, seen.bytes.len());
    assert!(chunks.iter().all(|(size, _)| *size == 1));
    assert!(seen.chunked_text().contains("message_end"));
    let seen = exchange(&server, &get_info()).await;
    assert!(seen.reads.len() > seen.chunked().len() / 2, "{} reads", seen.reads.len());
}
