//! Streams whose servers bring nothing for long: on a clock that does not run.

use super::{END, MESSAGE};
use crate::{
    App, EventStream, Timeouts,
    error::Context,
    operation::{Credential, Named},
    stream::event_stream::{Probe, ProbedState},
    transport::{
        exchange::{Content, Exchange, Expect},
        incoming::Incoming,
        timer::Timer,
    },
    types::ChatEvent,
};
use bytes::Bytes;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// A stream of these pieces, and then a ping every ten seconds for ever.
fn pings_after(pieces: &[&'static str], timeouts: Timeouts) -> EventStream<ChatEvent> {
    let app = App::builder().api_key("app-5ecret").base_url("http://127.0.0.1:9/v1").build().expect("a client");
    let pieces: Vec<_> = pieces.iter().map(|piece| (0, *piece)).collect();
    let pieces = pieces.into_iter().chain(std::iter::repeat((10, "event: ping\n\n")));
    let body = futures_util::stream::unfold(pieces, |mut pieces| async {
        let (wait, piece) = pieces.next()?;
        tokio::time::sleep(Duration::from_secs(wait)).await;
        Some((Ok::<_, io::Error>(Bytes::from(piece)), pieces))
    });
    let body = reqwest::Body::wrap_stream(body);
    let incoming = Incoming::new(body, timeouts.read_idle, None, Timer::new(None));
    let named = Named::by_hand(reqwest::Method::GET, "/events".to_owned(), Credential::App);
    let circumstances = Context::of(named.clone(), crate::values::redactor::Secrets::default());
    let exchange = Exchange::new(&app.transport, named, Err(String::new()), Expect::Events);
    let observation = exchange.observed();
    EventStream::new(Content::Open(incoming), circumstances, app.transport.clone(), timeouts, None, observation)
}

/// Guards a fault: pings after the last event kept a whole answer back for minutes.
#[tokio::test(start_paused = true)]
async fn pings_after_the_end_are_not_listened_to_for_long() {
    for timeouts in [Timeouts::default(), Timeouts::none()] {
        let begun = Instant::now();
        let answer = pings_after(&[MESSAGE, END], timeouts).into_answer().await.expect("a whole answer");
        assert_eq!(answer.text, "hi");
        assert_eq!(begun.elapsed().as_secs(), 10);
    }
}

/// A probe that finds these states, one after the other, and how often it was asked.
fn probe(states: Vec<fn() -> ProbedState>) -> (Probe, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let probe = Probe::new(move || {
        let state = states.get(count.fetch_add(1, Ordering::Relaxed)).copied();
        Box::pin(async move { state.map_or(ProbedState::Unknown, |state| state()) })
    });
    (probe, asked)
}

/// The data of the last event.
fn ended() -> ProbedState {
    ProbedState::Ended(END.trim_start_matches("data: ").to_owned())
}

/// Guards a fault: a follower who came too late waited for 300 s.
#[tokio::test(start_paused = true)]
async fn a_run_is_asked_for_when_its_stream_brings_only_pings() {
    let begun = Instant::now();
    let mut stream = pings_after(&[MESSAGE], Timeouts::default());
    let (probe, asked) = probe(vec![|| ProbedState::Unknown, || ProbedState::Paused, ended]);
    stream.probe(probe);
    let answer = stream.into_answer().await.expect("the end");
    assert_eq!((&*answer.text, answer.complete, asked.load(Ordering::Relaxed)), ("hi", true, 3));
    assert_eq!(begun.elapsed().as_secs(), 45);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_stays_paused_ends_a_stream_that_is_to_end_so() {
    let begun = Instant::now();
    let mut stream = pings_after(&[MESSAGE], Timeouts::default());
    let (probe, _) = probe(vec![|| ProbedState::Paused; 9]);
    stream.probe(probe);
    stream.source_mut().ends_with_pause = true;
    assert!(stream.next().await.is_some_and(|event| event.is_ok()));
    assert!(stream.next().await.is_none() && stream.failure().is_none());
    assert_eq!(begun.elapsed().as_secs(), 30);
}
