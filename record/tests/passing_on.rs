//! The proxy between a client and servers that this test plays byte by byte.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use dify_record::Proxy;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const HEAD: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Version: 1.16.1\r\nTransfer-Encoding: chunked\r\n\r\n";
const KEY: &str = "app-0123456789abcdefABCDEFGH";

fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("dify-record-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// A server for one connection, and a client that has asked it through the proxy.
async fn connected(out: &Path) -> (Proxy, TcpStream, TcpStream) {
    let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let upstream = format!("http://{}", server.local_addr().expect("an address"));
    let proxy = Proxy::start(&upstream, out, ([127, 0, 0, 1], 0)).await.expect("a proxy");
    let mut client = TcpStream::connect(proxy.address()).await.expect("connected");
    let request =
        format!("GET /v1/workflow/x/events?user=a HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {KEY}\r\n\r\n");
    client.write_all(request.as_bytes()).await.expect("sent");
    let (mut upstream, _) = server.accept().await.expect("the proxy connects");
    let mut heard = String::new();
    while !heard.ends_with("\r\n\r\n") {
        heard.push(char::from(upstream.read_u8().await.expect("the request")));
    }
    assert!(heard.starts_with("GET /v1/workflow/x/events?user=a HTTP/1.1"), "{heard}");
    assert!(heard.contains(KEY), "the server gets the key itself: {heard}");
    (proxy, upstream, client)
}

async fn until(client: &mut TcpStream, text: &str) -> String {
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains(text) {
        let mut buffer = [0; 4096];
        let read = client.read(&mut buffer).await.expect("readable");
        assert!(read > 0, "the connection ended before {text:?}");
        heard.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// The only recording in a folder.
fn recording(out: &Path) -> Value {
    let folder = out.join("dify-1.16.1/workflow");
    let mut files: Vec<_> = std::fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let text = std::fs::read_to_string(files.remove(0)).expect("a file");
    assert!(!text.contains(&KEY[4..]), "{text}");
    let _ = std::fs::remove_dir_all(out);
    serde_json::from_str(&text).expect("JSON")
}

#[tokio::test]
async fn events_are_passed_on_at_once_and_their_times_are_kept() {
    let out = folder("times");
    let (proxy, mut upstream, mut client) = connected(&out).await;
    upstream.write_all(format!("{HEAD}{}", chunk("data: {\"n\":1}\n\n")).as_bytes()).await.expect("written");
    let began = Instant::now();
    // The first event is here though the server has not ended: nothing was waited for.
    until(&mut client, "\"n\":1").await;
    assert!(began.elapsed() < Duration::from_secs(5));
    tokio::time::sleep(Duration::from_millis(120)).await;
    // An event in two pieces: one of them ends within the key.
    let (one, other) = KEY.split_at(9);
    upstream.write_all(chunk(&format!("data: {{\"echo\":\"{one}")).as_bytes()).await.expect("written");
    tokio::time::sleep(Duration::from_millis(20)).await;
    upstream.write_all(format!("{}0\r\n\r\n", chunk(&format!("{other}\"}}\n\n"))).as_bytes()).await.expect("written");
    until(&mut client, "0\r\n\r\n").await;
    drop((client, upstream));
    assert_eq!(proxy.finish().await.exchanges, 1);

    let recording = recording(&out);
    let response = &recording["response"];
    assert_eq!(response["framing"], "chunked");
    assert_eq!(response["body"], "data: {\"n\":1}\n\ndata: {\"echo\":\"app-REDACTED\"}\n\n");
    let chunks = response["chunks"].as_array().expect("chunks");
    let texts: Vec<&str> = chunks.iter().filter_map(|chunk| chunk["text"].as_str()).collect();
    assert_eq!(texts, ["data: {\"n\":1}\n\n", "data: {\"echo\":\"app-REDACTED\"}\n\n"]);
    let time = |number: usize| chunks[number]["t_ms"].as_f64().expect("a time");
    assert!(time(1) - time(0) >= 100.0, "{chunks:?}");
    assert_eq!(recording["request"]["headers"]["Authorization"], "Bearer app-REDACTED");
}

#[tokio::test]
async fn when_the_client_goes_the_server_is_left_and_the_recording_says_so() {
    let out = folder("client-gone");
    let (proxy, mut upstream, mut client) = connected(&out).await;
    upstream.write_all(format!("{HEAD}{}", chunk("data: {\"n\":1}\n\n")).as_bytes()).await.expect("written");
    until(&mut client, "\"n\":1").await;
    drop(client);
    let closed = async {
        loop {
            let told = upstream.write_all(chunk(": still there\n\n").as_bytes()).await;
            let mut buffer = [0; 64];
            match (told, upstream.try_read(&mut buffer)) {
                (Err(_), _) | (_, Ok(0)) => return,
                (_, Err(error)) if error.kind() != io::ErrorKind::WouldBlock => return,
                _ => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), closed).await.expect("the proxy closes the server's connection");
    assert_eq!(proxy.finish().await.exchanges, 1);
    let recording = recording(&out);
    assert_eq!(recording["response"]["client_disconnected"], true);
    assert!(recording["response"]["body"].as_str().is_some_and(|body| body.starts_with("data: {\"n\":1}\n\n")));
}

#[tokio::test]
async fn when_the_server_goes_amid_an_answer_the_recording_says_so() {
    let out = folder("server-gone");
    let (proxy, mut upstream, mut client) = connected(&out).await;
    upstream.write_all(format!("{HEAD}{}", chunk("data: {\"n\":1}\n\n")).as_bytes()).await.expect("written");
    until(&mut client, "\"n\":1").await;
    drop(upstream);
    let mut rest = Vec::new();
    // Cut short or closed: never an end that looks like one.
    let _ = client.read_to_end(&mut rest).await;
    assert!(!String::from_utf8_lossy(&rest).contains("0\r\n\r\n"));
    drop(client);
    assert_eq!(proxy.finish().await.exchanges, 1);
    let recording = recording(&out);
    assert_eq!(recording["response"]["framing"], "chunked+eof");
    assert!(recording["note"].as_str().is_some_and(|note| note.contains("not whole")));
}

#[tokio::test]
async fn a_server_that_is_down_gives_502_and_no_recording() {
    let out = folder("down");
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let upstream = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let proxy = Proxy::start(&upstream, &out, ([127, 0, 0, 1], 0)).await.expect("a proxy");
    let mut client = TcpStream::connect(proxy.address()).await.expect("connected");
    client.write_all(b"GET /v1/info HTTP/1.1\r\nHost: h\r\n\r\n").await.expect("sent");
    let heard = until(&mut client, "--upstream right?").await;
    assert!(heard.starts_with("HTTP/1.1 502 Bad Gateway"), "{heard}");
    assert!(heard.contains(&format!("no answer from {upstream}")), "{heard}");
    drop(client);
    let written = proxy.finish().await;
    assert_eq!((written.exchanges, written.problems.len()), (0, 0));
    let _ = std::fs::remove_dir_all(&out);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_told_at_once() {
    let listen = ([127, 0, 0, 1], 0);
    let error = Proxy::start("dify.example.org", folder("url"), listen).await.expect_err("no address");
    assert!(error.to_string().starts_with("`dify.example.org` is no address of a server"));
    let error = Proxy::start("http://localhost", "/dev/null/out", listen).await.expect_err("no folder");
    assert!(error.to_string().contains("choose another with --out"), "{error}");
}

/// What one answer without a stream becomes, and the head of the request as the server got it.
async fn exchanged(proxy: &Proxy, server: &TcpListener, head: &str, answer: &str) -> String {
    let mut client = TcpStream::connect(proxy.address()).await.expect("connected");
    client.write_all(format!("GET /v1/info HTTP/1.1\r\nHost: h\r\n{head}\r\n").as_bytes()).await.expect("sent");
    let (mut upstream, _) = server.accept().await.expect("the proxy connects");
    let mut heard = String::new();
    while !heard.ends_with("\r\n\r\n") {
        heard.push(char::from(upstream.read_u8().await.expect("the request")));
    }
    upstream.write_all(answer.as_bytes()).await.expect("written");
    until(&mut client, "{}").await;
    heard
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

const ANSWER: &str = "HTTP/1.1 200 OK\r\nX-Version: 1.16.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

#[tokio::test]
async fn a_password_of_the_upstream_is_sent_and_never_shown() {
    let out = folder("password");
    let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = server.local_addr().expect("an address");
    let upstream = format!("http://maria:Tr0ub4dor@{address}");
    let proxy = Proxy::start(&upstream, &out, ([127, 0, 0, 1], 0)).await.expect("a proxy");
    assert_eq!(proxy.upstream(), format!("http://{address}"));
    assert!(!format!("{proxy:?}").contains("Tr0ub4dor"));
    let heard = exchanged(&proxy, &server, "", ANSWER).await;
    assert!(heard.to_lowercase().contains("authorization: basic bwfyawe6vhiwdwi0zg9y\r\n"), "{heard}");
    // An echo of the password, later.
    let heard = exchanged(&proxy, &server, "Authorization: Bearer x\r\nUser-Agent: Tr0ub4dor/1\r\n", ANSWER).await;
    assert!(heard.to_lowercase().contains("authorization: bearer x\r\n") && !heard.contains("Basic"), "{heard}");
    drop(server);
    let mut client = TcpStream::connect(proxy.address()).await.expect("connected");
    client.write_all(b"GET /v1/info HTTP/1.1\r\nHost: h\r\n\r\n").await.expect("sent");
    let refused = until(&mut client, "--upstream right?").await;
    assert!(!refused.contains("maria") && !refused.contains("Tr0ub4dor"), "{refused}");
    drop(client);
    let written = proxy.finish().await;
    assert_eq!((written.exchanges, written.problems.len()), (2, 0), "{written:?}");
    for file in files(&out) {
        let text = std::fs::read_to_string(file).expect("text");
        assert!(!text.contains("Tr0ub4dor") && !text.contains("bWFyaWE6"), "{text}");
    }
    let _ = std::fs::remove_dir_all(&out);
}

#[tokio::test]
async fn recordings_are_for_their_owner_and_never_overwritten() {
    let out = folder("owner");
    let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let upstream = format!("http://{}", server.local_addr().expect("an address"));
    // Two recorders that count on their own.
    let one = Proxy::start(&upstream, &out, ([127, 0, 0, 1], 0)).await.expect("a proxy");
    let other = Proxy::start(&upstream, &out, ([127, 0, 0, 1], 0)).await.expect("a proxy");
    for proxy in [&one, &other, &one, &other] {
        exchanged(proxy, &server, "", ANSWER).await;
    }
    assert_eq!(one.finish().await.exchanges + other.finish().await.exchanges, 4);
    let written = files(&out);
    assert_eq!(written.len(), 4, "{written:?}");
    #[cfg(unix)]
    for path in written.iter().map(|file| file.as_path()).chain(written[0].parent()) {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o} {}", path.display());
    }
    let _ = std::fs::remove_dir_all(&out);
}

#[tokio::test]
async fn an_exchange_with_a_secret_left_is_not_written() {
    let out = folder("left");
    let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let upstream = format!("http://{}", server.local_addr().expect("an address"));
    let proxy = Proxy::start(&upstream, &out, ([127, 0, 0, 1], 0)).await.expect("a proxy");
    // A credential like a word of the recording itself, which cannot be replaced.
    exchanged(&proxy, &server, "Authorization: Bearer content-length\r\n", ANSWER).await;
    let written = proxy.finish().await;
    assert_eq!(written.exchanges, 0);
    assert_eq!(
        written.problems,
        ["an exchange of status 200 was not written: a secret that was seen before was left in it"]
    );
    assert_eq!(files(&out), Vec::<std::path::PathBuf>::new());
    let _ = std::fs::remove_dir_all(&out);
}

#[test]
fn the_program_prints_its_address_at_once_without_a_password() {
    use std::io::BufRead;
    let out = folder("program");
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_dify-record"));
    program.args(["--upstream", "http://maria:Tr0ub4dor@127.0.0.1:9", "--listen", "127.0.0.1:0", "--out"]).arg(&out);
    let mut program = program.stdout(std::process::Stdio::piped()).spawn().expect("started");
    let mut line = String::new();
    std::io::BufReader::new(program.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    program.kill().and_then(|()| program.wait()).expect("ended");
    assert!(line.starts_with("Send requests to http://127.0.0.1:") && line.contains("http://127.0.0.1:9."), "{line}");
    assert!(!line.contains("Tr0ub4dor") && !line.contains("maria"), "{line}");
    let _ = std::fs::remove_dir_all(&out);
}
