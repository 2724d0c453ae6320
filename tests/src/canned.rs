//! A server that answers what it was given, cut as it was told.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// An answer, and how its body is cut.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, those of the connection and the framing aside.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The size of its chunks; `None` sends it in one.
    pub chunk: Option<usize>,
}

impl Answer {
    /// An event stream.
    pub fn stream(body: impl Into<Vec<u8>>, chunk: Option<usize>) -> Self {
        let media_type = ("Content-Type".to_owned(), "text/event-stream; charset=utf-8".to_owned());
        Self { status: 200, headers: vec![media_type], body: body.into(), chunk }
    }

    fn wire(&self) -> Vec<u8> {
        let mut wire = format!("HTTP/1.1 {} Canned\r\nConnection: close\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            wire.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        wire.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
        for chunk in self.body.chunks(self.chunk.unwrap_or(usize::MAX)) {
            wire.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            wire.extend_from_slice(chunk);
            wire.extend_from_slice(b"\r\n");
        }
        wire.extend_from_slice(b"0\r\n\r\n");
        wire
    }
}

/// Gives the same answer to every request, until it is given another. Stops when dropped.
#[derive(Debug)]
pub struct CannedServer {
    address: SocketAddr,
    answer: Arc<Mutex<Vec<u8>>>,
    task: JoinHandle<()>,
}

impl CannedServer {
    /// Starts on a free port of this machine.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start(answer: &Answer) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let answer = Arc::new(Mutex::new(answer.wire()));
        let given = Arc::clone(&answer);
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let wire = given.lock().unwrap_or_else(PoisonError::into_inner).clone();
                // A client that leaves early is its own affair.
                tokio::spawn(async move { serve(connection, &wire).await });
            }
        });
        Ok(Self { address, answer, task })
    }

    /// The answer from now on.
    pub fn answer(&self, answer: &Answer) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer.wire();
    }

    /// What a client takes as its base URL.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }
}

impl Drop for CannedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Takes one request whole, so that nobody is interrupted in it, and answers.
async fn serve(mut connection: TcpStream, wire: &[u8]) -> io::Result<()> {
    let mut request = Vec::new();
    while missing(&request) {
        if connection.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    // Clients of web pages ask for a passport first.
    let asked = request.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    let passport = br#"HTTP/1.1 200 Canned
Connection: close
Content-Type: application/json

{"access_token":"passport"}"#;
    let path = asked.split(|byte| *byte == b'?').next().unwrap_or_default();
    connection.write_all(if path.ends_with(b"/passport") { passport } else { wire }).await?;
    connection.shutdown().await
}

/// Whether more of the request is to come.
fn missing(request: &[u8]) -> bool {
    let Some(head) = request.windows(4).position(|window| window == b"\r\n\r\n") else {
        return true;
    };
    let text = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    request.len() < head + 4 + length.unwrap_or(0_usize)
}
