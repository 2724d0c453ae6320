//! What empties the cache.

use super::*;
use crate::types::ChatEvent;
use tokio::sync::mpsc;

/// Answers reads; a write has the answer of its last segment. Returns what receives a message for each write.
async fn writable() -> (Server, mpsc::UnboundedReceiver<()>) {
    let (arrived, arrivals) = mpsc::unbounded_channel();
    let server = Server::answering(move |request| {
        let line = request.lines().next().unwrap_or_default();
        if line.starts_with("GET /v1/info ") {
            return json_of("1.16.1", 200, INFO);
        }
        let _ = arrived.send(());
        match line.split(' ').nth(1).and_then(|path| path.rsplit('/').next()).unwrap_or_default() {
            "fails" => json_of("1.16.1", 500, "{}"),
            "refuses" => json_of("1.16.1", 400, r#"{"code":"invalid_param","message":"","status":400}"#),
            "cuts" => vec![Step::Cut],
            "silent" => vec![Step::Wait(MINUTE)],
            "chat-messages" => vec![event_stream(), Step::Wait(MINUTE)],
            "ends" => vec![event_stream(), say("data: {\"event\":\"ping\"}\n\n")],
            _ => json_of("1.16.1", 200, r#"{"result":"success"}"#),
        }
    });
    (server.await, arrivals)
}

/// Returns whether the cache was empty, and fills it.
async fn emptied(app: &App) -> bool {
    !info(app).with_response().await.expect("an answer").from_cache()
}

#[tokio::test]
async fn any_write_empties_the_cache_whatever_comes_of_it() {
    let (server, _arrivals) = writable().await;
    let app = client(&server, &Cache::new());
    let limited = |call: crate::RawRequest| call.timeouts(|limits| limits.call(Duration::from_millis(20)));
    assert!(emptied(&app).await && !emptied(&app).await);
    for path in ["/well", "/fails", "/refuses", "/cuts", "/silent"] {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let _ = limited(app.request(method.clone(), path)).send().await;
            assert!(emptied(&app).await && !emptied(&app).await, "{method} {path}");
        }
        let _ = limited(app.request(Method::GET, path)).send().await;
        assert!(!emptied(&app).await, "GET {path}");
    }
    // A `GET` that is no read.
    let _ = app.request(Method::GET, "/well").idempotent(false).send().await;
    assert!(emptied(&app).await);
    app.messages()
        .feedback("m-1", &crate::types::MessageFeedbackRequest::new().user("user-1"))
        .await
        .expect("an answer");
    assert!(emptied(&app).await && !emptied(&app).await);
    // Nothing is sent, and nothing written.
    let _ = app.chat().send(&ChatRequest::new("Hello").user("")).await.expect_err("no user");
    assert!(app.clone().info().get().cached(MINUTE).with_response().await.is_ok());
}

#[tokio::test]
async fn clones_and_clients_with_the_same_key_are_emptied_together() {
    let ((server, _arrivals), cache) = (writable().await, Cache::new());
    let [one, same] = [client(&server, &cache), client(&server, &cache)];
    let other = builder(&server).api_key("app-other").cache(cache.clone()).build().expect("a client");
    assert!(emptied(&one).await && !emptied(&same).await && !emptied(&one.clone()).await);
    assert!(emptied(&other).await && !emptied(&other).await);
    one.request(Method::POST, "/well").send().await.expect("an answer");
    assert!(emptied(&same).await && !emptied(&one).await && !emptied(&other).await);
}

#[tokio::test]
async fn a_read_during_a_write_is_not_kept_beyond_it() {
    let (server, mut arrivals) = writable().await;
    let app = client(&server, &Cache::new());
    let writing = tokio::spawn(app.request(Method::POST, "/silent").send());
    arrivals.recv().await.expect("a request");
    assert!(emptied(&app).await && !emptied(&app).await);
    // Dropped, with an outcome that is unknown.
    writing.abort();
    let _ = writing.await;
    assert!(emptied(&app).await);
}

#[tokio::test]
async fn a_read_that_began_before_a_write_is_not_kept() {
    let (asked, mut reads) = mpsc::unbounded_channel();
    let server = Server::answering(move |request| {
        if request.starts_with("GET") {
            let _ = asked.send(());
            let mut steps = vec![Step::Wait(Duration::from_millis(40))];
            steps.extend(json_of("1.16.1", 200, INFO));
            return steps;
        }
        json_of("1.16.1", 200, "{}")
    });
    let server = server.await;
    let app = client(&server, &Cache::new());
    let read = tokio::spawn(info(&app));
    reads.recv().await.expect("a request");
    app.request(Method::POST, "/well").send().await.expect("an answer");
    // It does not even wait for the read that may be too old.
    let mut later = info(&app);
    tokio::select! {
        biased;
        _ = &mut later => panic!("it is over"),
        Some(()) = reads.recv() => {}
    }
    read.await.expect("a task").expect("an answer");
    later.await.expect("an answer");
    assert!(!emptied(&app).await, "the second read is kept");
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_stream_empties_the_cache_until_it_ends() {
    let (server, mut arrivals) = writable().await;
    let app = client(&server, &Cache::new());
    assert!(emptied(&app).await);
    let stream = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect("a stream");
    arrivals.recv().await.expect("a request");
    assert!(emptied(&app).await && !emptied(&app).await);
    drop(stream);
    assert!(emptied(&app).await && !emptied(&app).await);

    // A run that is followed writes as well.
    let stream = app.request(Method::GET, "/chat-messages").stream::<ChatEvent>().await.expect("a stream");
    assert!(emptied(&app).await && !emptied(&app).await);
    drop(stream);
    assert!(emptied(&app).await);

    let mut stream = app.request(Method::POST, "/ends").stream::<ChatEvent>().await.expect("a stream");
    assert!(emptied(&app).await);
    while stream.next().await.is_some() {}
    // It has ended, and is still there.
    assert!(emptied(&app).await && !emptied(&app).await);
    drop(stream);
    assert!(!emptied(&app).await);
}
