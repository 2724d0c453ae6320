//! A server of one connection after the other that says what it is told to: for faults no real server shows on demand.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// One step of an answer.
#[derive(Clone)]
pub(crate) enum Step {
    Say(Vec<u8>),
    Wait(Duration),
    /// The connection is cut, not closed properly.
    Cut,
}

pub(crate) fn say(bytes: impl AsRef<[u8]>) -> Step {
    Step::Say(bytes.as_ref().to_vec())
}

/// A whole answer with a body of known length.
pub(crate) fn answer(status: u16, content_type: &str, body: &str) -> Vec<Step> {
    answer_of("1.16.1", status, content_type, body)
}

/// An answer of a release in JSON.
pub(crate) fn json_of(version: &str, status: u16, body: &str) -> Vec<Step> {
    answer_of(version, status, "application/json", body)
}

fn answer_of(version: &str, status: u16, content_type: &str, body: &str) -> Vec<Step> {
    let head = format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: {content_type}\r\nX-Version: {version}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    vec![say(head)]
}

/// The head of an event stream that ends with the connection.
pub(crate) fn event_stream() -> Step {
    say(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nX-Version: 1.13.0\r\nConnection: close\r\n\r\n",
    )
}

pub(crate) struct Server {
    pub(crate) base_url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers the first request with the first script, and so on; the last one again and again.
    pub(crate) async fn start(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base_url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            let mut scripts = scripts.into_iter().peekable();
            let mut script = Vec::new();
            while let Ok((connection, _)) = listener.accept().await {
                script = scripts.next().unwrap_or(script);
                let script = script.clone();
                tokio::spawn(serve(connection, move |_| script, Arc::clone(&log)));
            }
        });
        Self { base_url, seen }
    }

    /// Answers each request by what it is: for callers that come all at once.
    #[cfg(any(feature = "knowledge", feature = "web", feature = "console", feature = "cache"))]
    pub(crate) async fn answering(answer: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base_url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&seen), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let answer = Arc::clone(&answer);
                tokio::spawn(serve(connection, move |request| answer(request), Arc::clone(&log)));
            }
        });
        Self { base_url, seen }
    }

    /// The requests as they came, heads and bodies.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("log").clone()
    }

    #[cfg(feature = "knowledge")]
    pub(crate) fn knowledge(&self) -> crate::Knowledge {
        let builder = crate::Knowledge::builder().api_key("dataset-5ecret").base_url(&self.base_url);
        builder.build().expect("a client")
    }

    #[cfg(feature = "app")]
    pub(crate) fn app(&self, timeouts: crate::Timeouts) -> crate::App {
        crate::App::builder()
            .api_key("app-5ecret")
            .base_url(&self.base_url)
            .timeouts(timeouts)
            .retry(crate::RetryPolicy::none())
            .event_limit(1000)
            .body_limit(10_000)
            .build()
            .expect("app")
    }
}

async fn serve(mut connection: TcpStream, answer: impl FnOnce(&str) -> Vec<Step> + Send, log: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&request) {
        match connection.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    log.lock().expect("log").push(request.clone());
    for step in answer(&request) {
        match step {
            Step::Say(bytes) => {
                if connection.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Cut => {
                let _ = connection.set_zero_linger();
                return;
            }
        }
    }
    let _ = connection.shutdown().await;
}

/// Head and announced body, or chunked and ended.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    request.len() >= head.len() + 4 + length.unwrap_or(0)
}
