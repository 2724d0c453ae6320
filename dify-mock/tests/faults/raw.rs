//! A client that sees every byte, and how the connection ends.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use dify_mock::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub const CHAT: &str = "app_chat_send";
pub const INFO: &str = "app_info_get";

/// How a connection was when nothing more was read from it.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    Closed,
    Reset,
    /// Open still, and nothing came for a while.
    Silent,
    /// Open still, and enough was read.
    Enough,
}

#[derive(Debug)]
pub struct Seen {
    pub bytes: Vec<u8>,
    pub end: End,
    /// When each read had something, counted from the request.
    pub reads: Vec<(Duration, usize)>,
}

impl Seen {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn head(&self) -> String {
        self.text().split("\r\n\r\n").next().unwrap_or_default().to_ascii_lowercase()
    }

    /// What follows the head, as it came.
    pub fn body(&self) -> &[u8] {
        let end = self.bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
        &self.bytes[end + 4..]
    }

    /// The sizes that chunks announce and their data, and whether the last chunk came. A chunk that lacks bytes has what
    /// came.
    pub fn chunks(&self) -> (Vec<(usize, Vec<u8>)>, bool) {
        let (mut rest, mut chunks) = (self.body(), Vec::new());
        while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
            let size = std::str::from_utf8(&rest[..end]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
            let size = size.expect("the size of a chunk");
            rest = &rest[end + 2..];
            if size == 0 {
                return (chunks, true);
            }
            let (data, after) = rest.split_at(size.min(rest.len()));
            chunks.push((size, data.to_vec()));
            rest = after.strip_prefix(b"\r\n").unwrap_or(after);
        }
        (chunks, false)
    }

    /// The data of all chunks.
    pub fn chunked(&self) -> Vec<u8> {
        self.chunks().0.into_iter().flat_map(|(_, data)| data).collect()
    }

    pub fn chunked_text(&self) -> String {
        String::from_utf8(self.chunked()).expect("UTF-8")
    }
}

pub fn get_info() -> Vec<u8> {
    b"GET /v1/info HTTP/1.1\r\nhost: x\r\nauthorization: Bearer app-chat\r\n\r\n".to_vec()
}

pub fn ask(query: &str) -> Vec<u8> {
    let body = format!(r#"{{"query":"{query}","inputs":{{}},"user":"maria","response_mode":"streaming"}}"#);
    let head = "POST /v1/chat-messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer app-chat\r\n\
                content-type: application/json\r\nx-request-id: one\r\n";
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Sends a request and reads until the end, 300 ms of silence, or 4 MiB.
pub async fn exchange(server: &Server, request: &[u8]) -> Seen {
    exchange_until(server, request, 4 << 20).await
}

pub async fn exchange_until(server: &Server, request: &[u8], enough: usize) -> Seen {
    let mut stream = TcpStream::connect(server.address()).await.expect("connected");
    let began = Instant::now();
    stream.write_all(request).await.expect("sent");
    let mut seen = Seen { bytes: Vec::new(), end: End::Enough, reads: Vec::new() };
    let mut buffer = vec![0; 64 * 1024];
    while seen.bytes.len() < enough {
        match timeout(Duration::from_millis(300), stream.read(&mut buffer)).await {
            Err(_) => seen.end = End::Silent,
            Ok(Ok(0)) => seen.end = End::Closed,
            Ok(Ok(read)) => {
                seen.bytes.extend_from_slice(&buffer[..read]);
                seen.reads.push((began.elapsed(), read));
                continue;
            }
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionReset => seen.end = End::Reset,
            Ok(Err(error)) => panic!("{error}"),
        }
        break;
    }
    seen
}

/// A server, and how many conversations the user has there: whether something was acted on.
pub async fn server() -> Server {
    Server::builder().check_answers(true).start().await.expect("the server starts")
}

pub async fn conversations(server: &Server) -> usize {
    let request = b"GET /v1/conversations?user=maria HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                    authorization: Bearer app-chat\r\n\r\n";
    let seen = exchange(server, request).await;
    let page: serde_json::Value = serde_json::from_slice(seen.body()).expect("JSON");
    page["data"].as_array().expect("a list").len()
}
