//! Events that are lent.

use super::{END, MESSAGE, open};
use crate::{Event as _, tests::test_server::say, types::ChatEvent};

/// A message without the member that 1.16.1 added, and one with it.
const OLDER: &str = concat!(
    r#"data: {"event":"message","task_id":"t1","id":"m","message_id":"m","conversation_id":"c","created_at":1,"answer":"o"}"#,
    "\n\n"
);
const NEWER: &str = concat!(
    r#"data: {"event":"message","task_id":"t1","id":"m","message_id":"m","conversation_id":"c","created_at":1,"#,
    r#""answer":"a longer piece","from_variable_selector":["llm","text"]}"#,
    "\n\n"
);

#[tokio::test]
async fn a_lent_event_is_read_into_the_memory_of_the_one_before() {
    let mut stream = open(vec![say(NEWER), say(MESSAGE), say("event: ping\n\n"), say(MESSAGE), say(END)]).await;
    let mut places = Vec::new();
    while let Some(event) = stream.next_ref().await {
        if let ChatEvent::Message(message) = event.expect("an event") {
            places.push((message.answer.as_ptr(), message.answer.len()));
        }
    }
    let [(first, 14), (second, 2), (third, 2)] = places[..] else { panic!("{places:?}") };
    assert_eq!((first, first), (second, third));
}

#[tokio::test]
async fn a_lent_event_keeps_nothing_of_the_one_before() {
    let mut stream =
        open(vec![say(NEWER), say(OLDER), say("data: {\"event\":\"message\",\"answer\":7}\n\n"), say(END)]).await;
    let mut seen = Vec::new();
    while let Some(event) = stream.next_ref().await {
        seen.push(match event.expect("an event") {
            ChatEvent::Message(message) => format!("{} {:?}", message.answer, message.from_variable_selector),
            other => format!("{} {}", other.name(), other.decode_error().is_some()),
        });
    }
    assert_eq!(seen, ["a longer piece Some([\"llm\", \"text\"])", "o None", "message true", "message_end false"]);
    assert_eq!(stream.substitutions(), 1);
}

#[tokio::test]
async fn lent_and_owned_events_come_from_one_stream() {
    let mut stream = open(vec![say(MESSAGE), say(NEWER), say(END)]).await;
    let lent = stream.next_ref().await.expect("an event").expect("no error").clone();
    let owned = stream.next().await.expect("an event").expect("no error");
    assert_eq!((lent.text(), owned.text()), (Some("hi"), Some("a longer piece")));
    assert_eq!(stream.next_ref().await.expect("an event").expect("no error").name(), "message_end");
    assert!(stream.next_ref().await.is_none());
}
