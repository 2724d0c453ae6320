//! A server that sends given answers, cut into chunks of a given size.

use std::{
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::Recording;

/// The headers of a recorded answer that the client reads.
const READ: [&str; 5] = ["content-type", "content-disposition", "set-cookie", "www-authenticate", "x-version"];

/// Chooses the answer to a method and a target.
type Choose = dyn Fn(&str, &str) -> Answer + Send + Sync;

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

    /// The answer of a recording, with the headers that the client reads.
    pub fn recorded(recording: &Recording) -> Self {
        let response = &recording.exchange.response;
        let mut headers = Vec::new();
        for (name, value) in &response.headers {
            if READ.contains(&name.to_ascii_lowercase().as_str()) {
                let one = [value.clone()];
                let values = value.as_array().map_or(&one[..], Vec::as_slice).iter().filter_map(Value::as_str);
                headers.extend(values.map(|value| (name.clone(), value.to_owned())));
            }
        }
        Self { status: response.status, headers, body: response.bytes().into_owned(), chunk: None }
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

/// Sends the same answer to every request until it is given another, or the answer that a function chooses. Stops when
/// dropped.
pub struct CannedServer {
    address: SocketAddr,
    choose: Arc<Mutex<Arc<Choose>>>,
    task: JoinHandle<()>,
}

impl CannedServer {
    /// Starts on a free port of this machine.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start(answer: &Answer) -> io::Result<Self> {
        let answer = answer.clone();
        Self::choosing(move |_, _| answer.clone()).await
    }

    /// Starts a server whose answers are chosen by method and target, such as `/v1/info?user=maria`.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn choosing(choose: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let choose: Arc<Mutex<Arc<Choose>>> = Arc::new(Mutex::new(Arc::new(choose)));
        let given = Arc::clone(&choose);
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let choose = Arc::clone(&given.lock().unwrap_or_else(PoisonError::into_inner));
                // A client that leaves early is its own affair.
                tokio::spawn(async move { serve(connection, &*choose).await });
            }
        });
        Ok(Self { address, choose, task })
    }

    /// Sets the answer to every request from now on.
    pub fn answer(&self, answer: &Answer) {
        let answer = answer.clone();
        *self.choose.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(move |_, _| answer.clone());
    }

    /// What a client takes as its base URL.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }
}

impl fmt::Debug for CannedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CannedServer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for CannedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Takes one request whole, so that nobody is interrupted in it, and answers.
async fn serve(mut connection: TcpStream, choose: &Choose) -> io::Result<()> {
    let mut request = Vec::new();
    while missing(&request) {
        if connection.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&request);
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    // Clients of web pages ask for a passport first.
    let passport = br#"HTTP/1.1 200 Canned
Connection: close
Content-Type: application/json

{"access_token":"passport"}"#;
    let path = target.split('?').next().unwrap_or_default();
    if path.ends_with("/passport") {
        connection.write_all(passport).await?;
    } else {
        connection.write_all(&choose(method, target).wire()).await?;
    }
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
