//! Whose connections a blocking call uses.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use dify_api::{App, AppBuilder, Timeouts, blocking::Wait as _, reqwest};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::scene::*;

/// A server that keeps its connections, and how many there were.
fn keeping() -> (String, Arc<AtomicUsize>) {
    let listener = on_servers(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let base_url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let count = Arc::new(AtomicUsize::new(0));
    let opened = Arc::clone(&count);
    on_servers(async move {
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                opened.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut buffer = [0; 4096];
                    while connection.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                        let body = r#"{"name":"n","description":"","tags":[],"mode":"chat","author_name":"a"}"#;
                        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length";
                        let answer = format!("{head}: {}\r\n\r\n{body}", body.len());
                        let _ = connection.write_all(answer.as_bytes()).await;
                    }
                });
            }
        });
    });
    (base_url, count)
}

fn built(builder: AppBuilder, base_url: &str) -> App {
    let limits = Timeouts::default().call(Duration::from_secs(10));
    builder.api_key("app-chat").base_url(base_url).timeouts(limits).build().expect("a client")
}

fn own_client() -> AppBuilder {
    App::builder().http_client(reqwest::Client::builder().build().expect("an HTTP client"))
}

#[test]
fn blocking_and_async_calls_share_no_connections() {
    let (base_url, opened) = keeping();
    let app = built(App::builder(), &base_url);
    let runtime = current_thread();
    for _ in 0..3 {
        runtime.block_on(app.info().get().into_future()).expect("an answer");
        // The runtime exists and does not run.
        app.info().get().wait().expect("an answer");
    }
    assert!(opened.load(Ordering::SeqCst) >= 2);
}

/// The connections that six calls open, one of them on a thread of its own.
fn opened_by_six_calls() -> usize {
    let (base_url, opened) = keeping();
    let app = built(App::builder(), &base_url);
    for _ in 0..5 {
        app.clone().info().get().wait().expect("an answer");
    }
    std::thread::scope(|scope| {
        scope.spawn(|| app.info().get().wait().expect("an answer"));
    });
    opened.load(Ordering::SeqCst)
}

/// hyper returns a connection to the pool in the background: on a busy machine the next call may be earlier.
#[test]
fn blocking_calls_reuse_their_connection() {
    assert!((0..50).any(|_| opened_by_six_calls() == 1));
}

#[test]
fn a_client_outlives_the_runtime_that_used_it() {
    for builder in [App::builder, own_client] {
        for runtime in [current_thread, multi_thread] {
            let (base_url, _) = keeping();
            let app = built(builder(), &base_url);
            for _ in 0..3 {
                // Its connections are pooled, and dead afterwards.
                let runtime = runtime();
                let calls = runtime.block_on(async {
                    let calls = (0..4).map(|_| app.info().get());
                    futures_util::future::join_all(calls).await
                });
                assert!(calls.iter().all(Result::is_ok));
                drop(runtime);
                for _ in 0..3 {
                    app.info().get().wait().expect("an answer");
                    app.request(reqwest::Method::POST, "/x").send().wait().expect("an answer");
                }
            }
        }
    }
}

#[test]
fn settings_apply_to_the_connections_of_both() {
    let (base_url, _) = keeping();
    let made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&made);
    let address = base_url.trim_start_matches("http://").trim_end_matches("/v1").parse().expect("an address");
    let builder = App::builder().configure_http(move |http| {
        counter.fetch_add(1, Ordering::SeqCst);
        http.resolve("dify.test", address)
    });
    let app = built(builder, "http://dify.test/v1");
    assert_eq!(made.load(Ordering::SeqCst), 1);
    app.info().get().wait().expect("an answer");
    app.info().get().wait().expect("an answer");
    assert_eq!(made.load(Ordering::SeqCst), 2);
    current_thread().block_on(app.info().get().into_future()).expect("an answer");
    assert_eq!(made.load(Ordering::SeqCst), 2);
}
