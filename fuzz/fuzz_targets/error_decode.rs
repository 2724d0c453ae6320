//! Answers that are no success, whatever is in them: an error that can be shown, asked and printed.
//!
//! All the way through the public interface, over the loopback. Input: two bytes of a status, a line that is the value of
//! `Content-Type`, the body.

#![no_main]

use std::sync::OnceLock;
use std::time::Duration;

use dify_api::{App, RetryPolicy};
use http::Method;
use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

struct Place {
    runtime: Runtime,
    listener: TcpListener,
    app: App,
}

fn place() -> &'static Place {
    static PLACE: OnceLock<Place> = OnceLock::new();
    PLACE.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let app = App::builder().api_key("app-x").base_url(format!("http://{address}/v1"));
        let app = app.retry(RetryPolicy::none()).build().expect("a client");
        Place { runtime, listener, app }
    })
}

/// Anything that is no success.
fn status(bytes: [u8; 2]) -> u16 {
    300 + u16::from_be_bytes(bytes) % 300
}

async fn serve(listener: &TcpListener, answer: Vec<u8>) -> std::io::Result<()> {
    let (mut stream, _) = listener.accept().await?;
    let mut request = [0; 2048];
    // It has no body, and comes in one piece.
    let _ = stream.read(&mut request).await?;
    stream.write_all(&answer).await?;
    stream.shutdown().await?;
    // Whoever sent the rest of the request shall be able to read the answer.
    let _ = stream.read(&mut request).await?;
    Ok(())
}

fuzz_target!(|input: &[u8]| {
    let [first, second, rest @ ..] = input else { return };
    let (media, body) = rest.split_at(rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    let body = body.get(1..).unwrap_or_default();
    let media: Vec<u8> = media.iter().copied().filter(|byte| *byte >= b' ' && *byte != 0x7f).collect();
    let status = status([*first, *second]);
    let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    let answer = [head.as_bytes(), b"content-type: ", &media, b"\r\n\r\n", body].concat();

    let place = place();
    let error = place.runtime.block_on(async {
        // It runs while the question waits, and is over with it.
        tokio::spawn(serve(&place.listener, answer));
        let asked = async { place.app.request(Method::POST, "/x").decode::<serde_json::Value>().await };
        let asked = tokio::time::timeout(Duration::from_secs(5), asked).await;
        asked.expect("it does not hang").expect_err("no success")
    });
    let shown = format!("{error} {error:?}");
    assert!(!shown.is_empty() && !shown.contains("app-x"), "{shown}");
    let bodiless = status == 304;
    assert!(bodiless || error.status().is_some_and(|found| found.as_u16() == status), "{status}: {error:?}");
    let _ = (error.code(), error.body(), error.may_have_acted(), error.documented_codes());
});
