//! A limit on the requests that a client has under way.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use dify_api::{App, ErrorKind, TimeLimit, types::ChatRequest};
use dify_mock::{
    Server,
    fault::{Answer, Fault},
};
use dify_tests::canned::{Answer as Canned, CannedServer};
use futures_util::future::join_all;

fn question(text: &str) -> ChatRequest {
    ChatRequest::new(text, "user-1")
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

#[tokio::test]
async fn no_more_requests_are_open_than_the_limit() {
    let (open, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let body = br#"{"name":"n","description":"","tags":[],"mode":"chat","author_name":"a"}"#.to_vec();
    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    let answer = Canned { status: 200, headers, body, chunk: None };
    let server = CannedServer::choosing(move |_, _| {
        let now = open.fetch_add(1, Ordering::SeqCst) + 1;
        most.fetch_max(now, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(2));
        open.fetch_sub(1, Ordering::SeqCst);
        assert!(most.load(Ordering::SeqCst) <= 3);
        answer.clone()
    })
    .await
    .expect("a server");
    let builder = App::builder().api_key("app-chat").base_url(server.base_url()).max_in_flight(3);
    let app = builder.build().expect("a client");
    let outcomes = join_all((0..40).map(|_| app.clone().info().get())).await;
    assert!(outcomes.iter().all(Result::is_ok), "{:?}", outcomes.into_iter().find_map(Result::err));
}
