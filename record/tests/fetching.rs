//! `fetch-document`, which `cargo xtask drift` runs for addresses.

use std::process::{Command, Output, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The program's output for an address of a server that answers once.
async fn fetched(answer: &'static str) -> (Output, String) {
    let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://user:s3cret@{}/v1/openapi.json", server.local_addr().expect("an address"));
    let program = Command::new(env!("CARGO_BIN_EXE_fetch-document"))
        .arg(&url)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (mut socket, _) = server.accept().await.expect("a client");
    let mut head = vec![0; 4096];
    let read = socket.read(&mut head).await.expect("a request");
    socket.write_all(answer.as_bytes()).await.expect("written");
    drop(socket);
    let output = tokio::task::spawn_blocking(|| program.wait_with_output()).await.expect("joined").expect("an output");
    (output, String::from_utf8_lossy(&head[..read]).into_owned())
}

#[tokio::test]
async fn a_document_is_written_as_the_server_sends_it() {
    let (output, head) = fetched("HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{\"openapi\":\"3.1.0\"").await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stdout, b"{\"openapi\":\"3.1.0\"");
    assert!(head.starts_with("GET /v1/openapi.json "), "{head}");
}

#[tokio::test]
async fn a_refusal_is_an_error_without_the_password() {
    let (output, _) = fetched("HTTP/1.1 404 NOT FOUND\r\nContent-Length: 0\r\n\r\n").await;
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(error.contains("404") && !error.contains("s3cret"), "{error}");
}
