//! Connections that are kept, and for how long.

use super::*;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::Barrier,
};

const CALLERS: usize = 12;

/// A server that keeps its connections, and answers once all callers are there.
async fn keeping() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base_url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let open = Arc::new(AtomicUsize::new(0));
    let (count, all) = (Arc::clone(&open), Arc::new(Barrier::new(CALLERS)));
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let (count, all) = (Arc::clone(&count), Arc::clone(&all));
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                while connection.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                    all.wait().await;
                    let _ = connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
                }
                count.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
    (base_url, open)
}

async fn until(open: &AtomicUsize, wanted: usize) {
    let reached = async {
        while open.load(Ordering::Relaxed) != wanted {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let outcome = tokio::time::timeout(Duration::from_secs(20), reached).await;
    assert!(outcome.is_ok(), "{} connections are open, not {wanted}", open.load(Ordering::Relaxed));
}

/// All of them were once kept, for a minute and a half: a small server had no connection left for others.
#[tokio::test]
async fn few_idle_connections_are_kept_and_not_for_long() {
    for (kept, wanted) in [(None, 4), (Some(0), 0), (Some(7), 7)] {
        let (base_url, open) = keeping().await;
        let mut builder = App::builder().api_key("app-5ecret").base_url(base_url);
        if let Some(kept) = kept {
            builder = builder.pool_max_idle_per_host(kept);
        }
        let app = builder.build().expect("a client");
        let calls = (0..CALLERS).map(|_| app.request(Method::GET, "/x").send());
        assert!(futures_util::future::join_all(calls).await.iter().all(Result::is_ok));
        until(&open, wanted).await;
    }
    for time in [Duration::from_millis(50), Duration::ZERO] {
        let (base_url, open) = keeping().await;
        let builder = App::builder().api_key("app-5ecret").base_url(base_url);
        let app = builder.pool_idle_timeout(time).build().expect("a client");
        let calls = (0..CALLERS).map(|_| app.request(Method::GET, "/x").send());
        assert!(futures_util::future::join_all(calls).await.iter().all(Result::is_ok));
        until(&open, 0).await;
    }
}

/// Each answer leaves its connection open, and the server closes it then, without a word.
#[tokio::test]
async fn a_connection_that_the_server_closed_is_not_used_again() {
    let server = Server::start(vec![answer(200, "application/json", "{}")]).await;
    let app = server.app(brief());
    for method in [Method::GET, Method::POST] {
        for _ in 0..20 {
            let response = app.request(method.clone(), "/x").send().await.expect("an answer");
            assert_eq!(response.attempts(), 1);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    assert_eq!(server.seen().len(), 40);
}
