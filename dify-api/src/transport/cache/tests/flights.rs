//! One request, however many wait for it.

use super::*;
use crate::{TimeLimit, types::ErrorCode};
use futures_util::future::join_all;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc;

/// Leaves the first requests without an answer; returns what receives a message for each request that arrives.
async fn silent(first: usize) -> (Server, mpsc::UnboundedReceiver<()>) {
    let (arrived, arrivals) = mpsc::unbounded_channel();
    let count = AtomicUsize::new(0);
    let server = Server::answering(move |_| {
        let _ = arrived.send(());
        let silent = count.fetch_add(1, Ordering::SeqCst) < first;
        if silent { vec![Step::Wait(MINUTE)] } else { json_of("1.16.1", 200, INFO) }
    });
    (server.await, arrivals)
}

/// Polls a call once.
async fn begin<T>(call: &mut Call<T>) {
    tokio::select! {
        biased;
        _ = call => panic!("it is over"),
        () = std::future::ready(()) => {}
    }
}

#[tokio::test]
async fn many_callers_send_one_request() {
    let server = server().await;
    let app = client(&server, &Cache::new());
    let responses = join_all((0..100).map(|_| info(&app.clone()).with_response())).await;
    let responses = responses.into_iter().map(|response| response.expect("an answer"));
    let sent = responses.filter(|response| !response.from_cache());
    assert_eq!((sent.count(), server.seen().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_send_one_request() {
    let server = server().await;
    let app = client(&server, &Cache::new());
    let tasks = (0..100).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { info(&app).await.map(|info| info.name) })
    });
    for name in join_all(tasks).await {
        assert_eq!(name.expect("a task").expect("an answer"), "Tea");
    }
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn an_error_is_shared_and_not_kept() {
    let refusal = json_of("1.16.1", 404, r#"{"code":"not_found","message":"No app-5ecret.","status":404}"#);
    let server = Server::start(vec![refusal, json_of("1.16.1", 200, INFO)]).await;
    let app = client(&server, &Cache::new());
    for outcome in join_all((0..20).map(|_| info(&app))).await {
        let error = outcome.expect_err("refused");
        assert_eq!((error.operation(), error.attempts()), (Some("app_info_get"), 1));
        assert_eq!((error.code(), error.status().map(|s| s.as_u16())), (Some(&ErrorCode::NotFound), Some(404)));
        assert!(!format!("{error} {error:?} {error:#?}").contains("5ecret"), "{error}");
    }
    assert_eq!(server.seen().len(), 1);
    assert_eq!(twice(&server, || info(&app)).await, 1);
}

#[tokio::test]
async fn an_answer_that_cannot_be_decoded_is_shared_and_not_kept() {
    let answers = ["[]", r#"{"code":"x","message":"y","status":500}"#, INFO];
    let server = Server::start(answers.map(|body| json_of("1.16.1", 200, body)).to_vec()).await;
    let app = client(&server, &Cache::new());
    for sent in 1..3 {
        for outcome in join_all((0..20).map(|_| info(&app))).await {
            let error = outcome.expect_err("no information");
            assert!(matches!(error.kind(), ErrorKind::Decode(_)), "{error}");
        }
        assert_eq!(server.seen().len(), sent);
    }
    assert_eq!(twice(&server, || info(&app)).await, 1);
}

#[tokio::test]
async fn a_dropped_call_hands_over_to_one_that_waits() {
    let (server, mut arrivals) = silent(1).await;
    let app = client(&server, &Cache::new());
    let leader = tokio::spawn(info(&app));
    arrivals.recv().await.expect("a request");
    let mut waiting: Vec<_> = (0..20).map(|_| info(&app)).collect();
    for call in &mut waiting {
        begin(call).await;
    }
    leader.abort();
    for outcome in join_all(waiting).await {
        outcome.expect("an answer");
    }
    assert_eq!(server.seen().len(), 2);
}

// Guards against `try_get_with` of moka, which panics for the one who has seen 200 leaders leave.
#[tokio::test]
async fn any_number_of_calls_may_be_dropped_one_after_the_other() {
    let (server, _arrivals) = silent(0).await;
    let app = client(&server, &Cache::new());
    let mut calls: Vec<_> = (0..1000).map(|_| info(&app)).collect();
    for call in &mut calls {
        begin(call).await;
    }
    let last = calls.pop().expect("a call");
    for call in calls {
        drop(call);
        tokio::task::yield_now().await;
    }
    last.await.expect("an answer");
}

#[tokio::test]
async fn nothing_is_left_of_calls_that_were_dropped() {
    let (server, _arrivals) = silent(usize::MAX).await;
    let cache = Cache::new();
    let app = client(&server, &cache);
    let mut calls: Vec<_> = (0..10).map(|_| info(&app)).collect();
    for call in &mut calls {
        begin(call).await;
    }
    assert_eq!(cache.0.flights.count(), 1);
    drop(calls);
    assert_eq!(cache.0.flights.count(), 0);
}

#[tokio::test]
async fn each_caller_waits_within_its_own_limit() {
    let (server, mut arrivals) = silent(1).await;
    let app = client(&server, &Cache::new());
    let leader = tokio::spawn(info(&app));
    arrivals.recv().await.expect("a request");
    let limit = Duration::from_millis(20);
    let error = info(&app).timeouts(|limits| limits.call(limit)).await.expect_err("late");
    assert!(
        matches!(error.kind(), ErrorKind::Timeout(timeout) if timeout.which == TimeLimit::Call && timeout.limit == limit)
    );
    assert_eq!((error.attempts(), error.operation(), error.may_have_acted()), (0, Some("app_info_get"), false));
    assert!(!leader.is_finished() && server.seen().len() == 1);
    leader.abort();
}

#[tokio::test]
async fn the_limit_of_one_caller_does_not_fail_another() {
    let (server, mut arrivals) = silent(1).await;
    let app = client(&server, &Cache::new());
    let leader = tokio::spawn(info(&app).timeouts(|limits| limits.call(Duration::from_millis(50))));
    arrivals.recv().await.expect("a request");
    let name = info(&app).await.expect("an answer").name;
    assert_eq!((name.as_str(), server.seen().len()), ("Tea", 2));
    let error = leader.await.expect("a task").expect_err("late");
    assert!(error.is_timeout() && error.attempts() == 1, "{error}");
}

#[tokio::test]
async fn a_caller_that_takes_over_keeps_its_limit() {
    let (server, mut arrivals) = silent(usize::MAX).await;
    let app = client(&server, &Cache::new());
    let limit = Duration::from_millis(60);
    let leader = tokio::spawn(info(&app));
    arrivals.recv().await.expect("a request");
    let begun = tokio::time::Instant::now();
    let mut waiter = info(&app).timeouts(|limits| limits.call(limit));
    begin(&mut waiter).await;
    later(Duration::from_millis(59)).await;
    leader.abort();
    let error = waiter.await.expect_err("late");
    assert!(error.is_timeout(), "{error}");
    // Counted again from the change, it would be 59 ms more.
    assert!(begun.elapsed() < limit + Duration::from_millis(50), "{:?}", begun.elapsed());
}

// Each would send a request when its time is over, one after the other.
#[tokio::test]
async fn callers_whose_time_ends_together_send_one_request() {
    let (server, mut arrivals) = silent(usize::MAX).await;
    let app = client(&server, &Cache::new());
    let limit = Duration::from_millis(100);
    let calls = (0..20).map(|_| info(&app).timeouts(|limits| limits.call(limit)));
    let waiting = tokio::spawn(join_all(calls));
    arrivals.recv().await.expect("a request");
    for outcome in waiting.await.expect("a task") {
        assert!(outcome.expect_err("late").is_timeout());
    }
    assert_eq!(server.seen().len(), 1);
}
