//! A limit on the requests that a client has under way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use dify_api::{App, ErrorKind, TimeLimit, types::ChatRequest};
use dify_mock::{
    Server,
    fault::{Answer, Fault},
};
use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

fn question(text: &str) -> ChatRequest {
    ChatRequest::new(text).user("user-1")
}

#[tokio::test]
async fn a_stream_counts_until_it_is_dropped_and_may_be_stopped() {
    let server = Server::start().await.expect("the server starts");
    let builder = App::builder().api_key("app-chat").base_url(server.base_url()).max_in_flight(1);
    let app = builder.build().expect("a client");
    let mut stream = app.chat().stream(&question("SLOW5 Hello")).await.expect("a stream");
    let hurried = app.info().get().timeouts(|limits| limits.call(Duration::from_millis(50)));
    let error = hurried.await.expect_err("there is no place");
    assert!(matches!(error.kind(), ErrorKind::Timeout(timeout) if timeout.which == TimeLimit::Call), "{error}");
    assert!(!error.may_have_acted() && error.attempts() == 0);
    assert!(!server.requests().iter().any(|request| request.path == "/v1/info"), "it was not sent");

    // Stopping takes no place.
    stream.stop().await.expect("stopped");
    drop(stream);
    app.info().get().await.expect("there is a place");
}

#[tokio::test]
async fn an_answer_gives_its_place_back_whatever_comes_of_it() {
    let server = Server::start().await.expect("the server starts");
    let builder = App::builder().api_key("app-chat").base_url(server.base_url()).max_in_flight(1);
    let app = builder.build().expect("a client");
    let refusal = Fault::Refused(Answer::error(404, "not_found", "No."));
    server.faults().on("app_info_get").times(1).inject(refusal);
    assert!(app.info().get().await.is_err());
    let mut stream = app.chat().stream(&question("Hello")).await.expect("a stream");
    while let Some(event) = stream.next().await {
        event.expect("an event");
    }
    // The stream has ended and is still there.
    app.info().get().await.expect("there is a place");
    drop(stream);
}

/// Answers each request after a pause, and returns the most that were open at once.
async fn slow_server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base_url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let (open, most) = (Arc::clone(&open), Arc::clone(&most));
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let _ = connection.read(&mut head).await;
                most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(5)).await;
                open.fetch_sub(1, Ordering::SeqCst);
                let body = r#"{"name":"n","description":"","tags":[],"mode":"chat","author_name":"a"}"#;
                let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length";
                let _ = connection.write_all(format!("{head}: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
            });
        }
    });
    (base_url, seen)
}

#[tokio::test]
async fn no_more_requests_are_open_than_the_limit() {
    for (limit, range) in [(Some(3), 2..=3), (None, 4..=40)] {
        let (base_url, most) = slow_server().await;
        let builder = App::builder().api_key("app-chat").base_url(base_url);
        let builder = limit.into_iter().fold(builder, |builder, limit| builder.max_in_flight(limit));
        let app = builder.build().expect("a client");
        let outcomes = join_all((0..40).map(|_| app.clone().info().get())).await;
        assert!(outcomes.iter().all(Result::is_ok), "{:?}", outcomes.into_iter().find_map(Result::err));
        let most = most.load(Ordering::SeqCst);
        assert!(range.contains(&most), "{limit:?}: {most} at once");
    }
}
